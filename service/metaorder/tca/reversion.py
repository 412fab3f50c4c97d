"""Reversion: how fast what fills did to the price fades, read from the curve of price impact over horizons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from metaorder.tca.facts import NO_PRICE, Fills, Ints
from metaorder.tca.markouts import HORIZONS_S

FEWEST = 30
"""Fills below which a curve says nothing about its shape."""

Floats = npt.NDArray[np.float64]

GRID = np.geomspace(0.5, 1_800.0, 121)
"""Half-lives that are tried [s]."""

TOO_FEW = f"a half-life needs {FEWEST} fills that every horizon can measure"
NO_DECAY = "no decay is larger than twice its standard error"
AT_EDGE = "the decay is faster or slower than the horizons can tell"


@dataclass(frozen=True, slots=True)
class Reversion:
    """The curve of price impact I(t) = permanent + transient 2^(-t / half_life), fitted over the horizons.

    half_life_s [s]; transient, permanent [share of the mid], error: of the transient part. fills: how many stand behind it.
    """

    half_life_s: float
    transient: float
    permanent: float
    error: float
    fills: int


def reversion(sign: int, fills: Fills, mids: Mapping[int, Ints]) -> Reversion | str:
    """Fit the decay of price impact by least squares over a grid of half-lives; or why nothing can be said.

    mids: twice the mids after each fill, by horizon [s]. The error of the transient part comes from the fills: each is fitted
    alone at the half-life found, its value is a sample.
    """
    later = np.stack([mids[horizon] for horizon in HORIZONS_S], axis=1)
    usable = (fills.mid2 != NO_PRICE) & (later != NO_PRICE).all(axis=1)
    count = int(usable.sum())
    if count < FEWEST:
        return TOO_FEW
    mid2 = fills.mid2[usable][:, None]
    impact = sign * (later[usable] - mid2) / mid2
    weights = fills.lots[usable] / float(fills.lots[usable].sum())
    curve = weights @ impact
    operators, residuals = _fits()
    best = int(np.argmin(np.sum((residuals @ curve) ** 2, axis=1)))
    transient, permanent = operators[best] @ curve
    each = impact @ operators[best][0]
    error = float(np.sqrt(np.sum(weights**2 * (each - transient) ** 2)))
    if abs(transient) <= 2 * error:
        return NO_DECAY
    if best in {0, len(GRID) - 1}:
        return AT_EDGE
    return Reversion(float(GRID[best]), float(transient), float(permanent), error, count)


@cache
def _fits() -> tuple[Floats, Floats]:
    """For each half-life of the grid, the linear map from a curve to its two parts, and the one to what the fit leaves."""
    times = np.asarray(HORIZONS_S, dtype=np.float64)
    faded = 2.0 ** (-times / GRID[:, None])
    design = np.stack([faded, np.ones_like(faded)], axis=2)
    operators = np.linalg.pinv(design).astype(np.float64)
    return operators, np.eye(len(times)) - design @ operators
