"""Repeats: a venue that says a thing again, at once or later, changes nothing."""

from __future__ import annotations

import pytest

from metaorder.core.engine import Engine
from metaorder.core.repeats import Repeats
from metaorder.domain.units import Lots, Ticks
from metaorder.domain.venue import Report, ReportKind
from support.core import OPEN, PARENT, parent_order, touch
from support.fake_market import NEVER_FILLS, FakeMarket, Quoted


def resting() -> tuple[Engine, int]:
    """An engine with one order, and its one open child."""
    market = FakeMarket([Quoted(OPEN, touch())], lambda n: NEVER_FILLS, background=10**9)
    market.run(OPEN)
    market.accept(parent_order())
    (number,) = market.engine.executions[PARENT].open
    return market.engine, number


def report(number: int, kind: ReportKind, lots: int = 0, fill: int = 0) -> Report:
    return Report(
        kind=kind, parent=PARENT, number=number, ts=OPEN, lots=Lots(lots), price=Ticks(10_001), number_of_fill=fill, quote=touch()
    )


@pytest.mark.parametrize(
    ("kind", "lots", "fill"),
    [
        (ReportKind.ACCEPTED, 0, 0),
        (ReportKind.FILL, 1, 1),
        (ReportKind.FILL, 100, 1),
        (ReportKind.CANCELED, 100, 0),
        (ReportKind.EXPIRED, 100, 0),
        (ReportKind.REJECTED, 0, 0),
    ],
)
def test_a_report_that_is_repeated_changes_nothing(kind: ReportKind, lots: int, fill: int) -> None:
    engine, number = resting()
    said = report(number, kind, lots, fill)
    assert engine.hear([said], OPEN)
    before = engine.executions[PARENT]
    held = engine.position(before.order.account, before.order.symbol)
    assert engine.hear([said, said], OPEN) == []
    assert engine.executions[PARENT] == before
    assert engine.position(before.order.account, before.order.symbol) == held


def test_two_executions_alike_but_for_their_number_are_two() -> None:
    repeats = Repeats()
    fills = [report(1, ReportKind.FILL, 1, fill) for fill in (1, 2, 1)]
    assert repeats.fresh(fills) == fills[:2]
    assert repeats.count == 1
