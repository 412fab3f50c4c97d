"""A basket within a cash band: the free optimum where the band is wide, inside it where it is not, and close to the best."""

from __future__ import annotations

from typing import Any

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models import ac_multi
from metaorder.models.ac_basket import balanced, check_correlation
from support.examples import examples

X = np.array([-1e5, 6e4, 4e4])
VALUES = np.array([50.0, 60.0, 35.0])
SIGMA, RHO = np.array([0.9, 1.4, 0.3]), np.array([[1.0, 0.7, 0.2], [0.7, 1.0, 0.1], [0.2, 0.1, 1.0]])
TERMS: dict[str, Any] = {
    "covariance": np.outer(SIGMA, SIGMA) * RHO,
    "temporary": np.diag([3e-6, 9e-6, 2e-6]),
    "permanent": np.zeros((3, 3)),
    "risk_aversion": 4e-6,
}


def plan(band: float | None, **changes: Any) -> Any:
    return balanced(X, 1.0, 12, values=VALUES, band=band, common_kappa=2.0, **{**TERMS, **changes})


def imbalances(left: Any) -> Any:
    """Bought less sold after each period, in the band's own terms, counted leg by leg."""
    done = (1 - left) * np.abs(X) * VALUES
    whole = np.abs(X) * VALUES
    bought, sold = whole[:1].sum(), whole[1:].sum()
    return 2 * bought * sold / (bought + sold) * (done[:, :1].sum(axis=1) / bought - done[:, 1:].sum(axis=1) / sold)


def test_without_a_band_it_is_the_joint_optimum() -> None:
    free = ac_multi.optimal(X, 1.0, 12, eps=np.zeros(3), **TERMS)
    for band in (None, 1e12):
        found = plan(band)
        assert found.left * X == pytest.approx(free.holdings)
        assert (found.price, found.common) == (0.0, False)


@settings(max_examples=examples(20))
@given(st.floats(0.001, 1.2))
def test_the_band_holds_in_every_period_and_nobody_trades_back(share: float) -> None:
    widest = plan(None).imbalance
    found = plan(share * widest)
    assert found.imbalance == pytest.approx(np.abs(imbalances(found.left)).max(), rel=1e-9, abs=1e-6)
    assert found.imbalance <= share * widest * (1 + 1e-9)
    assert (np.diff(found.left, axis=0) <= 1e-12).all()
    assert found.left[0].tolist() == [1, 1, 1]
    assert found.left[-1].tolist() == [0, 0, 0]
    assert (found.price > 0) == (share < 1)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_it_costs_little_more_than_the_best_within_the_band(share: float) -> None:
    band = share * plan(None).imbalance
    mine = plan(band).left * X
    x = cp.Variable((13, 3))
    n = x[:-1] - x[1:]
    h, c = TERMS["temporary"], TERMS["covariance"]
    tau = 1 / 12
    cost = sum(cp.quad_form(n[j], h) for j in range(12)) / tau
    risk = TERMS["risk_aversion"] * tau * sum(cp.quad_form(x[j], cp.psd_wrap(c)) for j in range(1, 13))
    bought, sold = 50.0 * 1e5, 60.0 * 6e4 + 35.0 * 4e4
    weights = 2 * bought * sold / (bought + sold) * VALUES / np.array([bought, sold, sold])
    ends = [x[0] == X, x[12] == 0]
    problem = cp.Problem(cp.Minimize(cost + risk), [*ends, cp.abs(x @ weights) <= band])
    problem.solve(solver=cp.CLARABEL)
    steps = -np.diff(mine, axis=0)
    at_mine = sum(s @ h @ s for s in steps) / tau + TERMS["risk_aversion"] * tau * sum(y @ c @ y for y in mine[1:])
    assert problem.value * (1 - 1e-6) <= at_mine <= problem.value * 1.02


def test_a_band_of_nothing_is_one_path_for_all() -> None:
    found = plan(0.0)
    assert found.common
    assert np.ptp(found.left, axis=1).max() == 0
    assert found.left[3, 0] == pytest.approx(np.sinh(2.0 * 0.75) / np.sinh(2.0))


def test_a_basket_that_only_buys_has_no_imbalance() -> None:
    found = balanced(-np.abs(X), 1.0, 12, values=VALUES, band=0.0, common_kappa=2.0, **TERMS)
    assert (found.imbalance, found.price, found.common) == (0.0, 0.0, False)


def test_a_hedge_waits_and_legs_that_add_up_go_sooner() -> None:
    """Two legs alike: short one and long the other hedge each other, both long add up."""
    like = np.array([[1.0, 0.9], [0.9, 1.0]])
    common: dict[str, Any] = {
        "temporary": np.diag([3e-6, 3e-6]),
        "permanent": np.zeros((2, 2)),
        "risk_aversion": 1e-5,
        "values": [50.0, 50.0],
        "band": None,
        "common_kappa": 1.0,
    }
    half = {
        name: balanced([-1e5, second], 1.0, 12, covariance=like, **common).left[6, 0]
        for name, second in (("hedged", 1e5), ("added", -1e5))
    }
    alone = balanced([-1e5, 1e-3], 1.0, 12, covariance=np.eye(2), **common).left[6, 0]
    assert half["added"] < alone < half["hedged"]


def test_bounds_are_named() -> None:
    for changes, field in (({"values": [1.0]}, "values"), ({"values": [1.0, 0.0, 1.0]}, "values.1"), ({"band": -1.0}, "band")):
        with pytest.raises(Invalid) as caught:
            balanced(X, 1.0, 12, **{"values": VALUES, "band": None, "common_kappa": 1.0, **TERMS, **changes})
        assert caught.value.field == field
    with pytest.raises(Invalid):
        balanced([1.0, 0.0, 1.0], 1.0, 12, values=VALUES, band=None, common_kappa=1.0, **TERMS)
    for rows in ([[1.0, 0.5]], [[1.0, 0.5], [0.4, 1.0]], [[0.9]], [[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]]):
        with pytest.raises(Invalid) as caught:
            check_correlation(rows)
        assert caught.value.field == "correlation"
    check_correlation(RHO)
