"""Samples held against each other: intervals that cover, pairs whose common noise goes away, thirds."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.tca.paired import mean, paired, terciles


def test_an_interval_is_students() -> None:
    found = mean([1.0, 2.0, 3.0, 4.0])
    assert found is not None
    assert (found.mean, found.n) == (2.5, 4)
    assert found.high == pytest.approx(2.5 + 3.182446 * (5 / 3) ** 0.5 / 2, rel=1e-6)
    assert found.low == pytest.approx(5.0 - (found.high or 0))


def test_of_one_value_there_is_no_interval_and_of_none_nothing() -> None:
    one = mean([3.0])
    assert one is not None
    assert (one.mean, one.low, one.high) == (3.0, None, None)
    assert mean([]) is None
    assert paired([], []) is None


def test_intervals_cover_the_truth_nineteen_times_of_twenty() -> None:
    draw = np.random.Generator(np.random.PCG64(5))
    by_t = by_bootstrap = 0
    for trial in range(300):
        common = draw.normal(0, 50, 25)
        found = paired(list(common + draw.normal(2, 3, 25)), list(common + draw.normal(0, 3, 25)), seed=trial)
        assert found is not None
        by_t += (found.t.low or 0) <= 2 <= (found.t.high or 0)
        by_bootstrap += (found.bootstrap.low or 0) <= 2 <= (found.bootstrap.high or 0)
    assert 0.91 <= by_t / 300 <= 0.985
    assert 0.88 <= by_bootstrap / 300 <= 0.985


def test_what_both_saw_goes_away_in_the_pairs() -> None:
    draw = np.random.Generator(np.random.PCG64(6))
    common = draw.normal(0, 100, 30)
    found = paired(list(common + 1.0), list(common))
    assert found is not None
    assert (found.t.low, found.t.high) == pytest.approx((1.0, 1.0))


def test_thirds_are_equal_and_in_order() -> None:
    third = terciles([5.0, 1.0, 9.0, 2.0, 8.0, 4.0])
    assert third == ["middle", "low", "high", "low", "high", "middle"]
    assert terciles([1.0, 2.0]) == ["all", "all"]
