"""How well forecasts of cost came out: coverage of their bands, the histogram of their probabilities, and whether they hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]

BANDS = (0.5, 0.8, 0.95)
BINS = 10
FEWEST = 30
LEVEL = 0.01
"""Forecasts that hold are flagged this seldom."""


@dataclass(frozen=True, slots=True)
class Band:
    """A central band: the share of outcomes that should and did fall into it, and the binomial interval of what did."""

    level: float
    covered: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Score:
    """bias: mean z with its standard error. dispersion: sd of z, 1 where the spread is right. histogram: of the probabilities.

    uniform: p of the Kolmogorov-Smirnov test against uniform. faults: in words, none where nothing can be held against them.
    """

    count: int
    bands: tuple[Band, ...]
    histogram: tuple[int, ...]
    bias: float
    bias_error: float
    dispersion: float
    uniform: float
    faults: tuple[str, ...]
    says: str


def score(probabilities: Floats, z: Floats) -> Score:
    """Score forecasts by the probabilities that they gave to less than what came. At least one."""
    n = len(z)
    bands = tuple(_band(level, z) for level in BANDS)
    counts, _ = np.histogram(probabilities, bins=BINS, range=(0.0, 1.0))
    dispersion = float(z.std(ddof=1)) if n > 1 else 0.0
    error = dispersion / n**0.5
    uniform = float(stats.kstest(probabilities, "uniform").pvalue)
    faults = _faults(z, bands, dispersion, error, uniform) if n >= FEWEST else ()
    says = "the forecasts hold" if not faults else "the forecasts do not hold"
    if n < FEWEST:
        says = f"not enough data to say: {n} {'forecast' if n == 1 else 'forecasts'}, {FEWEST} are needed"
    return Score(n, bands, tuple(counts.tolist()), float(z.mean()), error, dispersion, uniform, faults, says)


def _band(level: float, z: Floats) -> Band:
    inside = int((np.abs(z) <= stats.norm.ppf((1 + level) / 2)).sum())
    found = stats.binomtest(inside, len(z)).proportion_ci(confidence_level=1 - LEVEL, method="wilson")
    return Band(level, inside / len(z), float(found.low), float(found.high))


def _faults(z: Floats, bands: tuple[Band, ...], dispersion: float, error: float, uniform: float) -> tuple[str, ...]:
    found = []
    n = len(z)
    if abs(float(z.mean())) > stats.norm.ppf(1 - LEVEL / 2) * error:
        found.append("costs are forecast too low" if z.mean() > 0 else "costs are forecast too high")
    low, high = stats.chi2.ppf((LEVEL / 2, 1 - LEVEL / 2), n - 1) / (n - 1)
    if not low <= dispersion**2 <= high:
        found.append("the spread is forecast too narrow" if dispersion > 1 else "the spread is forecast too wide")
    found += [f"the {band.level:.0%} band holds {band.covered:.1%}" for band in bands if not band.low <= band.level <= band.high]
    if uniform < LEVEL:
        found.append("the probabilities are not uniform")
    return tuple(found)
