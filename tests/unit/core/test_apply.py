"""Commands on one order: the events, or a refusal with the numbers behind it that has changed nothing."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from metaorder.algos import build, plain
from metaorder.algos.ways import WAYS
from metaorder.core import apply
from metaorder.core.commands import Accept, Amend, Cancel, Pause, Refusal, Rejection, Resume, Unchanged
from metaorder.core.events import (
    ChildPendingCancel,
    ParentAccepted,
    ParentAmended,
    ParentFilled,
    ParentPendingCancel,
    ParentRejected,
    ParentResumed,
    ParentSuspended,
)
from metaorder.core.execution import Execution
from metaorder.domain.order import MAX_LOTS, EndReason, Side, SuspendReason
from metaorder.domain.units import Lots, Nanos, Ticks
from support.core import CLOSE, OPEN, PARENT, accepted, at, fill, fold, parent_order, started, submitted, touch

NOW = at(100)


def change(execution: Execution, command: Amend | Cancel | Pause | Resume, now: Nanos = NOW) -> apply.Answer:
    return apply.change(execution, command, now, touch(), CLOSE)


def amend(execution: Execution, *, version: int = 1, now: Nanos = NOW, **terms: Any) -> apply.Answer:
    return change(execution, Amend(parent=PARENT, expected_version=version, body_hash="h", **terms), now)


def amended(answer: apply.Answer) -> ParentAmended:
    assert isinstance(answer, list)
    assert isinstance(answer[0], ParentAmended)
    return answer[0]


def refused(answer: apply.Answer) -> Refusal:
    assert isinstance(answer, Refusal)
    return answer


def working() -> Execution:
    """30 lots filled and 170 out: 70 of a first child, 100 of a second that is on its way back."""
    back = ChildPendingCancel(number=2, reason="x")
    return fold(submitted(1), fill(1, 30), submitted(2, price=Ticks(9_990)), back, start=started())


PAUSED = fold(ParentSuspended(reason=SuspendReason.CLIENT_REQUEST), start=working())
ENDING = fold(ParentPendingCancel(cause=EndReason.CLIENT_REQUEST), start=working())
DONE = fold(submitted(lots=Lots(1_000)), fill(lots=1_000), ParentFilled(reason=EndReason.COMPLETED, end=touch()), start=started())


def test_an_order_is_accepted_or_rejected_as_the_ladder_said() -> None:
    command = Accept(order=parent_order(), rejection=None, body_hash="h", received_at=OPEN)
    assert apply.accept(command, touch()) == ParentAccepted(order=parent_order(), quote=touch(), received_at=OPEN)
    said = Rejection(code="max_quantity", detail="too much", limit="1", observed="2")
    assert apply.accept(replace(command, rejection=said), touch()) == ParentRejected(
        order=parent_order(), received_at=OPEN, code="max_quantity", detail="too much", limit="1", observed="2"
    )


def test_a_pause_leaves_what_is_open_unless_it_is_asked_to_call_it_back() -> None:
    suspended = ParentSuspended(reason=SuspendReason.CLIENT_REQUEST)
    assert change(working(), Pause(parent=PARENT)) == [suspended]
    assert change(working(), Pause(parent=PARENT, cancel_open=True)) == [
        suspended,
        ChildPendingCancel(number=1, reason="client_request"),
    ]


def test_a_paused_order_can_still_be_asked_to_call_back_what_is_open() -> None:
    assert change(PAUSED, Pause(parent=PARENT)) == Unchanged()
    assert change(PAUSED, Pause(parent=PARENT, cancel_open=True)) == [ChildPendingCancel(number=1, reason="client_request")]


def test_a_resume_resumes_what_is_paused_and_changes_nothing_else() -> None:
    assert change(PAUSED, Resume(parent=PARENT)) == [ParentResumed()]
    assert change(working(), Resume(parent=PARENT)) == Unchanged()


@pytest.mark.parametrize("execution", [working(), PAUSED, accepted()])
def test_a_cancel_begins_to_end_an_order_in_any_state_that_is_not_ending(execution: Execution) -> None:
    answer = change(execution, Cancel(parent=PARENT))
    assert isinstance(answer, list)
    assert answer[0] == ParentPendingCancel(cause=EndReason.CLIENT_REQUEST)
    assert answer[1:] == ([ChildPendingCancel(number=1, reason="client_request")] if execution.open else [])


@pytest.mark.parametrize("execution", [ENDING, DONE])
def test_an_order_that_is_ending_or_over_takes_only_a_cancel_which_changes_nothing(execution: Execution) -> None:
    assert change(execution, Cancel(parent=PARENT)) == Unchanged()
    for answer in (
        change(execution, Pause(parent=PARENT)),
        change(execution, Resume(parent=PARENT)),
        amend(execution, lots=Lots(2_000)),
    ):
        assert refused(answer) == Refusal(
            "order_closed", f"the parent order is {execution.status}", {"order_status": str(execution.status)}
        )


def test_a_kill_suspends_and_calls_back_and_does_not_disturb_what_is_ending() -> None:
    kill = SuspendReason.KILL
    assert apply.suspend(working(), kill, cancel_open=True) == [
        ParentSuspended(reason=kill),
        ChildPendingCancel(number=1, reason="kill"),
    ]
    assert apply.suspend(PAUSED, kill, cancel_open=True) == [ChildPendingCancel(number=1, reason="kill")]
    assert apply.suspend(ENDING, kill, cancel_open=True) == []


def test_an_end_begins_once() -> None:
    assert apply.end(ENDING, EndReason.SESSION_CLOSED) == []
    assert apply.end(accepted(), EndReason.SESSION_CLOSED) == [ParentPendingCancel(cause=EndReason.SESSION_CLOSED)]


def test_an_amendment_brings_the_new_terms_and_the_next_version() -> None:
    event = amended(amend(working(), lots=Lots(800), end=at(900), limit=Ticks(10_050), limit_given=True, params={"slices": 5}))
    old = working().order
    assert event.order == replace(
        old, lots=800, end=at(900), limit=10_050, params={"slices": 5, "interval_s": 60, "randomise": "0"}
    )
    assert (event.version, event.quote) == (2, touch())


def test_what_an_amendment_does_not_name_stays() -> None:
    limited = started(limit=Ticks(10_010), params={"slices": 7})
    event = amended(amend(limited, params={"interval_s": 5}))
    assert event.order == replace(limited.order, params={"slices": 7, "interval_s": 5, "randomise": "0"})
    assert amended(amend(limited, lots=Lots(900))).order.limit == 10_010
    assert amended(amend(limited, limit=None, limit_given=True)).order.limit is None


def test_amended_parameters_are_shown_as_the_algorithm_takes_them() -> None:
    event = amended(amend(started(algo="pov"), params={"target": 0.05}))
    assert event.order.params == {"target": "0.05", "min": None, "max": None, "ahead_s": 15}


@pytest.mark.parametrize(
    ("before", "terms", "after"),
    [
        ({"risk_aversion": "0.001"}, {"params": {"half_life_s": "600"}}, {"half_life_s": "600"}),
        ({"half_life_s": "600"}, {"params": {"urgency": "0.9"}}, {"urgency": "0.9"}),
        ({"half_life_s": "600"}, {"urgency": Fraction(9, 10)}, {}),
        ({"urgency": "0.3"}, {"urgency": Fraction(9, 10)}, {"urgency": "0.3"}),
        ({"half_life_s": "600"}, {"lots": Lots(900)}, {"half_life_s": "600"}),
    ],
)
def test_how_fast_is_said_once_and_an_amendment_says_it_anew(
    before: dict[str, str], terms: dict[str, Any], after: dict[str, str]
) -> None:
    event = amended(amend(started(algo="is", params=plain(build("is", before))), **terms))
    assert {name: event.order.params[name] for name in WAYS if event.order.params[name] is not None} == after
    assert event.order.urgency == terms.get("urgency", Fraction(1, 2))


@pytest.mark.parametrize("other", ["risk_aversion", "half_life_s"])
def test_an_amendment_that_says_twice_how_fast_is_refused_and_names_both(other: str) -> None:
    order = started(algo="is", params=plain(build("is", {})))
    for terms in ({"urgency": Fraction(9, 10), "params": {other: "5"}}, {"params": {"urgency": "0.9", other: "5"}}):
        refusal = refused(amend(order, **terms))
        assert refusal.errors[0][0] == f"/params/{other}"
        assert "urgency" in refusal.errors[0][1]


def test_a_parameter_of_another_type_is_refused_though_it_equals_the_one_in_force() -> None:
    order = started(algo="twap", params=plain(build("twap", {"slices": 1})))
    assert refused(amend(order, params={"slices": True})).code == "validation"


def test_an_amendment_made_for_another_version_is_refused_with_the_version() -> None:
    for version in (0, 2):
        refusal = refused(amend(working(), version=version, lots=Lots(800)))
        assert (refusal.code, refusal.facts) == ("version_mismatch", {"version": 1})
        assert refusal.detail == f"the order is at version 1, the amendment was made for {version}"


def test_a_quantity_below_what_is_filled_and_working_is_refused_with_the_numbers() -> None:
    refusal = refused(amend(working(), lots=Lots(199)))
    assert refusal.code == "quantity_below_executed"
    assert refusal.facts == {"filled": 30, "working": 170, "quantity": 199}
    assert refusal.detail == "30 lots are filled and 170 are working: the quantity cannot be 199"
    assert amended(amend(working(), lots=Lots(200))).order.lots == 200


def test_a_quantity_that_is_done_fills_the_order() -> None:
    execution = fold(submitted(lots=Lots(400)), fill(lots=400), start=started())
    answer = amend(execution, lots=Lots(400))
    assert isinstance(answer, list)
    assert answer[1:] == [ParentFilled(reason=EndReason.COMPLETED, end=touch())]


@pytest.mark.parametrize("end", [at(100), at(99), OPEN])
def test_an_end_that_is_past_is_refused(end: Nanos) -> None:
    refusal = refused(amend(working(), end=end))
    assert (refusal.code, refusal.errors) == ("window_passed", (("/end_time", "is past"),))


def test_an_end_after_the_close_is_refused() -> None:
    refusal = refused(amend(working(), end=Nanos(CLOSE + 1)))
    assert refusal.code == "window_outside_session"
    assert refusal.errors[0][0] == "/end_time"
    assert amended(amend(working(), end=CLOSE)).order.end == CLOSE


@pytest.mark.parametrize(
    ("execution", "terms", "pointer"),
    [
        (accepted(), {"lots": Lots(0)}, "/quantity"),
        (accepted(), {"lots": Lots(MAX_LOTS + 1)}, "/quantity"),
        (accepted(start=at(300)), {"end": at(200)}, "/end_time"),
        (accepted(), {"limit": Ticks(0), "limit_given": True}, "/limit_price"),
        (accepted(), {"params": {"slices": 0}}, "/params/slices"),
        (accepted(), {"params": {"rate": 1}}, "/params/rate"),
        (accepted(algo="vwap"), {"params": {"curve": [1, "x"]}}, "/params/curve/1"),
    ],
)
def test_terms_that_cannot_hold_are_refused_by_a_pointer(execution: Execution, terms: dict[str, Any], pointer: str) -> None:
    refusal = refused(amend(execution, **terms))
    assert (refusal.code, refusal.errors[0][0]) == ("validation", pointer)
    assert refusal.errors[0][1].startswith("must be ")


def test_what_is_open_outside_the_amended_terms_is_called_back() -> None:
    why = "outside the amended terms"
    dear = fold(submitted(1), submitted(2, price=Ticks(9_990)), start=started())
    answer = amend(dear, limit=Ticks(9_995), limit_given=True)
    assert isinstance(answer, list)
    assert answer[1:] == [ChildPendingCancel(number=1, reason=why)]
    shorter = amend(dear, end=at(599))
    assert isinstance(shorter, list)
    assert shorter[1:] == [ChildPendingCancel(number=1, reason=why), ChildPendingCancel(number=2, reason=why)]
    longer = amend(dear, end=at(601), limit=Ticks(10_000), limit_given=True)
    assert isinstance(longer, list)
    assert longer[1:] == []


def test_a_seller_s_limit_binds_the_other_way() -> None:
    seller = fold(submitted(1), submitted(2, price=Ticks(9_990)), start=started(side=Side.SELL))
    answer = amend(seller, limit=Ticks(9_995), limit_given=True)
    assert isinstance(answer, list)
    assert [event.number for event in answer[1:] if isinstance(event, ChildPendingCancel)] == [2]


def test_a_paused_order_can_be_amended() -> None:
    assert amended(amend(PAUSED, lots=Lots(800))).version == 2


def test_an_amendment_leaves_the_cap_and_the_sides_alone() -> None:
    order = amended(amend(started(cap=Fraction(1, 10)), lots=Lots(5_000))).order
    assert replace(order, lots=Lots(1_000), params={}) == parent_order(cap=Fraction(1, 10))
