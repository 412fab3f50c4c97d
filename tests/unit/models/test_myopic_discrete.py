"""Trading on a forecast at given moments: the optimum of its own objective, free or of a fixed quantity."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models import ow_discrete
from metaorder.models.impact_state import Decay
from metaorder.models.inputs import Floats
from metaorder.models.myopic_discrete import optimal
from metaorder.models.ow_continuous import Refilling
from support.examples import examples

ALPHA = np.array([0.303, 0.381, 0.323, 0.113, 0.105, 0.057])
TERMS: dict[str, Any] = {"beta": 2.0, "dt": 0.1, "per_share": 1e-4}


def earned(trades: Floats, alpha: Floats, left: float, start: float) -> float:
    impact, total = start, 0.0
    for view, trade in zip(alpha, trades, strict=True):
        total += (view - impact - 1e-4 * trade / 2) * trade
        impact = left * (impact + 1e-4 * trade)
    return total


@settings(max_examples=examples(80))
@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=12),
    st.one_of(st.none(), st.floats(-1e4, 1e4)),
    st.sampled_from([Decay.EXACT, Decay.EULER]),
    st.floats(-0.3, 0.3),
    st.integers(0, 2**32 - 1),
)
def test_no_other_trades_earn_more(alpha: list[float], shares: float | None, decay: Decay, start: float, seed: int) -> None:
    found = optimal(alpha, shares=shares, decay=decay, start=start, **TERMS)
    assert found.left == pytest.approx(math.exp(-0.2) if decay is Decay.EXACT else 0.8)
    here = earned(found.trades, np.array(alpha), found.left, start)
    assert found.pnl == pytest.approx(here, abs=1e-6)
    bump = np.random.default_rng(seed).normal(size=len(alpha)) * 1e3
    if shares is not None:
        assert found.trades.sum() == pytest.approx(shares, abs=1e-6)
        bump -= bump.mean()
    assert earned(found.trades + bump, np.array(alpha), found.left, start) <= here + 1e-6


def test_it_is_the_solution_of_the_dense_equations() -> None:
    n = np.arange(6)
    dense = np.linalg.solve(1e-4 * np.exp(-0.2 * np.abs(n[:, None] - n[None, :])), ALPHA)
    assert optimal(ALPHA, **TERMS).trades == pytest.approx(dense)


def test_without_a_forecast_it_is_obizhaeva_and_wang() -> None:
    found = optimal(np.zeros(11), shares=1e4, **TERMS)
    order = Refilling(shares=1e4, horizon=1.0, resilience=2.0, depth=1e4, permanent=0.0, spread=0.0, price=0.0)
    known = ow_discrete.optimal(order, 10)
    assert found.trades == pytest.approx(known.shares)
    assert -found.pnl == pytest.approx(known.transient)


def test_impact_before_and_after_are_those_of_the_trades() -> None:
    found = optimal(ALPHA, start=0.05, **TERMS)
    assert found.before[0] == 0.05
    assert found.after == pytest.approx(found.before + 1e-4 * found.trades)
    assert found.before[1:] == pytest.approx(found.left * found.after[:-1])


def test_impact_that_is_there_already_is_paid_for() -> None:
    assert optimal(ALPHA, start=0.05, **TERMS).pnl < optimal(ALPHA, **TERMS).pnl


def test_one_moment_trades_half_the_forecast_away() -> None:
    assert optimal([0.3], **TERMS).trades == pytest.approx([3_000])
    assert optimal([0.3], shares=100.0, **TERMS).trades == pytest.approx([100])


def test_moments_so_far_apart_that_nothing_is_left_are_worked_one_by_one() -> None:
    assert optimal(ALPHA, **{**TERMS, "beta": 3e4}).trades == pytest.approx(ALPHA / 1e-4)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(Invalid, match="alpha must be at least 1"):
        optimal([], **TERMS)
    with pytest.raises(Invalid, match="beta"):
        optimal(ALPHA, **{**TERMS, "beta": 0.0})
    with pytest.raises(Invalid, match="per_share"):
        optimal(ALPHA, **{**TERMS, "per_share": 0.0})
    with pytest.raises(Invalid, match="dt must be below 2 / beta"):
        optimal(ALPHA, decay=Decay.EULER, **{**TERMS, "dt": 1.0})
    with pytest.raises(Invalid, match="decay must be exact or euler"):
        optimal(ALPHA, decay=Decay.EULER_BEFORE, **TERMS)
    with pytest.raises(Invalid, match="shares"):
        optimal(ALPHA, shares=math.inf, **TERMS)
