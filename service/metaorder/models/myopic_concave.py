"""Trade on a forecast when impact grows by less than the flow: the same rule, with the concavity in the share that is paid."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from scipy.integrate import quad

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Floats, Numbers, every, positive, vector
from metaorder.models.myopic import Alpha


@dataclass(frozen=True, slots=True)
class Optimum:
    """What to trade, and what it is expected to make.

    impact: I* and flow: J* (faded shares) at each time asked for, before the last block. rate: q [shares/time]. first, last:
    blocks [shares]. total: shares over all. pnl: expected int (alpha - I) dQ.
    """

    impact: Floats
    flow: Floats
    rate: Floats
    first: float
    last: float
    total: float
    pnl: float


def optimal(alpha: Alpha, horizon: float, times: Numbers, *, beta: float, strength: float, exponent: float) -> Optimum:
    """The trades that earn the most from a forecast when I = lambda sgn(J) |J|^c, dJ = -beta J dt + dQ, from rest.

        I* = (alpha - alpha'/beta) / (1 + c) on (0, T),  I_T = alpha_T;  J = sgn(I) (|I| / lambda)^(1/c);  q = J*' + beta J*
        total = J_T + beta int J* dt,  pnl = (c / (1+c)) alpha_T J_T + beta c int I* J* dt

    c = 1 is `myopic.optimal`. As c falls the rate is steeper where I* crosses 0.

    horizon: T > 0 [time]. times: in [0, T], any order, shape (n,) [time]. beta: > 0 [1/time]. strength: lambda > 0
    [impact/share^c]. exponent: c in (0, 1].
    Raises Invalid: a number breaks its rule.
    Source: Alfonsi, Fruth and Schied (2010) for the impact; Hey et al., arXiv:2306.00599, eq. (2.4) for I*; the rest is derived
    here by integration by parts.
    """
    t_end, beta, strength, c = positive("horizon", horizon), positive("beta", beta), positive("strength", strength), exponent
    if positive("exponent", c) > 1:
        raise Invalid("exponent", "in (0, 1]", c)
    t = vector("times", times)
    every("times", (t >= 0) & (t <= t_end), f"in [0, {t_end}]", t)
    level = Alpha(alpha.a * (1 + alpha.phi / beta) / (1 + c), alpha.b / (1 + c), alpha.phi)
    flow_of = partial(_flow, strength=strength, c=c)
    impact = level.at(t)
    flow = flow_of(impact)
    turning = (np.abs(impact) / strength) ** (1 / c - 1) * level.slope(t) / (strength * c)
    ends, last_alpha = flow_of(level.at(np.array([0.0, t_end]))), alpha.at(np.array([t_end]))
    final = flow_of(last_alpha)

    def held(s: float) -> float:
        return float(flow_of(level.at(np.array([s])))[0])

    def earned(s: float) -> float:
        here = level.at(np.array([s]))
        return float((here * flow_of(here))[0])

    gained = c / (1 + c) * float((last_alpha * final)[0]) + beta * c * _over(earned, level, t_end)
    return Optimum(
        impact=impact,
        flow=flow,
        rate=turning + beta * flow,
        first=float(ends[0]),
        last=float(final[0] - ends[1]),
        total=float(final[0]) + beta * _over(held, level, t_end),
        pnl=gained,
    )


def _flow(impact: Floats, *, strength: float, c: float) -> Floats:
    found: Floats = np.sign(impact) * (np.abs(impact) / strength) ** (1 / c)
    return found


def _over(integrand: Callable[[float], float], level: Alpha, end: float) -> float:
    """The integral over [0, end], cut where the level has fallen by powers of e, so that a quick one is not missed."""
    cuts = [0.0, end]
    if level.phi:
        cuts += [share / abs(level.phi) for share in (1.0, 4.0, 16.0, 64.0)]
    inside = sorted(cut for cut in cuts if 0 <= cut <= end)
    parts = [quad(integrand, low, high, epsabs=0.0, epsrel=1e-12, limit=200)[0] for low, high in pairwise(inside) if high > low]
    return math.fsum(parts)
