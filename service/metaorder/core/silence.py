"""Silence: children of which a venue owes a word, when it is overdue, and the venues that have not spoken since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush

from metaorder.core.events import ChildUnknown
from metaorder.core.execution import Execution, Step
from metaorder.core.gates import Gate
from metaorder.domain.child import Child, ChildStatus
from metaorder.domain.order import ParentId
from metaorder.domain.units import SECOND, Nanos

PATIENCE = Nanos(5 * SECOND)
"""How long a venue may be silent beyond the time that messages take there and back. Each further question waits twice as long."""

OWED = frozenset({ChildStatus.PENDING_NEW, ChildStatus.PENDING_CANCEL, ChildStatus.PENDING_UNKNOWN})
"""A child in one of these states is one that the venue has to speak of."""

Executions = Mapping[ParentId, Execution]
Key = tuple[ParentId, int]


class Silence:
    """Follows every step, and what venues say. gates: of the venues that trade each symbol.

    silent: venues that owe a word that is overdue, and have said nothing at all since they were told what they owe it for.
    """

    def __init__(self, gates: Mapping[str, Sequence[Gate]]) -> None:
        self.silent: set[str] = set()
        self._answer = {gate.venue: gate.answer for each in gates.values() for gate in each}
        self._due: list[tuple[Nanos, int, Key, ChildStatus, Nanos]] = []
        self._count = 0
        self._asked: dict[Key, int] = {}
        self._heard: dict[str, Nanos] = {}

    def note(self, step: Step) -> None:
        """A child was sent, is called back, or is asked about: from now on the venue owes a word."""
        number = getattr(step.happened.event, "number", None)
        if number is None:
            return
        key = (step.happened.parent, number)
        child = step.after.open.get(number)
        if child is None or child.status not in OWED:
            self._asked.pop(key, None)
            return
        before = None if step.before is None else step.before.open.get(number)
        if before is None or before.status is not child.status or isinstance(step.happened.event, ChildUnknown):
            self._owe(key, child, step.happened.ts)

    def heard(self, venue: str, now: Nanos) -> None:
        """A venue has said something."""
        self._heard[venue] = now
        self.silent.discard(venue)

    def wake(self, executions: Executions) -> Nanos | None:
        """When the next word is overdue."""
        while self._due and not self._stands(self._due[0], executions):
            heappop(self._due)
        return self._due[0][0] if self._due else None

    def overdue(self, executions: Executions, now: Nanos) -> list[tuple[ParentId, ChildUnknown]]:
        """The children of which nothing was said in time: each is asked about, by calling it back."""
        found = []
        while (due := self.wake(executions)) is not None and due <= now:
            _, _, (parent, number), _, since = heappop(self._due)
            venue = executions[parent].open[number].venue
            if self._heard.get(venue, Nanos(-1)) < since:
                self.silent.add(venue)
            self._asked[parent, number] = self._asked.get((parent, number), 0) + 1
            why = f"no word of the venue in {(now - since) // 10**6} ms"
            found.append((parent, ChildUnknown(number=number, reason=why, asked=True)))
        return found

    def _owe(self, key: Key, child: Child, since: Nanos) -> None:
        self._count += 1
        patience = (self._answer.get(child.venue, Nanos(0)) + PATIENCE) << self._asked.get(key, 0)
        heappush(self._due, (Nanos(since + patience), self._count, key, child.status, since))

    @staticmethod
    def _stands(due: tuple[Nanos, int, Key, ChildStatus, Nanos], executions: Executions) -> bool:
        _, _, (parent, number), status, _ = due
        child = executions[parent].open.get(number)
        return child is not None and child.status is status
