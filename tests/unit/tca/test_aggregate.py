"""Costs over many orders, by hand and against samples whose truth is planted."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.tca.aggregate import ENOUGH_NOT, FEWEST, FEWEST_PAIRS, WHOLE, Floats, compare, spread


def floats(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


def test_means_are_plain_and_by_notional_and_the_rest_is_by_hand() -> None:
    found = spread(floats(1, 2, 3, -6), floats(1, 1, 1, 5))
    assert (found.mean, found.weighted, found.quantiles[2], found.win_rate) == (0.0, -3.0, 1.5, 0.25)
    assert found.sd == pytest.approx((50 / 3) ** 0.5)
    assert found.sharpe == 0


def test_one_order_has_no_interval_and_says_nothing() -> None:
    found = spread(floats(3), floats(10))
    assert (found.low, found.high, found.sd, found.sharpe) == (None, None, None, None)
    assert found.says.startswith(ENOUGH_NOT)


@pytest.mark.parametrize(("mean", "says"), [(5.0, "a cost"), (-5.0, "a gain"), (0.0, f"{ENOUGH_NOT}: the interval holds zero")])
def test_what_is_said_follows_from_the_interval(mean: float, says: str) -> None:
    values = mean + np.linspace(-3, 3, 100)
    assert spread(values, np.ones(100)).says == says
    assert spread(values[: FEWEST - 1], np.ones(FEWEST - 1)).says.startswith(ENOUGH_NOT)


def test_a_few_orders_have_no_interval_though_they_agree() -> None:
    few, enough = (spread(floats(*range(5, 5 + count)), np.ones(count)) for count in (FEWEST - 1, FEWEST))
    assert (few.low, few.high) == (None, None)
    assert enough.low is not None
    assert enough.says == "a cost"


@pytest.mark.parametrize("count", [200, 5 * WHOLE])
def test_the_bootstrap_is_as_wide_as_the_standard_error_says(count: int) -> None:
    rng = np.random.default_rng(1)
    found = spread(rng.normal(2, 10, count), np.ones(count))
    assert found.low is not None
    assert found.high is not None
    assert (found.high - found.low) / (2 * 1.96 * 10 / count**0.5) == pytest.approx(1, abs=0.15)


def test_the_same_orders_have_the_same_interval() -> None:
    values, weights = np.sin(np.arange(3_000)), 1 + np.arange(3_000.0)
    assert spread(values, weights) == spread(values, weights)


def test_outliers_are_named_furthest_first() -> None:
    values = np.concatenate([np.linspace(-1, 1, 99), [50.0, -80.0]])
    found = spread(values, np.ones(101))
    assert ([at for at, _ in found.outliers], found.outlying) == ([100, 99], 2)
    assert spread(np.ones(50), np.ones(50)).outliers == ()


def test_where_most_orders_cost_the_same_the_mean_deviation_stands_for_the_medians() -> None:
    """Of ten orders nine cost 2 and one 12: MAD is 0, the mean deviation 1, so that it is 10 / 1.253314 out."""
    found = spread(floats(*[2.0] * 9, 12.0), np.ones(10))
    ((at, z),) = found.outliers
    assert (at, found.outlying) == (9, 1)
    assert z == pytest.approx(10 / 1.253314)
    assert spread(floats(2, 2, 2, 12), np.ones(4)).outlying == 0, "a quarter of them is no outlier"


def test_groups_are_compared_only_on_enough_pairs() -> None:
    base = np.linspace(0, 20, 30)
    better, worse = base + np.tile([0.0, 0.2, 0.1], 10), base + 2
    assert compare(better.tolist(), worse.tolist()).says == "the first costs less"
    assert compare(worse.tolist(), better.tolist()).says == "the first costs more"
    few = FEWEST_PAIRS - 1
    assert compare(better[:few].tolist(), worse[:few].tolist()).says.startswith(ENOUGH_NOT)
    assert compare([], []).difference is None
    same = compare(base.tolist(), (base + np.tile([1.0, -1.0], 15)).tolist())
    assert same.says == f"{ENOUGH_NOT}: the interval holds zero"
