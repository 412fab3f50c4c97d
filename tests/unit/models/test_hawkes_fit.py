"""Hawkes processes from data: known parameters are found within their errors, and no likelihood is higher."""

from __future__ import annotations

import math

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.hawkes import Hawkes
from metaorder.models.hawkes_fit import fit, fit_multivariate
from metaorder.models.hawkes_multivariate import Multivariate

TRUE = Hawkes(0.5, 0.9, 1.5)
SEVERAL = Multivariate.of([0.4, 0.3], [[0.5, 0.3], [0.0, 0.6]], [[1.5, 1.5], [2.0, 2.0]])


def test_known_parameters_are_found_within_their_errors() -> None:
    scores = []
    for seed in range(16):
        found = fit(TRUE.simulate(600.0, np.random.default_rng(seed).random), 600.0)
        assert found.standard_errors is not None
        parts = (found.model.mu, found.model.alpha, found.model.beta)
        truth = (TRUE.mu, TRUE.alpha, TRUE.beta)
        scores.append([(a - b) / e for a, b, e in zip(parts, truth, found.standard_errors, strict=True)])
    apart = np.array(scores)
    assert np.all(np.abs(apart.mean(axis=0)) < 0.8)  # 16 samples: 0.75 is 3 errors of a mean
    assert np.all((apart.std(axis=0) > 0.6) & (apart.std(axis=0) < 1.5))


def test_no_parameters_nearby_or_true_are_likelier() -> None:
    events = TRUE.simulate(300.0, np.random.default_rng(5).random)
    found = fit(events, 300.0)
    best = found.model
    assert found.loglik == pytest.approx(best.loglik(events, 300.0), abs=1e-9)
    assert found.loglik >= TRUE.loglik(events, 300.0)
    for size in (1e-3, 1e-1):
        for shift in np.eye(3) * size:
            for sign in (-1, 1):
                mu, alpha, beta = np.array([best.mu, best.alpha, best.beta]) * (1 + sign * shift)
                assert Hawkes(mu, alpha, beta).loglik(events, 300.0) <= found.loglik + 1e-9


def test_the_errors_are_the_curvature_of_the_likelihood() -> None:
    events = TRUE.simulate(200.0, np.random.default_rng(7).random)
    found = fit(events, 200.0)
    at = np.array([found.model.mu, found.model.alpha, found.model.beta])
    step = 1e-3 * at

    def height(*moves: float) -> float:
        return Hawkes(*(at + np.array(moves) * step)).loglik(events, 200.0)

    curve = np.zeros((3, 3))
    for i in range(3):
        for j in range(3):
            one, two = np.eye(3)[i], np.eye(3)[j]
            mixed = height(*(one + two)) - height(*(one - two)) - height(*(two - one)) + height(*(-one - two))
            curve[i, j] = mixed / (4 * step[i] * step[j])
    assert found.standard_errors == pytest.approx(np.sqrt(np.diag(np.linalg.inv(-curve))), rel=1e-3)


def test_arrivals_at_random_show_no_excitation_that_is_claimed() -> None:
    """Evenly spread events repel each other: the best alpha is 0, and no error is given for what was not found."""
    found = fit(np.arange(1, 100) * 1.0, 100.0)
    assert found.model.alpha == pytest.approx(0.0, abs=1e-6)
    assert found.standard_errors is None
    assert found.model.mu == pytest.approx(0.99, rel=1e-6)
    assert found.loglik == pytest.approx(99 * math.log(0.99) - 99, abs=1e-6)


def test_arrivals_that_speed_up_for_good_are_likeliest_without_decay_and_it_is_not_claimed_to_be_known() -> None:
    events = 11 - 11 / (1 + 10 * (np.arange(60) + 0.5) / 60)  # faster than any cluster that dies out
    found = fit(events, 10.0)
    assert found.standard_errors is None
    slower = Hawkes(found.model.mu, found.model.alpha, found.model.beta / 100)
    assert slower.loglik(events, 10.0) == pytest.approx(found.loglik, abs=1e-6)


def test_events_at_one_time_are_allowed() -> None:
    assert math.isfinite(fit([1.0, 1.0, 2.0, 5.0, 5.0, 9.0], 10.0).loglik)


def test_a_process_of_several_kinds_is_found() -> None:
    given = SEVERAL.simulate(3000.0, np.random.default_rng(3).random)
    known = fit_multivariate(given, 3000.0, beta=SEVERAL.beta)
    assert known.model.mu == pytest.approx(SEVERAL.mu, rel=0.2)
    assert known.model.alpha == pytest.approx(SEVERAL.alpha, abs=0.12)
    assert known.loglik >= SEVERAL.loglik(given, 3000.0)
    assert known.loglik == pytest.approx(known.model.loglik(given, 3000.0), abs=1e-6)
    free = fit_multivariate(given, 3000.0)
    assert free.loglik >= known.loglik - 1e-6
    assert free.model.beta[:, 0] == pytest.approx([1.5, 2.0], rel=0.3)
    assert free.model.spectral_radius == pytest.approx(SEVERAL.spectral_radius, abs=0.08)


def test_one_kind_of_several_is_the_fit_of_one() -> None:
    events = TRUE.simulate(150.0, np.random.default_rng(8).random)
    assert fit_multivariate([events], 150.0).loglik == pytest.approx(fit(events, 150.0).loglik, abs=1e-8)


def test_bad_numbers_are_refused_by_name() -> None:
    for field, call in {
        "events": lambda: fit([1.0, 2.0], 3.0),
        "events.2": lambda: fit([1.0, 2.0, 1.5], 3.0),
        "horizon": lambda: fit([1.0, 2.0, 2.5], 0.0),
        "events.1": lambda: fit_multivariate([[1.0, 2.0, 3.0], []], 4.0),
        "beta.0.0": lambda: fit_multivariate([[1.0, 2.0, 3.0]], 4.0, beta=[[0.0]]),
        "beta": lambda: fit_multivariate([[1.0, 2.0, 3.0]], 4.0, beta=[[1.0], [1.0]]),
    }.items():
        with pytest.raises(Invalid) as refused:
            call()
        assert refused.value.field == field
