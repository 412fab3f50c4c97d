"""Reports as events: a fill carries the fee of the venue where the child was, and the identity of the venue's own count."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from metaorder.core.decide import Gate
from metaorder.core.events import ChildCanceled, ChildRejected, Fill
from metaorder.core.execution import Execution
from metaorder.core.reports import reported
from metaorder.domain.units import Lots, Ticks
from metaorder.domain.venue import Report, ReportKind
from support.core import INSTRUMENT, LATENCY, PARENT, at, fold, started, submitted, touch

FREE = Gate("FREE", LATENCY, INSTRUMENT)
PAID = Gate("FAKE", LATENCY, replace(INSTRUMENT, taker_fee=Decimal("0.0030")))


def told(kind: ReportKind, execution: Execution) -> object:
    report = Report(kind=kind, parent=PARENT, number=1, ts=at(700), lots=Lots(40), price=Ticks(10_001), quote=touch())
    return reported(report, execution, (FREE, PAID), "lab")


def test_a_fill_pays_where_its_child_is_and_says_that_it_came_late() -> None:
    fill = told(ReportKind.FILL, fold(submitted(), start=started()))
    assert isinstance(fill, Fill)
    assert fill.execution_id.startswith("lab-FAKE-")
    assert fill.fee == PAID.instrument.fee(Ticks(10_001), Lots(40), maker=False) > 0
    assert (fill.filled, fill.leaves, fill.after_end) == (40, 960, True)


def test_the_other_reports_keep_what_the_venue_said() -> None:
    execution = fold(submitted(), start=started())
    assert isinstance(told(ReportKind.REJECTED, execution), ChildRejected)
    canceled = told(ReportKind.CANCELED, execution)
    assert isinstance(canceled, ChildCanceled)
    assert canceled.lots == 40


def test_a_fill_says_what_it_cost_and_what_was_expected_of_its_part_of_the_child() -> None:
    fill = told(ReportKind.FILL, fold(submitted(expected_cost=-5_000), start=started()))
    assert isinstance(fill, Fill)
    assert (fill.cost, fill.expected_cost) == (40 * (50 + 30), -2_000)
    plain = told(ReportKind.FILL, fold(submitted(), start=started()))
    assert isinstance(plain, Fill)
    assert (plain.cost, plain.expected_cost) == (None, None)
