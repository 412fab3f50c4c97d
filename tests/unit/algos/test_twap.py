"""twap: the same number of lots in every slice of the window."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaorder.algos.twap import MAX_SLICES, Twap
from metaorder.domain.errors import Invalid
from metaorder.domain.units import Nanos
from support.core import OPEN, at, state_at

TEN = Twap(slices=10)


@pytest.mark.parametrize(
    ("seconds", "target", "due"), [(0, 100, 0), (30, 100, 50), (59.5, 100, 100), (60, 200, 100), (599, 1_000, 999)]
)
def test_a_slice_is_placed_when_it_begins_and_due_evenly_until_it_ends(seconds: float, target: int, due: int) -> None:
    intent = TEN.on_event(state_at(seconds))
    assert (intent.target, intent.due) == (target, due)


def test_a_slice_begins_at_its_first_nanosecond() -> None:
    assert TEN.on_event(state_at(59.999_999_999)).target == 100
    assert TEN.on_event(state_at(59.999_999_999)).wake == at(60)
    assert TEN.on_event(state_at(60)).target == 200


def test_without_slices_there_is_one_for_each_interval_and_one_for_the_rest() -> None:
    assert Twap().on_event(state_at(0, window_s=600)).reason["slices"] == 10
    assert Twap(interval_s=7).on_event(state_at(0, window_s=600)).reason["slices"] == 86
    assert Twap(interval_s=3_600).on_event(state_at(0, window_s=600)).reason["slices"] == 1


def test_what_is_left_is_spread_over_what_is_left_when_the_plan_is_drawn_anew() -> None:
    assert TEN.on_event(state_at(0, lots=1_000, done=400, window_s=300)).target == 460


@given(st.integers(1, 10**9), st.integers(1, 400), st.integers(1, 3_600))
def test_slices_differ_by_a_lot_at_most_and_add_up_to_the_order(lots: int, slices: int, window_s: int) -> None:
    algorithm = Twap(slices=slices)
    plan = state_at(0, lots=lots, window_s=window_s).plan
    starts = [-(-plan.window * k // slices) / 1e9 for k in range(slices)]
    targets = [0, *(algorithm.on_event(state_at(s + 1e-9, lots=lots, window_s=window_s)).target for s in starts)]
    sizes = {b - a for a, b in pairwise(targets)}
    assert targets[-1] == lots
    assert max(sizes) - min(sizes) <= 1


@given(st.integers(1, 10**9), st.lists(st.integers(0, 600), min_size=2, max_size=8).map(sorted))
def test_the_plan_is_a_straight_line_to_the_quantity(lots: int, seconds: list[int]) -> None:
    state = state_at(0, lots=lots)
    points = [TEN.planned(state, at(s)) for s in seconds]
    assert points == sorted(points)
    assert [TEN.planned(state, OPEN), TEN.planned(state, at(600)), TEN.planned(state, Nanos(at(9_999)))] == [0, lots, lots]
    assert all(0 <= point * 600 - lots * s < 600 for point, s in zip(points, seconds, strict=True))


@pytest.mark.parametrize(
    ("params", "field", "rule"),
    [
        ({"slices": 0}, "slices", f"from 1 to {MAX_SLICES}"),
        ({"slices": MAX_SLICES + 1}, "slices", f"from 1 to {MAX_SLICES}"),
        ({"interval_s": 0}, "interval_s", "from 1 to 86400"),
        ({"interval_s": 86_401}, "interval_s", "from 1 to 86400"),
    ],
)
def test_parts_that_cannot_be_are_refused(params: dict[str, int], field: str, rule: str) -> None:
    with pytest.raises(Invalid) as caught:
        Twap(**params)
    assert (caught.value.field, caught.value.rule, caught.value.value) == (field, rule, params[field])
