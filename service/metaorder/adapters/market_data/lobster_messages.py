"""A LOBSTER day as arrays of messages, for statistics: every row checked as for a replay, then read again as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from metaorder.adapters.market_data import lobster
from metaorder.domain.units import SECOND
from metaorder.ports.calendars import Calendars
from metaorder.ports.market_data import Wanted
from metaorder.sim.messages import DEPTHS, SAMPLE_S, Floats, Ints, Kind, Messages
from metaorder.sim.tape import DataError

POINTS = 100
CHUNK = 20_000
"""Rows that are in memory as text."""
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
    with lobster.opened(path) as pair:
        recorded = lobster.load(path, Wanted(symbol=pair.message[1]), calendars)
        opens = int(pair.message[3]) / 1_000
        parts = [(rows, book[:, :4].astype(np.float64), *_ends(rows, book, opens)) for rows, book in _chunks(pair)]
    day = recorded.tape.day
    rows, touch, ends, books = (np.concatenate(each) for each in zip(*parts, strict=True))
    if not len(rows):
        raise DataError(path.name, 0, "the day has messages of orders")
    kind = np.zeros(len(rows), dtype=np.int8)
    for code, meaning in _KINDS.items():
        kind[rows[:, 1] == code] = meaning
    ask, ask_lots, bid, bid_lots = (touch[:, i] for i in range(4))
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
            depth=_depth(t, books, np.flatnonzero(ends), session_s),
            levels=books.shape[1] // 4,
        ),
        symbol=pair.message[1],
        date=day.date,
        digest=recorded.digest,
    )


def _chunks(pair: lobster.Pair) -> Iterator[tuple[Floats, Ints]]:
    """The messages that are known, with their books: some rows of both files at a time."""
    with pair.open(pair.message) as messages, pair.open(pair.book) as books:
        while lines := list(islice(messages, CHUNK)):
            rows = np.loadtxt(lines, delimiter=",", usecols=range(6), ndmin=2)
            book = np.loadtxt(list(islice(books, CHUNK)), delimiter=",", ndmin=2, dtype=np.int64)
            known = np.isin(rows[:, 1], list(_KINDS))
            yield rows[known], book[known]


def _ends(rows: Floats, book: Ints, opens: float) -> tuple[npt.NDArray[np.bool_], Ints]:
    """Which rows are the last of their sample, or of these; and their books."""
    part = (rows[:, 0] - opens) // SAMPLE_S
    last = np.append(part[1:] != part[:-1], True) if len(part) else np.zeros(0, dtype=np.bool_)
    return last, book[last]


def _depth(t: Floats, books: Ints, ends: Ints, session_s: float) -> tuple[float, ...]:
    """Mean lots within DEPTHS ticks of the touch; NaN where the recorded window often ends before.

    books: after the rows whose numbers are in ends.
    """
    at = (np.searchsorted(t, np.arange(SAMPLE_S, session_s + 1, SAMPLE_S)) - 1) % len(t)
    sampled = books[np.searchsorted(ends, at)]
    sides = []
    for first in (0, 2):
        price, lots = sampled[:, first::4], sampled[:, first + 1 :: 4]
        away = np.abs(price - price[:, :1]) / POINTS
        sides.append((away, np.where(np.abs(price) < EMPTY, lots, 0)))
    found = []
    for ticks in DEPTHS:
        reach = np.mean([(away[:, -1] >= ticks).mean() for away, _ in sides])
        found.append(
            float(np.mean([(lots * (away <= ticks)).sum(axis=1).mean() for away, lots in sides])) if reach > 0.8 else np.nan
        )
    return tuple(found)
