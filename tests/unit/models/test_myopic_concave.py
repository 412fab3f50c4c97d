"""Trading on a forecast against concave impact: linear impact as a case of it, and nothing found at random earns more."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models import impact_state, myopic
from metaorder.models.inputs import Floats
from metaorder.models.myopic import Alpha
from metaorder.models.myopic_concave import optimal
from support.examples import examples

FADING = Alpha(0.3, 0.1, 1.0)
TERMS: dict[str, Any] = {"beta": 5.0, "strength": 2e-3, "exponent": 0.48}


def earned(trades: Floats, alpha: Alpha, dt: float) -> float:
    """What trades at equal intervals earn: alpha of each, less the impact that each walks through."""
    t = np.arange(len(trades)) * dt
    before = impact_state.path(trades, beta=TERMS["beta"], dt=dt, per_share=1.0)[:-1]
    c = TERMS["exponent"]
    walked = TERMS["strength"] / (1 + c) * (np.abs(before + trades) ** (1 + c) - np.abs(before) ** (1 + c))
    return float(alpha.at(t) @ trades - walked.sum())


def plan(alpha: Alpha, steps: int) -> Floats:
    """The optimum as trades at equal intervals: each takes the faded flow to where it should be."""
    t = np.linspace(0, 1, steps + 1)
    target = optimal(alpha, 1.0, t, **TERMS).flow
    target[-1] += optimal(alpha, 1.0, [], **TERMS).last
    return target - np.concatenate([[0.0], target[:-1] * math.exp(-TERMS["beta"] / steps)])


@settings(max_examples=examples(30))
@given(st.integers(0, 2**32 - 1), st.floats(1e-3, 0.5))
def test_no_other_trades_earn_more(seed: int, size: float) -> None:
    trades = plan(FADING, 200)
    best = optimal(FADING, 1.0, [], **TERMS)
    assert earned(trades, FADING, 1 / 200) == pytest.approx(best.pnl, rel=1e-3)
    assert trades.sum() == pytest.approx(best.total, rel=1e-2)
    other = trades * (1 + size * np.random.default_rng(seed).normal(size=201))
    assert earned(other, FADING, 1 / 200) < best.pnl


@settings(max_examples=examples(40))
@given(st.floats(-1, 1), st.floats(-0.5, 0.5), st.floats(0, 5))
def test_linear_impact_is_the_linear_model(a: float, b: float, phi: float) -> None:
    alpha, t = Alpha(a, b, phi), [0.0, 0.7, 2.0]
    found = optimal(alpha, 2.0, t, beta=2.0, strength=1e-4, exponent=1.0)
    linear = myopic.optimal(alpha, 2.0, t, beta=2.0, per_share=1e-4)
    assert found.impact == pytest.approx(linear.impact)
    assert found.rate == pytest.approx(linear.rate, abs=1e-6)
    assert (found.first, found.last) == pytest.approx((linear.first, linear.last), abs=1e-6)
    assert (found.total, found.pnl) == pytest.approx((linear.total, linear.pnl), rel=1e-9, abs=1e-6)


def test_the_rate_is_the_slope_of_the_flow_and_its_decay() -> None:
    t, step = np.array([0.2, 0.5, 0.8]), 1e-6
    before, here, after = (optimal(FADING, 1.0, t + move, **TERMS) for move in (-step, 0.0, step))
    slope = (after.flow - before.flow) / (2 * step)
    assert here.rate == pytest.approx(slope + TERMS["beta"] * here.flow, rel=1e-6)


def test_what_is_done_over_the_path_is_the_total() -> None:
    t = np.linspace(0, 1, 20_001)
    for alpha in (FADING, Alpha(0.4, -0.2, 2.0)):
        found = optimal(alpha, 1.0, t, **TERMS)
        assert found.first + found.last + np.trapezoid(found.rate, t) == pytest.approx(found.total, rel=1e-6)


def test_a_forecast_that_fades_at_once_is_not_missed_by_the_integral() -> None:
    """a^(1+1/c) exp(-phi (1+1/c) t) integrates in closed form."""
    alpha, c = Alpha(0.5, 0.0, 3e6), 0.5
    found = optimal(alpha, 6.5, [0.0], beta=0.7, strength=1e-3, exponent=c)
    level = 0.5 * (1 + 3e6 / 0.7) / 1.5
    assert found.total == pytest.approx(0.7 * (level / 1e-3) ** 2 / 6e6, rel=1e-10)
    assert found.pnl == pytest.approx(0.7 * c * level**3 / 1e-6 / 9e6, rel=1e-10)


def test_no_forecast_is_no_trade() -> None:
    found = optimal(Alpha(0.0, 0.0, 1.0), 1.0, [0.5], **TERMS)
    assert (found.first, found.last, found.total, found.pnl, found.rate[0]) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize(("field", "value"), [("beta", 0.0), ("strength", 0.0), ("exponent", 0.0), ("exponent", 1.1)])
def test_a_number_that_cannot_be_is_refused(field: str, value: float) -> None:
    with pytest.raises(Invalid) as refused:
        optimal(FADING, 1.0, [0.0], **{**TERMS, field: value})
    assert refused.value.field == field
    with pytest.raises(Invalid, match=r"times\.0"):
        optimal(FADING, 1.0, [1.5], **TERMS)
