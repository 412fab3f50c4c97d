"""Time that could not be worked is removed and what remains is spread anew: never a burst, whoever stopped the order."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.algos import ALGOS
from metaorder.core.commands import Amend, Kill, Pause, Resume
from metaorder.core.decide import state_of
from metaorder.core.events import ChildSubmitted, Fill, ScheduleSet
from metaorder.domain.order import ParentOrder
from metaorder.domain.units import Lots
from metaorder.routing.placement import MOST_OPEN
from support.core import LATENCY, OPEN, PARENT, at, parent_order, touch
from support.examples import examples
from support.fake_market import FILLS_AT_ONCE, NEVER_FILLS, REFUSES, FakeMarket, Fate, Fates, Halted, Printed, Quoted, Tick
from support.laws import Laws
from support.scenarios import FATES, PARAMS, in_turn

WINDOW_S = 1_800
BURST_S = 60
Stop = Callable[[FakeMarket, float, float], None]


def market(*more: Tick, fates: Fates = lambda n: FILLS_AT_ONCE) -> FakeMarket:
    """Others trade 200 lots every five seconds, so that the cap allows 50 lots in them."""
    prints = [Printed(at(s + 0.5), touch().bid, Lots(200)) for s in range(0, WINDOW_S, 5)]
    made = FakeMarket([Quoted(OPEN, touch()), *prints, *more], fates, watchers=[Laws(LATENCY)])
    made.run(OPEN)
    return made


def order(algo: str, **terms: Any) -> ParentOrder:
    return parent_order(algo=algo, lots=Lots(3_600), end=at(WINDOW_S), cap=Fraction(1, 5), min_child=Lots(5), **terms)


def paused(made: FakeMarket, start: float, end: float) -> None:
    made.run(at(start))
    made.apply(Pause(parent=PARENT, cancel_open=True))
    made.run(at(end))
    made.apply(Resume(parent=PARENT))


def killed(made: FakeMarket, start: float, end: float) -> None:
    made.run(at(start))
    made.apply(Kill(reason="drill"))
    made.run(at(end))
    made.apply(Resume(parent=PARENT))


def halted(made: FakeMarket, start: float, end: float) -> None:
    made.play(Halted(at(start), True), Halted(at(end), False))
    made.run(at(end))


STOPS: dict[str, Stop] = {"pause": paused, "kill": killed, "halt": halted}


def children(made: FakeMarket) -> list[tuple[int, int]]:
    return [(s.happened.ts, s.happened.event.lots) for s in made.steps if isinstance(s.happened.event, ChildSubmitted)]


def busiest(made: FakeMarket, since: float = 0) -> int:
    """The most lots filled within BURST_S seconds."""
    fills = [(s.happened.ts, s.happened.event.lots) for s in made.steps if isinstance(s.happened.event, Fill)]
    starts = [ts for ts, _ in fills if ts >= at(since)]
    return max((sum(lots for ts, lots in fills if start <= ts < start + BURST_S * 10**9) for start in starts), default=0)


def undisturbed(algo: str, **terms: Any) -> FakeMarket:
    made = market()
    made.accept(order(algo, **terms))
    made.run(at(WINDOW_S))
    return made


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("algo", ALGOS)
@pytest.mark.parametrize("start", [60, 600, 1_100])
def test_after_a_third_of_the_window_there_is_no_burst_and_no_large_child(algo: str, stop: str, start: int) -> None:
    plain = undisturbed(algo)
    made = market()
    made.accept(order(algo))
    STOPS[stop](made, start, start + WINDOW_S / 3)
    made.run(at(WINDOW_S))
    largest = max(lots for _, lots in children(plain))
    assert max(lots for _, lots in children(made)) <= 3 * largest
    assert busiest(made, since=start + WINDOW_S / 3) <= 3 * busiest(plain)
    assert not [ts for ts, _ in children(made) if at(start) < ts < at(start + WINDOW_S / 3)]


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("algo", ["twap", "vwap"])
def test_what_was_left_is_spread_evenly_over_what_was_left_of_the_window(algo: str, stop: str) -> None:
    made = market()
    made.accept(order(algo))
    STOPS[stop](made, 600, 1_200)
    made.run(at(1_501))
    done = made.engine.executions[PARENT].filled
    drawn = [s.happened.event for s in made.steps if isinstance(s.happened.event, ScheduleSet)][-1]
    left = 3_600 - drawn.done
    assert drawn.points[0] == (at(1_200), drawn.done)
    assert 0 <= done - drawn.done - left // 2 <= left // 5 + 5, "half of what was left in half of the time, and the slice begun"


@pytest.mark.parametrize("stop", STOPS)
def test_a_market_follower_owes_nothing_for_what_it_could_not_work(stop: str) -> None:
    made = market()
    made.accept(order("pov", params={"target": "0.10"}))
    STOPS[stop](made, 600, 1_200)
    made.run(at(1_200))
    before = made.engine.executions[PARENT].filled
    made.run(at(1_320))
    assert made.engine.executions[PARENT].filled - before <= 2 * 60 // 5 * 200 // 9 + 10


@pytest.mark.parametrize("algo", ["twap", "vwap"])
@settings(max_examples=examples(20))
@given(data=st.data(), fates=FATES, start=st.integers(0, 1_200), length=st.integers(1, 600), stop=st.sampled_from(sorted(STOPS)))
def test_whatever_the_venue_does_the_first_second_after_a_stop_brings_what_the_new_plan_begins_with(
    algo: str, data: st.DataObject, fates: list[Fate], start: int, length: int, stop: str
) -> None:
    made = market(fates=in_turn(fates))
    made.accept(order(algo, params=data.draw(PARAMS[algo])))
    STOPS[stop](made, start, start + length)
    made.run(at(start + length + 1))
    execution = made.engine.executions[PARENT]
    if execution.plan_origin != at(start + length):
        return  # stopped before it arrived, or done
    new = sum(lots for ts, lots in children(made) if ts >= at(start + length))
    begun = execution.algo.on_event(state_of(execution, made.observe(execution))).target - execution.plan_done
    assert new <= 3 * max(begun, 5)


def test_a_lull_is_made_up_at_three_times_the_planned_rate_at_most() -> None:
    made = market(fates=lambda n: NEVER_FILLS if n < 10 else FILLS_AT_ONCE)
    made.accept(order("twap"))
    made.run(at(WINDOW_S - 100))
    planned = 3_600 * 300 // WINDOW_S
    fills = [(s.happened.ts, s.happened.event.lots) for s in made.steps if isinstance(s.happened.event, Fill)]
    for start, _ in fills:
        assert sum(lots for ts, lots in fills if start <= ts < start + 300 * 10**9) <= 3 * (planned + 120)


def amended(made: FakeMarket, limit: int) -> None:
    version = made.engine.executions[PARENT].version
    made.apply(Amend(parent=PARENT, expected_version=version, body_hash="", limit=limit, limit_given=True))


def test_amending_often_does_not_make_an_order_burst() -> None:
    made = market()
    made.accept(order("twap"))
    for n in range(60):
        made.run(at(300 + n))
        amended(made, 10_050 + n % 2)
    made.run(at(400))
    assert busiest(made, since=299) <= 3 * busiest(undisturbed("twap"))


def test_amending_does_not_make_an_order_stand_still() -> None:
    made = market()
    made.accept(order("twap"))
    made.run(at(600))
    amended(made, 10_050)
    made.run(at(660))
    before = made.engine.executions[PARENT].filled
    made.run(at(900))
    assert made.engine.executions[PARENT].filled - before >= 3_600 * 240 // WINDOW_S * 9 // 10


@pytest.mark.parametrize("algo", ALGOS)
def test_a_venue_that_refuses_everything_gets_a_child_a_second_at_most(algo: str) -> None:
    made = market(fates=lambda n: REFUSES)
    made.accept(order(algo, must_complete=True))
    made.run(at(WINDOW_S))
    times = [ts for ts, _ in children(made)]
    assert len(times) > WINDOW_S / 4
    assert all(after - before >= 10**9 for before, after in pairwise(times))


@pytest.mark.parametrize("algo", ALGOS)
@settings(max_examples=examples(10))
@given(data=st.data())
def test_a_venue_that_refuses_everything_is_never_stormed_whatever_the_parameters(algo: str, data: st.DataObject) -> None:
    made = market(fates=lambda n: REFUSES)
    hurried = {"twap": {"slices": 100_000}, "vwap": {"curve": [1] * 10_000, "interval_s": 1}}.get(algo, {})
    made.accept(order(algo, params=data.draw(st.sampled_from([hurried]) | PARAMS[algo])))
    made.run(at(120))
    assert len(children(made)) <= 120 + MOST_OPEN
