"""The guard counts for itself, from messages alone, and names the rule that a child breaks."""

from __future__ import annotations

from typing import Any

import pytest

from metaorder.domain.child import Child
from metaorder.domain.order import ParentOrder, Side
from metaorder.domain.units import Lots, Nanos, Ticks
from metaorder.domain.venue import Report, ReportKind
from metaorder.domain.venue_rule import VenueRule
from metaorder.risk.guard import Breach, Guard
from support.core import PARENT, at, child, parent_order

ROOM = Lots(1_000)


def say(kind: ReportKind, number: int = 1, lots: int = 0) -> Report:
    return Report(kind=kind, parent=PARENT, number=number, ts=at(1), lots=Lots(lots))


def check(guard: Guard, each: Child, order: ParentOrder | None = None, now: Nanos = at(1), room: int = ROOM) -> Breach | None:
    return guard.check(order or parent_order(), each, now, Lots(room))


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({"lots": 0}, "guard_size"),
        ({"lots": -1}, "guard_size"),
        ({"price": 0}, "guard_size"),
        ({"lots": 1_001}, "guard_quantity"),
        ({"good_till": at(600) + 1}, "guard_window"),
    ],
)
def test_a_child_that_breaks_a_rule_is_named(what: dict[str, Any], code: str) -> None:
    breach = check(Guard(), child(**what), room=10_000)
    assert breach is not None
    assert breach.code == code


def test_a_child_that_keeps_every_rule_to_the_last_lot_may_leave() -> None:
    order = parent_order(limit=Ticks(10_000))
    assert check(Guard(), child(lots=1_000, price=10_000, good_till=at(600)), order, room=1_000) is None


@pytest.mark.parametrize(("side", "limit"), [(Side.BUY, 9_999), (Side.SELL, 10_001)])
def test_a_price_past_the_limit_is_stopped_on_either_side(side: Side, limit: int) -> None:
    order = parent_order(side=side, limit=Ticks(limit))
    assert check(Guard(), child(), order) == Breach("guard_limit", f"price 10000 is past the limit {limit}")
    assert check(Guard(), child(price=Ticks(limit)), order) is None


def test_a_child_above_the_headroom_is_stopped_with_the_numbers() -> None:
    assert check(Guard(), child(), room=99) == Breach("guard_cap", "100 new > 99 that the participation cap leaves")
    assert check(Guard(), child(), room=100) is None


@pytest.mark.parametrize(("seconds", "stopped"), [(-1, True), (0, False), (599, False), (600, True), (601, True)])
def test_a_child_leaves_within_the_window_alone(seconds: int, stopped: bool) -> None:
    breach = check(Guard(), child(), now=at(seconds))
    assert (breach is not None and breach.code == "guard_window") is stopped


def test_what_is_on_its_way_counts_before_it_is_acknowledged_and_after() -> None:
    guard = Guard()
    guard.sent(PARENT, child(1, lots=600))
    expected = Breach("guard_quantity", "0 filled + 600 out + 401 new > 1000 ordered")
    assert check(guard, child(2, lots=401)) == expected
    guard.heard(say(ReportKind.ACCEPTED))
    assert check(guard, child(2, lots=401)) == expected
    assert check(guard, child(2, lots=400)) is None


def test_what_is_filled_counts_and_moves_from_out_to_filled() -> None:
    guard = Guard()
    guard.sent(PARENT, child(1, lots=600))
    guard.heard(say(ReportKind.FILL, lots=250))
    assert check(guard, child(2, lots=401)) == Breach("guard_quantity", "250 filled + 350 out + 401 new > 1000 ordered")


@pytest.mark.parametrize("end", [ReportKind.CANCELED, ReportKind.EXPIRED, ReportKind.REJECTED])
def test_what_has_ended_unfilled_makes_room_again(end: ReportKind) -> None:
    guard = Guard()
    guard.sent(PARENT, child(1, lots=600))
    guard.heard(say(end, lots=600))
    assert check(guard, child(2, lots=1_000)) is None


def test_a_check_is_not_a_sending() -> None:
    guard = Guard()
    assert [check(guard, child(n, lots=1_000)) for n in (1, 2, 3)] == [None, None, None]


def test_parents_are_counted_apart_and_a_forgotten_one_begins_anew() -> None:
    guard = Guard()
    guard.sent(PARENT, child(1, lots=1_000))
    assert check(guard, child(1, lots=1_000), parent_order(id="p-2")) is None
    assert check(guard, child(2, lots=1)) is not None
    guard.forget(PARENT)
    guard.forget(PARENT)
    assert check(guard, child(2, lots=1)) is None


def test_what_a_venue_fills_beyond_what_was_sent_counts_and_nothing_more_leaves() -> None:
    guard = Guard()
    guard.sent(PARENT, child(1, lots=10))
    guard.heard(say(ReportKind.FILL, lots=1_000))
    breach = check(guard, child(2, lots=1))
    assert breach is not None
    assert breach.code == "guard_quantity"


def test_a_fill_of_a_child_that_was_never_sent_counts() -> None:
    guard = Guard()
    guard.sent(PARENT, child(1, lots=10))
    guard.heard(say(ReportKind.FILL, number=7, lots=990))
    assert check(guard, child(2, lots=1)) is not None
    guard.heard(say(ReportKind.CANCELED, number=7))
    assert check(guard, child(2, lots=1)) is not None, "an end of what was never sent frees nothing"


def test_what_no_venue_filled_is_free_again() -> None:
    guard = Guard()
    guard.sent(PARENT, child(1, lots=10))
    guard.heard(say(ReportKind.FILL, number=7, lots=990))
    assert check(guard, child(2, lots=1)) is not None
    guard.released(PARENT, Lots(90))
    assert check(guard, child(2, lots=90)) is None
    assert check(guard, child(2, lots=91)) is not None
    Guard().released(PARENT, Lots(1))  # of an order that is over nothing is counted any more


def test_a_child_leaves_for_a_venue_that_its_order_permits_alone() -> None:
    denied, allowed = (parent_order(venues=rule) for rule in (VenueRule(deny=("FAKE",)), VenueRule(allow=("FAKE",))))
    breach = check(Guard(), child(), denied)
    assert breach is not None
    assert breach.code == "guard_venue"
    assert check(Guard(), child(), allowed) is None
