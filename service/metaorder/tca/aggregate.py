"""Costs over many orders: means, quantiles, bootstrap intervals, outliers, and whether they are enough to say anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metaorder.tca.paired import LEVEL, Interval, Paired, mean, paired

Floats = npt.NDArray[np.float64]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
FEWEST = 20
"""Orders below which a group says nothing about what its mean is."""

FEWEST_PAIRS = 10
OUTLYING = 3.5
"""Modified z-score, 0.6745 (x - median) / MAD, beyond which an order is an outlier."""

MEAN_AWAY = 1.253314
"""The standard deviation of a normal sample by its mean absolute deviation, sqrt(pi / 2): in MAD's place where that is 0."""

MOST_OUTLIERS = 20
RESAMPLES = 1_000
WHOLE = 1_000
BLOCKS = 250
"""A sample larger than WHOLE is resampled as BLOCKS random blocks of it: the same spread of the mean, for fewer draws."""

ENOUGH_NOT = "not enough data to say"


@dataclass(frozen=True, slots=True)
class Spread:
    """How a cost is spread over orders [the cost's unit].

    mean, weighted: plain, and by notional. low, high: of the weighted mean, by bootstrap; None of fewer than FEWEST orders, for
    resamples of a few know too little. sd: standard deviation, the tracking error of a slippage. sharpe: -mean / sd. win_rate:
    share of orders that cost less than nothing. outliers: positions, furthest out first, with their modified z-scores. says: in
    words.
    """

    count: int
    mean: float
    weighted: float
    low: float | None
    high: float | None
    sd: float | None
    sharpe: float | None
    quantiles: tuple[float, ...]
    win_rate: float
    outliers: tuple[tuple[int, float], ...]
    outlying: int
    says: str


def spread(values: Floats, weights: Floats, seed: int = 1) -> Spread:
    """Summarise the costs of at least one order. weights: notionals, > 0. The seed makes the bootstrap the same each time."""
    count = len(values)
    whole = float(weights.sum())
    weighted = float(np.dot(values, weights)) / whole
    low, high = (None, None) if count < FEWEST else _bootstrap(values, weights, seed)
    sd = float(values.std(ddof=1)) if count > 1 else None
    outliers, outlying = _outliers(values)
    return Spread(
        count=count,
        mean=float(values.mean()),
        weighted=weighted,
        low=low,
        high=high,
        sd=sd,
        sharpe=-float(values.mean()) / sd if sd else None,
        quantiles=tuple(float(each) for each in np.quantile(values, QUANTILES)),
        win_rate=float(np.mean(values < 0)),
        outliers=outliers,
        outlying=outlying,
        says=_says(count, low, high),
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """One group less another, cell by cell of what they have in common."""

    pairs: int
    difference: Paired | None
    says: str


def compare(first: Sequence[float], second: Sequence[float]) -> Comparison:
    """Hold two groups against each other, pair by pair: the difference of their means in cells that both were in."""
    found = paired(first, second) if len(first) <= WHOLE else _many(first, second)
    if found is None or len(first) < FEWEST_PAIRS:
        return Comparison(
            len(first), found, f"{ENOUGH_NOT}: {len(first)} {'pair' if len(first) == 1 else 'pairs'}, {FEWEST_PAIRS} are needed"
        )
    both = [interval for interval in (found.t, found.bootstrap) if interval.low is not None and interval.high is not None]
    if all((interval.low or 0) > 0 for interval in both):
        return Comparison(len(first), found, "the first costs more")
    if all((interval.high or 0) < 0 for interval in both):
        return Comparison(len(first), found, "the first costs less")
    return Comparison(len(first), found, f"{ENOUGH_NOT}: the interval holds zero")


def _many(first: Sequence[float], second: Sequence[float]) -> Paired:
    """The paired difference of many cells."""
    differences = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    by_t = mean(differences.tolist())
    assert by_t is not None, "there are many"
    low, high = _bootstrap(differences, np.ones(len(differences)), seed=1)
    return Paired(by_t, Interval(by_t.mean, low, high, len(differences)))


def _bootstrap(values: Floats, weights: Floats, seed: int) -> tuple[float, float]:
    """Percentiles of the weighted means of resampled orders, or of resampled blocks of many."""
    draw = np.random.Generator(np.random.PCG64(seed))
    sums, masses = values * weights, weights
    if len(values) > WHOLE:
        block = draw.permutation(len(values)) % BLOCKS
        sums, masses = (np.bincount(block, each, BLOCKS).astype(np.float64) for each in (sums, masses))
    n = len(sums)
    picked = draw.integers(0, n, size=(RESAMPLES, n))
    means = sums[picked].sum(axis=1) / masses[picked].sum(axis=1)
    low, high = np.quantile(means, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return float(low), float(high)


def _outliers(values: Floats) -> tuple[tuple[tuple[int, float], ...], int]:
    """Orders whose modified z-score is beyond OUTLYING, furthest first, and how many there are; none without a spread.

    Where more than half of the orders cost the same, MAD is 0, and the mean absolute deviation around the median stands for it.
    """
    middle = float(np.median(values))
    away = np.abs(values - middle)
    mad = float(np.median(away))
    scale = mad / 0.6745 if mad else MEAN_AWAY * float(away.mean())
    if not scale:
        return (), 0
    score = (values - middle) / scale
    out = np.flatnonzero(np.abs(score) > OUTLYING)
    worst = out[np.argsort(-np.abs(score[out]), kind="stable")][:MOST_OUTLIERS]
    return tuple((int(at), float(score[at])) for at in worst), len(out)


def _says(count: int, low: float | None, high: float | None) -> str:
    if low is None or high is None or count < FEWEST:
        return f"{ENOUGH_NOT}: {count} {'order' if count == 1 else 'orders'}, {FEWEST} are needed"
    if low > 0:
        return "a cost"
    return "a gain" if high < 0 else f"{ENOUGH_NOT}: the interval holds zero"
