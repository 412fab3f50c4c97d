"""Samples held against each other: means with intervals, and paired differences by Student's t and by bootstrap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

RESAMPLES = 5_000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its interval at LEVEL. n: how many values stand behind it. low, high: None where fewer than two do."""

    mean: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Paired:
    """The mean of differences of pairs, with Student's interval and a bootstrap one."""

    t: Interval
    bootstrap: Interval


def mean(values: Sequence[float]) -> Interval | None:
    """The mean of independent values with Student's interval; None of nothing."""
    array = np.asarray(values, dtype=np.float64)
    if not len(array):
        return None
    centre = float(array.mean())
    if len(array) < 2:
        return Interval(centre, None, None, len(array))
    half = float(stats.t.ppf((1 + LEVEL) / 2, len(array) - 1) * array.std(ddof=1) / np.sqrt(len(array)))
    return Interval(centre, centre - half, centre + half, len(array))


def paired(first: Sequence[float], second: Sequence[float], seed: int = 1) -> Paired | None:
    """First - second, pair by pair: both saw the same market. None of nothing.

    Bootstrap: percentiles of the means of resampled differences; the seed makes it the same each time.
    """
    assert len(first) == len(second), "pairs have two sides"
    differences = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    by_t = mean([float(each) for each in differences])
    if by_t is None:
        return None
    n = len(differences)
    if n < 2:
        return Paired(by_t, by_t)
    draw = np.random.Generator(np.random.PCG64(seed))
    means = differences[draw.integers(0, n, size=(RESAMPLES, n))].mean(axis=1)
    low, high = np.quantile(means, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return Paired(by_t, Interval(by_t.mean, float(low), float(high), n))


def terciles(values: Sequence[float]) -> list[str]:
    """Low, middle or high: the third that each value belongs to; fewer than three values are all `all`."""
    if len(values) < 3:
        return ["all"] * len(values)
    low, high = np.quantile(np.asarray(values, dtype=np.float64), (1 / 3, 2 / 3))
    return ["low" if each <= low else "high" if each > high else "middle" for each in values]
