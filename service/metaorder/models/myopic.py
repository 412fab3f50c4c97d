"""Trade on a forecast against one's own fading impact: hold the impact where it pays half of what is still to come."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from metaorder.models.inputs import Floats, Numbers, every, finite, positive, vector


@dataclass(frozen=True, slots=True)
class Alpha:
    """The move of the unperturbed price that is still expected at t: alpha(t) = a exp(-phi t) + b. phi: [1/time]."""

    a: float
    b: float
    phi: float

    def __post_init__(self) -> None:
        for name in ("a", "b", "phi"):
            finite(name, getattr(self, name))

    def at(self, t: Floats) -> Floats:
        """alpha(t)."""
        found: Floats = self.a * np.exp(-self.phi * t) + self.b
        return found

    def slope(self, t: Floats) -> Floats:
        """alpha'(t)."""
        found: Floats = -self.phi * self.a * np.exp(-self.phi * t)
        return found


@dataclass(frozen=True, slots=True)
class Optimum:
    """What to trade, and what it is expected to make.

    impact: I* at each time asked for, before the last block. rate: q [shares/time]. done: shares by then, the first block within
    and the last one not. first, last: blocks [shares]. total: shares over all. pnl: expected int (alpha - I) dQ, with blocks paid
    at the mean of the impact before and after. multiplier: what the quantity asked for adds to alpha; 0 when none was.
    """

    impact: Floats
    rate: Floats
    done: Floats
    first: float
    last: float
    total: float
    pnl: float
    multiplier: float


def optimal(alpha: Alpha, horizon: float, times: Numbers, *, beta: float, per_share: float, start: float = 0.0) -> Optimum:
    """The trades that earn the most from a forecast, of whatever quantity.

        dI = -beta I dt + lambda_t dQ;  I* = (alpha - alpha'/beta) / 2 on (0, T),  I_T = alpha_T
        q = (I*' + beta I*) / lambda_t,  blocks (I*(0) - I(0-)) / lambda_t and (alpha_T - I*(T-)) / lambda_t

    horizon: T > 0 [time]. times: in [0, T], any order, shape (n,) [time]. beta: > 0 [1/time]. per_share: lambda_t > 0, in alpha's
    units a share. start: I(0-), the impact that is there already.
    Raises Invalid: a number breaks its rule.
    Source: Webster, Handbook of Price Impact Modeling (2023), chapter 3; Hey et al., arXiv:2306.00599, eq. (2.4).
    """
    t_end, beta, per_share = positive("horizon", horizon), positive("beta", beta), positive("per_share", per_share)
    start = finite("start", start)
    t = vector("times", times)
    every("times", (t >= 0) & (t <= t_end), f"in [0, {t_end}]", t)
    level = Alpha(alpha.a * (1 + alpha.phi / beta) / 2, alpha.b / 2, alpha.phi)  # I* is of the same form as alpha
    ends = level.at(np.array([0.0, t_end]))
    last_alpha = float(alpha.at(np.array([t_end]))[0])
    held = _integral(level, t)
    first = (float(ends[0]) - start) / per_share
    last = (last_alpha - float(ends[1])) / per_share
    done = (level.at(t) - start + beta * held) / per_share
    total = (last_alpha - start + beta * float(_integral(level, np.array([t_end]))[0])) / per_share
    first_alpha = alpha.a + alpha.b
    gained = last_alpha**2 / 2 - first_alpha * start + start**2 / 2 + beta * _square_integral(level, t_end)
    return Optimum(
        impact=level.at(t),
        rate=(level.slope(t) + beta * level.at(t)) / per_share,
        done=done,
        first=first,
        last=last,
        total=total,
        pnl=gained / per_share,
        multiplier=0.0,
    )


def execute(
    shares: float, alpha: Alpha, horizon: float, times: Numbers, *, beta: float, per_share: float, start: float = 0.0
) -> Optimum:
    """The trades that sum to X and cost the least, or earn the most, under a forecast.

        alpha -> alpha + m in all of `optimal`,  m = (X - Q_free) 2 lambda_t / (2 + beta T)

    Without a forecast the blocks and the rate are Obizhaeva and Wang's, X / (2 + beta T) and beta X / (2 + beta T).

    shares: X; negative to sell [shares]. Else, and what is raised, as `optimal`.
    Source: derived here, by a Lagrange multiplier on `optimal`.
    """
    terms = {"beta": beta, "per_share": per_share, "start": start}
    free = optimal(alpha, horizon, times, **terms)
    multiplier = (finite("shares", shares) - free.total) * 2 * per_share / (2 + beta * horizon)
    found = optimal(replace(alpha, b=alpha.b + multiplier), horizon, times, **terms)
    return replace(found, total=float(shares), pnl=found.pnl - multiplier * shares, multiplier=multiplier)


def _integral(level: Alpha, t: Floats) -> Floats:
    """The integral of a exp(-phi s) + b over [0, t]."""
    return level.a * _fading(level.phi, t) + level.b * t


def _square_integral(level: Alpha, end: float) -> float:
    """The integral of (a exp(-phi s) + b)^2 over [0, end]."""
    t = np.array([end])
    parts = level.a**2 * _fading(2 * level.phi, t) + 2 * level.a * level.b * _fading(level.phi, t) + level.b**2 * t
    return math.fsum(parts)


def _fading(phi: float, t: Floats) -> Floats:
    """The integral of exp(-phi s) over [0, t]."""
    found: Floats = -np.expm1(-phi * t) / phi if phi else t
    return found
