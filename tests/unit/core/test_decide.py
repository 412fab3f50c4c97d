"""The decision: algorithm, limits and placement in their order of rank, with the numbers that led there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import pytest

from metaorder.core.decide import Decision, Gate, decide, end_cause, plan_of, plan_points
from metaorder.core.events import (
    ChildPendingCancel,
    ChildSubmitted,
    ParentCanceled,
    ParentPendingCancel,
    ParentSuspended,
    ParentWaiting,
    ScheduleSet,
)
from metaorder.core.execution import Execution
from metaorder.core.pool import last_stretch
from metaorder.domain.child import TimeInForce
from metaorder.domain.fills import NO_FILLS
from metaorder.domain.market import NO_QUOTE
from metaorder.domain.order import EndReason, Side, SuspendReason, Waiting
from metaorder.domain.state import Intent, MarketState, State
from metaorder.domain.units import MINUTE, SECOND, Lots, Nanos, Ticks
from metaorder.domain.venue_rule import VenueRule
from support.core import INSTRUMENT, LATENCY, at, fill, fold, market_state, started, submitted, touch

GATE = (Gate("FAKE", LATENCY, INSTRUMENT),)


@dataclass(frozen=True)
class Wants:
    """An algorithm of the test: it wants what it is told."""

    target: int = 100
    due: int = 0
    pace: int = 1_000
    wake: Nanos = Nanos(0)
    behind: int | None = None

    def on_event(self, state: State) -> Intent:
        behind = None if self.behind is None else Lots(self.behind)
        return Intent(Lots(self.target), Lots(self.due), Lots(self.pace), self.wake, {"why": "told"}, behind)

    def planned(self, state: State, time: Nanos) -> Lots | None:
        return None


def wanting(execution: Execution | None = None, *, terms: dict[str, Any] | None = None, **wants: Any) -> Execution:
    """An execution whose algorithm wants what the test says."""
    base = started(**(terms or {})) if execution is None else execution
    return replace(base, algo=Wants(**wants))


def market(seconds: float = 0, **changes: Any) -> MarketState:
    return replace(market_state(now=at(seconds)), **changes)


def sent(decision: Decision) -> list[tuple[int, int, TimeInForce]]:
    """Price, lots and time in force of every child of a decision."""
    return [(e.price, e.lots, e.time_in_force) for e in decision.events if isinstance(e, ChildSubmitted)]


def pulled(decision: Decision) -> list[int]:
    return [event.number for event in decision.events if isinstance(event, ChildPendingCancel)]


def test_it_joins_the_touch_with_what_should_be_out() -> None:
    decision = decide(wanting(target=120), market(), GATE)
    assert sent(decision) == [(10_000, 120, TimeInForce.GTD)]
    assert pulled(decision) == []


def test_it_places_only_what_is_not_yet_working() -> None:
    execution = fold(submitted(lots=Lots(70)), fill(lots=30), start=started())  # 30 filled, 40 on their way
    assert sent(decide(wanting(execution, target=120), market(), GATE)) == [(10_000, 50, TimeInForce.GTD)]
    assert sent(decide(wanting(execution, target=70), market(), GATE)) == []


def test_a_child_says_why_and_on_which_quote_it_was_decided() -> None:
    execution = fold(submitted(lots=Lots(70)), fill(lots=30), start=started())
    event = decide(wanting(execution, target=120, due=10), market(), GATE).events[0]
    assert isinstance(event, ChildSubmitted)
    assert (event.number, event.venue, event.good_till, event.quote) == (2, "FAKE", at(600), touch())
    assert event.reason == {
        "why": "told",
        "target": 120,
        "due": 10,
        "filled": 30,
        "working": 40,
        "want": 50,
        "behind_by": 0,
        "band_behind": 20,
        "band_ahead": 20,
        "room": 930,
        "bound": None,
        "placement": "joining the touch",
        "horizon_s": 60,
        "lookup_s": 300,
        "queue_ahead": 500,
        "fill_probability": None,
        "unknown": "nobody's volume is known, and no chance without it",
    }


@pytest.mark.parametrize("seconds", [0, 599, 600, 700])
def test_an_order_that_may_not_work_does_nothing_at_any_time(seconds: float) -> None:
    paused = fold(ParentSuspended(reason=SuspendReason.KILL), start=wanting())
    ending = fold(ParentPendingCancel(cause=EndReason.CLIENT_REQUEST), start=wanting())
    over = fold(ParentCanceled(reason=EndReason.CLIENT_REQUEST, end=touch()), start=ending)
    unplanned = replace(wanting(), plan_origin=None)
    for execution in (paused, ending, over, unplanned):
        assert decide(execution, market(seconds), GATE) == Decision([], None)


def test_at_its_end_an_order_begins_to_end() -> None:
    for seconds in (600, 601):
        decision = decide(wanting(), market(seconds), GATE)
        assert decision == Decision([ParentPendingCancel(cause=EndReason.WINDOW_ENDED)], None)


@pytest.mark.parametrize(("seconds", "children"), [(599.4, 1), (599.5, 0), (599.9, 0)])
def test_no_child_leaves_that_would_arrive_at_the_end_or_later(seconds: float, children: int) -> None:
    decision = decide(wanting(), market(seconds), GATE)
    assert len(sent(decision)) == children
    assert decision.wake == at(600)


def test_in_a_halt_it_sends_nothing_says_so_once_and_looks_again_at_the_end() -> None:
    decision = decide(wanting(), market(halted=True), GATE)
    assert decision == Decision([ParentWaiting(waiting=Waiting.HALT)], at(600))
    waiting = fold(*decision.events, start=wanting())
    assert decide(waiting, market(1, halted=True), GATE).events == []


@pytest.mark.parametrize("quote", [touch(None, 10_001), touch(10_000, None), touch(10_001, 10_001), touch(10_002, 10_001)])
def test_without_a_mid_it_sends_nothing_says_so_and_looks_again_in_a_second(quote: Any) -> None:
    decision = decide(wanting(), market(5, quote=quote), GATE)
    assert decision == Decision([ParentWaiting(waiting=Waiting.DATA)], at(6))
    assert decide(wanting(), market(599.7, quote=quote), GATE).wake == at(600)


@pytest.mark.parametrize(("wake", "looks"), [(10.25, 10.25), (9, 11), (10, 11), (700, 600)])
def test_it_looks_again_after_now_and_by_the_end(wake: float, looks: float) -> None:
    assert decide(wanting(wake=at(wake)), market(10), GATE).wake == at(looks)


@pytest.mark.parametrize(
    ("others", "window", "lots"), [(400, 400, 40), (400, 200, 20), (200, 400, 0), (1_000_000, 1_000_000, 100)]
)
def test_what_is_out_and_what_is_new_stay_under_the_cap_on_both_clocks(others: int, window: int, lots: int) -> None:
    order = {"cap": Fraction(1, 5), "min_child": Lots(20)}
    execution = fold(submitted(lots=Lots(60)), fill(lots=30), start=started(**order))
    execution = replace(execution, recent=NO_FILLS)  # the fills are older than the rolling clock
    decision = decide(wanting(execution, target=160), market(others=Lots(others), others_window=Lots(window)), GATE)
    assert sum(lots for _, lots, _ in sent(decision)) == lots


def test_a_cap_that_leaves_nothing_is_what_the_order_waits_for() -> None:
    execution = fold(submitted(lots=Lots(100)), fill(lots=100), start=started())
    decision = decide(wanting(execution, target=200), market(others=Lots(400), others_window=Lots(400)), GATE)
    assert decision.events == [ParentWaiting(waiting=Waiting.CAP)]


@pytest.mark.parametrize(("pace", "lots"), [(100, 240), (50, 90), (30, 30), (20, 0), (1_000, 800)])
def test_lag_is_made_up_at_three_times_the_planned_pace_at_most(pace: int, lots: int) -> None:
    filled = fold((at(0), submitted(lots=Lots(100))), (at(0), fill(lots=40)), start=started())
    execution = fold((at(301), fill(lots=30)), start=filled)  # 40 long ago, 30 lately, 30 out
    decision = decide(wanting(execution, target=900, pace=pace), market(301), GATE)
    assert sum(lots for _, lots, _ in sent(decision)) == lots


def test_the_pace_is_a_smallest_child_at_least() -> None:
    execution = started(min_child=Lots(20))
    assert sent(decide(wanting(execution, target=900, pace=0), market(), GATE)) == [(10_000, 60, TimeInForce.GTD)]


def test_behind_the_band_it_crosses_and_inside_it_does_not() -> None:
    execution = started(behind=Fraction(1, 50), urgency=Fraction(1, 2))
    inside = decide(wanting(execution, target=120, due=20), market(), GATE)
    behind = decide(wanting(execution, target=120, due=21), market(), GATE)
    assert sent(inside) == [(10_000, 120, TimeInForce.GTD)]
    assert sent(behind) == [(10_001, 21, TimeInForce.IOC)]


@pytest.mark.parametrize(("urgency", "band"), [("0", 40), ("0.25", 30), ("0.5", 20), ("0.75", 10), ("1", 0)])
def test_patience_widens_the_band_and_urgency_closes_it(urgency: str, band: int) -> None:
    execution = started(behind=Fraction(1, 50), urgency=Fraction(urgency))

    def crosses(due: int) -> bool:
        return sent(decide(wanting(execution, target=120, due=due), market(), GATE))[0][2] is TimeInForce.IOC

    assert not crosses(band)
    assert crosses(band + 1)


def test_the_band_of_the_algorithm_goes_before_that_of_the_order() -> None:
    execution = started(behind=Fraction(1, 50))
    assert sent(decide(wanting(execution, target=120, due=6, behind=5), market(), GATE))[0][2] is TimeInForce.IOC


def test_ahead_of_the_band_everything_that_rests_is_called_back() -> None:
    execution = fold(submitted(lots=Lots(100)), start=started(ahead=Fraction(1, 50), min_child=Lots(5)))
    assert pulled(decide(wanting(execution, target=75), market(), GATE)) == []
    assert pulled(decide(wanting(execution, target=74), market(), GATE)) == [1]


@pytest.mark.parametrize(
    ("side", "limit", "expected"),
    [(Side.BUY, 9_990, 9_990), (Side.BUY, 10_000, 10_000), (Side.SELL, 10_020, 10_020), (Side.SELL, 10_001, 10_001)],
)
def test_it_never_bids_above_or_offers_below_its_limit_however_late_it_is(side: Side, limit: int, expected: int) -> None:
    execution = started(side=side, limit=Ticks(limit), must_complete=True)
    for seconds in (0, 300, 590, 598):
        decision = decide(wanting(execution, target=500, due=500), market(seconds), GATE)
        assert [price for price, _, _ in sent(decision)] == [expected]
        assert decision.events[-1] == ParentWaiting(waiting=Waiting.LIMIT)


@pytest.mark.parametrize(("window_s", "stretch_s"), [(60, 30), (600, 30), (1_200, 60), (6_000, 300), (23_400, 300)])
def test_the_last_stretch_is_a_twentieth_within_its_bounds(window_s: int, stretch_s: int) -> None:
    assert last_stretch(window_s * SECOND) == stretch_s * SECOND


@pytest.mark.parametrize(
    ("seconds", "child"),
    [
        (569, (10_000, 30, TimeInForce.GTD)),
        (571, (10_001, 10, TimeInForce.IOC)),
        (596, (10_001, 10, TimeInForce.IOC)),
        (597, (10_200, 1_000, TimeInForce.IOC)),
    ],
)
def test_an_order_that_must_complete_crosses_without_a_band_and_sweeps_at_the_last(
    seconds: float, child: tuple[int, int, TimeInForce]
) -> None:
    execution = started(must_complete=True)
    decision = decide(wanting(execution, target=30, due=10, pace=10), market(seconds), GATE)
    assert sent(decision) == [child]


def test_an_order_that_need_not_complete_keeps_to_its_band_until_the_end() -> None:
    decision = decide(wanting(target=30, due=10), market(598), GATE)
    assert sent(decision) == [(10_000, 30, TimeInForce.GTD)]


def test_a_sweep_stays_under_the_cap() -> None:
    execution = started(must_complete=True)
    decision = decide(wanting(execution), market(598, others=Lots(400), others_window=Lots(800)), GATE)
    assert sent(decision) == [(10_200, 100, TimeInForce.IOC)]


@pytest.mark.parametrize(
    ("terms", "facts", "cause"),
    [
        ({}, {}, EndReason.WINDOW_ENDED),
        ({"must_complete": True}, {"halted": True}, EndReason.HALTED),
        ({"must_complete": True}, {"quote": touch(10_000, None)}, EndReason.NO_LIQUIDITY),
        ({"must_complete": True, "limit": Ticks(10_000)}, {}, EndReason.LIMIT_BOUND),
        ({"must_complete": True, "side": Side.SELL, "limit": Ticks(10_001)}, {}, EndReason.LIMIT_BOUND),
        ({"must_complete": True}, {"others": Lots(3_999)}, EndReason.CAP_BOUND),
        ({"must_complete": True}, {"others_window": Lots(3_999)}, EndReason.CAP_BOUND),
        ({"must_complete": True}, {"others": Lots(4_000), "others_window": Lots(4_000)}, EndReason.NO_LIQUIDITY),
    ],
)
def test_an_order_that_had_to_complete_and_did_not_says_what_bound_it(
    terms: dict[str, Any], facts: dict[str, Any], cause: EndReason
) -> None:
    assert end_cause(started(**terms), market(600, **facts)) is cause


def test_the_plan_counts_from_where_it_was_drawn() -> None:
    execution = replace(started(), plan_origin=at(200), plan_done=Lots(300))
    plan = plan_of(execution, market(260))
    assert (plan.origin, plan.done, plan.lots) == (at(200), 300, 700)
    assert (plan.elapsed, plan.window) == (MINUTE, Nanos(400 * SECOND))


def test_the_schedule_that_is_shown_goes_from_now_to_the_quantity_at_the_end() -> None:
    execution = fold((at(0), submitted(lots=Lots(100))), (at(0), fill(lots=100)), start=started())
    points = plan_points(execution, market(200))
    assert (points[0], points[-1], len(points)) == ((at(200), 100), (at(600), 1_000), 41)
    assert list(points) == sorted(points)


def test_a_schedule_before_the_start_is_shown_from_the_start() -> None:
    assert plan_points(started(start=at(100)), market(0))[0] == (at(100), 0)


def test_there_is_no_schedule_to_show_of_what_is_over_or_follows_the_market() -> None:
    ending = fold(ParentPendingCancel(cause=EndReason.CLIENT_REQUEST), start=started())
    over = fold(ParentCanceled(reason=EndReason.CLIENT_REQUEST, end=touch()), start=ending)
    assert plan_points(over, market(200)) == ()
    assert plan_points(started(), market(600)) == ()
    assert plan_points(started(algo="pov"), market(200)) == ()


WOULD = {"i_would": Ticks(10_001), "i_would_share": Fraction(1, 2)}


def test_at_its_would_price_it_takes_what_is_shown_ahead_of_schedule() -> None:
    decision = decide(wanting(terms=WOULD, target=0), market(quote=touch(ask_size=300)), GATE)
    assert sent(decision) == [(10_001, 300, TimeInForce.IOC)]
    assert [e.reason["placement"] for e in decision.events if isinstance(e, ChildSubmitted)] == ["I would"]
    assert sent(decide(wanting(terms=WOULD, target=0), market(quote=touch(10_001, 10_002)), GATE)) == []


def test_i_would_stays_within_its_share_and_under_the_cap() -> None:
    deep = touch(ask_size=5_000)
    assert sent(decide(wanting(terms=WOULD, target=0), market(quote=deep), GATE)) == [(10_001, 500, TimeInForce.IOC)]
    scarce = market(quote=deep, others=Lots(400), others_window=Lots(400))
    assert sent(decide(wanting(terms=WOULD, target=0), scarce, GATE)) == [(10_001, 100, TimeInForce.IOC)]


def test_what_is_left_after_i_would_is_spread_anew() -> None:
    ahead = fold(submitted(lots=Lots(500)), fill(lots=500), start=started(**WOULD))
    decision = decide(wanting(ahead, target=100), market(60, quote=touch(10_002, 10_003)), GATE)
    (drawn,) = [event for event in decision.events if isinstance(event, ScheduleSet)]
    assert (drawn.cause, drawn.done) == ("ahead by I-would", 500)
    plain = fold(submitted(lots=Lots(500)), fill(lots=500), start=started())
    assert not [e for e in decide(wanting(plain, target=100), market(60), GATE).events if isinstance(e, ScheduleSet)]


def test_the_least_participation_lifts_a_schedule_that_is_slower() -> None:
    slow = wanting(terms={"min_participation": Fraction(1, 10)}, target=10, due=0, pace=0)
    some = market(others=Lots(900), others_since_plan=Lots(900), others_pace=Lots(900))
    assert sent(decide(slow, some, GATE)) == [(10_001, 100, TimeInForce.IOC)]
    anew = market(others=Lots(900), others_since_plan=Lots(0), others_pace=Lots(900))
    assert sent(decide(slow, anew, GATE)) == [(10_001, 100, TimeInForce.IOC)], "a plan that is drawn anew forgives nothing"
    assert sent(decide(wanting(target=10), some, GATE)) == [(10_000, 10, TimeInForce.GTD)]


def test_in_a_blackout_nothing_is_sent_and_nothing_rests_and_the_plan_leaves_it_out() -> None:
    dark = {"blackouts": ((at(60), at(120)), (at(300), at(360)))}
    open_child = fold(submitted(), start=started(**dark))
    decision = decide(wanting(open_child), market(60), GATE)
    assert [type(event) for event in decision.events] == [ChildPendingCancel, ParentWaiting]
    assert decision.wake == at(120)
    assert decide(wanting(terms=dark), market(59.6), GATE).events == []  # a child would arrive in it
    plan = plan_of(started(**dark), market(180))
    assert (plan.elapsed, plan.window) == (120 * SECOND, 480 * SECOND)
    times = dict(plan_points(started(**dark), market()))
    assert times[at(60)] == times[at(120)] == 125


def test_no_more_rests_than_is_displayed() -> None:
    shown = {"display": Lots(40)}
    assert sent(decide(wanting(terms=shown), market(), GATE)) == [(10_000, 40, TimeInForce.GTD)]
    resting = fold(submitted(lots=Lots(40)), start=started(**shown))
    assert sent(decide(wanting(resting), market(), GATE)) == []


def test_a_child_takes_within_its_discretion_and_rests_outside_it() -> None:
    assert sent(decide(wanting(terms={"discretion": 1}), market(), GATE)) == [(10_001, 100, TimeInForce.IOC)]
    assert sent(decide(wanting(terms={"discretion": 1}), market(quote=touch(10_000, 10_002)), GATE)) == [
        (10_000, 100, TimeInForce.GTD)
    ]
    bounded = {"discretion": 1, "limit": Ticks(10_000)}
    assert sent(decide(wanting(terms=bounded), market(), GATE)) == [(10_000, 100, TimeInForce.GTD)]


def test_a_child_goes_to_a_venue_that_the_order_permits_and_says_which_was_better_elsewhere() -> None:
    gates = tuple(Gate(venue, LATENCY, INSTRUMENT) for venue in ("A", "B"))
    execution = wanting(terms={"venues": VenueRule(deny=("A",))})
    shown = {"B": touch(10_000, 10_003)}
    seen = market(quote=shown["B"], venues=shown, denied={"A": touch(10_001, 10_002)})
    (sent,) = (event for event in decide(execution, seen, gates).events if isinstance(event, ChildSubmitted))
    assert (sent.venue, sent.price, sent.reason["denied"]) == ("B", 10_000, ["A"])
    assert "left_out" not in sent.reason


def test_while_no_venue_that_it_permits_trades_the_order_waits_for_one_and_looks_again() -> None:
    gates = tuple(Gate(venue, LATENCY, INSTRUMENT) for venue in ("A", "B"))
    execution = wanting(terms={"venues": VenueRule(deny=("A",))})
    decision = decide(execution, market(10, quote=NO_QUOTE, denied={"A": touch()}), gates)
    assert decision == Decision([ParentWaiting(waiting=Waiting.VENUE)], at(11))


def test_a_child_goes_where_the_order_permits_whatever_it_sees() -> None:
    """Sight leaves out what is denied; if it did not, or if there is a pool, nothing goes there all the same."""
    gates = (*(Gate(venue, LATENCY, INSTRUMENT) for venue in ("A", "B")), Gate("POOL", LATENCY, INSTRUMENT, dark=True))
    execution = wanting(terms={"venues": VenueRule(deny=("A", "POOL")), "dark_fraction": Fraction(1, 2)})
    seen = market(venues={"A": touch(), "B": touch()})
    sent = [event.venue for event in decide(execution, seen, gates).events if isinstance(event, ChildSubmitted)]
    assert sent == ["B"]
