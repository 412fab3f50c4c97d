"""The engine: when orders start, look again, end, and in which order; and a refusal that changes nothing."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from metaorder.core.commands import Accept, Amend, Cancel, Delete, Kill, Pause, Refusal, Rejection, Resume, Unchanged
from metaorder.core.decide import Gate
from metaorder.core.engine import Engine
from metaorder.core.events import (
    ChildSubmitted,
    Fill,
    ParentAccepted,
    ParentExpired,
    ParentFilled,
    ParentStarted,
    ParentSuspended,
    RiskBlocked,
    ScheduleSet,
)
from metaorder.core.execution import Execution
from metaorder.domain.child import ChildStatus, Liquidity, TimeInForce
from metaorder.domain.order import Account, EndReason, ParentId, ParentOrder, Status, SuspendReason, Waiting
from metaorder.domain.units import Lots, Nanos
from metaorder.domain.venue import ReportKind
from metaorder.routing.placement import MOST_OPEN
from support.core import CLOSE, DAY, INSTRUMENT, LATENCY, OPEN, PARENT, at, child, parent_order, touch
from support.fake_market import FILLS_AT_ONCE, NEVER_FILLS, REFUSES, FakeMarket, Fate, Halted, Quoted, Tick


def trading(*ticks: Tick, fate: Fate = FILLS_AT_ONCE, **options: Any) -> FakeMarket:
    """A market at its open, two-sided, and busy enough for any cap."""
    market = FakeMarket([Quoted(OPEN, touch()), *ticks], lambda n: fate, background=10**9, **options)
    market.run(OPEN)
    return market


def accept(market: FakeMarket, **terms: Any) -> ParentOrder:
    order = parent_order(**terms)
    market.accept(order)
    return order


def of(market: FakeMarket, parent: ParentId = PARENT) -> Execution:
    return market.engine.executions[parent]


def happened(market: FakeMarket, *kinds: type[Any]) -> list[Any]:
    return [step.happened.event for step in market.steps if isinstance(step.happened.event, kinds)]


def test_an_order_whose_time_has_come_arrives_is_planned_and_sends_at_once() -> None:
    market = trading()
    accept(market)
    assert [type(step.happened.event) for step in market.steps] == [ParentAccepted, ParentStarted, ScheduleSet, ChildSubmitted]
    assert happened(market, ParentStarted) == [ParentStarted(arrival=touch(), reference=market.reference(), waited_ns=0)]
    assert of(market).started == OPEN


def test_an_order_waits_for_its_start() -> None:
    market = trading()
    accept(market, start=at(30))
    assert (of(market).waiting, market.engine.wake) == (Waiting.START, at(30))
    market.run(at(30))
    assert (of(market).waiting, of(market).started) == (None, at(30))


def test_an_order_waits_for_a_market_with_two_sides_and_says_how_long() -> None:
    market = FakeMarket([Quoted(OPEN, touch(10_000, None)), Quoted(at(7), touch())])
    accept(market)
    market.run(at(5))
    assert (of(market).waiting, market.engine.awaits_quote, of(market).started) == (Waiting.DATA, {"ACME"}, None)
    market.run(at(7))
    assert happened(market, ParentStarted)[0].waited_ns == 7 * 10**9
    assert not market.engine.awaits_quote


def test_an_order_does_not_arrive_in_a_halt() -> None:
    market = trading(Halted(at(5), True), Halted(at(50), False))
    accept(market, start=at(10))
    market.run(at(20))
    assert (of(market).waiting, of(market).started) == (Waiting.HALT, None)
    market.run(at(50))
    assert of(market).started == at(50)


@pytest.mark.parametrize("must_complete", [False, True])
def test_an_order_that_never_arrived_says_why_if_it_had_to_complete(must_complete: bool) -> None:
    def reason(*ticks: Tick) -> EndReason:
        market = FakeMarket(ticks)
        accept(market, must_complete=must_complete)
        market.run(at(600))
        return happened(market, ParentExpired)[0].reason

    expected = (EndReason.HALTED, EndReason.NO_LIQUIDITY) if must_complete else (EndReason.WINDOW_ENDED,) * 2
    assert (reason(Quoted(OPEN, touch()), Halted(OPEN, True)), reason()) == expected


def test_an_order_that_was_paused_before_it_arrived_ends_with_its_window() -> None:
    market = trading()
    accept(market, start=at(30), must_complete=True)
    market.apply(Pause(parent=PARENT))
    market.run(at(600))
    assert happened(market, ParentExpired)[0].reason is EndReason.WINDOW_ENDED


def test_an_order_that_ends_while_paused_waits_for_its_child_and_wakes_only_to_ask_after_it() -> None:
    market = trading(fate=Fate(fills=(), cancel=None))
    accept(market)
    market.apply(Amend(parent=PARENT, expected_version=1, body_hash="", end=at(300)))
    market.apply(Pause(parent=PARENT))
    market.run(at(301))
    asked_at = 5 + 10 + 20 + 40 + 80 + 160  # each question to a silent venue waits twice as long as the one before
    assert (of(market).status, market.engine.wake) == (Status.PENDING_CANCEL, at(asked_at))
    market.close()
    assert happened(market, ParentExpired)[0].reason is EndReason.WINDOW_ENDED


def test_resuming_amending_and_the_end_of_a_halt_draw_the_schedule_anew() -> None:
    market = trading(Halted(at(300), True), Halted(at(330), False))
    accept(market)
    market.run(at(100))
    market.apply(Pause(parent=PARENT))
    market.run(at(200))
    market.apply(Resume(parent=PARENT))
    market.run(at(250))
    market.apply(Amend(parent=PARENT, expected_version=1, body_hash="", lots=Lots(1_200)))
    market.run(at(400))
    drawn = [(s.happened.ts, s.happened.event.cause) for s in market.steps if isinstance(s.happened.event, ScheduleSet)]
    assert drawn == [(at(0), "started"), (at(200), "resumed"), (at(250), "amended"), (at(330), "trading resumed")]
    last = happened(market, ScheduleSet)[-1]
    assert (last.points[0], last.points[-1]) == ((at(330), last.done), (at(600), 1_200))


def test_a_paused_order_is_drawn_anew_when_it_is_resumed_and_not_before() -> None:
    market = trading(Halted(at(40), True), Halted(at(50), False))
    accept(market)
    market.apply(Pause(parent=PARENT))
    market.run(at(60))
    market.apply(Amend(parent=PARENT, expected_version=1, body_hash="", lots=Lots(500)))
    assert len(happened(market, ScheduleSet)) == 1


def test_a_fill_makes_room_and_the_order_decides_at_once() -> None:
    market = trading()
    accept(market, lots=Lots(1_000), max_child=Lots(10), params={"slices": 1})
    market.run(at(0.9))
    assert (of(market).filled, of(market).children) == (10, 2)
    times = [step.happened.ts for step in market.steps if isinstance(step.happened.event, ChildSubmitted)]
    assert times == [OPEN, at(0.51)]


def test_a_refusal_makes_none_and_the_order_looks_again_when_it_meant_to() -> None:
    market = trading(fate=REFUSES)
    accept(market)
    market.run(at(0.9))
    assert (of(market).children, market.engine.wake) == (1, at(1))


def test_a_venue_that_refuses_everything_is_asked_once_a_second_and_is_what_the_order_waits_for() -> None:
    market = trading(fate=REFUSES)
    accept(market)
    market.run(at(20))
    times = [step.happened.ts for step in market.steps if isinstance(step.happened.event, ChildSubmitted)]
    assert len(times) >= 10
    assert all(after - before >= 10**9 for before, after in pairwise(times))
    assert of(market).waiting is Waiting.VENUE


def test_an_order_in_a_hurry_asks_a_venue_that_refuses_no_more_often_once_it_has_heard_it() -> None:
    market = trading(fate=REFUSES)
    accept(market, params={"slices": 100_000}, lots=Lots(100_000))
    market.run(at(20))
    times = [step.happened.ts for step in market.steps if isinstance(step.happened.event, ChildSubmitted)]
    known = [time for time in times if time > at(0.6)]
    assert len(known) >= 10
    assert all(after - before >= 10**9 for before, after in pairwise(known))
    assert len(times) - len(known) <= MOST_OPEN


def test_a_command_does_not_hurry_an_order_that_was_refused() -> None:
    market = trading(fate=REFUSES)
    accept(market)
    market.run(at(0.6))
    market.apply(Amend(parent=PARENT, expected_version=1, body_hash="", lots=Lots(2_000)))
    assert of(market).children == 1


def test_a_cancel_that_nobody_asked_for_does_not_make_the_order_send_again_at_once() -> None:
    market = trading(fate=NEVER_FILLS)
    accept(market)
    market.run(at(0.6))
    market._hear(market._end(market._children[PARENT, 1], ReportKind.CANCELED, "self_match"))
    assert (of(market).children, of(market).working) == (1, 0)
    market.run(at(1))
    assert of(market).children == 2


def test_an_order_that_a_venue_takes_again_waits_no_more() -> None:
    market = FakeMarket([Quoted(OPEN, touch())], lambda n: REFUSES if n < 2 else NEVER_FILLS, background=10**9)
    accept(market)
    market.run(at(1.7))
    assert of(market).waiting is Waiting.VENUE
    market.run(at(4.5))
    assert (of(market).waiting, of(market).children) == (None, 3)


def test_orders_decide_in_the_order_of_their_acceptance_whatever_their_ids() -> None:
    market = trading()
    for name in ("z", "a", "m"):
        accept(market, id=ParentId(name), client_order_id=name, start=at(1))
    market.run(at(1))
    sent = [step.happened.parent for step in market.steps if isinstance(step.happened.event, ChildSubmitted)]
    assert sent == ["z", "a", "m"]


def test_open_orders_are_counted_by_account_until_they_end() -> None:
    market = trading()
    accept(market)
    accept(market, id=ParentId("p-2"), client_order_id="c-2")
    accept(market, id=ParentId("p-3"), client_order_id="c-3", account=Account("other"))
    count = market.engine.open_orders
    assert (count(Account("desk")), count(Account("other")), count(Account("nobody"))) == (2, 1, 0)
    market.apply(Cancel(parent=PARENT))
    assert count(Account("desk")) == 2, "an order that is ending is open"
    market.run(at(5))
    assert count(Account("desk")) == 1


def test_a_refused_order_is_recorded_and_never_open() -> None:
    market = trading()
    said = Rejection(code="max_quantity", detail="too much")
    market.apply(Accept(order=parent_order(), rejection=said, body_hash="", received_at=OPEN))
    assert of(market).status is Status.REJECTED
    assert market.engine.open_orders(Account("desk")) == 0
    assert market.engine.wake is None


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"end": at(100)}, "window_passed"),
        ({"end": Nanos(CLOSE + 1)}, "window_outside_session"),
        ({"start": Nanos(OPEN - 1)}, "window_outside_session"),
    ],
)
def test_a_window_outside_the_session_or_in_the_past_is_refused(terms: dict[str, Any], code: str) -> None:
    market = trading()
    market.run(at(100))
    answer = market.engine.apply(Accept(order=parent_order(**terms), rejection=None, body_hash="", received_at=OPEN), market.now)
    assert isinstance(answer, Refusal)
    assert answer.code == code
    assert market.engine.executions == {}


def test_a_refusal_has_changed_nothing() -> None:
    market = trading()
    accept(market)
    market.run(at(100))
    before = deepcopy((market.engine.executions, market.engine.wake, len(market.steps)))
    for command in (
        Amend(parent=PARENT, expected_version=9, body_hash=""),
        Amend(parent=PARENT, expected_version=1, body_hash="", lots=Lots(1)),
        Amend(parent=PARENT, expected_version=1, body_hash="", end=at(99)),
        Amend(parent=PARENT, expected_version=1, body_hash="", params={"slices": -1}),
        Cancel(parent=ParentId("nobody")),
    ):
        assert isinstance(market.apply(command), Refusal)
    assert market.apply(Resume(parent=PARENT)) == Unchanged()
    assert (market.engine.executions, market.engine.wake, len(market.steps)) == before


def test_a_command_for_an_order_that_does_not_exist_is_refused_by_name() -> None:
    assert trading().apply(Cancel(parent=ParentId("nobody"))) == Refusal("not_found", "no parent order nobody")


def test_a_kill_suspends_every_order_and_calls_back_every_child() -> None:
    market = trading(fate=NEVER_FILLS)
    accept(market)
    accept(market, id=ParentId("p-2"), client_order_id="c-2", start=at(200))
    market.run(at(60))
    market.apply(Kill(reason="test"))
    assert {e.status for e in market.engine.executions.values()} == {Status.SUSPENDED}
    assert {e.suspended for e in market.engine.executions.values()} == {SuspendReason.KILL}
    assert all(c.status is ChildStatus.PENDING_CANCEL for c in of(market).open.values())
    market.run(at(599))
    assert (of(market).working, of(market).children) == (0, len(happened(market, ChildSubmitted)))
    market.run(at(600))
    assert {e.reason for e in market.engine.executions.values()} == {EndReason.WINDOW_ENDED}


def test_a_deleted_market_cancels_its_orders_with_what_was_on_its_way() -> None:
    market = trading(fate=NEVER_FILLS)
    accept(market)
    market.apply(Delete())
    assert of(market).status is Status.PENDING_CANCEL
    market.run(at(2))
    assert (of(market).status, of(market).reason) == (Status.CANCELED, EndReason.MARKET_DELETED)


def test_no_order_outlives_its_session() -> None:
    market = trading(fate=NEVER_FILLS)
    accept(market, start=Nanos(CLOSE - 10**11), end=CLOSE)
    market.close()
    assert (of(market).status, of(market).reason, of(market).working) == (Status.EXPIRED, EndReason.WINDOW_ENDED, 0)
    early = trading(fate=NEVER_FILLS)
    accept(early, end=CLOSE)
    early.engine.on_close(early.now)
    assert of(early).cause is EndReason.SESSION_CLOSED


def test_the_guard_stops_what_its_own_count_does_not_allow_and_suspends_the_order() -> None:
    market = trading(fate=NEVER_FILLS)
    accept(market, max_child=Lots(50))
    market.engine._gatekeeper._guard.sent(PARENT, child(99, lots=1_000))  # it counts what the core does not
    market.run(at(61))
    blocked = happened(market, RiskBlocked)
    assert [each.code for each in blocked] == ["guard_quantity"]
    assert blocked[0].number == of(market).children + 1, "what was blocked has not been sent"
    assert happened(market, ParentSuspended) == [ParentSuspended(reason=SuspendReason.GUARD, detail=blocked[0].detail)]
    assert all(c.status is ChildStatus.PENDING_CANCEL for c in of(market).open.values())
    assert market.engine.wake == at(600)
    market.run(at(600))
    assert of(market).status is Status.EXPIRED


def test_a_fill_carries_ids_fees_and_what_is_left_of_the_parent() -> None:
    priced = replace(INSTRUMENT, taker_fee=Decimal("0.0030"), maker_fee=Decimal("-0.0020"))
    market = trading()
    market.engine = Engine(DAY, {"ACME": (Gate("FAKE", LATENCY, priced),)}, market, "lab")
    accept(market, params={"slices": 10})
    market.run(at(62))
    first, second = happened(market, Fill)[:2]
    assert (first.execution_id, second.execution_id) == ("lab-FAKE-1", "lab-FAKE-2")
    assert (first.lots, first.filled, first.leaves, second.filled, second.leaves) == (100, 100, 900, 200, 800)
    assert (first.liquidity, first.fee, first.after_end) == (Liquidity.MAKER, -20 * 100, False)


def test_a_fill_stamped_after_the_end_counts_and_is_flagged() -> None:
    market = trading(fate=NEVER_FILLS)
    accept(market)
    market.run(at(1))
    resting = market._children[PARENT, 1]
    for late in (0, 1):
        report = market._report(resting, ReportKind.FILL, lots=Lots(10), price=resting.child.price)
        market._hear([replace(report, ts=Nanos(at(600) + late), number_of_fill=late + 1)])
    assert of(market).filled == 20
    assert [each.after_end for each in happened(market, Fill)] == [False, True]


def test_a_done_order_says_so_and_wants_nothing_more() -> None:
    market = trading()
    accept(market, lots=Lots(100), params={"slices": 1})
    market.run(at(5))
    assert (of(market).status, of(market).leaves, market.engine.wake) == (Status.FILLED, 0, None)
    assert happened(market, ParentFilled) == [ParentFilled(reason=EndReason.COMPLETED, end=touch())]


def test_an_aggressive_child_takes_the_far_touch_at_once() -> None:
    market = trading(fate=NEVER_FILLS)
    accept(market, params={"slices": 1}, urgency=1)
    market.run(at(3))
    assert [c.time_in_force for c in happened(market, ChildSubmitted)][1] is TimeInForce.IOC


def test_a_market_s_clock_does_not_run_backwards() -> None:
    market = trading()
    market.engine.on_time(at(10))
    with pytest.raises(AssertionError, match="does not run backwards"):
        market.engine.on_time(at(9))
