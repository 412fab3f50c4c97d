"""Almgren and Chriss in periods: nothing beats it, its limits are known, and what cannot be is refused."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models import ac_discrete
from metaorder.models.ac_discrete import Programme, optimal
from support.examples import examples

PAPER = Programme(shares=1e6, horizon=5.0, periods=5, sigma=0.95, eps=0.0625, gamma=2.5e-7, eta=2.5e-6)
LAM = 1e-6


def test_the_papers_example_comes_out() -> None:
    found = optimal(PAPER, LAM)
    assert found.kappa == pytest.approx(0.607076163247)
    assert found.theta == pytest.approx(1.6472398, rel=1e-7)
    assert found.holdings[1:5] == pytest.approx([541955.55437, 289854.21941, 147897.48782, 62141.801606])
    assert (found.cost, found.variance) == (pytest.approx(911226.9863038), pytest.approx(3.641285720581e11))


@settings(max_examples=examples(50))
@given(st.integers(0, 2**32 - 1), st.floats(0, 1e-4), st.floats(1e-6, 1e5))
def test_no_other_schedule_costs_less(seed: int, risk_aversion: float, size: float) -> None:
    best = optimal(PAPER, risk_aversion)
    bump = np.zeros(6)
    bump[1:5] = np.random.default_rng(seed).normal(size=4) * size
    other = ac_discrete.schedule(PAPER, best.holdings + bump, risk_aversion)
    assert other.utility >= best.utility * (1 - 1e-12)


@settings(max_examples=examples(100))
@given(st.floats(-1e7, 1e7), st.floats(0.01, 20), st.integers(1, 60), st.floats(0, 1e3))
def test_it_starts_whole_ends_empty_and_never_turns(shares: float, horizon: float, periods: int, risk_aversion: float) -> None:
    found = optimal(replace(PAPER, shares=shares, horizon=horizon, periods=periods, gamma=0.0), risk_aversion)
    assert (found.holdings[0], found.holdings[-1]) == (shares, 0)
    assert found.trades.sum() == pytest.approx(shares)
    assert (found.trades * np.sign(shares) >= 0).all()
    assert found.trades == pytest.approx(-np.diff(found.holdings), abs=1e-9 * abs(shares))


def test_cost_and_variance_follow_from_the_price_step_by_step() -> None:
    """Sells at the price less the impact of the trade, while each trade leaves its mark and chance moves what is still held."""
    found = optimal(PAPER, LAM)
    tau, received, move = PAPER.tau, 0.0, 0.0
    for trade in found.trades:
        received += trade * (move - PAPER.eps - PAPER.eta * trade / tau)
        move -= PAPER.gamma * trade
    assert found.cost == pytest.approx(-received)
    assert found.variance == pytest.approx(sum(PAPER.sigma**2 * tau * x**2 for x in found.holdings[1:]))
    assert found.utility == pytest.approx(found.cost + LAM * found.variance)


def test_without_a_price_of_risk_or_without_risk_it_is_a_straight_line() -> None:
    for found in (optimal(PAPER, 0.0), optimal(replace(PAPER, sigma=0.0), LAM)):
        assert found.trades == pytest.approx(2e5)
        assert (found.kappa, found.theta) == (0, math.inf)


def test_ever_more_risk_aversion_sells_everything_at_once() -> None:
    found = optimal(PAPER, 1e30)
    assert found.trades[0] == pytest.approx(1e6)
    assert found.variance < 1
    assert found.cost == pytest.approx(PAPER.eps * 1e6 + PAPER.eta * 1e12)


def test_a_furious_schedule_in_fine_periods_does_not_overflow() -> None:
    found = optimal(replace(PAPER, periods=3_000, gamma=0.0), 1.1)
    assert found.kappa * 5 > 3_000
    assert np.isfinite(found.holdings).all()
    assert found.trades.sum() == pytest.approx(1e6)


def test_one_period_sells_all_and_nothing_to_sell_costs_nothing() -> None:
    assert optimal(replace(PAPER, periods=1), LAM).trades == pytest.approx([1e6])
    assert optimal(replace(PAPER, shares=0.0), LAM).utility == 0


def test_to_buy_back_is_to_sell_mirrored() -> None:
    sold, bought = optimal(PAPER, LAM), optimal(replace(PAPER, shares=-1e6), LAM)
    assert bought.holdings == pytest.approx(-sold.holdings)
    assert bought.utility == pytest.approx(sold.utility)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("shares", math.nan),
        ("horizon", 0.0),
        ("periods", 0),
        ("periods", 2.5),
        ("periods", math.nan),
        ("sigma", -1.0),
        ("eps", -0.01),
        ("gamma", math.inf),
        ("eta", 0.0),
        ("eta", 1.25e-7),
    ],
)
def test_a_programme_that_cannot_be_is_refused(field: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        replace(PAPER, **{field: value})
    assert refused.value.field == field


def test_a_negative_risk_aversion_is_refused() -> None:
    with pytest.raises(Invalid, match="risk_aversion must be a finite number, 0 or more, was -1"):
        optimal(PAPER, -1.0)


@pytest.mark.parametrize("holdings", [[1e6, 0.0], [9e5, 1, 1, 1, 1, 0], [1e6, 1, 1, 1, 1, 1]])
def test_a_schedule_that_does_not_work_the_programme_is_refused(holdings: list[float]) -> None:
    with pytest.raises(Invalid, match="holdings"):
        ac_discrete.schedule(PAPER, holdings)
