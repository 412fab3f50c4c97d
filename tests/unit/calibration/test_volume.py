"""The volume curve: from twenty days or more, whole, with errors from the days; never from one day."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.calibration.volume import binned, volume_curve
from support.flows import flow

TRUTH = np.array([0.4, 0.2, 0.1, 0.3])


def days(n: int, seed: int = 1) -> np.ndarray:  # type: ignore[type-arg]
    dice = np.random.default_rng(seed)
    return 1e6 * dice.lognormal(0, 0.3, (n, 1)) * TRUTH * dice.lognormal(0, 0.2, (n, 4))


def test_shares_sum_to_one_and_hold_the_truth() -> None:
    *shares, lasting = volume_curve(days(120))
    assert sum(each.value for each in shares) == pytest.approx(1)  # type: ignore[misc]
    for found, truth in zip(shares, TRUTH, strict=True):
        assert abs(found.value - truth) < 4 * found.standard_error + 0.01  # type: ignore[operator]
    assert lasting.value is not None


def test_the_errors_are_those_of_a_mean_over_days() -> None:
    held = []
    truth = np.mean([[each.value for each in volume_curve(days(2_000, seed))[:-1]] for seed in (900, 901)], axis=0)
    for seed in range(200):
        held += [each.low <= t <= each.high for each, t in zip(volume_curve(days(30, seed))[:-1], truth, strict=True)]  # type: ignore[operator]
    assert 0.90 < np.mean(held) < 0.98


@pytest.mark.parametrize(
    ("volumes", "code"), [(days(19), "too_few_days"), (np.vstack([days(20), np.zeros(4)]), "day_without_volume")]
)
def test_too_few_days_are_refused_by_name(volumes: np.ndarray, code: str) -> None:  # type: ignore[type-arg]
    assert {each.reason.code for each in volume_curve(volumes)} == {code}  # type: ignore[union-attr]


def test_days_are_binned_whole() -> None:
    made = [flow(seed, session_s=260.0) for seed in (1, 2)]
    assert binned(made).shape == (2, 26)
    assert binned(made).sum(axis=1) == pytest.approx([each.volume.sum() for each in made])
