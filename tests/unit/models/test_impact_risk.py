"""The path that shuns risk: the optimum of the discrete problem, from the cheapest path to all at once."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models.impact_control import control
from metaorder.models.impact_risk import LEAST, MOST, averse, weighed, within_risk

BETA = 0.0023
CASES = [
    (1_000.0, 1_800.0, 0.0, 0.0, 0.0, 0.3),
    (1_000.0, 1_800.0, 120.0, 0.0, 0.0, 0.8),
    (1_000.0, 1_800.0, 50.0, 3.0, 0.005, 0.5),
    (1_000.0, 600.0, 50.0, -2.0, 0.01, 0.1),
    (1_000.0, 900.0, 0.0, 2.0, BETA * math.sqrt(0.25), 0.25),  # the forecast fades at the rate of the path
]


def solved(
    lots: float, horizon: float, flow: float, alpha: float, fade: float, u: float, n: int = 1_200
) -> npt.NDArray[np.float64]:
    """Trades at n + 1 instants that are best, from the linear system of the problem itself: lambda is 0.01."""
    lam, dt = 0.01, horizon / n
    phi, t = lam * BETA * u / (1 - u), np.arange(n + 1) * dt
    sums = np.tril(np.ones((n + 1, n + 1)))[:n]
    matrix = lam * np.exp(-BETA * np.abs(t[:, None] - t)) + 2 * phi * dt * sums.T @ sums
    known = alpha * np.exp(-fade * t) - lam * flow * np.exp(-BETA * t) + 2 * phi * dt * lots * sums.sum(axis=0)
    ones = np.ones((n + 1, 1))
    whole = np.block([[matrix, ones], [ones.T, np.zeros((1, 1))]])
    return np.linalg.solve(whole, np.append(known, lots))[: n + 1]


@pytest.mark.parametrize(("lots", "horizon", "flow", "alpha", "fade", "u"), CASES)
def test_the_closed_form_is_the_optimum_of_the_problem(
    lots: float, horizon: float, flow: float, alpha: float, fade: float, u: float
) -> None:
    path = averse(lots, horizon, flow, beta=BETA, aversion=u, strength=0.01, alpha=alpha, fade=fade)
    trades = solved(lots, horizon, flow, alpha, fade, u)
    left = lots - np.cumsum(trades)
    n, dt = len(trades) - 1, horizon / (len(trades) - 1)
    found = path.control()
    assert found.block == pytest.approx(trades[0], abs=3)
    assert found.last == pytest.approx(trades[-1], abs=3)
    assert found.rate == pytest.approx(trades[1] / dt, rel=0.05, abs=0.02)
    for part in (0.25, 0.5, 0.75):
        assert path.remaining(part * horizon) == pytest.approx(left[int(part * n)], abs=2)
    assert path.squared() == pytest.approx(dt * float((left[:-1] ** 2).sum()), rel=2e-3)
    assert path.lateness() == pytest.approx(dt * float(left[:-1].sum()), rel=2e-3)
    impact, cost = flow, 0.0
    for place, traded in enumerate(trades):
        impact = impact * math.exp(-BETA * dt) if place else impact
        cost += 0.01 * (impact + traded / 2) * traded
        impact += traded
    assert path.cost() == pytest.approx(cost, rel=2e-3)


@pytest.mark.parametrize("alpha", [0.0, 2.0])
def test_without_aversion_it_is_the_plain_control(alpha: float) -> None:
    found = averse(1_000, 1_800, 40, beta=BETA, aversion=LEAST, strength=0.01, alpha=alpha, fade=0.004).control()
    plain = control(1_000, 1_800, 40, beta=BETA, strength=0.01, alpha=alpha, fade=0.004)
    for name in ("block", "rate", "last", "wanted", "multiplier"):
        assert getattr(found, name) == pytest.approx(getattr(plain, name), rel=1e-6)


@given(st.floats(1, 1e6), st.floats(10, 86_400), st.floats(0.001, 5), st.floats(0.01, 0.98))
def test_more_aversion_is_less_risk_and_dearer(lots: float, horizon: float, beta: float, u: float) -> None:
    some, more = (averse(lots, horizon, 0, beta=beta, aversion=each) for each in (u, u + 0.01))
    assert more.squared() < some.squared()
    assert more.lateness() < some.lateness()
    assert more.cost() >= some.cost() * (1 - 1e-9)
    for path in (some, more):
        found = path.control()
        assert path.passed(0) == 0
        assert path.passed(horizon) == 1
        assert found.block + (path.remaining(0) - path.remaining(horizon)) + found.last == pytest.approx(lots)


@given(st.floats(0.01, 0.99), st.floats(-3, 3))
def test_a_limit_is_kept_with_the_least_aversion(share: float, alpha: float) -> None:
    terms = {"beta": BETA, "strength": 0.01, "alpha": alpha, "fade": 0.004}
    plain = averse(1_000, 1_800, 0, aversion=LEAST, **terms).squared()
    found = within_risk(1_000, 1_800, 0, share * plain, **terms)
    assert found is not None
    assert averse(1_000, 1_800, 0, aversion=max(found, LEAST), **terms).squared() <= share * plain
    assert averse(1_000, 1_800, 0, aversion=max(found * 0.98, LEAST), **terms).squared() > share * plain
    assert within_risk(1_000, 1_800, 0, 1.01 * plain, **terms) == 0
    assert within_risk(1_000, 1_800, 0, 0.0, **terms) is None


@pytest.mark.parametrize(
    ("cost", "risk", "completion"), [(1, 0.5, 0), (0.5, 0.3, 0.2), (0.2, 0.8, 0), (1, 0, 1), (0, 1, 0), (0, 0, 1)]
)
def test_weights_find_the_least_weighted_sum(cost: float, risk: float, completion: float) -> None:
    plain = averse(1_000, 1_800, 0, beta=BETA, aversion=LEAST)

    def total(u: float) -> float:
        path = averse(1_000, 1_800, 0, beta=BETA, aversion=u)
        spread = math.sqrt(path.squared() / plain.squared())
        return cost * path.cost() / plain.cost() + risk * spread + completion * path.lateness() / plain.lateness()

    found = weighed(1_000, 1_800, beta=BETA, cost=cost, risk=risk, completion=completion)
    best = min(total(max(LEAST, MOST * (k / 500) ** 2)) for k in range(501))
    assert total(max(LEAST, found)) <= best * (1 + 1e-6)


def test_cost_alone_is_the_cheapest_path() -> None:
    assert weighed(1_000, 1_800, beta=BETA, cost=2, risk=0, completion=0) == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"aversion": 0.0}, "aversion"),
        ({"aversion": 1.0}, "aversion"),
        ({"beta": 0.0}, "beta"),
        ({"horizon": 0.0}, "horizon"),
        ({"lots": math.nan}, "lots"),
        ({"flow": math.inf}, "flow"),
        ({"strength": -1.0}, "strength"),
        ({"fade": -1.0}, "fade"),
        ({"alpha": None}, "alpha"),
    ],
)
def test_a_number_that_breaks_its_rule_is_named(changes: dict[str, float], field: str) -> None:
    terms = {"lots": 10.0, "horizon": 10.0, "flow": 0.0, "beta": 0.1, "aversion": 0.5, **changes}
    with pytest.raises(Invalid) as caught:
        averse(**terms)  # type: ignore[arg-type]
    assert caught.value.field == field


@pytest.mark.parametrize(("weights", "field"), [((0, 0, 0), "cost"), ((1, -1, 0), "risk"), ((1, 0, math.nan), "completion")])
def test_a_weight_that_is_none_is_named(weights: tuple[float, float, float], field: str) -> None:
    cost, risk, completion = weights
    with pytest.raises(Invalid) as caught:
        weighed(1_000, 1_800, beta=BETA, cost=cost, risk=risk, completion=completion)
    assert caught.value.field == field
