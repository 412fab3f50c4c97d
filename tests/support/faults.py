"""A database and a venue that do not do as they should: by a seed, so that a run can be repeated."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from typing import Any

from metaorder.adapters.db.journal import SqlJournal
from metaorder.core.chain import Entry, Sealed
from metaorder.domain.units import SECOND, Nanos
from metaorder.domain.venue import Report, ReportKind
from metaorder.ports.journal import DiskFull, Extra
from metaorder.sim.market import Market, Stop


class Died(SystemExit):
    """The server is gone in this very moment. Nothing catches it but who simulates: not even what catches every exception."""


class FaultyJournal:
    """A journal that refuses, that writes and says it did not, or whose disk is full, at the appends that are drawn.

    dead: its server is gone; nothing of it writes any more.
    """

    REFUSED, UNKNOWN, FULL = "refused", "unknown", "full"

    def __init__(self, journal: SqlJournal, faults: dict[int, str], counted: Counter[str]) -> None:
        self._journal = journal
        self._faults = faults
        self._counted = counted
        self._appended = 0
        self.dead = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)

    def append(self, entries: Sequence[Entry], extras: Sequence[Extra]) -> list[Sealed]:
        """Append, or what was drawn for this one."""
        assert not self.dead, "a server that is gone writes no more"
        self._appended += 1
        fault = self._faults.get(self._appended)
        if fault is not None:
            self._counted[f"commits {fault}"] += 1
        if fault == self.REFUSED:
            raise OSError("the disk does not answer")
        if fault == self.FULL:
            del self._faults[self._appended]
            self._appended -= 1  # the second try is the same append
            raise DiskFull("no room")
        rows = self._journal.append(entries, extras)
        if fault == self.UNKNOWN:
            raise OSError("the connection broke after the commit")
        return rows


class FaultyMarket:
    """A market whose venue keeps reports back, lets those of other children overtake them, and forgets to acknowledge.

    What it does with a report hangs on the seed and on how many came before it in the session alone: a re-run meets the same.
    Reports of one child keep their order.
    """

    LATE, MUTE = 0.2, 0.1
    LONGEST_S = 20.0

    def __init__(self, market: Market, close: Nanos, seed: str, counted: Counter[str]) -> None:
        self._market = market
        self._close = close
        self._seed = seed
        self._counted = counted
        self._heard = 0
        self._ready: deque[Report] = deque()
        self._held: list[tuple[int, int, Report]] = []
        self._last: dict[tuple[str, int], int] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._market, name)

    def advance(self, *, until: Nanos, index: int, wake: Nanos | None, on_quote: Iterable[str], budget: int) -> Stop:
        """As the market; a report that is due stops it like one that comes in."""
        wanted = list(on_quote)
        while not self._release():
            due = self._held[0][0] if self._held else None
            soonest = due if wake is None else wake if due is None else min(due, wake)
            stop = self._market.advance(
                until=until, index=index, wake=None if soonest is None else Nanos(soonest), on_quote=wanted, budget=budget
            )
            if stop is Stop.REPORT:
                self._take_in()
            elif stop is not Stop.WAKE or soonest == wake:
                if not (stop is Stop.WAKE and self._release()):
                    return stop
                return Stop.REPORT
        return Stop.REPORT

    def take_reports(self) -> list[Report]:
        """What may be heard by now."""
        taken = list(self._ready)
        self._ready.clear()
        return taken

    def shut(self) -> None:
        """The market is deleted: everything is heard."""
        self._market.shut()
        while self._held:
            self._ready.append(heappop(self._held)[2])
        self._ready.extend(self._market.take_reports())

    def _release(self) -> bool:
        while self._held and self._held[0][0] <= self._market.clock:
            self._ready.append(heappop(self._held)[2])
        return bool(self._ready)

    def _take_in(self) -> None:
        now = self._market.clock
        for report in self._market.take_reports():
            self._heard += 1
            dice, child = random.Random(f"{self._seed}/{self._heard}"), (report.parent, report.number)
            if report.kind is ReportKind.ACCEPTED and dice.random() < self.MUTE:
                self._counted["acknowledgements lost"] += 1
                continue
            due = int(now)
            if dice.random() < self.LATE:
                due = min(due + int(dice.random() * self.LONGEST_S * SECOND), self._close - 1)
                self._counted["reports held back"] += 1
            due = max(due, self._last.get(child, due), int(now) if now >= self._close else 0)
            self._last[child] = due
            heappush(self._held, (due, self._heard, report))
