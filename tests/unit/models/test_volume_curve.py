"""Volume curves: shares that sum to one, surprises that fade, and schedules that lose no share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models.volume_curve import common_component, forecast, mean_of_shares, persistence, share_of_means, split
from support.examples import examples

U = np.array([5.0, 3.0, 2.0, 2.0, 4.0])


def history(phi: float, days: int, seed: int, noise: float = 0.5) -> np.ndarray:
    """Days of a U-shape whose surprises persist by phi from bin to bin."""
    rng = np.random.default_rng(seed)
    surprise = np.zeros((days, 40))
    surprise[:, 0] = rng.normal(0, noise / np.sqrt(1 - phi**2), days)
    for b in range(1, 40):
        surprise[:, b] = phi * surprise[:, b - 1] + rng.normal(0, noise, days)
    return np.asarray(np.tile(U, 8) + 5 + surprise)


@settings(max_examples=examples(50))
@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_curves_are_shares(days: int, bins: int, seed: int) -> None:
    volumes = np.random.default_rng(seed).uniform(1, 9, (days, bins))
    for curve in (mean_of_shares(volumes), share_of_means(volumes)):
        assert curve.sum() == pytest.approx(1.0)
        assert np.all(curve > 0)


def test_a_busy_day_counts_more_only_where_it_should() -> None:
    volumes = [[1.0, 3.0], [300.0, 100.0]]
    assert mean_of_shares(volumes).tolist() == [0.5, 0.5]
    assert share_of_means(volumes)[0] == pytest.approx(301 / 404)


def test_a_known_persistence_is_found() -> None:
    found = [persistence(history(0.6, 250, seed)) for seed in range(8)]
    assert np.mean(found) == pytest.approx(0.6, abs=0.01)  # standard error of one: sqrt(1 - phi^2)/sqrt(9750) = 0.008
    assert np.std(found) < 0.02


def test_days_that_are_alike_have_no_persistence_and_their_mean_as_forecast() -> None:
    volumes = np.tile(U, (3, 1))
    assert persistence(volumes) == 0.0
    assert forecast(volumes, [50.0]).tolist() == [3.0, 2.0, 2.0, 4.0]


def test_a_surprise_fades_into_the_curve() -> None:
    volumes = history(0.6, 250, 1)
    mean, phi = volumes.mean(axis=0), persistence(volumes)
    ahead = forecast(volumes, [*mean[:9], mean[9] + 10])
    assert ahead - mean[10:] == pytest.approx(10 * phi ** np.arange(1, 31))
    assert forecast(volumes, []) == pytest.approx(mean)
    assert forecast(volumes, mean).size == 0


def test_a_forecast_is_never_below_zero() -> None:
    ahead = forecast(history(0.9, 250, 3), [0.0])
    assert np.all(ahead >= 0)
    assert np.any(forecast([[10.0, 1.0], [0.0, 0.0], [20.0, 2.0]], [0.0]) == 0.0)


def test_a_schedule_adds_up_and_follows_the_volume() -> None:
    shares = split(1000.0, [1.0, 3.0])
    assert shares.tolist() == [250.0, 750.0]
    assert split(1000.0, [0.0, 0.0]).tolist() == [500.0, 500.0]
    assert split(0.0, [1.0]).tolist() == [0.0]
    assert split(10.0, []).size == 0
    assert split(1.0, [1e60, 1e60]).tolist() == [0.5, 0.5]


def test_what_moves_all_bins_together_is_found() -> None:
    rng = np.random.default_rng(4)
    level = rng.normal(0, 1, 60)
    clean = 20 + U + np.outer(level, U / 5)
    common, explained = common_component(clean + rng.normal(0, 1e-3, clean.shape))
    assert common == pytest.approx(clean, abs=0.02)
    assert explained == pytest.approx(1.0, abs=1e-4)
    still, none = common_component(np.tile(U, (3, 1)))
    assert none is None
    assert still.tolist() == np.tile(U, (3, 1)).tolist()


def test_bad_numbers_are_refused_by_name() -> None:
    for field, call in {
        "volumes": lambda: mean_of_shares([]),
        "volumes.1": lambda: mean_of_shares([[1.0], [0.0]]),
        "volumes.0.1": lambda: persistence([[1.0, -1.0]]),
        "today": lambda: forecast([[1.0, 1.0]], [1.0, 1.0, 1.0]),
        "today.0": lambda: forecast([[1.0, 1.0]], [-1.0]),
        "remaining": lambda: split(-1.0, [1.0]),
        "expected.0": lambda: split(1.0, [-1.0]),
    }.items():
        with pytest.raises(Invalid) as refused:
            call()
        assert refused.value.field == field
    with pytest.raises(Invalid, match="volume"):
        share_of_means([[0.0, 0.0]])
