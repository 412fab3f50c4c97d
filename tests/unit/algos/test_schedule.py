"""What schedules share: rounding that loses nothing, and looks that are never in the past."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaorder.algos.schedule import LOOK_EVERY, follow, part
from metaorder.domain.state import Plan
from metaorder.domain.units import SECOND, Lots, Nanos
from support.core import OPEN, at, state_at


def plan(lots: int, done: int = 0) -> Plan:
    return Plan(OPEN, Lots(done), Lots(lots), Nanos(0), Nanos(600 * SECOND))


@pytest.mark.parametrize(("numerator", "lots"), [(-1, 5), (0, 5), (1, 9), (2, 12), (3, 15), (4, 15)])
def test_odd_lots_go_early_and_parts_are_clipped_to_the_plan(numerator: int, lots: int) -> None:
    assert part(plan(10, done=5), numerator, 3) == lots


@given(st.integers(0, 10**12), st.integers(0, 10**6), st.integers(1, 10**6))
def test_the_parts_of_a_plan_add_up_to_the_plan(lots: int, done: int, denominator: int) -> None:
    marks = [0, denominator // 3, denominator // 2, denominator]
    whole = [part(plan(lots, done), mark, denominator) for mark in marks]
    assert whole[0] == done
    assert whole[-1] == done + lots
    assert all(a <= b for a, b in pairwise(whole))


@given(st.integers(0, 10**9), st.integers(1, 10**6), st.data())
def test_a_part_is_never_a_lot_away_from_the_exact_share(lots: int, denominator: int, data: st.DataObject) -> None:
    numerator = data.draw(st.integers(0, denominator))
    assert 0 <= part(plan(lots), numerator, denominator) * denominator - lots * numerator < denominator


def test_the_next_look_is_the_step_if_that_is_sooner_than_a_second() -> None:
    def wake(step: Nanos, seconds: float) -> Nanos:
        return follow(state_at(seconds), target=lambda _: Lots(0), due=lambda _: Lots(0), step=step, reason={}).wake

    assert wake(at(10.25), 10) == at(10.25)
    assert wake(at(30), 10) == at(10) + LOOK_EVERY
    assert wake(at(700), 599.5) == at(600)


def test_pace_is_what_the_schedule_planned_in_the_trailing_horizon() -> None:
    def pace(seconds: float) -> Lots:
        def target(time: Nanos) -> Lots:
            return Lots(10 + (time - OPEN) // SECOND)

        return follow(state_at(seconds), target=target, due=target, step=at(600), reason={}).pace

    assert pace(0) == 10  # the first step, counted from what was done when the plan began
    assert pace(100) == 110
    assert pace(400) == 200  # 200 s remain, and lag is made up over what remains
