"""The robust schedule: its worst case is the best, and the doubt costs what it says."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models import ac_discrete
from metaorder.models.ac_discrete import Programme
from metaorder.models.ac_robust import optimal
from metaorder.models.inputs import Floats
from support.examples import examples

PAPER = Programme(shares=1e6, horizon=5.0, periods=5, sigma=0.95, eps=0.0, gamma=2.5e-7, eta=2.5e-6)
LAM = 1e-6


def worst(holdings: Floats, doubt: float, sigma_min: float, shares: float = 1e6) -> float:
    """The largest E + lambda V over a grid of volatilities and drifts."""
    return max(
        ac_discrete.schedule(replace(PAPER, shares=shares, sigma=sigma), holdings, LAM, drift).utility
        for sigma in np.linspace(sigma_min, 0.95, 5)
        for drift in (-doubt, 0.0, doubt)
    )


@pytest.mark.parametrize("shares", [1e6, -1e6])
@settings(max_examples=examples(40))
@given(st.integers(0, 2**32 - 1), st.floats(0, 0.1), st.floats(0, 0.95), st.floats(1e-2, 1e5))
def test_no_other_schedule_has_a_better_worst_case(shares: float, seed: int, doubt: float, sigma_min: float, size: float) -> None:
    found = optimal(replace(PAPER, shares=shares), LAM, sigma_min=sigma_min, doubt=doubt)
    assert found.worst_utility == pytest.approx(worst(found.schedule.holdings, doubt, sigma_min, shares))
    bump = np.zeros(6)
    bump[1:5] = np.random.default_rng(seed).normal(size=4) * size
    assert worst(found.schedule.holdings + bump, doubt, sigma_min, shares) >= found.worst_utility * (1 - 1e-12)


@settings(max_examples=examples(40))
@given(st.floats(0, 1), st.floats(0, 0.95))
def test_neither_the_price_nor_the_regret_is_negative(doubt: float, sigma_min: float) -> None:
    found = optimal(PAPER, LAM, sigma_min=sigma_min, doubt=doubt)
    assert found.price >= -1e-6
    assert found.regret >= -1e-6


def test_without_doubt_it_is_the_schedule_of_the_largest_volatility_and_free() -> None:
    found, plain = optimal(PAPER, LAM, sigma_min=0.95, doubt=0.0), ac_discrete.optimal(PAPER, LAM)
    assert found.schedule.holdings == pytest.approx(plain.holdings)
    assert (found.price, found.regret) == (pytest.approx(0, abs=1e-6), pytest.approx(0, abs=1e-6))


@pytest.mark.parametrize(
    ("sigma_min", "doubt", "field"), [(1.0, 0.0, "sigma_min"), (-0.1, 0.0, "sigma_min"), (0.5, -1.0, "doubt")]
)
def test_what_cannot_be_is_refused(sigma_min: float, doubt: float, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        optimal(PAPER, LAM, sigma_min=sigma_min, doubt=doubt)
    assert refused.value.field == field
    with pytest.raises(Invalid):
        optimal(PAPER, LAM, sigma_min=math.nan, doubt=0.0)
