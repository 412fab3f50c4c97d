"""Standard errors of models that calibrations do not use: over many seeds their intervals hold the truth as often as said."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from metaorder.models.glosten_harris import glosten_harris
from metaorder.models.hawkes import Hawkes
from metaorder.models.hawkes_fit import fit
from metaorder.models.huang_stoll import huang_stoll
from metaorder.models.ofi import price_impact

SURE = 1.96
Errors = list[tuple[float, float]]
"""How far each estimate is off, and its standard error."""


def trades(dice: np.random.Generator, n: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sides, volumes and what news adds to the price at each."""
    return np.where(dice.random(n) < 0.5, 1, -1), dice.integers(1, 20, n) * 100.0, dice.normal(0, 0.01, n)


def glosten_harris_off(seed: int) -> Errors:
    c0, c1, z0, z1 = 0.005, 2e-6, 0.008, 3e-6
    side, volume, news = trades(np.random.default_rng(seed))
    prices = 50 + np.cumsum(z0 * side + z1 * side * volume + news) + c0 * side + c1 * side * volume
    found = glosten_harris(prices, side, volume)
    off = (found.c0 - c0, found.c1 - c1, found.z0 - z0, found.z1 - z1)
    return list(zip(off, found.standard_errors, strict=True))


def huang_stoll_off(seed: int) -> Errors:
    spread, lam = 0.03, 0.4
    side, _, news = trades(np.random.default_rng(seed))
    moves = spread / 2 * np.diff(side) + lam * spread / 2 * side[:-1] + news[1:]
    found = huang_stoll(np.concatenate([[50.0], 50 + np.cumsum(moves)]), side)
    return [(found.spread - spread, found.spread_error), (found.lam - lam, found.lam_error)]


def hawkes_off(seed: int) -> Errors:
    true, horizon = Hawkes(0.8, 0.6, 1.5), 200.0
    found = fit(true.simulate(horizon, np.random.default_rng(seed).random), horizon)
    assert found.standard_errors is not None
    off = (found.model.mu - true.mu, found.model.alpha - true.alpha, found.model.beta - true.beta)
    return list(zip(off, found.standard_errors, strict=True))


def imbalance_off(seed: int) -> Errors:
    dice = np.random.default_rng(seed)
    flow = dice.normal(0, 1_000, 80)
    found = price_impact(flow, 0.5 + 1e-3 * flow + dice.normal(0, 0.4, 80))
    return [(found.slope - 1e-3, found.slope_error)]


MODELS: Mapping[str, Callable[[int], Errors]] = {
    "Glosten and Harris": glosten_harris_off,
    "Huang and Stoll": huang_stoll_off,
    "Hawkes": hawkes_off,
    "order flow imbalance": imbalance_off,
}


def held(off: Callable[[int], Errors], seeds: range) -> np.ndarray:
    return np.mean([[abs(miss) <= SURE * error for miss, error in off(seed)] for seed in seeds], axis=0)


@pytest.mark.parametrize("name", MODELS)
def test_intervals_hold_the_truth_nearly_always(name: str) -> None:
    assert (held(MODELS[name], range(20)) >= 0.75).all()


@pytest.mark.gauntlet
@pytest.mark.parametrize("name", MODELS)
def test_intervals_hold_the_truth_95_times_of_100(name: str) -> None:
    found = held(MODELS[name], range(1_000, 1_200))
    assert ((found >= 0.89) & (found <= 0.995)).all(), found
