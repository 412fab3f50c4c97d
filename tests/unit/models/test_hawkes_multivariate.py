"""Arrivals of several kinds: the definition, the kind that is one, and simulated ones with the means that are stated."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models.hawkes import Hawkes
from metaorder.models.hawkes_multivariate import Multivariate
from support.examples import examples

MODEL = Multivariate.of([0.5, 0.2], [[0.3, 0.4], [0.5, 0.1]], [[1.0, 2.0], [1.5, 0.8]])
TIMES = st.lists(st.integers(1, 300), max_size=12).map(lambda ticks: [tick / 10 for tick in sorted(ticks)])


@settings(max_examples=examples(60))
@given(TIMES, TIMES)
def test_the_likelihood_is_that_of_the_definition(one: list[float], two: list[float]) -> None:
    events, total = (one, two), 0.0
    for i in (0, 1):
        total -= MODEL.mu[i] * 30
        for j in (0, 1):
            total -= MODEL.branching[i, j] * sum(1 - math.exp(-MODEL.beta[i, j] * (30 - t)) for t in events[j])
        for place, t in enumerate(events[i]):
            intensity = MODEL.mu[i]
            for j in (0, 1):
                before = events[j][:place] if i == j else [s for s in events[j] if s < t]
                intensity += MODEL.alpha[i, j] * sum(math.exp(-MODEL.beta[i, j] * (t - s)) for s in before)
            total += math.log(intensity)
    assert MODEL.loglik(events, 30.0) == pytest.approx(total, rel=1e-10)


def test_one_kind_is_the_model_of_one_kind() -> None:
    single = Hawkes(0.8, 0.6, 1.2)
    several = Multivariate.of([0.8], [[0.6]], [[1.2]])
    events = single.simulate(60.0, np.random.default_rng(3).random)
    assert several.loglik([events], 60.0) == pytest.approx(single.loglik(events, 60.0), rel=1e-12)
    assert several.spectral_radius == pytest.approx(single.branching)
    assert several.mean == pytest.approx([single.mean])


def test_the_long_run_means_balance() -> None:
    assert MODEL.stationary
    assert MODEL.mean is not None
    assert MODEL.mean == pytest.approx(MODEL.mu + MODEL.branching @ MODEL.mean)


def test_clusters_that_grow_have_no_long_run() -> None:
    growing = Multivariate.of([1.0, 1.0], [[0.0, 2.0], [1.0, 0.0]], [[1.0, 1.0], [1.0, 1.0]])
    assert growing.spectral_radius == pytest.approx(math.sqrt(2))
    assert not growing.stationary
    assert growing.mean is None


def test_simulated_arrivals_have_the_long_run_means() -> None:
    counts = []
    for seed in range(30):
        events = MODEL.simulate(400.0, np.random.default_rng(seed).random)
        counts.append([times.size / 400 for times in events])
        assert all(np.all(np.diff(times) > 0) and times.max() < 400 for times in events)
    found = np.array(counts)
    error = found.std(axis=0) / math.sqrt(30)
    assert MODEL.mean is not None
    assert np.all(np.abs(found.mean(axis=0) - MODEL.mean) < 3.5 * error)


def test_kinds_that_do_not_touch_each_other_are_independent() -> None:
    apart = Multivariate.of([0.5, 2.0], np.diag([0.3, 0.0]), np.ones((2, 2)))
    events = [[1.0, 2.0, 2.5], [0.3, 9.0]]
    assert apart.loglik(events, 10.0) == pytest.approx(
        Hawkes(0.5, 0.3, 1.0).loglik(events[0], 10.0) + Hawkes(2.0, 0.0, 1.0).loglik(events[1], 10.0)
    )


def test_bad_numbers_are_refused_by_name() -> None:
    one = np.ones((2, 2))
    for field, call in {
        "mu": lambda: Multivariate.of([], [], []),
        "mu.1": lambda: Multivariate.of([1.0, 0.0], one, one),
        "alpha": lambda: Multivariate.of([1.0, 1.0], one[:1], one),
        "alpha.0.0": lambda: Multivariate.of([1.0, 1.0], -one, one),
        "beta.0.0": lambda: Multivariate.of([1.0, 1.0], one, 0 * one),
        "events": lambda: MODEL.loglik([[1.0]], 2.0),
        "events.0": lambda: MODEL.loglik([[3.0], []], 2.0),
        "horizon": lambda: Multivariate.of([1.0], [[5.0]], [[1.0]]).simulate(1e6, np.random.default_rng(1).random, most=300),
    }.items():
        with pytest.raises(Invalid) as refused:
            call()
        assert refused.value.field == field
