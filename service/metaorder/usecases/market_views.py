"""What people see of a market's statistics: prices as decimals, quantities in units, volatility per day."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from metaorder.core.convert import Converters, Doc
from metaorder.domain.calendar import TradingDay
from metaorder.domain.instrument import Instrument
from metaorder.domain.order import Side
from metaorder.domain.units import SECOND, price_text, ratio_text, time_text
from metaorder.sim.floors import Floor, Listing
from metaorder.sim.levels import BookLevel
from metaorder.sim.market import Market
from metaorder.sim.phase import Indication
from metaorder.sim.views import View

DIGITS = 6


def statistics(market: Market, floor: Floor, day: TradingDay, depth_ticks: int) -> Doc:
    """A floor's statistics up to now, without our own orders and trades, and with them."""
    instrument = floor.instrument
    others, whole = (_view(view, instrument, day) for view in market.statistics(depth_ticks=depth_ticks, floor=floor))
    return {
        "symbol": instrument.symbol,
        "clock": time_text(market.clock),
        "event_index": market.index,
        "halted": market.halted_on(floor),
        "depth_ticks": depth_ticks,
        "without_own": others,
        "with_own": whole,
    }


def book(market: Market, listing: Listing, floors: Sequence[Floor], depth: int) -> Doc:
    """The live book of some floors of a symbol, added up, and the recorded one beside it."""
    tick, lot = listing.instrument.tick_size, listing.instrument.lot_size

    def side(levels: list[BookLevel]) -> list[Doc]:
        return [{"price": price_text(x.price, tick), "quantity": x.lots * lot, "orders": x.orders} for x in levels]

    doc = {
        "symbol": listing.symbol,
        "clock": time_text(market.clock),
        "event_index": market.index,
        "halted": all(market.halted_on(floor) for floor in floors),
        "phase": market.phase(floors[0]).name.lower(),
        "indicative": _indicative(market.indication(floors[0]), listing.instrument) if len(floors) == 1 else None,
        "bids": side(market.levels(Side.BUY, depth, floors)),
        "asks": side(market.levels(Side.SELL, depth, floors)),
        "recorded": None,
    }
    if all(floor.recorded for floor in floors):
        sides = {"bids": Side.BUY, "asks": Side.SELL}
        doc["recorded"] = {name: side(market.recorded_levels(each, depth, floors)) for name, each in sides.items()}
    return doc


def _indicative(found: Indication | None, instrument: Instrument) -> Doc | None:
    if found is None:
        return None
    return {
        "price": price_text(found.price, instrument.tick_size),
        "quantity": found.lots * instrument.lot_size,
        "imbalance": found.imbalance * instrument.lot_size,
        "side": found.side,
    }


def _view(view: View, instrument: Instrument, day: TradingDay) -> Doc:
    lot, point, seconds = instrument.lot_size, instrument.point_size, (day.close - day.open) / SECOND
    return {
        "quote": Converters(instrument).quote(view.quote),
        "microprice": _text(view.microprice, instrument.tick_size),
        "bid_depth": view.bid_depth * lot,
        "ask_depth": view.ask_depth * lot,
        "last_price": None if view.last is None else price_text(view.last, point),
        "volume": view.volume * lot,
        "trades": view.trades,
        "vwap": _text(view.vwap, point),
        "imbalance": view.imbalance * lot,
        "spread": _text(view.spread, point),
        "quoted_spread": _text(view.quoted_spread, point),
        "effective_spread": _text(view.effective_spread, point),
        "sigma_per_sqrt_day": {"1s": _sigma(view.variance_1s, seconds), "60s": _sigma(view.variance_60s, seconds)},
    }


def _text(value: float | None, step: Decimal) -> str | None:
    """A mean of prices in steps as a decimal string."""
    return None if value is None else ratio_text(Fraction(value) * Fraction(step), DIGITS)


def _sigma(variance: float | None, seconds: float) -> float | None:
    """The volatility of a day with so many seconds, from a variance a second."""
    return None if variance is None else math.sqrt(variance * seconds)
