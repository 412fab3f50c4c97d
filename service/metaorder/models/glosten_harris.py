"""Glosten and Harris: the spread split into what the maker earns back and what informed trades cost him for good."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metaorder.models.inputs import Numbers, every, vector
from metaorder.models.least_squares import enough, plane


@dataclass(frozen=True, slots=True)
class GlostenHarris:
    """Half-spreads, with their standard errors in the same order.

    c0, c1: transitory, fixed [$] and a share [$/share]. z0, z1: permanent (adverse selection), fixed [$] and a share [$/share].
    r2: None when the price never moved.
    """

    c0: float
    c1: float
    z0: float
    z1: float
    standard_errors: tuple[float, float, float, float]
    r2: float | None

    def spread(self, volume: float) -> float:
        """The quoted spread that a trade of `volume` shares meets, 2 (c0 + z0 + (c1 + z1) V) [$]."""
        return 2 * (self.c0 + self.z0 + (self.c1 + self.z1) * volume)


def glosten_harris(prices: Numbers, sides: Numbers, volumes: Numbers) -> GlostenHarris:
    """Split the spread by how prices answer trades and their sizes.

        dP_t = c0 (D_t - D_{t-1}) + c1 (D_t V_t - D_{t-1} V_{t-1}) + z0 D_t + z1 D_t V_t + e

    prices: of consecutive trades, shape (n,) [$]. sides: D, +1 bought by the taker, -1 sold, shape (n,).
    volumes: V >= 0, shape (n,) [shares].
    Raises NotIdentified: fewer than 5 trades, or trades of one size or one side only, which do not tell the four parts apart;
    Invalid: a side that is neither, or a number that breaks its rule.
    Source: Glosten and Harris (1988).
    """
    p = enough("prices", vector("prices", prices), 5)
    d, v = vector("sides", sides, length=p.size), vector("volumes", volumes, length=p.size)
    every("sides", np.abs(d) == 1, "1 or -1", d)
    every("volumes", v >= 0, "0 or more", v)
    signed = d * v
    fit = plane(np.column_stack([np.diff(d), np.diff(signed), d[1:], signed[1:]]), np.diff(p), intercept=False)
    c0, c1, z0, z1 = map(float, fit.coefficients)
    e = [float(error) for error in fit.standard_errors]
    return GlostenHarris(c0, c1, z0, z1, (e[0], e[1], e[2], e[3]), fit.r2)
