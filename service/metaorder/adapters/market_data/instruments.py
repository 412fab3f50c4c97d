"""Instruments that files do not describe: those that are known here, and those that the client states."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from metaorder.domain.instrument import Instrument
from metaorder.ports.market_data import Wanted
from metaorder.sim.tape import DataError

POINTS_PER_TICK = 100

_FUTURE = re.compile(r"([A-Z0-9]{1,3})[FGHJKMNQUVXZ]\d{1,2}", re.ASCII)
_FUTURES = {
    "ES": (Decimal("0.25"), 50),
    "MES": (Decimal("0.25"), 5),
    "NQ": (Decimal("0.25"), 20),
    "MNQ": (Decimal("0.25"), 2),
}
"""Tick size [index points] and multiplier [USD per index point] by root."""

_PAIRS = {
    ("usdm", "BTCUSDT"): (Decimal("0.1"), Decimal("0.001")),
    ("spot", "BTCUSDT"): (Decimal("0.01"), Decimal("0.000001")),
}
"""Tick size [USDT] and unit of quantity [BTC] by market and pair; old orders in the spot book are finer than new ones."""


def future(symbol: str, mic: str) -> Instrument | None:
    """A futures contract by its symbol, like ESH4; None if its root is not known here. Fees are not known: they are 0."""
    match = _FUTURE.fullmatch(symbol)
    terms = None if match is None else _FUTURES.get(match[1])
    if terms is None:
        return None
    return Instrument(symbol=symbol, mic=mic, currency="USD", tick_size=terms[0], multiplier=terms[1], points_per_tick=2)


def pair(symbol: str, market: str) -> Instrument | None:
    """A pair of coins on Binance; a unit of quantity is the finest in its book. Fees are not known: they are 0."""
    terms = _PAIRS.get((market, symbol))
    if terms is None:
        return None
    return Instrument(symbol=symbol, mic="BINANCE", currency="USDT", tick_size=terms[0], unit_size=terms[1], points_per_tick=2)


def share(symbol: str, mic: str) -> Instrument:
    """A share of the United States: cents, a rebate for resting."""
    return Instrument(
        symbol=symbol,
        mic=mic,
        currency="USD",
        tick_size=Decimal("0.01"),
        points_per_tick=POINTS_PER_TICK,
        taker_fee=Decimal("0.0030"),
        maker_fee=Decimal("-0.0020"),
    )


def instrument_for(file: str, wanted: Wanted, known: Instrument | None) -> Instrument:
    """The instrument that the client states, else the one that is known.

    Raises:
        DataError: nobody says what is traded.
    """
    if wanted.instrument is not None:
        return replace(wanted.instrument, symbol=wanted.symbol or wanted.instrument.symbol)
    if known is None:
        raise DataError(
            file, 0, f"the grid of {wanted.symbol or 'what it trades'} is known, or stated with the market: `instrument`"
        )
    return known
