"""Power-law impact in periods: nothing beats it, linear impact is Almgren and Chriss', and haste has its known form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models import ac_discrete, almgren2003
from metaorder.models.ac_discrete import Programme
from metaorder.models.ac_power import optimal
from metaorder.models.inputs import Floats
from support.examples import examples

ROOT: dict[str, Any] = {"sigma": 0.95, "eta": 1e-3, "exponent": 0.6, "risk_aversion": 1e-6}


def utility(trades: Floats, tau: float, terms: dict[str, Any]) -> float:
    held = trades.sum() - np.cumsum(trades)
    cost = terms["eta"] * np.sum(np.abs(trades) ** (terms["exponent"] + 1)) / tau ** terms["exponent"]
    return float(cost + terms["risk_aversion"] * terms["sigma"] ** 2 * tau * (held @ held))


@settings(max_examples=examples(60))
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 3), st.floats(-9, -3), st.floats(1e-4, 0.5))
def test_no_other_schedule_costs_less(seed: int, exponent: float, risk: float, size: float) -> None:
    terms = {**ROOT, "exponent": exponent, "risk_aversion": 10**risk}
    best = optimal(1e6, 5.0, 10, **terms)
    assert (best.trades > 0).all()
    assert best.trades.sum() == pytest.approx(1e6)
    assert utility(best.trades, 0.5, terms) == pytest.approx(best.utility)
    other = best.trades * np.exp(size * np.random.default_rng(seed).normal(size=10))
    assert utility(other * 1e6 / other.sum(), 0.5, terms) >= best.utility * (1 - 1e-12)


@pytest.mark.parametrize("risk_aversion", [0.0, 1e-15, 1e-6, 1.0, 1e12])
def test_linear_impact_is_the_schedule_of_almgren_and_chriss(risk_aversion: float) -> None:
    found = optimal(-1e6, 5.0, 50, sigma=0.95, eta=2e-6, exponent=1.0, risk_aversion=risk_aversion)
    linear = ac_discrete.optimal(
        Programme(shares=-1e6, horizon=5.0, periods=50, sigma=0.95, eps=0.0, gamma=0.0, eta=2e-6), risk_aversion
    )
    assert found.holdings == pytest.approx(linear.holdings, abs=1e-6)
    assert found.trades == pytest.approx(linear.trades, rel=1e-9, abs=1e-290)
    assert found.cost == pytest.approx(linear.cost)
    assert found.variance == pytest.approx(linear.variance, rel=1e-9, abs=1e-290)


def test_a_furious_schedule_of_kappa_t_3000_is_found() -> None:
    risk_aversion = 2 * (np.cosh(1) - 1) * 2e-6 * 600**2 / 0.95**2
    found = optimal(1e6, 5.0, 3_000, sigma=0.95, eta=2e-6, exponent=1.0, risk_aversion=risk_aversion)
    assert found.trades[:3] == pytest.approx(1e6 * (1 - np.exp(-1)) * np.exp([0, -1, -2]), rel=1e-9)
    assert found.trades[-1] == 0


def test_a_long_horizon_comes_close_to_the_path_without_one() -> None:
    found = optimal(1e6, 100.0, 2_000, **ROOT)
    path = almgren2003.optimal(1e6, [1.0, 2.0, 5.0], **ROOT)
    assert found.holdings[[20, 40, 100]] == pytest.approx(path.holdings, rel=0.02)
    assert found.utility == pytest.approx(path.cost + 1e-6 * path.variance, rel=0.02)


def test_without_a_price_of_risk_it_is_a_straight_line_and_nothing_costs_nothing() -> None:
    assert optimal(1e6, 5.0, 4, **{**ROOT, "risk_aversion": 0.0}).trades == pytest.approx(2.5e5)
    assert optimal(1e6, 5.0, 1, **ROOT).trades == pytest.approx(1e6)
    nothing = optimal(0.0, 5.0, 4, **ROOT)
    assert (nothing.utility, nothing.holdings.tolist()) == (0, [0] * 5)


@pytest.mark.parametrize(("field", "value"), [("sigma", -1.0), ("eta", 0.0), ("exponent", 0.0), ("risk_aversion", -1.0)])
def test_a_number_that_cannot_be_is_refused(field: str, value: float) -> None:
    with pytest.raises(Invalid) as refused:
        optimal(1e6, 5.0, 10, **{**ROOT, field: value})
    assert refused.value.field == field
    with pytest.raises(Invalid, match="periods"):
        optimal(1e6, 5.0, 0, **ROOT)
