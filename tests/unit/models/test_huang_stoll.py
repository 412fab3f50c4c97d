"""Huang and Stoll: a simulated spread and its lasting share are found within their errors."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.huang_stoll import huang_stoll


def trades(seed: int, n: int = 4000, noise: float = 0.01, lam: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Spread 0.04, of which a share `lam` of each half stays in the quotes; three trades in four change sides."""
    rng = np.random.default_rng(seed)
    side = np.cumprod(rng.choice([-1.0, -1.0, -1.0, 1.0], n))
    mid = 50 + np.concatenate([[0.0], np.cumsum(lam * 0.02 * side[:-1])]) + np.cumsum(rng.normal(0, noise, n))
    return mid + 0.02 * side, side


@pytest.mark.parametrize("lam", [0.3, 0.9])
def test_the_spread_and_its_lasting_share_are_found_within_their_errors(lam: float) -> None:
    found = [huang_stoll(*trades(seed, lam=lam)) for seed in range(100)]
    spreads = np.array([(each.spread - 0.04) / each.spread_error for each in found])
    shares = np.array([(each.lam - lam) / each.lam_error for each in found])
    for scores in (spreads, shares):
        assert abs(scores.mean()) < 3 / np.sqrt(100)
        assert 0.8 < scores.std() < 1.2


def test_without_noise_both_are_exact() -> None:
    found = huang_stoll(*trades(1, n=20, noise=0.0))
    assert (found.spread, found.lam) == pytest.approx((0.04, 0.3))


def test_bad_numbers_are_refused_by_name() -> None:
    price, side = trades(2, n=10)
    for field, case in {
        "prices": (price[:2], side[:2]),
        "sides.0": (price, 0.5 * side),
        "sides": (price, side[:5]),
        "x": (price, np.ones(10)),
    }.items():
        with pytest.raises(Invalid) as refused:
            huang_stoll(*case)
        assert refused.value.field == field


def test_trades_that_pay_no_spread_leave_nothing_to_split() -> None:
    with pytest.raises(Invalid, match="pay a spread"):
        huang_stoll([1.0] * 6, [1.0, -1.0, -1.0, 1.0, 1.0, -1.0])
