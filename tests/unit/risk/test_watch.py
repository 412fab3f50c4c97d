"""The watch at the gate: each limit at its last value that passes and at its first that does not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from metaorder.domain.order import Account, Side, SuspendReason
from metaorder.domain.units import SECOND, Lots, Nanos, Ticks
from metaorder.domain.venue import Report, ReportKind
from metaorder.risk.limits import GateLimits
from metaorder.risk.watch import Watch, reason_of
from support.core import INSTRUMENT, OPEN, PARENT, at, child, parent_order, touch

ORDER = parent_order()
DESK = Account("desk")


def watch(**limits: Any) -> Watch:
    made = Watch()
    made.set(DESK, GateLimits(**limits))
    return made


def report(kind: ReportKind, ts: Nanos = OPEN, lots: int = 100, price: int = 10_000) -> Report:
    return Report(kind=kind, parent=PARENT, number=1, ts=ts, lots=Lots(lots), price=Ticks(price), quote=touch())


def code(made: Watch, now: Nanos = OPEN, open_children: int = 0, **changes: Any) -> str | None:
    breach = made.check(ORDER, child(**changes), now, open_children, INSTRUMENT)
    return None if breach is None else breach.code


@pytest.mark.parametrize(
    ("limits", "passes", "breaks", "named"),
    [
        ({"max_child_quantity": 100}, {"lots": Lots(100)}, {"lots": Lots(101)}, "max_child_quantity"),
        ({"max_child_notional": Decimal(10_000)}, {"lots": Lots(100)}, {"lots": Lots(101)}, "max_child_notional"),
        ({"max_open_children": 2}, {"open_children": 1}, {"open_children": 2}, "max_open_children"),
    ],
)
def test_a_child_at_its_limit_passes_and_one_beyond_it_does_not(
    limits: dict[str, Any], passes: dict[str, Any], breaks: dict[str, Any], named: str
) -> None:
    assert code(watch(**limits), **passes) is None
    assert code(watch(**limits), **breaks) == named
    assert code(Watch(), **breaks) is None, "an account without limits is not watched"


def test_too_many_children_in_five_minutes_stop_the_order_until_a_person_resumes_it() -> None:
    made = watch(max_children_per_5_min=2)
    made.sent(ORDER, at(0))
    made.sent(ORDER, at(10))
    assert code(made, at(299)) == "repeated_execution"
    assert code(made, at(300)) is None, "the first is five minutes old"
    made.sent(ORDER, at(300))
    assert code(made, at(301)) == "repeated_execution"
    made.resumed(PARENT)
    assert code(made, at(301)) is None


def test_refusals_in_a_row_are_a_storm_and_an_acceptance_ends_the_row() -> None:
    made = watch(max_rejects_in_10_s=3)
    refused = [made.heard(ORDER, report(ReportKind.REJECTED, at(s))) for s in (0, 5, 11)]
    assert refused == [None, None, None], "the first is more than ten seconds old"
    storm = made.heard(ORDER, report(ReportKind.REJECTED, at(12)))
    assert storm is not None
    assert reason_of(storm) is SuspendReason.REJECT_STORM
    made.heard(ORDER, report(ReportKind.REJECTED, at(13)))
    made.heard(ORDER, report(ReportKind.ACCEPTED, at(14)))
    assert [made.heard(ORDER, report(ReportKind.REJECTED, at(15))) for _ in range(2)] == [None, None]


def test_a_loss_is_realised_and_marked_and_stops_at_its_limit() -> None:
    made = watch(max_loss=Decimal("50.00"))
    assert made.losing(ORDER, 20_000, INSTRUMENT) is None
    made.heard(ORDER, report(ReportKind.FILL, lots=100, price=10_000))
    assert made.position(DESK, "ACME") == 100
    assert made.losing(ORDER, 2 * 9_950, INSTRUMENT) is None, "100 x 0.50 lost: at the limit"
    breach = made.losing(ORDER, 2 * 9_950 - 1, INSTRUMENT)
    assert breach is not None
    assert reason_of(breach) is SuspendReason.LOSS
    assert made.losing(ORDER, None, INSTRUMENT) is not None, "what is not known may be lost"
    made.heard(parent_order(side=Side.SELL), report(ReportKind.FILL, lots=100, price=9_940))
    assert made.position(DESK, "ACME") == 0
    assert made.losing(ORDER, 20_000, INSTRUMENT) is not None, "60.00 was realised"


@pytest.mark.parametrize("side", Side)
def test_what_no_venue_filled_leaves_the_account_at_the_price_that_was_told(side: Side) -> None:
    made = watch(max_loss=Decimal("50.00"))
    order = parent_order(side=side)
    made.heard(order, report(ReportKind.FILL, lots=100, price=10_000))
    for lots, price in ((60, 12_000), (40, 7_000)):
        made.heard(order, report(ReportKind.FILL, lots=lots, price=price))
        made.doubt(order, Lots(lots), Ticks(price))
    assert made.position(DESK, "ACME") == 200 * side.sign
    made.settled(order, Lots(100))
    assert made.position(DESK, "ACME") == 100 * side.sign
    assert made.losing(order, 2 * (10_000 - side.sign * 50), INSTRUMENT) is None, "100 x 0.50: what was held is gone"
    assert made.losing(order, 2 * (10_000 - side.sign * 50) - side.sign, INSTRUMENT) is not None
    made.settled(order, Lots(100))
    assert made.position(DESK, "ACME") == 100 * side.sign, "once"


def test_children_past_so_many_in_a_second_leave_when_the_first_of_them_is_a_second_old() -> None:
    made = watch(max_children_per_s=2)
    order = parent_order()
    assert made.later(order, at(1)) is None
    made.sent(order, at(1))
    made.sent(order, at(1.25))
    assert made.later(order, at(1.5)) == at(2)
    assert made.later(order, at(2)) is None
    made.sent(order, at(2))
    assert made.later(order, at(2)) == at(2.25)


def test_how_old_data_may_be_is_the_accounts_own() -> None:
    assert watch().data_age(parent_order().account) is None
    assert watch(max_data_age_s=2).data_age(parent_order().account) == 2 * SECOND
