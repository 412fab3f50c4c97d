"""Binance: recorded websocket lines of one pair: depth differences, trades and a snapshot among them; may be compressed."""

from __future__ import annotations

import functools
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from metaorder.adapters.market_data.instruments import instrument_for, pair
from metaorder.adapters.market_data.streams import digest_of, pieces
from metaorder.domain.calendar import TradingDay
from metaorder.domain.units import Nanos, time_text
from metaorder.ports.calendars import Calendars
from metaorder.ports.market_data import RecordedDay, Wanted
from metaorder.sim.tape import BinanceFile, DataError, Tape, read_binance

DIGITS = 8
"""Digits after the point in a file's prices and quantities."""


def load(path: Path, wanted: Wanted, calendars: Calendars, *, market: str) -> RecordedDay:
    """What a file holds, from the first depth difference that follows its snapshot. market: spot or usdm (futures).

    Raises:
        DataError: another pair, or a line that breaks a rule.
    """
    del calendars  # it never closes
    if wanted.symbol is None:
        raise DataError(path.name, 0, "the pair is stated: the file may hold any")
    instrument = instrument_for(path.name, wanted, pair(wanted.symbol, market))
    point, lot = instrument.point_size.scaleb(DIGITS), (instrument.unit_size * instrument.lot_size).scaleb(DIGITS)
    if point != int(point) or lot != int(lot):
        raise DataError(path.name, 0, f"half a tick and a lot are multiples of {Decimal(1).scaleb(-DIGITS):f}")
    with closing(pieces(path)) as stream:
        native, dropped = read_binance(
            BinanceFile(
                name=path.name,
                symbol=wanted.symbol,
                futures=market == "usdm",
                point_size=int(point),
                points_per_tick=instrument.points_per_tick,
                lot_size=int(lot),
                pieces=stream,
            )
        )
    day = TradingDay(date=time_text(native.open)[:10], open=Nanos(native.open), close=Nanos(native.close))
    return RecordedDay(Tape(native, day), instrument, digest_of(path), {"before_the_session": dropped})


spot = functools.partial(load, market="spot")
usdm = functools.partial(load, market="usdm")
