"""Sums that fade, against loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.models.decayed_sum import decayed_sum, kept_between, sums_across, sums_within
from support.examples import examples

TIMES = st.lists(st.floats(0, 1e4), max_size=40).map(lambda times: np.array(sorted(times)))


@settings(max_examples=examples(100))
@given(TIMES, st.floats(0, 1e3), st.integers(0, 2**32 - 1))
def test_the_memory_is_what_a_loop_makes_of_it(times: np.ndarray, rate: float, seed: int) -> None:
    added = np.random.default_rng(seed).normal(size=times.size)
    kept, memory, expected = kept_between(times, rate), 0.0, []
    for factor, each in zip(kept, added, strict=True):
        memory = factor * memory + each
        expected.append(memory)
    assert decayed_sum(kept, added) == pytest.approx(expected, rel=1e-11, abs=1e-12)


@settings(max_examples=examples(100))
@given(TIMES, TIMES, st.floats(0, 1e2))
def test_the_sums_are_those_of_the_definition(times: np.ndarray, others: np.ndarray, rate: float) -> None:
    within = [sum(math.exp(-rate * (t - s)) for s in times[:i]) for i, t in enumerate(times)]
    across = [sum(math.exp(-rate * (t - s)) for s in others if s < t) for t in times]
    assert sums_within(times, rate) == pytest.approx(within, rel=1e-11, abs=1e-14)
    assert sums_across(times, others, rate) == pytest.approx(across, rel=1e-11, abs=1e-14)


def test_of_events_at_one_time_the_later_sees_the_earlier_and_other_kinds_see_none() -> None:
    times = np.array([1.0, 1.0])
    assert sums_within(times, 5.0).tolist() == [0.0, 1.0]
    assert sums_across(times, times, 5.0).tolist() == [0.0, 0.0]


def test_centuries_between_events_are_as_exact_as_microseconds() -> None:
    assert sums_within(np.array([0.0, 1e-6, 1e12, 1e12 + 1]), 1.0) == pytest.approx(
        [0, math.exp(-1e-6), 0, math.exp(-1)], abs=1e-15
    )


def test_the_inputs_stay_as_they_were() -> None:
    kept, added = np.full(5, 0.5), np.ones(5)
    decayed_sum(kept, added)
    assert kept.tolist() == [0.5] * 5
    assert added.tolist() == [1.0] * 5
