"""Impact laws: what a parent order of a size moves the price, and what its trades still move it later."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Floats, Numbers, finite, increasing, not_negative, numbers, positive, vector


def power_impact(quantity: Numbers | float, *, y: float, sigma: float, volume: float, delta: float) -> Floats:
    """How far a parent order has moved the price by its end; delta = 1/2 is the square-root law.

        I = Y sigma (|Q|/V)^delta sgn(Q)

    quantity: signed, any shape [shares]. y: constant of order 1. sigma: daily volatility [fraction]. volume: V > 0 [shares/day].
    delta: in (0, 1]. Returns the move as a fraction of the price, of the shape of `quantity`, odd in it and 0 at 0.
    Raises Invalid: a number breaks its rule.
    Source: Torre (1997); Toth et al. (2011); Bouchaud, Farmer and Lillo (2009) for the review.
    """
    y, sigma = not_negative("y", y), not_negative("sigma", sigma)
    q = numbers("quantity", quantity)
    return np.asarray(y * sigma * _signed_power(q, positive("volume", volume), _exponent(delta)), dtype=np.float64)


def average_cost(peak: Numbers | float, *, delta: float) -> Floats:
    """What a parent order pays on average, when it moved the price along the law: two thirds of the peak for a square root.

        I / (1 + delta)

    peak: impact at the end, any shape [fraction]. Raises Invalid: delta is not in (0, 1].
    """
    return numbers("peak", peak) / (1 + _exponent(delta))


def transient_impact(
    times: Numbers,
    quantities: Numbers,
    at: float,
    *,
    c: float,
    sigma: float,
    volume: float,
    delta: float,
    kernel: Literal["exponential", "power"],
    rho: float = 0.0,
    tau0: float = 1.0,
    beta: float = 0.0,
) -> float:
    """What past trades still move the price now: each one's impact, faded since.

        P(t) = sum_{t_i <= t} C sigma sgn(q_i) (|q_i|/V)^delta G(t - t_i);  G(s) = e^{-rho s}  or  (1 + s/tau0)^{-beta}

    times: of the trades, never decreasing, shape (n,) [time]. quantities: signed, shape (n,) [shares]. at: t; later trades are
    not counted [time]. rho >= 0 [1/time] for "exponential" (half-life ln 2 / rho); tau0 > 0 [time] and beta >= 0 for "power".
    Returns a fraction of the price, 0 before the first trade. Raises Invalid: a number breaks its rule.
    Source: Bouchaud, Farmer and Lillo (2009), the propagator model.
    """
    t = increasing("times", vector("times", times), strictly=False)
    q = vector("quantities", quantities, length=t.size)
    c, sigma = not_negative("c", c), not_negative("sigma", sigma)
    at = finite("at", at)
    past = t <= at
    age = at - t[past]
    if kernel == "exponential":
        kept = np.exp(-not_negative("rho", rho) * age)
    elif kernel == "power":
        kept = np.exp(-not_negative("beta", beta) * np.log1p(age / positive("tau0", tau0)))
    else:
        raise Invalid("kernel", "exponential or power", kernel)
    return c * sigma * float(np.dot(_signed_power(q[past], positive("volume", volume), _exponent(delta)), kept))


def half_life(rho: float) -> float | None:
    """When half of an exponential kernel is gone, ln 2 / rho [time]; None for rho = 0, which never fades."""
    return math.log(2) / rho if not_negative("rho", rho) > 0 else None


def _signed_power(q: Floats, volume: float, delta: float) -> Floats:
    """The power of the size, with the sign put back: a fractional power of a sale is no number."""
    return np.asarray(np.sign(q) * (np.abs(q) / volume) ** delta, dtype=np.float64)


def _exponent(delta: float) -> float:
    if positive("delta", delta) > 1:
        raise Invalid("delta", "above 0 and at most 1", delta)
    return delta
