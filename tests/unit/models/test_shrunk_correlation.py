"""Correlations with errors that hold for fat tails, and the shrinkage between chance and certainty."""

from __future__ import annotations

import math

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Floats
from metaorder.models.shrunk_correlation import Correlations, correlations, shrink


def returns(seed: int, n: int, rho: float, *, fat: bool = False) -> Floats:
    dice = np.random.default_rng(seed)
    normal = dice.multivariate_normal([0, 0], [[1, rho], [rho, 1]], size=n, method="cholesky")
    return np.asarray(normal / np.sqrt(dice.chisquare(5, size=(n, 1)) / 5) if fat else normal)


def test_it_is_numpys_correlation_and_the_text_books_error() -> None:
    rows = returns(1, 4_000, 0.6)
    found = correlations(rows * [1e-4, 3.0] + [0.0, 5.0])
    assert found.value == pytest.approx(np.corrcoef(rows.T), abs=1e-12)
    assert found.errors[0, 1] == pytest.approx((1 - 0.6**2) / math.sqrt(4_000), rel=0.06)
    assert found.sigma == pytest.approx([1e-4, 3.0], rel=0.03)
    assert found.sigma_errors == pytest.approx(found.sigma / math.sqrt(2 * 4_000), rel=0.1)


def test_the_intervals_hold_the_truth_under_fat_tails() -> None:
    """Student's t with 5 degrees: the text book's error would hold it 87 times of 100."""
    held, naive = [], []
    for seed in range(400):
        found = correlations(returns(seed, 390, 0.5, fat=True))
        r = found.value[0, 1]
        held.append(abs(r - 0.5) < 1.96 * found.errors[0, 1])
        naive.append(abs(r - 0.5) < 1.96 * (1 - r**2) / math.sqrt(390))
    assert 0.91 <= np.mean(held) <= 0.98
    assert np.mean(naive) < 0.90


def test_what_is_chance_is_drawn_to_none_and_what_is_sure_stays() -> None:
    sure, share = shrink(correlations(returns(2, 20_000, 0.7)))
    assert sure[0, 1] == pytest.approx(0.7, abs=0.02)
    assert share < 0.001
    chance = [shrink(correlations(np.random.default_rng(seed).normal(size=(50, 8)))) for seed in range(20)]
    assert np.median([share for _, share in chance]) > 0.7
    assert all(np.linalg.eigvalsh(each)[0] > 0 for each, _ in chance)


def test_the_share_is_the_pairs_variances_over_their_squares() -> None:
    value = np.array([[1, 0.4, 0.2], [0.4, 1, -0.1], [0.2, -0.1, 1]])
    errors = np.full((3, 3), 0.1) - 0.1 * np.eye(3)
    shrunk, share = shrink(Correlations(np.ones(3), np.ones(3), value, errors, 100))
    assert share == pytest.approx(0.03 / 0.21)
    assert shrunk == pytest.approx(value * (1 - share) + share * np.eye(3))


@pytest.mark.parametrize("wrong", [[[1.0, 2.0]] * 5, [[1.0, 2.0], [2.0, 1.0]], [[1.0]] * 5, [[1.0, math.nan]] * 5, [], [[], []]])
def test_what_does_not_vary_or_is_too_little_is_refused(wrong: list[list[float]]) -> None:
    with pytest.raises(Invalid):
        correlations(np.array(wrong))


def test_a_return_that_others_make_up_is_refused() -> None:
    one = np.random.default_rng(3).normal(size=200)
    with pytest.raises(Invalid, match="positive definite"):
        shrink(correlations(np.column_stack([one, 2 * one])))
