"""Optimal trades under a decay kernel: every trade meets the same impact, and nothing that sums to the order costs less."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models.propagator import Exponential, Kernel, PowerLaw, optimal
from support.examples import examples

KERNELS = st.one_of(st.builds(Exponential, st.floats(0.01, 50)), st.builds(PowerLaw, st.floats(0.01, 1), st.floats(0.1, 2)))
TIMES = st.lists(st.floats(0.02, 1), min_size=1, max_size=12).map(lambda gaps: np.cumsum(gaps))


@settings(max_examples=examples(80))
@given(KERNELS, TIMES, st.integers(0, 2**32 - 1))
def test_each_trade_meets_the_same_impact_and_no_others_cost_less(kernel: Kernel, times: np.ndarray, seed: int) -> None:
    found = optimal(1e5, times, kernel, eta=1e-5)
    matrix = 1e-5 * kernel.left(np.abs(times[:, None] - times[None, :]))
    assert found.trades.sum() == pytest.approx(1e5)
    assert (found.trades > 0).all(), "a convex kernel never asks to trade back"
    assert matrix @ found.trades == pytest.approx(found.level)
    assert found.cost == pytest.approx(found.trades @ matrix @ found.trades / 2)
    bump = np.random.default_rng(seed).normal(size=len(times)) * 1e4
    other = found.trades + bump - bump.mean()
    assert other @ matrix @ other / 2 >= found.cost * (1 - 1e-9)


def test_the_exponential_shortcut_is_the_dense_solution() -> None:
    times = [0.0, 0.1, 0.15, 0.7, 2.0]
    matrix = np.exp(-3 * np.abs(np.subtract.outer(times, times)))
    weights = np.linalg.solve(matrix, np.ones(5))
    assert optimal(1e5, times, Exponential(3.0), eta=1e-5).trades == pytest.approx(1e5 * weights / weights.sum())


def test_moments_that_nearly_coincide_are_no_trouble_for_the_shortcut() -> None:
    found = optimal(1e5, [0.0, 1e-12, 1.0], Exponential(3.0), eta=1e-5)
    coarse = optimal(1e5, [0.0, 1.0], Exponential(3.0), eta=1e-5)
    assert found.cost == pytest.approx(coarse.cost)
    assert found.trades[2] == pytest.approx(coarse.trades[1])


def test_kernels_fade_from_one() -> None:
    after = np.array([0.0, math.log(2) / 3, 1e4])
    assert Exponential(3.0).left(after) == pytest.approx([1, 0.5, 0])
    assert PowerLaw(0.1, 0.5).left(np.array([0.0, 0.3, 1e9])) == pytest.approx([1, 0.5, 1e-5])


def test_one_moment_takes_all_and_nothing_costs_nothing() -> None:
    assert optimal(-7.0, [3.0], PowerLaw(0.1, 0.5), eta=2.0).trades.tolist() == [-7]
    assert optimal(-7.0, [3.0], PowerLaw(0.1, 0.5), eta=2.0).cost == pytest.approx(49)
    assert optimal(0.0, [0.0, 1.0], Exponential(1.0), eta=1.0).cost == 0


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(Invalid, match=r"times\.1 must be later"):
        optimal(1e5, [0.0, 0.0], Exponential(1.0), eta=1.0)
    with pytest.raises(Invalid, match="times must be at least 1"):
        optimal(1e5, [], Exponential(1.0), eta=1.0)
    with pytest.raises(Invalid, match="eta"):
        optimal(1e5, [0.0], Exponential(1.0), eta=0.0)
    with pytest.raises(Invalid, match="rho"):
        Exponential(0.0)
    with pytest.raises(Invalid, match="tau"):
        PowerLaw(-1.0, 0.5)
    with pytest.raises(Invalid, match="beta"):
        PowerLaw(1.0, math.nan)
