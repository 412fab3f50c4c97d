"""Almgren 2003: the path's law, its cost by quadrature, and the exponential that linear impact has."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models import ac_continuous
from metaorder.models.almgren2003 import optimal
from support.examples import examples

TERMS: dict[str, Any] = {"sigma": 0.95, "eta": 1e-3, "exponent": 0.6, "risk_aversion": 1e-6}


@settings(max_examples=examples(40))
@given(st.floats(0.2, 3), st.floats(3, 7))
def test_the_rate_at_each_time_balances_impact_and_risk(exponent: float, size: float) -> None:
    """Beltrami: k eta v^(k+1) = lambda sigma^2 x^2 all along, so that the path can stop nowhere earlier or later."""
    shares, terms = 10**size, {**TERMS, "exponent": exponent}
    scale = optimal(shares, [0.0], **terms).scale
    t = np.array([0.1, 0.5, 1.0]) * scale
    step = 1e-6 * scale
    before, here, after = (optimal(shares, t + move, **terms).holdings for move in (-step, 0.0, step))
    rate = (before - after) / (2 * step)
    balance = 1e-6 * 0.95**2 * here**2
    assert exponent * 1e-3 * rate ** (exponent + 1) == pytest.approx(balance, rel=1e-5)


@pytest.mark.parametrize("exponent", [0.5, 1.0, 1.5])
def test_cost_and_variance_are_the_integrals_of_the_path(exponent: float) -> None:
    terms = {**TERMS, "exponent": exponent, "eta": 1e-3 * 1e5 ** (0.6 - exponent)}
    scale = optimal(1e6, [0.0], **terms).scale
    t = np.concatenate([np.linspace(0, 20, 200_001), np.geomspace(20.001, 1e5, 20_001)]) * scale
    found = optimal(1e6, t, **terms)
    rate = -np.gradient(found.holdings, t)
    assert found.variance == pytest.approx(np.trapezoid(0.95**2 * found.holdings**2, t), rel=1e-4)
    assert found.cost == pytest.approx(np.trapezoid(terms["eta"] * np.maximum(rate, 0) ** (exponent + 1), t), rel=1e-3)
    assert found.cost == pytest.approx(1e-6 * found.variance / exponent)


def test_linear_impact_is_the_long_path_of_almgren_and_chriss() -> None:
    t = [0.0, 1.0, 3.0]
    found = optimal(1e6, t, **{**TERMS, "exponent": 1.0, "eta": 2.5e-6})
    market = {"sigma": 0.95, "eps": 0.0, "gamma": 0.0, "eta": 2.5e-6}
    long = ac_continuous.optimal(1e6, 100.0, t, risk_aversion=1e-6, **market)
    assert found.holdings == pytest.approx(long.holdings)
    assert (found.cost, found.variance, found.rate) == pytest.approx((long.cost, long.variance, long.rates[0]))
    for exponent in (1 - 1e-9, 1 + 1e-9):
        near = optimal(1e6, t, **{**TERMS, "exponent": exponent, "eta": 2.5e-6})
        assert near.holdings == pytest.approx(found.holdings, rel=1e-6)


def test_convex_impact_ends_and_concave_does_not() -> None:
    convex = {**TERMS, "exponent": 1.5, "eta": 2e-9}
    end = optimal(1e6, [0.0], **convex).end
    assert end is not None
    assert optimal(1e6, [end * 0.999, end, 2 * end], **convex).holdings == pytest.approx([0, 0, 0], abs=1e-6)
    assert optimal(1e6, [0.0], **TERMS).end is None
    assert optimal(1e6, [1e9], **TERMS).holdings[0] > 0


def test_to_buy_back_is_to_sell_mirrored_and_nothing_costs_nothing() -> None:
    sold, bought = optimal(1e6, [0.5], **TERMS), optimal(-1e6, [0.5], **TERMS)
    assert (bought.holdings[0], bought.rate) == (-sold.holdings[0], -sold.rate)
    assert bought.cost == sold.cost
    nothing = optimal(0.0, [0.0, 1.0], **TERMS)
    assert (nothing.cost, nothing.holdings.tolist()) == (0, [0, 0])


@pytest.mark.parametrize(("field", "value"), [("sigma", 0.0), ("eta", 0.0), ("exponent", -1.0), ("risk_aversion", 0.0)])
def test_a_number_that_cannot_be_is_refused(field: str, value: float) -> None:
    with pytest.raises(Invalid) as refused:
        optimal(1e6, [0.0], **{**TERMS, field: value})
    assert refused.value.field == field
    with pytest.raises(Invalid, match=r"times\.0 must be 0 or more"):
        optimal(1e6, [-1.0], **TERMS)
