"""Risk aversion from a half-life or a fraction: there and back again."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models import ac_discrete
from metaorder.models.ac_discrete import Programme
from metaorder.models.ac_urgency import from_fraction, from_half_life, from_kappa
from support.examples import examples

MARKET: dict[str, Any] = {"sigma": 0.95, "gamma": 2.5e-7, "eta": 2.5e-6}


def programme(periods: int) -> Programme:
    return Programme(shares=1e6, horizon=5.0, periods=periods, eps=0.0, **MARKET)


@settings(max_examples=examples(60))
@given(st.floats(0.05, 1e4), st.integers(1, 60))
def test_the_schedule_of_the_answer_has_the_half_life(theta: float, periods: int) -> None:
    found = from_half_life(theta, period=5 / periods, **MARKET)
    assert ac_discrete.optimal(programme(periods), found.risk_aversion).theta == pytest.approx(theta, rel=1e-9)
    assert (found.theta, found.kappa) == (theta, pytest.approx(1 / theta))


@settings(max_examples=examples(60))
@given(st.integers(1, 19), st.floats(0, 0.999999))
def test_the_schedule_of_the_answer_has_done_the_fraction(period: int, spare: float) -> None:
    fraction = period / 20 + (1 - period / 20) * spare
    found = from_fraction(fraction, period / 4, horizon=5.0, period=0.25, **MARKET)
    schedule = ac_discrete.optimal(programme(20), found.risk_aversion)
    assert 1 - schedule.holdings[period] / 1e6 == pytest.approx(fraction, abs=1e-9)


def test_a_straight_line_has_no_price_of_risk() -> None:
    assert from_fraction(0.5, 2.5, horizon=5.0, period=1.0, **MARKET).risk_aversion == 0
    assert from_kappa(0.0, period=1.0, **MARKET).theta == math.inf


def test_a_fraction_so_high_that_the_end_does_not_matter_has_its_urgency() -> None:
    found = from_fraction(1 - 1e-15, 0.005, horizon=5.0, period=0.005, **MARKET)
    assert found.kappa * 0.005 == pytest.approx(15 * math.log(10), rel=1e-2)


@pytest.mark.parametrize(
    ("field", "terms"),
    [
        ("fraction", {"fraction": 0.1}),
        ("fraction", {"fraction": 1.0}),
        ("time", {"time": 5.0}),
        ("time", {"time": 0.0}),
        ("sigma", {"sigma": 0.0}),
        ("eta", {"eta": 1e-7}),
        ("horizon", {"horizon": 0.0}),
    ],
)
def test_what_cannot_be_is_refused(field: str, terms: dict[str, float]) -> None:
    asked: dict[str, Any] = {"fraction": 0.6, "time": 1.0, "horizon": 5.0, "period": 1.0, **MARKET, **terms}
    with pytest.raises(Invalid) as refused:
        from_fraction(asked.pop("fraction"), asked.pop("time"), **asked)
    assert refused.value.field == field


def test_an_urgency_that_no_number_holds_is_refused() -> None:
    with pytest.raises(Invalid, match="kappa must be at most 700"):
        from_kappa(701.0, period=1.0, **MARKET)
    with pytest.raises(Invalid, match="theta"):
        from_half_life(0.0, period=1.0, **MARKET)
