"""Liquidity-adjusted value at risk: the least on the whole frontier, and everything at once where that is the least."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models import ac_discrete
from metaorder.models.ac_discrete import Programme
from metaorder.models.ac_frontier import at_once, frontier, straight_line
from metaorder.models.ac_lvar import least
from support.examples import examples

PAPER = Programme(shares=1e6, horizon=5.0, periods=5, sigma=0.95, eps=0.0625, gamma=2.5e-7, eta=2.5e-6)


@settings(max_examples=examples(60))
@given(st.floats(0.5, 0.9999), st.integers(1, 40), st.floats(-9, -3), st.floats(-3, 2))
def test_no_schedule_of_the_frontier_is_safer(confidence: float, periods: int, impact: float, volatility: float) -> None:
    order = replace(PAPER, periods=periods, eta=10**impact, sigma=10**volatility, gamma=0.0)
    found = least(order, confidence)
    every = frontier(order, [0.0, *np.geomspace(1e-16, 1e6, 200)])
    values = every.cost + found.quantile * np.sqrt(every.variance)
    assert found.value <= min(values.min(), at_once(order).cost) * (1 + 1e-12)
    assert found.value == pytest.approx(found.schedule.cost + found.quantile * math.sqrt(found.schedule.variance))


def test_it_lies_where_the_price_of_risk_is_half_the_quantile_over_the_deviation() -> None:
    found = least(PAPER, 0.95)
    assert found.risk_aversion == pytest.approx(found.quantile / (2 * math.sqrt(found.schedule.variance)), rel=1e-9)
    assert found.value == pytest.approx(1_877_135.64566)
    assert found.risk_aversion == pytest.approx(1.6941135e-6, rel=1e-7)


def test_no_other_schedule_is_safer_either() -> None:
    found, dice = least(PAPER, 0.95), np.random.default_rng(1)
    for size in (1.0, 1e3, 1e5):
        bump = np.zeros(6)
        bump[1:5] = dice.normal(size=4) * size
        other = ac_discrete.schedule(PAPER, found.schedule.holdings + bump)
        assert other.cost + found.quantile * math.sqrt(other.variance) >= found.value


def test_where_risk_outweighs_any_impact_everything_goes_at_once() -> None:
    found = least(replace(PAPER, sigma=50.0), 0.95)
    assert found.schedule.holdings.tolist() == [1e6, 0, 0, 0, 0, 0]
    assert (found.risk_aversion, found.value) == (math.inf, pytest.approx(at_once(PAPER).cost))
    assert least(replace(PAPER, periods=1), 0.95).value == pytest.approx(at_once(replace(PAPER, periods=1)).cost)


def test_just_short_of_that_a_little_is_still_kept() -> None:
    """lambda sqrt(V) tends to |X| eta_tilde / (sigma tau^1.5): where half the quantile is a millionth below it."""
    limit = 2 * PAPER.shares * PAPER.eta_tilde / NormalDist().inv_cdf(0.95)
    found = least(replace(PAPER, sigma=limit * (1 - 1e-6)), 0.95)
    assert 0 < found.schedule.holdings[1] < 1
    assert math.isfinite(found.risk_aversion)
    assert least(replace(PAPER, sigma=limit * (1 + 1e-6)), 0.95).risk_aversion == math.inf


def test_a_coin_flip_of_confidence_takes_the_cheapest_schedule() -> None:
    found = least(PAPER, 0.5)
    assert (found.risk_aversion, found.value) == (0, pytest.approx(straight_line(PAPER).cost))
    assert least(replace(PAPER, shares=0.0), 0.95).value == 0


@pytest.mark.parametrize("confidence", [0.0, 0.4999, 1.0, math.nan])
def test_a_confidence_out_of_range_is_refused(confidence: float) -> None:
    with pytest.raises(Invalid, match=r"confidence must be (in \[0\.5, 1\)|a finite number)"):
        least(PAPER, confidence)
