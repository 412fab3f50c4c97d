"""The fold: what each event does to the state, and that none is forgotten."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metaorder.algos.pov import Pov
from metaorder.algos.twap import Twap
from metaorder.core.events import (
    ChildAccepted,
    ChildCanceled,
    ChildPendingCancel,
    ChildRejected,
    ParentAmended,
    ParentPendingCancel,
    ParentRejected,
    ParentResumed,
    ParentStarted,
    ParentSuspended,
    ParentWaiting,
    RiskBlocked,
    ScheduleSet,
)
from metaorder.core.execution import CATCH_UP_HORIZON, Execution
from metaorder.domain.child import ChildStatus, Liquidity
from metaorder.domain.order import EndReason, Status, SuspendReason, Waiting
from metaorder.domain.state import Outcome
from metaorder.domain.units import MINUTE, Lots, Nanos, Ticks
from metaorder.risk.participation import Own
from support.core import OPEN, accepted, at, fill, fold, parent_order, started, submitted, touch


def acknowledged(number: int = 1) -> ChildAccepted:
    return ChildAccepted(number=number, queue_ahead=Lots(7), queue_known_ppm=1)


def canceled(number: int = 1, lots: int = 100) -> ChildCanceled:
    return ChildCanceled(number=number, lots=Lots(lots), reason="canceled")


def test_an_accepted_order_waits_for_its_start_and_knows_its_algorithm() -> None:
    execution = accepted(algo="pov", params={"target": "0.05"})
    assert (execution.status, execution.waiting, execution.started, execution.version) == (Status.NEW, Waiting.START, None, 1)
    assert isinstance(execution.algo, Pov)
    assert execution.received_at == OPEN


def test_a_refused_order_is_terminal_and_waits_for_nothing() -> None:
    refused = ParentRejected(order=parent_order(), received_at=OPEN, code="x", detail="y", limit=None, observed=None)
    execution = fold(refused)
    assert (execution.status, execution.waiting, execution.leaves) == (Status.REJECTED, None, 1_000)


def test_arrival_and_schedule_are_where_they_happened() -> None:
    begun = ParentStarted(arrival=touch(), reference=touch(), waited_ns=0)
    drawn = ScheduleSet(cause="resumed", done=Lots(70), points=())
    execution = fold((at(3), begun), (at(9), drawn), start=accepted())
    assert (execution.started, execution.waiting) == (at(3), None)
    assert (execution.plan_origin, execution.plan_done) == (at(9), 70)


def test_a_child_is_out_from_the_moment_it_is_sent_until_the_venue_says_otherwise() -> None:
    execution = fold((at(5), submitted()), start=started())
    assert (execution.working, execution.leaves, execution.children) == (100, 1_000, 1)
    assert (execution.open[1].sent, execution.open[1].status) == (at(5), ChildStatus.PENDING_NEW)
    leaving = fold(acknowledged(), ChildPendingCancel(number=1, reason=""), start=execution)
    assert (leaving.working, leaving.open[1].status) == (100, ChildStatus.PENDING_CANCEL)
    assert fold(canceled(), start=leaving).working == 0


def test_children_are_numbered_without_a_gap_even_after_they_have_gone() -> None:
    execution = fold(submitted(1), canceled(1), submitted(2), start=started())
    assert (execution.children, sorted(execution.open)) == (2, [2])
    for number in (1, 2, 4):
        with pytest.raises(AssertionError, match="children are numbered without a gap"):
            fold(submitted(number), start=execution)


def test_children_do_not_touch_one_another() -> None:
    execution = fold(submitted(1), submitted(2), submitted(3, lots=Lots(50)), start=started())
    after = fold(fill(2, 60), ChildRejected(number=1, reason=""), start=execution)
    assert {number: child.open for number, child in after.open.items()} == {2: 40, 3: 50}
    assert execution.working == 250, "the state before is as it was"


def test_fills_add_up_in_lots_money_and_fees() -> None:
    execution = fold(
        submitted(), fill(lots=30, price=Ticks(99), fee=-60), fill(lots=70, price=Ticks(101), fee=210), start=started()
    )
    assert (execution.filled, execution.notional, execution.fees) == (100, 30 * 99 + 70 * 101, 150)
    assert (execution.working, execution.leaves, execution.status) == (0, 900, Status.PARTIALLY_FILLED)


def test_a_fill_of_more_than_the_child_is_a_mistake() -> None:
    with pytest.raises(AssertionError, match="a venue cannot fill more than the child"):
        fold(submitted(), fill(lots=101), start=started())


def test_pausing_and_resuming_keep_what_is_filled_and_what_is_open() -> None:
    paused = fold(submitted(), fill(lots=10), ParentSuspended(reason=SuspendReason.CLIENT_REQUEST), start=started())
    assert (paused.status, paused.suspended, paused.waiting) == (Status.SUSPENDED, SuspendReason.CLIENT_REQUEST, None)
    resumed = fold(fill(lots=20), ParentResumed(), start=paused)
    assert (resumed.status, resumed.suspended, resumed.filled, resumed.working) == (Status.PARTIALLY_FILLED, None, 30, 70)


def test_an_order_resumed_before_it_arrived_waits_for_its_start_again() -> None:
    resumed = fold(ParentSuspended(reason=SuspendReason.KILL), ParentResumed(), start=accepted())
    assert (resumed.status, resumed.waiting) == (Status.NEW, Waiting.START)


def test_an_amendment_brings_terms_algorithm_and_version_and_keeps_the_rest() -> None:
    execution = fold(submitted(), fill(lots=10), start=started())
    terms = replace(execution.order, lots=Lots(500), params={"slices": 5})
    amended = fold(ParentAmended(order=terms, version=2, quote=touch()), start=execution)
    assert (amended.order, amended.algo, amended.version) == (terms, Twap(slices=5), 2)
    assert replace(amended, order=execution.order, algo=execution.algo, version=1) == execution


def test_an_ending_order_keeps_its_cause() -> None:
    ending = fold(submitted(), ParentPendingCancel(cause=EndReason.CAP_BOUND), fill(lots=1), start=started())
    assert (ending.status, ending.cause, ending.waiting) == (Status.PENDING_CANCEL, EndReason.CAP_BOUND, None)


def test_what_the_guard_blocked_has_not_happened() -> None:
    execution = started()
    assert fold(RiskBlocked(number=1, code="x", detail="y"), start=execution) == execution


def test_waiting_is_what_was_last_said() -> None:
    waiting = fold(ParentWaiting(waiting=Waiting.CAP), start=started())
    assert waiting.waiting is Waiting.CAP
    assert fold(ParentWaiting(waiting=None), start=waiting).waiting is None


def test_a_refusal_is_remembered_until_a_venue_takes_a_child() -> None:
    refused = fold((at(9), ChildRejected(number=1, reason="")), start=fold(submitted(1), submitted(2), start=started()))
    assert refused.refused == at(9)
    assert fold(acknowledged(2), start=refused).refused is None
    assert fold(fill(2, 1), start=refused).refused is None
    assert fold(canceled(2), start=refused).refused == at(9)


def filled_at(*seconds: float, **terms: object) -> Execution:
    """An order that filled a lot at each of these times."""
    events = [(at(each), fill(lots=1)) for each in seconds]
    return fold(submitted(), *events, start=started(**terms))


def test_own_fills_count_after_a_time_and_not_at_it() -> None:
    execution = filled_at(10, 20, 20, 30)
    assert [execution.filled_since(at(s)) for s in (9, 10, 19.5, 20, 30)] == [4, 3, 3, 1, 0]


def test_a_report_that_is_overtaken_counts_at_its_own_time() -> None:
    execution = filled_at(10, 30, 20)
    assert [execution.filled_since(at(s)) for s in (9, 10, 19.5, 20, 30)] == [3, 2, 2, 1, 0]


def test_the_rolling_clock_remembers_its_whole_window() -> None:
    execution = filled_at(0, 100, 250, 399)
    assert execution.own(at(400)) == Own(Lots(4), Lots(2), Lots(96))
    assert execution.own(at(399.9)) == Own(Lots(4), Lots(3), Lots(96))


def test_the_rolling_clock_of_a_long_order_is_longer() -> None:
    order = filled_at(0, 100, 1_000, end=at(390 * 60))
    assert [order.own(at(s)).filled_window for s in (1_100, 1_200)] == [3, 2]  # a twentieth of 390 minutes is 1,170 s


def test_fills_are_remembered_for_the_longest_clock_that_an_amendment_can_bring() -> None:
    execution = filled_at(0, 400, 800)
    assert execution.own(at(900)).filled_window == 1
    longer = replace(execution.order, end=at(390 * 60))
    amended = fold(ParentAmended(order=longer, version=2, quote=touch()), start=execution)
    assert amended.own(at(900)).filled_window == 3


def test_lag_is_made_up_over_five_minutes_or_what_remains() -> None:
    execution = started()
    assert execution.pace_horizon(OPEN) == CATCH_UP_HORIZON == 5 * MINUTE
    assert execution.pace_horizon(at(540)) == MINUTE
    assert execution.pace_horizon(Nanos(at(600) + 5)) == 1


def test_what_a_fill_cost_beyond_what_was_expected_is_known_of_its_venue() -> None:
    sent = submitted(expected_cost=-7_000)
    dear = replace(fill(lots=40), cost=-800, expected_cost=-2_800)
    took = replace(fill(lots=60), cost=900, expected_cost=-4_200, liquidity=Liquidity.TAKER)
    seen = fold(sent, acknowledged(), dear, took, start=started()).outcomes["FAKE"]
    assert (seen.rested, seen.rested_more, seen.took, seen.took_more) == (40, 2_000, 60, 5_100)
    assert fold(submitted(), acknowledged(), fill(), start=started()).outcomes == {}, "nothing was expected of it"


@pytest.mark.parametrize(
    ("after_s", "expected"),
    [(0, 0), (15, 20), (60, 80), (75, 100), (600, 100)],
)
def test_as_much_is_learned_of_a_queue_as_a_child_had_time_for(after_s: int, expected: int) -> None:
    sent = submitted(reason={"expected_fill": 80, "horizon_s": 60})
    ended = ChildCanceled(number=1, lots=Lots(100), reason="canceled")
    execution = fold(sent, ChildPendingCancel(number=1, reason="moved"), (at(after_s), ended), start=started())
    assert execution.outcomes["FAKE"] == Outcome(expected=Lots(expected), filled=Lots(0))
