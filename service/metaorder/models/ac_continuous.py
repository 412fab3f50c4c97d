"""Almgren and Chriss without periods: the limit of ever shorter ones, for intuition and for fine schedules."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from metaorder.models.hyperbolic import cosh_pace, sinh_share
from metaorder.models.inputs import Floats, Numbers, every, finite, not_negative, positive, vector

SERIES = (1 / 3, -2 / 45, 2 / 315, -4 / 4725, 2 / 18711)
"""Of (coth u - u / sinh^2 u) / (2 u) in u^2, enough below u = 0.1: the closed form loses its digits near 0."""


@dataclass(frozen=True, slots=True)
class Path:
    """Holdings x [shares] and rates v of selling [shares/day] at the times asked for, and the whole path's cost.

    kappa: urgency [1/day]. cost: E [$]. variance: V [$^2].
    """

    holdings: Floats
    rates: Floats
    kappa: float
    cost: float
    variance: float


def optimal(
    shares: float,
    horizon: float,
    times: Numbers,
    *,
    risk_aversion: float,
    sigma: float,
    eps: float,
    gamma: float,
    eta: float,
) -> Path:
    """How much to hold, and how fast to sell, at any time.

        kappa = sqrt(lambda sigma^2 / eta),  x(t) = X sinh(kappa (T-t)) / sinh(kappa T),  v = -x'
        E = gamma X^2 / 2 + eps |X| + (eta X^2 / T) (u^2 / sinh^2 u + u coth u) / 2,  u = kappa T
        V = sigma^2 X^2 T (coth u - u / sinh^2 u) / (2 u)

    Not the schedule for N periods: that has eta_tilde and a correction, see `ac_discrete`.

    shares: X; negative to buy back [shares]. horizon: T > 0 [days]. times: in [0, T], any order, shape (n,) [days].
    risk_aversion: lambda >= 0 [1/$]. sigma, eps, gamma >= 0, eta > 0: as in `ac_discrete.Programme`.
    Raises Invalid: a number breaks its rule.
    Source: Almgren and Chriss (2000), the limit of section 2 for short periods.
    """
    x, t_end = finite("shares", shares), positive("horizon", horizon)
    eta, sigma = positive("eta", eta), not_negative("sigma", sigma)
    t = vector("times", times)
    every("times", (t >= 0) & (t <= t_end), f"in [0, {t_end}]", t)
    kappa = math.sqrt(not_negative("risk_aversion", risk_aversion) / eta) * sigma
    u, left = kappa * t_end, (t_end - t) / t_end
    impact, risk = _impact(u), _risk(u)
    fixed = not_negative("gamma", gamma) * x**2 / 2 + not_negative("eps", eps) * abs(x)
    return Path(
        holdings=x * sinh_share(u, left),
        rates=x / t_end * cosh_pace(u, left),
        kappa=kappa,
        cost=fixed + eta * x**2 / t_end * impact,
        variance=sigma**2 * x**2 * t_end * risk,
    )


def _impact(u: float) -> float:
    """The temporary cost against that of a straight line, >= 1."""
    return (_over_sinh(u) ** 2 + _coth_times(u)) / 2


def _risk(u: float) -> float:
    """The variance as a share of what holding everything to the end has: 1/3 for a straight line, then less."""
    if u < 0.1:
        return float(np.polynomial.polynomial.polyval(u * u, SERIES))
    return (_coth_times(u) / u - _over_sinh(u) ** 2 / u) / (2 * u)


def _over_sinh(u: float) -> float:
    """The ratio u / sinh(u)."""
    return 2 * u * math.exp(-u) / -math.expm1(-2 * u) if u else 1.0


def _coth_times(u: float) -> float:
    """The product u coth(u)."""
    return u * (1 + math.exp(-2 * u)) / -math.expm1(-2 * u) if u else 1.0
