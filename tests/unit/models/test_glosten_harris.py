"""Glosten and Harris: the parts of a simulated spread are found within their errors."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.glosten_harris import glosten_harris

TRUE = (0.01, 2e-6, 0.004, 5e-6)


def trades(seed: int, n: int = 5000, noise: float = 0.01) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    side, volume = rng.choice([-1.0, 1.0], n), 100.0 * rng.integers(1, 30, n)
    c0, c1, z0, z1 = TRUE
    mid = 50 + np.cumsum(side * (z0 + z1 * volume) + rng.normal(0, noise, n))
    return mid + side * (c0 + c1 * volume), side, volume


def test_the_parts_of_the_spread_are_found_within_their_errors() -> None:
    apart = []
    for seed in range(40):
        found = glosten_harris(*trades(seed))
        parts = (found.c0, found.c1, found.z0, found.z1)
        apart.append([(a - b) / e for a, b, e in zip(parts, TRUE, found.standard_errors, strict=True)])
    scores = np.array(apart)
    assert np.all(np.abs(scores.mean(axis=0)) < 3 / np.sqrt(40))
    assert np.all(np.abs(scores) < 4)


def test_without_noise_the_parts_are_exact() -> None:
    found = glosten_harris(*trades(1, n=30, noise=0.0))
    assert (found.c0, found.c1, found.z0, found.z1) == pytest.approx(TRUE, rel=1e-8)
    assert found.spread(1000.0) == pytest.approx(2 * (0.014 + 7e-3))


def test_trades_of_one_size_or_one_side_are_refused() -> None:
    price, side, volume = trades(2, n=50)
    for case in ((price, side, np.full(50, 100.0)), (price, np.ones(50), volume)):
        with pytest.raises(Invalid):
            glosten_harris(*case)


def test_bad_numbers_are_refused_by_name() -> None:
    price, side, volume = trades(3, n=10)
    for field, case in {
        "prices": (price[:4], side[:4], volume[:4]),
        "sides.0": (price, 0 * side, volume),
        "volumes.0": (price, side, -volume),
        "volumes": (price, side, volume[:5]),
    }.items():
        with pytest.raises(Invalid) as refused:
            glosten_harris(*case)
        assert refused.value.field == field
