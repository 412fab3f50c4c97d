"""What a venue's report comes to: what it tells of its order, nothing new, or a discrepancy, written down and not believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from metaorder.core.events import Discrepancy
from metaorder.core.execution import Execution
from metaorder.core.repeats import Repeats
from metaorder.domain.child import Child, ChildStatus
from metaorder.domain.order import ParentId
from metaorder.domain.units import Lots
from metaorder.domain.venue import Report, ReportKind

UNKNOWN_PARENT = "unknown_parent"
UNKNOWN_CHILD = "unknown_child"
LATE_FILL = "late_fill"
SECOND_END = "second_end"
OVERFILL = "overfill"
BAD_FILL = "bad_fill"
LATE_REFUSAL = "late_refusal"
END_LEAVES_MORE = "end_leaves_more"
NO_END = "no_end"

DISCREPANCIES = {
    UNKNOWN_PARENT: "a report of an order that was never accepted here",
    UNKNOWN_CHILD: "a report of a child that was never sent",
    LATE_FILL: "a fill of a child that the venue had ended",
    SECOND_END: "another end of a child that the venue had ended",
    OVERFILL: "a fill of more than the child had left",
    BAD_FILL: "a fill without lots or a price",
    LATE_REFUSAL: "a refusal of a child that the venue had taken",
    END_LEAVES_MORE: "an end that leaves more than the child had open: the venue does not know of a fill that it told of",
    NO_END: "the session is over, and the venue never said what became of the child",
}
"""What a venue may say that cannot be so, by code."""

SAID_AGAIN = "repeated"
OVERTAKEN = "overtaken"
"""An acknowledgement that comes after the end of its child: late, but nothing is wrong with it."""

EARLY = "early_end"
"""An end that leaves less than the child has open: it has overtaken fills. It waits for them; the child stays exposure."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A report, held against what is known. report: what of it is believed. halts: the order must not go on by itself.

    early: it is the end of a child some fills of which were not told yet: it is believed once they are.
    """

    report: Report | None
    discrepancy: Discrepancy | None = None
    halts: bool = False
    early: bool = False

    @property
    def tells(self) -> bool:
        """Whether something happens to an order."""
        return self.report is not None or self.discrepancy is not None or self.early


class Hearing:
    """Holds each report against its order. counts: what told nothing or could not be so, by code.

    strays: reports of orders that are not here, since somebody last took them.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.strays: list[Report] = []
        self._repeats = Repeats()
        self._early: dict[tuple[ParentId, int], Report] = {}

    def fresh(self, reports: Sequence[Report]) -> list[Report]:
        """The reports that were not heard before."""
        before = self._repeats.count
        heard = self._repeats.fresh(reports)
        if self._repeats.count > before:
            self.counts[SAID_AGAIN] += self._repeats.count - before
        return heard

    def judge(self, report: Report, execution: Execution | None) -> Judged:
        """What is to be made of a report."""
        if execution is None:
            self.counts[UNKNOWN_PARENT] += 1
            self.strays.append(report)
            return Judged(None)
        found = judged(report, execution)
        if found.early:
            self.counts[EARLY] += 1
            self._early[report.parent, report.number] = report
        elif found.discrepancy is not None:
            self.counts[found.discrepancy.code] += 1
        elif found.report is None:
            self.counts[OVERTAKEN] += 1
        return found

    def completed(self, report: Report, execution: Execution) -> Report | None:
        """The end that a venue told of before this fill, once nothing is missing any more."""
        key = (report.parent, report.number)
        early, child = self._early.get(key), execution.open.get(report.number)
        if early is None or (child is not None and early.lots < child.open):
            return None
        return self._early.pop(key)

    def missed(self, child: Child) -> Discrepancy:
        """A child of which the venue never said the end."""
        self.counts[NO_END] += 1
        return Discrepancy(
            number=child.number, code=NO_END, detail=DISCREPANCIES[NO_END], said="nothing", held=child.open, closes=True
        )

    def take_strays(self) -> list[Report]:
        """Reports of orders that are not here."""
        taken, self.strays = self.strays, []
        return taken


def judged(report: Report, execution: Execution) -> Judged:
    """What of a report can be so, given what was sent and what was said before. Pure.

    A fill that cannot be is not booked: its lots are held as exposure, and the order stops. What ends a child twice, or says
    more of its end than can be, ends it once.
    """
    child = execution.open.get(report.number)
    if child is None:
        return _closed(report, sent=0 < report.number <= execution.children)
    if report.kind is ReportKind.FILL:
        if report.lots <= 0 or report.price <= 0:
            return Judged(None, _said(report, BAD_FILL, Lots(0)), halts=True)
        if report.lots > child.open:
            held = _said(report, OVERFILL, report.lots)
            return Judged(None, replace(held, closes=True), halts=True)
    elif report.kind is ReportKind.REJECTED:
        if child.status in {ChildStatus.NEW, ChildStatus.PARTIALLY_FILLED}:
            ended = replace(report, kind=ReportKind.CANCELED, lots=child.open)
            return Judged(ended, _said(report, LATE_REFUSAL, Lots(0)))
    elif report.kind is not ReportKind.ACCEPTED and report.lots < child.open:
        return Judged(None, early=True)
    elif report.kind is not ReportKind.ACCEPTED and report.lots > child.open:
        ended = replace(report, lots=child.open)
        return Judged(ended, _said(report, END_LEAVES_MORE, Lots(0)), halts=True)
    return Judged(report)


def _closed(report: Report, *, sent: bool) -> Judged:
    """A report of a child that is not open: it has ended, or was never sent."""
    if not sent:
        held = Lots(max(0, report.lots)) if report.kind is ReportKind.FILL else Lots(0)
        alive = report.kind in {ReportKind.FILL, ReportKind.ACCEPTED}
        return Judged(None, _said(report, UNKNOWN_CHILD, held), halts=alive)
    if report.kind is ReportKind.FILL:
        return Judged(None, _said(report, LATE_FILL, Lots(max(0, report.lots))), halts=True)
    if report.kind is ReportKind.ACCEPTED:
        return Judged(None)
    return Judged(None, _said(report, SECOND_END, Lots(0)))


def _said(report: Report, code: str, held: Lots) -> Discrepancy:
    traded = report.kind is ReportKind.FILL
    return Discrepancy(
        number=report.number,
        code=code,
        detail=DISCREPANCIES[code],
        said=str(report.kind),
        lots=report.lots,
        price=report.price if traded else None,
        execution=report.number_of_fill if traded else None,
        held=held,
    )
