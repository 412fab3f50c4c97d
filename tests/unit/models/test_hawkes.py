"""Self-exciting arrivals: simulated ones have the means that are stated, and time rescales to unit exponentials."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models.hawkes import Hawkes
from support.examples import examples

MODEL = Hawkes(0.8, 0.9, 1.5)


@settings(max_examples=examples(60))
@given(st.lists(st.floats(0.001, 50), max_size=25), st.floats(0.1, 3), st.floats(0, 3), st.floats(0.1, 5))
def test_the_likelihood_is_that_of_the_definition(times: list[float], mu: float, alpha: float, beta: float) -> None:
    model, events = Hawkes(mu, alpha, beta), sorted(times)
    intensity = [mu + alpha * sum(math.exp(-beta * (t - s)) for s in events[:i]) for i, t in enumerate(events)]
    total = mu * 50 + alpha / beta * sum(1 - math.exp(-beta * (50 - t)) for t in events)
    assert model.intensity(events) == pytest.approx(intensity, rel=1e-11)
    assert model.compensated(events, 50.0) == pytest.approx(total, rel=1e-11)
    assert model.loglik(events, 50.0) == pytest.approx(sum(map(math.log, intensity)) - total, rel=1e-9, abs=1e-9)
    if events:
        assert model.compensator(events).sum() == pytest.approx(model.compensated(events, events[-1]), rel=1e-11)


def test_simulated_arrivals_have_the_expected_count_and_variance() -> None:
    rng = np.random.default_rng(1)
    counts = np.array([MODEL.simulate(40.0, rng.random).size for _ in range(1500)])
    assert counts.mean() == pytest.approx(MODEL.expected_count(40.0), abs=4 * counts.std() / math.sqrt(1500))
    assert MODEL.variance_rate is not None
    assert counts.var() == pytest.approx(40 * MODEL.variance_rate, rel=0.25)  # asymptotic: some of it is not there yet


def test_time_rescaled_by_the_intensity_is_that_of_a_poisson_process() -> None:
    events = MODEL.simulate(3000.0, np.random.default_rng(2).random)
    waits = MODEL.compensator(events)
    n = waits.size
    uniform = np.sort(-np.expm1(-waits))
    distance = np.max(np.abs(uniform - (np.arange(n) + 0.5) / n))
    assert distance < 1.63 / math.sqrt(n)  # Kolmogorov-Smirnov, 1 %
    assert abs(np.corrcoef(waits[1:], waits[:-1])[0, 1]) < 3 / math.sqrt(n)


def test_the_same_draws_give_the_same_arrivals() -> None:
    one, two = (MODEL.simulate(50.0, np.random.default_rng(9).random) for _ in range(2))
    assert one.tolist() == two.tolist()
    listed = iter([1 - math.exp(-0.8), 0.0, 1 - math.exp(-35.0), 0.5])
    assert Hawkes(0.8, 0.0, 1.0).simulate(40.0, lambda: next(listed)).tolist() == pytest.approx([1.0])


def test_without_excitation_it_is_a_poisson_process() -> None:
    plain = Hawkes(2.0, 0.0, 1.0)
    assert plain.mean == plain.variance_rate == 2.0
    assert plain.expected_count(10.0) == 20.0
    assert plain.loglik([1.0, 2.0], 10.0) == pytest.approx(2 * math.log(2) - 20)
    assert plain.loglik([], 10.0) == -20.0
    assert plain.compensator([]).size == plain.intensity([]).size == 0


def test_what_is_not_stationary_says_so_and_still_counts() -> None:
    for alpha in (1.5, 2.0):
        model = Hawkes(1.0, alpha, 1.5)
        assert not model.stationary
        assert model.mean is model.variance_rate is None
    assert Hawkes(1.0, 1.5, 1.5).expected_count(4.0) == pytest.approx(4 + 1.5 * 8)
    around = [Hawkes(1.0, 1.5 + shift, 1.5).expected_count(4.0) for shift in (-1e-6, 0.0, 1e-6)]
    assert around[1] == pytest.approx((around[0] + around[2]) / 2, rel=1e-9)
    grown = Hawkes(1.0, 2.5, 1.5).expected_count(4.0)
    assert grown == pytest.approx(-1.5 * 4 + 2.5 * math.expm1(4.0))


def test_the_expected_count_is_smooth_where_its_series_begins() -> None:
    """By quadrature of the mean intensity, on both sides of the switch."""
    for gap in (0.0099, 0.0101, -0.0101, 1e-9):
        t = (np.arange(200_000) + 0.5) / 200_000
        mean = 1.0 + 2.0 * -np.expm1(-gap * t) / gap
        assert Hawkes(1.0, 2.0, 2.0 + gap).expected_count(1.0) == pytest.approx(mean.mean(), rel=1e-10)


def test_bad_numbers_are_refused_by_name() -> None:
    for field, call in {
        "mu": lambda: Hawkes(0.0, 1.0, 1.0),
        "alpha": lambda: Hawkes(1.0, -1.0, 1.0),
        "beta": lambda: Hawkes(1.0, 1.0, 0.0),
        "events.0": lambda: MODEL.loglik([0.0], 1.0),
        "events.1": lambda: MODEL.loglik([0.5, 2.0], 1.0),
        "events.2": lambda: MODEL.intensity([1.0, 2.0, 1.5]),
        "horizon": lambda: Hawkes(1.0, 5.0, 1.0).simulate(1e9, np.random.default_rng(1).random, most=500),
    }.items():
        with pytest.raises(Invalid) as refused:
            call()
        assert refused.value.field == field
