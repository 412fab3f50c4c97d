"""Own fills of one order as far back as they are remembered, by the minute: a look does not sum them one by one."""

from __future__ import annotations

import math
from bisect import bisect_right
from itertools import groupby
from operator import itemgetter

from metaorder.domain.units import MINUTE, SECOND, Lots, Nanos

Row = tuple[Nanos, Lots]
"""A fill: when, and how much."""

FORGOTTEN = 20.0
"""Half-lives (over ln 2) after which nothing is left of a fill."""

MEMOS = 4
"""Decays whose sums a minute keeps: an order asks for one or two."""


class Minute:
    """The fills of one minute of the clock, oldest first. It never changes; what it was asked for it keeps."""

    __slots__ = ("end", "known", "lots", "rows")

    def __init__(self, rows: tuple[Row, ...]) -> None:
        self.rows = rows
        self.end = Nanos((rows[0][0] // MINUTE + 1) * MINUTE)
        self.lots = Lots(sum([lots for _, lots in rows]))
        self.known: dict[float, float] = {}

    def left(self, beta: float) -> float:
        """The lots, each faded until the end of the minute. beta: [1/second]."""
        found = self.known.get(beta)
        if found is None:
            found, unit = 0.0, beta / SECOND
            for ts, lots in self.rows:
                found += lots * math.exp(unit * (ts - self.end))
            if len(self.known) >= MEMOS:
                self.known.clear()
            self.known[beta] = found
        return found


class Fills(tuple[Row, ...]):
    """Fills, oldest first: a tuple of (time, lots), as any other."""

    _minutes: tuple[Minute, ...] | None = None

    @property
    def minutes(self) -> tuple[Minute, ...]:
        """The minutes that have fills, oldest first."""
        if self._minutes is None:
            self._minutes = tuple(Minute(tuple(rows)) for _, rows in groupby(self, key=_minute))
        return self._minutes

    def with_fill(self, ts: Nanos, lots: Lots, since: Nanos) -> Fills:
        """One more, in its place: a report may be overtaken by that of a later fill. Fills up to `since` are forgotten."""
        first = bisect_right(self, since, key=itemgetter(0))
        place = bisect_right(self, ts, key=itemgetter(0))
        made = Fills((*self[first:place], (ts, lots), *self[place:]))
        if place == len(self):  # the usual case: every minute but the last is as it was
            kept = self.minutes
            while kept and kept[0].rows[-1][0] <= since:
                kept = kept[1:]
            if kept and kept[0].rows[0][0] <= since:
                kept = (Minute(tuple([row for row in kept[0].rows if row[0] > since])), *kept[1:])
            if kept and kept[-1].end > ts:
                made._minutes = (*kept[:-1], Minute((*kept[-1].rows, (ts, lots))))
            else:
                made._minutes = (*kept, Minute(((ts, lots),)))
        return made

    def after(self, time: float) -> Lots:
        """Lots of the fills after `time`."""
        if not self or self[-1][0] <= time:
            return Lots(0)
        total = 0
        for minute in reversed(self.minutes):
            if minute.rows[0][0] > time:
                total += minute.lots
            else:
                return Lots(total + sum([lots for ts, lots in minute.rows if ts > time]))
        return Lots(total)

    def faded(self, beta: float, time: Nanos) -> float:
        """Lots of the fills up to `time`, each faded since. beta: [1/second]."""
        total, unit = 0.0, beta / SECOND
        if not self or self[0][0] > time:
            return total
        for minute in reversed(self.minutes):
            if minute.end > time:
                for ts, lots in minute.rows[: bisect_right(minute.rows, time, key=itemgetter(0))]:
                    total += lots * math.exp(unit * (ts - time))
                continue
            age = unit * (time - minute.end)
            if age > FORGOTTEN:
                break
            known = minute.known.get(beta)
            total += (minute.left(beta) if known is None else known) * math.exp(-age)
        return total


def _minute(row: Row) -> int:
    return row[0] // MINUTE


NO_FILLS = Fills()
