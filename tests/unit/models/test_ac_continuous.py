"""Almgren and Chriss without periods: the limit of many, right for a faint urgency and for a furious one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models import ac_discrete
from metaorder.models.ac_continuous import Path, optimal
from metaorder.models.ac_discrete import Programme

TERMS: dict[str, Any] = {"risk_aversion": 1e-6, "sigma": 0.95, "eps": 0.0625, "gamma": 2.5e-7, "eta": 2.5e-6}
TIMES = [0.0, 0.5, 1.25, 2.5, 4.5, 5.0]


def urgent(u: float) -> Path:
    """A path of kappa T = u over one day, with nothing but impact and risk."""
    return optimal(1.0, 1.0, [0.0, 0.5, 1.0], risk_aversion=u**2, sigma=1.0, eps=0.0, gamma=0.0, eta=1.0)


def test_schedules_of_ever_more_periods_come_close_to_it() -> None:
    found = optimal(1e6, 5.0, TIMES, **TERMS)
    gaps = []
    for periods in (100, 200, 400):
        terms = {key: value for key, value in TERMS.items() if key != "risk_aversion"}
        fine = ac_discrete.optimal(Programme(shares=1e6, horizon=5.0, periods=periods, **terms), 1e-6)
        pairs = [(fine.cost, found.cost), (fine.variance, found.variance), (fine.kappa, found.kappa)]
        gaps.append([abs(one / other - 1) for one, other in [*pairs, (fine.holdings[periods // 2], found.holdings[3])]])
    first, second, third = np.array(gaps)
    assert (third < 0.01).all()
    assert second / first == pytest.approx(0.5, rel=0.05)
    assert third / second == pytest.approx(0.5, rel=0.05)


def test_cost_and_variance_are_the_integrals_of_the_path() -> None:
    t = np.linspace(0, 5, 20_001)
    found = optimal(1e6, 5.0, t, **TERMS)
    cost = np.trapezoid(TERMS["eta"] * found.rates**2, t) + TERMS["gamma"] * 1e12 / 2 + TERMS["eps"] * 1e6
    assert found.cost == pytest.approx(cost, rel=1e-7)
    assert found.variance == pytest.approx(np.trapezoid(TERMS["sigma"] ** 2 * found.holdings**2, t), rel=1e-7)
    assert np.gradient(found.holdings, t)[1:-1] == pytest.approx(-found.rates[1:-1], rel=1e-6)


def test_series_and_closed_form_of_the_variance_meet() -> None:
    below, above = urgent(0.1 * (1 - 1e-12)), urgent(0.1 * (1 + 1e-12))
    assert below.variance == pytest.approx(above.variance, rel=5e-13, abs=0)
    assert urgent(1e-6).variance == pytest.approx(1 / 3, rel=1e-12)
    assert urgent(0.02).variance == pytest.approx(1 / 3 - 2 * 4e-4 / 45 + 2 * 1.6e-7 / 315, rel=1e-12)


def test_a_furious_path_is_an_exponential() -> None:
    found = urgent(3_000.0)
    assert found.holdings == pytest.approx([1, 0, 0])
    assert found.rates[0] == pytest.approx(3_000)
    assert (found.cost, found.variance) == (pytest.approx(1_500), pytest.approx(1 / 6_000))


def test_no_urgency_is_a_straight_line() -> None:
    found = urgent(0.0)
    assert found.holdings == pytest.approx([1, 0.5, 0])
    assert found.rates == pytest.approx(1)
    assert (found.kappa, found.cost, found.variance) == (0, pytest.approx(1), pytest.approx(1 / 3))


@pytest.mark.parametrize(
    ("field", "value"), [("eta", 0.0), ("sigma", -1.0), ("eps", -1.0), ("gamma", math.nan), ("risk_aversion", -1.0)]
)
def test_a_number_that_cannot_be_is_refused(field: str, value: float) -> None:
    with pytest.raises(Invalid) as refused:
        optimal(1e6, 5.0, TIMES, **{**TERMS, field: value})
    assert refused.value.field == field


def test_a_time_outside_the_horizon_is_refused() -> None:
    with pytest.raises(Invalid, match=r"times\.1 must be in \[0, 5"):
        optimal(1e6, 5.0, [0.0, 5.1], **TERMS)
