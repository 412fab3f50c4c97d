"""Almgren and Chriss with a view: the optimum of its own objective, also where no risk bounds it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models import ac_discrete, ac_drift
from metaorder.models.ac_discrete import Programme
from support.examples import examples

PAPER = Programme(shares=1e6, horizon=5.0, periods=5, sigma=0.95, eps=0.0, gamma=2.5e-7, eta=2.5e-6)


@settings(max_examples=examples(50))
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1e-12, 1e-6, 1e-3]), st.floats(-1, 1), st.floats(1e-3, 1e5))
def test_no_other_schedule_costs_less(seed: int, risk_aversion: float, drift: float, size: float) -> None:
    best = ac_drift.optimal(PAPER, risk_aversion, drift).schedule
    bump = np.zeros(6)
    bump[1:5] = np.random.default_rng(seed).normal(size=4) * size
    other = ac_discrete.schedule(PAPER, best.holdings + bump, risk_aversion, drift)
    assert other.utility >= best.utility - 1e-9 * abs(best.utility)


def test_without_a_view_it_is_the_plain_schedule() -> None:
    found, plain = ac_drift.optimal(PAPER, 1e-6, 0.0), ac_discrete.optimal(PAPER, 1e-6)
    assert found.level == 0
    assert found.schedule.holdings == pytest.approx(plain.holdings)
    assert found.schedule.utility == pytest.approx(plain.utility)


def test_what_is_expected_to_rise_is_held_longer() -> None:
    up, down = (ac_drift.optimal(PAPER, 1e-6, drift).schedule.holdings for drift in (0.02, -0.02))
    assert (up[1:5] > down[1:5]).all()


def test_as_risk_loses_its_price_the_schedule_tends_to_the_one_without() -> None:
    free, cheap = ac_drift.optimal(PAPER, 0.0, 0.02), ac_drift.optimal(PAPER, 1e-14, 0.02)
    assert cheap.schedule.holdings == pytest.approx(free.schedule.holdings, rel=1e-6)
    assert free.level == math.inf
    assert math.isnan(ac_drift.optimal(PAPER, 0.0, 0.0).level)


def test_in_a_long_furious_programme_the_level_is_held() -> None:
    long = replace(PAPER, horizon=500.0, periods=500)
    found = ac_drift.optimal(long, 1e-5, 0.1)
    assert found.schedule.holdings[250] == pytest.approx(found.level) == pytest.approx(0.1 / (2e-5 * 0.95**2))


@pytest.mark.parametrize(("risk_aversion", "drift", "field"), [(-1.0, 0.0, "risk_aversion"), (1e-6, math.nan, "drift")])
def test_a_number_that_cannot_be_is_refused(risk_aversion: float, drift: float, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        ac_drift.optimal(PAPER, risk_aversion, drift)
    assert refused.value.field == field
