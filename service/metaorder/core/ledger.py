"""The ledger: the orders of a session in the order of their acceptance, as their events have left them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from metaorder.core.events import Event, Happened
from metaorder.core.execution import Execution, Step, evolve
from metaorder.domain.order import Account, ParentId, Waiting
from metaorder.domain.units import Nanos

_NONE: frozenset[str] = frozenset()


class Ledger:
    """Executions, and the steps that were taken since somebody last asked. now: of the market, at the last stimulus.

    note: is told of every step.
    """

    def __init__(self, note: Callable[[Step], None]) -> None:
        self._note = note
        self.executions: dict[ParentId, Execution] = {}
        self.now = Nanos(0)
        self.awaiting: set[ParentId] = set()
        self._rank: dict[ParentId, int] = {}
        self._open: Counter[Account] = Counter()
        self._out: list[Step] = []

    @property
    def awaits_quote(self) -> frozenset[str]:
        """Symbols in which some order waits for the first two-sided book, to arrive in."""
        return frozenset(self.executions[parent].order.symbol for parent in self.awaiting) if self.awaiting else _NONE

    def open_orders(self, account: Account) -> int:
        """How many orders of an account are not terminal."""
        return self._open[account]

    def begin(self, now: Nanos) -> None:
        """Something comes in at `now`."""
        assert now >= self.now, "a market's clock does not run backwards"
        self.now = now

    def restore(self, executions: Mapping[ParentId, Execution]) -> None:
        """The orders are as somebody else says, and nothing was done since: the session is over, and nobody decides any more."""
        self.executions.clear()
        self.executions.update(executions)
        self.awaiting.clear()
        self._open = Counter(each.order.account for each in executions.values() if _alive(each))
        self._out = []

    def take(self) -> list[Step]:
        """The steps since the last call."""
        taken, self._out = self._out, []
        return taken

    def ranked(self, parents: Iterable[ParentId]) -> list[ParentId]:
        """Parents in the order of their acceptance: nothing below the shell depends on an id."""
        return sorted(parents, key=self._rank.__getitem__)

    def unfinished(self) -> list[ParentId]:
        """The orders that are not terminal."""
        return [parent for parent, execution in self.executions.items() if not execution.status.terminal]

    def emit(self, parent: ParentId, events: Iterable[Event], ts: Nanos | None = None) -> None:
        """Let events happen to an order, now or at the time that a venue says."""
        for event in events:
            happened = Happened(parent, self.now if ts is None else ts, event)
            before = self.executions.get(parent)
            after = evolve(before, happened)
            self.executions[parent] = after
            if before is None:
                self._rank[parent] = len(self._rank)
            if after.status.live and after.started is None and after.waiting is Waiting.DATA:
                self.awaiting.add(parent)
            else:
                self.awaiting.discard(parent)
            self._open[after.order.account] += _alive(after) - _alive(before)
            step = Step(happened, before, after)
            self._out.append(step)
            self._note(step)


def _alive(execution: Execution | None) -> int:
    return int(execution is not None and not execution.status.terminal)
