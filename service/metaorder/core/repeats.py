"""What venues have said already: a report that is heard a second time is counted, and tells nothing."""

from __future__ import annotations

from collections.abc import Sequence

from metaorder.domain.order import ParentId
from metaorder.domain.venue import Report, ReportKind

Said = tuple[int, ReportKind, int]
"""Child, what happened to it, and the execution's number where it traded: a child is accepted once, and ends once."""


class Repeats:
    """The reports of each order so far. Kept when the order ends: a repeat may come later still.

    count: repeats that were dropped.
    """

    def __init__(self) -> None:
        self.count = 0
        self._said: dict[ParentId, set[Said]] = {}

    def fresh(self, reports: Sequence[Report]) -> list[Report]:
        """The reports that were not heard before, in their order."""
        return [report for report in reports if self._first(report)]

    def _first(self, report: Report) -> bool:
        said = self._said.setdefault(report.parent, set())
        key = (report.number, report.kind, report.number_of_fill if report.kind is ReportKind.FILL else 0)
        if key in said:
            self.count += 1
            return False
        said.add(key)
        return True
