"""A fake market whose venue is honest, and whose reports come twice, late, in another order, or not until they are asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Any

from metaorder.core.events import Discrepancy, Fill
from metaorder.core.execution import Step
from metaorder.core.hearing import NO_END
from metaorder.domain.child import ChildStatus
from metaorder.domain.order import ParentId
from metaorder.domain.units import Lots, Nanos
from metaorder.domain.venue import Report, ReportKind
from support.core import CLOSE
from support.fake_market import FILLS_AT_ONCE, MILLISECOND, FakeMarket, Fates, Tick, Watcher, _Resting

ENDS = frozenset({ReportKind.CANCELED, ReportKind.EXPIRED, ReportKind.REJECTED})
DELAYS = (1, 40, 900, 7_000, 60_000)
"""How late a report may be [ms]: later than what is traded next, than patience, than the order's end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What becomes of each report, in percent: twice = it comes once more later; late = it comes later than the ones after it;
    lost = it does not come. lost_ends: of what ends a child. A venue that is asked says all that it ever said of a child again.
    """

    twice: int = 0
    late: int = 0
    lost: int = 0
    lost_ends: int = 0


class FaultyMarket(FakeMarket):
    """A fake market behind a channel with faults. said: everything that the venue told of each child, heard or not."""

    def __init__(
        self,
        tape: Iterable[Tick] = (),
        fates: Fates = lambda n: FILLS_AT_ONCE,
        *,
        faults: Faults,
        seed: int = 0,
        watchers: Iterable[Watcher] = (),
        **rest: Any,
    ) -> None:
        super().__init__(tape, fates, watchers=[*watchers, Exposure(self)], **rest)
        self.faults = faults
        self.said: dict[tuple[ParentId, int], list[Report]] = defaultdict(list)
        self._random = Random(seed)

    def printed(self, parent: ParentId) -> dict[int, Lots]:
        """What the venue executed of an order: lots by the number of the execution."""
        return {
            report.number_of_fill: report.lots
            for (owner, _), reports in self.said.items()
            for report in reports
            if owner == parent and report.kind is ReportKind.FILL
        }

    def tell_everything(self) -> None:
        """Every report comes at last, in some order; most of them were heard before."""
        told = [report for reports in self.said.values() for report in reports]
        self._random.shuffle(told)
        for report in told:
            self._deliver([report])

    def close(self) -> None:
        """The session ends, and what is at the venue with it: all of it is told."""
        self.run(CLOSE)
        self._messages.clear()
        for child in self._children.values():
            self._end(child, ReportKind.EXPIRED, "session_closed")
        self.tell_everything()
        self._take(self.engine.on_close(self.now))

    # --- the channel ---

    def _report(self, resting: _Resting, kind: ReportKind, **facts: object) -> Report:
        report = super()._report(resting, kind, **facts)
        self.said[report.parent, report.number].append(report)
        return report

    def _hear(self, reports: list[Report]) -> None:
        for report in reports:
            dice, faults = self._random.randrange, self.faults
            if dice(100) < (faults.lost_ends if report.kind in ENDS else faults.lost):
                continue
            if dice(100) < faults.late:
                self._again(report)
            else:
                self._deliver([report])
            if dice(100) < faults.twice:
                self._again(report)

    def _again(self, report: Report) -> None:
        due = self.now + self._random.choice(DELAYS) * MILLISECOND
        self._later(due, self._delivery(report))

    def _delivery(self, report: Report) -> Callable[[], list[Report]]:
        def deliver() -> list[Report]:
            self._deliver([report])
            return []

        return deliver

    def _deliver(self, reports: list[Report]) -> None:
        """What came through is heard, whatever becomes of the rest."""
        super()._hear(reports)

    def _cancel(self, parent: ParentId, number: int) -> None:
        """To be called back is to be asked: what is over is told of once more, through the same channel."""
        super()._cancel(parent, number)
        asked = self._children[parent, number]

        def answer() -> list[Report]:
            return list(self.said[parent, number]) if asked.over else []

        self._later(self.now + self.latency + 2 * MILLISECOND, answer)


class Exposure:
    """At each step no lot is made or lost, none is booked twice, and what the venue executed is accounted for."""

    def __init__(self, market: FaultyMarket) -> None:
        self.market = market
        self.booked: dict[ParentId, dict[str, Lots]] = defaultdict(dict)

    def on_print(self, ts: Nanos, price: int, lots: int) -> None:
        """Others' trades are of no interest here."""

    def on_halt(self, *, halted: bool) -> None:
        """Nor is a halt."""

    def on_step(self, step: Step, now: Nanos) -> None:
        event, parent, after = step.happened.event, step.happened.parent, step.after
        if isinstance(event, Fill):
            booked = self.booked[parent]
            assert event.execution_id not in booked, "an execution is booked once"
            number = int(event.execution_id.rsplit("-", 1)[1])
            assert self.market.printed(parent)[number] == event.lots, "what is booked is what the venue executed"
            booked[event.execution_id] = event.lots
        assert not isinstance(event, Discrepancy) or event.code == NO_END, f"nothing here cannot be so: {event}"
        known = sum(child.open for child in after.open.values() if child.status is not ChildStatus.PENDING_UNKNOWN)
        unknown = sum(child.open for child in after.open.values() if child.status is ChildStatus.PENDING_UNKNOWN)
        unsent = after.order.lots - after.filled - known - unknown - after.disputed
        assert min(after.filled, known, unknown, unsent) >= 0, "filled + working + unknown + unsent = quantity"
        assert after.filled == sum(self.booked[parent].values())
        executed = sum(self.market.printed(parent).values())
        assert after.filled <= executed <= after.filled + known + unknown + after.disputed, "what trades is accounted for"


def all_is_booked(market: FaultyMarket) -> None:
    """Every report has come: what the venue executed is what is booked, and nothing is open or in dispute."""
    for parent, execution in market.engine.executions.items():
        assert execution.filled == sum(market.printed(parent).values())
        assert (execution.disputed, dict(execution.open)) == (0, {})
