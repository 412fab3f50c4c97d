"""Flows from market records: usable quotes and trades of a day, each trade signed by the quote that it met."""

from __future__ import annotations

import numpy as np

from metaorder.calibration.flow import Flow
from metaorder.domain.calendar import TradingDay
from metaorder.domain.instrument import Instrument
from metaorder.domain.units import SECOND
from metaorder.sim.quality import Filters, usable_quotes, usable_trades
from metaorder.sim.record import AUCTION, BOUGHT, SOLD, MarketRecord


def flow_of(record: MarketRecord, day: TradingDay, instrument: Instrument, *, recorded: bool) -> Flow:
    """A day without our own orders, up to the record's clock.

    recorded: a recorded market stands beside the live one, and is the one that is meant; otherwise the live one, without our
    prints. The taker's side is what the recording says. Where it does not, a trade above the mid that stood just before it was
    bought, below it sold; at the mid nobody can say: 0.
    """
    filters = Filters()
    point, unit = float(instrument.point_size), instrument.lot_size
    touch = record.quotes["reference" if recorded else "live"]
    kept = usable_quotes(record, filters) if recorded else _open(record)
    bid, ask = touch["bid"][kept].astype(np.float64), touch["ask"][kept].astype(np.float64)
    tick = float(instrument.tick_size)
    prints = record.reference if recorded else record.prints
    mine = (
        usable_trades(record, filters)
        if recorded
        else (prints["flags"] & AUCTION == 0) & (prints["parent"] == 0) & (prints["counterparty"] == 0)
    )
    prints = prints[mine]
    price = prints["points"] * point
    quote_t, t = (record.quotes["ts"][kept] - day.open) / SECOND, (prints["ts"] - day.open) / SECOND
    end = max(min(record.clock, day.close) - day.open, 1) / SECOND
    mid = (bid + ask) * tick / 2
    volume = prints["lots"] * float(unit)
    flow = Flow(day.date, end, t, np.zeros_like(volume), volume, price, quote_t, mid, (ask - bid) * tick / 2)
    away = price - flow.mid_before(t)
    guess = np.where(np.isfinite(away) & (np.abs(away) > 1e-9 * price), np.sign(away), 0.0)
    said = np.where(prints["flags"] & BOUGHT, 1.0, np.where(prints["flags"] & SOLD, -1.0, 0.0))
    side = np.where(said != 0, said, guess)
    return Flow(day.date, end, t, side * volume, volume, price, quote_t, mid, flow.half_spread)


def _open(record: MarketRecord) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    touch = record.quotes["live"]
    two = (touch["bid_lots"] > 0) & (touch["ask_lots"] > 0) & (touch["ask"] > touch["bid"])
    return np.asarray(two & (record.quotes["halted"] == 0), dtype=np.bool_)
