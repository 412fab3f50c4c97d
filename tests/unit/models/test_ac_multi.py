"""Almgren and Chriss for a basket: the joint optimum, a hedge that waits, and a single asset as its simplest case."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models import ac_discrete
from metaorder.models.ac_discrete import Programme
from metaorder.models.ac_multi import optimal
from metaorder.models.inputs import Floats
from support.examples import examples

TERMS: dict[str, Any] = {
    "covariance": [[0.9025, 0.4], [0.4, 0.64]],
    "temporary": [[2.5e-6, 2e-7], [2e-7, 1.5e-6]],
    "permanent": [[2.5e-7, 5e-9], [5e-9, 1e-7]],
    "eps": [0.0625, 0.03],
    "risk_aversion": 1e-6,
}
SHARES = [1e6, -5e5]


def utility(holdings: Floats, horizon: float, shares: list[float], **terms: Any) -> float:
    """E + lambda V of any schedule, asset by asset and period by period."""
    c, h, g = (np.array(terms[name]) for name in ("covariance", "temporary", "permanent"))
    tau, trades = horizon / (len(holdings) - 1), -np.diff(holdings, axis=0)
    start = np.array(shares)
    cost = start @ g @ start / 2 + np.array(terms["eps"]) @ np.abs(start)
    cost += sum(n @ (h - tau * g / 2) @ n for n in trades) / tau
    return float(cost + terms["risk_aversion"] * tau * sum(x @ c @ x for x in holdings[1:]))


@settings(max_examples=examples(50))
@given(st.integers(0, 2**32 - 1), st.floats(1e-3, 1e5))
def test_no_other_schedule_costs_less(seed: int, size: float) -> None:
    best = optimal(SHARES, 5.0, 8, **TERMS)
    bump = np.zeros((9, 2))
    bump[1:8] = np.random.default_rng(seed).normal(size=(7, 2)) * size
    assert best.holdings[[0, -1]].tolist() == [SHARES, [0, 0]]
    at_best = utility(best.holdings, 5.0, SHARES, **TERMS)
    assert at_best == pytest.approx(best.cost + 1e-6 * best.variance)
    assert utility(best.holdings + bump, 5.0, SHARES, **TERMS) >= at_best * (1 - 1e-12)


def test_one_asset_is_the_single_asset_model() -> None:
    alone = ac_discrete.optimal(
        Programme(shares=1e6, horizon=5.0, periods=5, sigma=0.95, eps=0.0625, gamma=2.5e-7, eta=2.5e-6), 1e-6
    )
    terms = {"covariance": [[0.9025]], "temporary": [[2.5e-6]], "permanent": [[2.5e-7]], "eps": [0.0625]}
    found = optimal([1e6], 5.0, 5, risk_aversion=1e-6, **terms)
    assert found.holdings[:, 0] == pytest.approx(alone.holdings)
    assert found.trades[:, 0] == pytest.approx(alone.trades)
    assert found.holdings[[0, -1], 0].tolist() == [1e6, 0]
    assert (found.cost, found.variance, found.kappas[0]) == pytest.approx((alone.cost, alone.variance, alone.kappa))


def test_assets_that_do_not_touch_are_worked_alone() -> None:
    apart = {name: np.diag(np.diag(TERMS[name])) for name in ("covariance", "temporary", "permanent")}
    found = optimal(SHARES, 5.0, 5, **{**TERMS, **apart})
    for place, shares in enumerate(SHARES):
        terms = {name: [[float(apart[name][place, place])]] for name in apart}
        alone = optimal([shares], 5.0, 5, eps=[TERMS["eps"][place]], risk_aversion=1e-6, **terms)
        assert found.holdings[:, place] == pytest.approx(alone.holdings[:, 0])


def test_a_hedged_pair_waits_longer_than_each_of_its_legs_alone() -> None:
    pair = optimal([1e6, -1e6], 5.0, 5, **{**TERMS, "covariance": [[0.9, 0.85], [0.85, 0.9]]})
    legs = optimal([1e6, -1e6], 5.0, 5, **{**TERMS, "covariance": [[0.9, 0.0], [0.0, 0.9]]})
    assert (np.abs(pair.holdings[1:5]) > np.abs(legs.holdings[1:5])).all()


def test_a_portfolio_without_risk_is_worked_evenly_and_a_furious_one_at_once() -> None:
    riskless = optimal([1e6, -1e6], 5.0, 5, **{**TERMS, "covariance": [[1.0, 1.0], [1.0, 1.0]], "temporary": np.eye(2) * 1e-6})
    assert riskless.kappas[0] == pytest.approx(0, abs=1e-6)
    assert riskless.trades == pytest.approx(np.tile([2e5, -2e5], (5, 1)), rel=0.05)
    furious = optimal(SHARES, 5.0, 5, **{**TERMS, "risk_aversion": 1e20})
    assert furious.trades[0] == pytest.approx(SHARES)
    assert np.isfinite(furious.holdings).all()


@pytest.mark.parametrize(
    ("field", "terms"),
    [
        ("covariance", {"covariance": [[1.0, 2.0], [2.0, 1.0]]}),
        ("covariance", {"covariance": [[1.0, 0.1], [0.2, 1.0]]}),
        ("covariance", {"covariance": [[1.0, 0.1]]}),
        ("temporary", {"temporary": [[1e-6, 2e-6], [2e-6, 1e-6]]}),
        ("temporary", {"permanent": [[1e-5, 0.0], [0.0, 1e-5]]}),
        ("permanent", {"permanent": [[1e-7, 1e-8], [0.0, 1e-7]]}),
        ("eps", {"eps": [0.01]}),
        ("eps.1", {"eps": [0.01, -0.01]}),
        ("risk_aversion", {"risk_aversion": -1.0}),
    ],
)
def test_what_cannot_be_is_refused(field: str, terms: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        optimal(SHARES, 5.0, 5, **{**TERMS, **terms})
    assert refused.value.field == field


@pytest.mark.parametrize(("horizon", "periods", "field"), [(0.0, 5, "horizon"), (5.0, 0, "periods"), (5.0, 1.5, "periods")])
def test_a_window_that_cannot_be_is_refused(horizon: float, periods: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        optimal(SHARES, horizon, periods, **TERMS)
    assert refused.value.field == field
