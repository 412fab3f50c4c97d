"""Roll's spread: found again in simulated trades, and none claimed where there is no bounce."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.roll import roll_spread


def test_a_pure_bounce_shows_its_spread() -> None:
    rng = np.random.default_rng(1)
    assert roll_spread(100 + 0.05 * rng.choice([-1.0, 1.0], 200_000)) == pytest.approx(0.1, rel=0.01)


def test_a_moving_mid_hides_nothing_on_average() -> None:
    found = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        found.append(roll_spread(100 + np.cumsum(rng.normal(0, 0.02, 20_000)) + 0.05 * rng.choice([-1.0, 1.0], 20_000)))
    assert np.mean([each for each in found if each is not None]) == pytest.approx(0.1, rel=0.02)


def test_a_trend_has_no_bounce_and_so_no_spread() -> None:
    assert roll_spread([1.0, 2.0, 3.0, 4.0]) is None
    assert roll_spread([1.0, 1.0, 1.0]) is None


def test_the_mean_of_the_moves_is_taken_out() -> None:
    moves = np.array([0.3, 0.1, 0.35, 0.1, 0.3])
    covariance = np.mean(moves[1:] * moves[:-1]) - np.mean(moves[1:]) * np.mean(moves[:-1])
    assert roll_spread(np.concatenate([[0.0], np.cumsum(moves)])) == pytest.approx(2 * np.sqrt(-covariance))


def test_two_trades_are_too_few() -> None:
    with pytest.raises(Invalid, match="at least 3"):
        roll_spread([1.0, 2.0])
