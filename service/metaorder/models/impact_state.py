"""The impact that an order's own trades have left in the price: each adds to it, and it fades."""

from __future__ import annotations

import math
from enum import StrEnum

import numpy as np

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Floats, Numbers, finite, not_negative, positive, vector


class Decay(StrEnum):
    """How impact fades from one trade to the next, dt later.

    EXACT: (I + lambda Q) exp(-beta dt), the solution of dI = -beta I dt + lambda dQ. EULER: (I + lambda Q)(1 - beta dt).
    EULER_BEFORE: I (1 - beta dt) + lambda Q, in which a trade does not fade before the next: kept to read old results with.
    """

    EXACT = "exact"
    EULER = "euler"
    EULER_BEFORE = "euler_before"


def per_share(strength: float, *, sigma: float, adv: float) -> float:
    """What a share moves the price by: lambda_t = lambda sigma / ADV, in the units of sigma.

    strength: lambda >= 0, the move in sigmas of trading a day's volume at once. sigma: >= 0. adv: > 0 [shares].
    Raises Invalid: a number breaks its rule.
    """
    return not_negative("strength", strength) * not_negative("sigma", sigma) / positive("adv", adv)


def beta(half_life: float) -> float:
    """The rate at which impact fades, ln 2 / half-life [1/time]. Raises Invalid: the half-life is not above 0."""
    return math.log(2) / positive("half_life", half_life)


def path(trades: Numbers, *, beta: float, dt: float, per_share: float, start: float = 0.0, decay: Decay = Decay.EXACT) -> Floats:
    """The impact before each trade and, last, dt after the last one, shape (n + 1,).

    The Euler forms overshoot 0 when beta dt > 1 and explode when beta dt > 2; the exact one needs nothing of the kind.

    trades: Q, buys positive, shape (n,) [shares]. beta: > 0 [1/time]. dt: between trades > 0 [time]. per_share: lambda_t >= 0.
    start: impact before the first trade.
    Raises Invalid: a number breaks its rule, or an Euler form would explode.
    Source: Obizhaeva and Wang (2013), as in Webster, Handbook of Price Impact Modeling (2023), chapter 3.
    """
    step = positive("beta", beta) * positive("dt", dt)
    if decay is not Decay.EXACT and step >= 2:
        raise Invalid("dt", f"below 2 / beta = {2 / beta}: the Euler form explodes", dt)
    left = math.exp(-step) if decay is Decay.EXACT else 1 - step
    moves = not_negative("per_share", per_share) * vector("trades", trades)
    now = finite("start", start)
    found = [now]
    for move in moves.tolist():
        now = now * left + move if decay is Decay.EULER_BEFORE else (now + move) * left
        found.append(now)
    return np.array(found)


def concave(flow: Floats, *, strength: float, exponent: float) -> Floats:
    """The impact of a faded flow J when it grows by less than J does: I = lambda sgn(J) |J|^c, of the shape of `flow`.

    strength: lambda >= 0 [impact/share^c]. exponent: c in (0, 1].
    Raises Invalid: a number breaks its rule.
    Source: Alfonsi, Fruth and Schied, Optimal execution strategies in limit order books with general shape functions,
    Quantitative Finance 10 (2010).
    """
    if positive("exponent", exponent) > 1:
        raise Invalid("exponent", "in (0, 1]", exponent)
    moved: Floats = not_negative("strength", strength) * np.sign(flow) * np.abs(flow) ** exponent
    return moved
