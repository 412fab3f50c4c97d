"""Huang and Stoll: the traded spread, and the share of it that is adverse selection and inventory."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from metaorder.domain.errors import NotIdentified
from metaorder.models.inputs import Numbers, every, vector
from metaorder.models.least_squares import enough, plane


@dataclass(frozen=True, slots=True)
class HuangStoll:
    """spread: S, the traded spread [$]. lam: share of the half-spread that the quotes keep after a trade, in [0, 1] by the model.

    Each with its standard error, lam's by the delta method.
    r2: None when the price never moved.
    """

    spread: float
    lam: float
    spread_error: float
    lam_error: float
    r2: float | None


def huang_stoll(prices: Numbers, sides: Numbers) -> HuangStoll:
    """The spread that trades pay, and what of it the quotes do not give back.

        dP_t = (S/2)(D_t - D_{t-1}) + lam (S/2) D_{t-1} + e

    prices: of consecutive trades, shape (n,) [$]. sides: D, +1 bought by the taker, -1 sold, 0 unknown or at the mid, shape (n,).
    Raises NotIdentified: fewer than 3 trades, sides that never change, or a spread of exactly 0; Invalid: a side that is none
    of these, or a number that breaks its rule.
    Source: Huang and Stoll (1997), the two-way split.
    """
    p = enough("prices", vector("prices", prices), 3)
    d = vector("sides", sides, length=p.size)
    every("sides", np.isin(d, (-1.0, 0.0, 1.0)), "-1, 0 or 1", d)
    fit = plane(np.column_stack([np.diff(d), d[:-1]]), np.diff(p), intercept=False)
    half, kept = map(float, fit.coefficients)
    if half == 0:
        raise NotIdentified("prices", "prices that pay a spread", half)
    slope = np.array([-kept / half, 1.0]) / half
    return HuangStoll(
        2 * half, kept / half, 2 * fit.slope_error, math.sqrt(max(float(slope @ fit.covariance @ slope), 0.0)), fit.r2
    )
