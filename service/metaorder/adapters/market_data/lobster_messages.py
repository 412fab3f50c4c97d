"""A LOBSTER day as arrays of messages, for statistics: every row checked as for a replay, then read again as numbers."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from metaorder.adapters.market_data import lobster
from metaorder.domain.units import SECOND
from metaorder.ports.calendars import Calendars
from metaorder.ports.market_data import Wanted
from metaorder.sim.messages import DEPTHS, SAMPLE_S, Floats, Ints, Kind, Messages

POINTS = 100
EMPTY = 9_000_000_000
"""Prices of an empty side are beyond this."""

_KINDS = {1: Kind.ADDED, 2: Kind.WITHDRAWN, 3: Kind.WITHDRAWN, 4: Kind.EXECUTED, 5: Kind.HIDDEN}


@dataclass(frozen=True)
class SourceDay:
    """A recorded day's messages, and what it is a day of. digest: of the file."""

    messages: Messages
    symbol: str
    date: str
    digest: str


def read(path: Path, calendars: Calendars) -> SourceDay:
    """The day in a LOBSTER zip.

    Raises:
        DataError: the file is not what it says it is.
    """
    message, _, texts = lobster.members(path.name, path.read_bytes())
    recorded = lobster.load(path, Wanted(symbol=message[1]), calendars)
    day = recorded.tape.day
    rows = np.loadtxt(io.BytesIO(texts[0]), delimiter=",", usecols=range(6), ndmin=2)
    book = np.loadtxt(io.BytesIO(texts[1]), delimiter=",", ndmin=2, dtype=np.int64)
    opens = int(message[3]) / 1_000
    known = np.isin(rows[:, 1], list(_KINDS))
    rows, book = rows[known], book[known]
    kind = np.zeros(len(rows), dtype=np.int8)
    for code, meaning in _KINDS.items():
        kind[rows[:, 1] == code] = meaning
    ask, ask_lots, bid, bid_lots = (book[:, i].astype(np.float64) for i in range(4))
    session_s = (day.close - day.open) / SECOND
    t = np.clip(rows[:, 0] - opens, 0, session_s - 1e-9)
    return SourceDay(
        messages=Messages(
            session_s=session_s,
            t=t,
            kind=kind,
            side=np.where(rows[:, 5] > 0, 1, -1).astype(np.int8),
            price=rows[:, 4] / POINTS,
            lots=rows[:, 3],
            id=rows[:, 2].astype(np.int64),
            bid=np.where(np.abs(bid) < EMPTY, bid / POINTS, np.nan),
            ask=np.where(np.abs(ask) < EMPTY, ask / POINTS, np.nan),
            bid_lots=bid_lots,
            ask_lots=ask_lots,
            depth=_depth(t, book, session_s),
        ),
        symbol=message[1],
        date=day.date,
        digest=recorded.digest,
    )


def _depth(t: Floats, book: Ints, session_s: float) -> tuple[float, ...]:
    """Mean lots within DEPTHS ticks of the touch; NaN where the recorded window often ends before."""
    at = np.searchsorted(t, np.arange(SAMPLE_S, session_s + 1, SAMPLE_S)) - 1
    sides = []
    for first in (0, 2):
        price, lots = book[at][:, first::4], book[at][:, first + 1 :: 4]
        away = np.abs(price - price[:, :1]) / POINTS
        sides.append((away, np.where(np.abs(price) < EMPTY, lots, 0)))
    found = []
    for ticks in DEPTHS:
        reach = np.mean([(away[:, -1] >= ticks).mean() for away, _ in sides])
        found.append(
            float(np.mean([(lots * (away <= ticks)).sum(axis=1).mean() for away, lots in sides])) if reach > 0.8 else np.nan
        )
    return tuple(found)
