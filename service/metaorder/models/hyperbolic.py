"""Ratios of hyperbolic functions that neither overflow nor lose digits: an urgent order has sinh(3000) on both sides."""

from __future__ import annotations

import math

import numpy as np

from metaorder.models.inputs import Floats

FLAT = 1e-100
"""Below it a u is 0: the answers differ by u^2, and halves of smaller numbers are not exact."""


def sinh_share(u: float | Floats, s: Floats) -> Floats:
    """sinh(u s) / sinh(u), the share that is left of a position; s where u = 0.

    u: >= 0, a number or an array that broadcasts with s. s: in [0, 1].
    """
    u, s = np.broadcast_arrays(u, s)
    flat = u < FLAT
    v = np.where(flat, 1.0, u)
    return np.where(flat, s, np.exp(v * (s - 1)) * np.expm1(-2 * v * s) / np.expm1(-2 * v))


def share_left(u: float, s: float) -> float:
    """`sinh_share` of one number: what is left of a position when the share s of the time is. u: >= 0, infinite = all at once."""
    if s >= 1:
        return 1.0
    if s <= 0 or u == math.inf:
        return 0.0
    return s if u < FLAT else math.exp(u * (s - 1)) * math.expm1(-2 * u * s) / math.expm1(-2 * u)


def cosh_pace(u: float, s: Floats) -> Floats:
    """The speed of trading against that of a straight line, u cosh(u s) / sinh(u); 1 where u = 0. u >= 0, s in [0, 1]."""
    if u < FLAT:
        return np.ones_like(s)
    pace: Floats = u * np.exp(u * (s - 1)) * (1 + np.exp(-2 * u * s)) / -np.expm1(-2 * u)
    return pace


def sinh_steps(u: float | Floats, periods: int) -> Floats:
    """What `sinh_share` falls by in each of `periods` equal steps from s = 1 to s = 0; the last axis is the steps'.

    2 sinh(h) cosh(u s) / sinh(u) with h = u / (2 periods) and s in the middle of each step: no difference of like numbers.
    """
    s = 1 - (np.arange(periods) + 0.5) / periods
    u = np.asarray(u, dtype=np.float64)[..., None]
    flat = u < FLAT
    v = np.where(flat, 1.0, u)
    h = v / (2 * periods)
    steps = np.exp(h + v * (s - 1)) * np.expm1(-2 * h) * (1 + np.exp(-2 * v * s)) / np.expm1(-2 * v)
    return np.where(flat, 1 / periods, steps)


def hump(u: float, s: Floats) -> Floats:
    """[1 - (sinh(u s) + sinh(u (1 - s))) / sinh(u)] / u^2; s (1 - s) / 2 where u = 0. u >= 0, s in [0, 1]."""
    if u < FLAT:
        return s * (1 - s) / 2
    rise: Floats = np.expm1(-u * s) / u * (np.expm1(-u * (1 - s)) / u) / (1 + np.exp(-u))
    return rise
