"""How fast lag is made up, worked by hand: an even share of the plan, and three times the larger of it and what was planned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metaorder.core.decide import state_of
from metaorder.core.pace import caught_up, evenly, paced
from metaorder.domain.state import Plan
from metaorder.domain.units import SECOND, Lots, Nanos
from support.core import at, market_state, started

PLAN = Plan(at(600), Lots(400), Lots(600), Nanos(0), Nanos(1_200 * SECOND))
"""600 lots in twenty minutes, from ten minutes after the open on."""


@pytest.mark.parametrize(("since", "now", "lots"), [(600, 900, 150), (900, 1_200, 150), (1_790, 1_800, 5), (1_799, 1_800, 0)])
def test_an_even_share_is_of_the_plan_over_the_time_that_it_had(since: int, now: int, lots: int) -> None:
    assert evenly(PLAN, at(since), at(now)) == lots


def test_time_before_the_plan_and_blackouts_count_as_none() -> None:
    assert evenly(PLAN, at(300), at(660)) == 30
    assert evenly(PLAN, at(300), at(500)) == 0
    dark = replace(PLAN, window=Nanos(600 * SECOND), blackouts=((at(700), at(1_300)),))
    assert evenly(dark, at(600), at(1_000)) == 100
    assert evenly(dark, at(800), at(1_100)) == 0
    assert evenly(dark, at(1_000), at(1_400)) == 100


def test_a_plan_without_lots_has_none() -> None:
    assert evenly(replace(PLAN, lots=Lots(0)), at(600), at(900)) == 0


def test_three_times_what_was_planned_less_what_was_done() -> None:
    assert caught_up(Lots(10), Lots(1), Lots(4)) == 26
    assert caught_up(Lots(10), Lots(20), Lots(4)) == 56, "or the smallest child"
    assert caught_up(Lots(10), Lots(1), Lots(31)) == 0


@pytest.mark.parametrize(
    ("algo", "pace", "asked", "allowed"),
    [
        ("twap", 10, 30, 30),
        ("twap", 10, 31, 1_500),
        ("twap", 600, 5_000, 1_800),
        ("pov", 10, 5_000, 30),
    ],
)
def test_the_mean_counts_where_more_is_asked_for_and_never_of_a_plan_that_follows_the_market(
    algo: str, pace: int, asked: int, allowed: int
) -> None:
    """1,000 lots in ten minutes: 500 in the five that lag is made up over."""
    execution = started(algo=algo)
    state = state_of(execution, market_state(now=at(300)))
    assert paced(execution, state, Lots(pace), Lots(0), asked) == allowed
