"""Obizhaeva and Wang at intervals: the least of a plain minimisation, and the continuous optimum in the limit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models import ow_continuous, propagator
from metaorder.models.ow_continuous import Refilling
from metaorder.models.ow_discrete import optimal
from support.examples import examples

ORDER = Refilling(shares=1e5, horizon=1.0, resilience=2.2231, depth=5_000.0, permanent=1e-4, spread=0.02, price=100.0)


@settings(max_examples=examples(60))
@given(st.integers(1, 60), st.floats(1e-3, 100))
def test_it_is_the_optimum_of_the_exponential_propagator(intervals: int, resilience: float) -> None:
    order = replace(ORDER, resilience=resilience)
    found = optimal(order, intervals)
    times = np.linspace(0, 1, intervals + 1)
    same = propagator.optimal(1e5, times, propagator.Exponential(resilience), eta=order.kappa)
    assert found.shares == pytest.approx(same.trades, rel=1e-9)
    assert found.transient == pytest.approx(same.cost)
    assert found.shares.sum() == pytest.approx(1e5)


@settings(max_examples=examples(30))
@given(st.integers(0, 2**32 - 1), st.floats(1, 1e5))
def test_no_other_trades_that_sum_to_it_cost_less(seed: int, size: float) -> None:
    found, n = optimal(ORDER, 10), np.arange(11)
    bump = np.random.default_rng(seed).normal(size=11) * size
    other = found.shares + bump - bump.mean()
    fade = np.exp(-ORDER.resilience / 10 * np.abs(n[:, None] - n[None, :]))
    assert ORDER.kappa * other @ fade @ other / 2 >= found.transient * (1 - 1e-12)


def test_ever_more_intervals_come_close_to_the_continuous_optimum() -> None:
    limit = ow_continuous.optimal(ORDER)
    gaps = [abs(optimal(ORDER, intervals).payment - limit.payment) for intervals in (100, 200, 400)]
    assert gaps[1] / gaps[0] == pytest.approx(0.25, rel=0.05)
    assert gaps[2] / gaps[1] == pytest.approx(0.25, rel=0.05)
    assert optimal(ORDER, 100_000).shares[0] == pytest.approx(limit.block, rel=1e-4)


def test_one_interval_is_two_halves_and_no_resilience_two_blocks() -> None:
    assert optimal(ORDER, 1).shares.tolist() == [5e4, 5e4]
    assert optimal(replace(ORDER, resilience=0.0), 4).shares.tolist() == [5e4, 0, 0, 0, 5e4]
    assert optimal(replace(ORDER, resilience=1e6), 4).shares == pytest.approx(2e4)


@pytest.mark.parametrize("intervals", [0, -1, 1.5])
def test_intervals_that_cannot_be_are_refused(intervals: int) -> None:
    with pytest.raises(Invalid, match="intervals must be a whole number from 1"):
        optimal(ORDER, intervals)
