"""Almgren and Chriss with a changing forecast: the closed form without one, the optimum of its own objective with one."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models.ac_forecast import left
from metaorder.models.constrained import Costs, solve
from metaorder.models.hyperbolic import share_left
from support.examples import examples


def objective(x: Sequence[float], drift: Sequence[float], kappa: float, tau: float) -> float:
    path, slow = np.array(x), 2 * math.sinh(kappa * tau / 2) / tau
    return float(np.sum(np.diff(path) ** 2) / tau + slow**2 * tau * np.sum(path[1:] ** 2) + tau * np.dot(drift, path[1:]))


@settings(max_examples=examples(40))
@given(st.integers(1, 60), st.floats(0, 3), st.sampled_from([0.5, 1.0, 60.0]))
def test_without_a_forecast_it_is_the_closed_form(n: int, kappa: float, tau: float) -> None:
    found = left([0.0] * n, kappa=kappa / tau, period=tau)
    assert found == pytest.approx([share_left(kappa * n, 1 - j / n) for j in range(n + 1)], abs=1e-9)


@settings(max_examples=examples(60))
@given(st.lists(st.floats(-0.5, 0.5), min_size=2, max_size=15), st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_no_other_falling_path_costs_less(drift: list[float], kappa: float, seed: int) -> None:
    best = left(drift, kappa=kappa, period=1.0)
    assert (best[0], best[-1]) == (1.0, 0.0)
    assert best == sorted(best, reverse=True)
    other = np.sort(np.random.default_rng(seed).random(len(drift) + 1))[::-1]
    other[0], other[-1] = 1.0, 0.0
    for step in (1.0, 0.1, 0.01):
        mixed = (1 - step) * np.array(best) + step * other
        assert objective(best, drift, kappa, 1.0) <= objective(mixed, drift, kappa, 1.0) + 1e-9


def test_it_is_what_a_solver_finds() -> None:
    drift = [0.3 * 0.7**j for j in range(12)]
    costs = Costs(shares=1.0, lengths=np.ones(12), sigma=np.ones(12), eta=np.ones(12), drift=-np.array(drift))
    assert left(drift, kappa=0.0, period=1.0) == pytest.approx(solve(costs).holdings.tolist(), abs=1e-6)


def test_a_price_that_runs_away_is_caught_sooner_and_one_that_comes_is_waited_for() -> None:
    away, still, comes = (left([g] * 10, kappa=0.1, period=1.0) for g in (0.02, 0.0, -0.02))
    assert all(a < b < c for a, b, c in zip(away[1:-1], still[1:-1], comes[1:-1], strict=True))


def test_what_no_number_holds_is_done_at_once() -> None:
    assert left([0.0, 0.0, 0.0], kappa=1e9, period=1.0) == [1.0, 0.0, 0.0, 0.0]


def test_numbers_that_are_none_are_refused() -> None:
    with pytest.raises(Invalid, match=r"drift\.1"):
        left([0.0, math.nan], kappa=1.0, period=1.0)
    with pytest.raises(Invalid, match="kappa"):
        left([0.0], kappa=-1.0, period=1.0)
