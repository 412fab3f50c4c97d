"""Optimal liquidation of Cartea and Jaimungal: sell fast enough to escape the risk, slowly enough to spare the price."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Floats, Numbers, every, finite, not_negative, positive, vector


@dataclass(frozen=True, slots=True)
class Liquidation:
    """What the optimum is at each time asked for.

    gamma: urgency, sqrt(phi / k) [1/time]. inventory: shares left, Q. rate: shares sold a unit of time, v.
    value: h of the value function x + q S + h q^2 [$/share^2]; -inf at the end when all has to be sold by then.
    penalised_shortfall: what the whole order is expected to cost, with its penalties, -h(0) N^2 [$].
    """

    gamma: float
    inventory: Floats
    rate: Floats
    value: Floats
    penalised_shortfall: float


def liquidation(
    shares: float, horizon: float, times: Numbers, *, k: float, b: float, alpha: float | None, phi: float
) -> Liquidation:
    """How much to have left, and how fast to sell, when trading moves the price and holding is a risk.

        dQ = -v dt,  dS = -b v dt + sigma dW,  sold at S - k v;  max E[X_T + Q_T (S_T - alpha Q_T) - phi int Q^2 dt]
        Q_t = N e^{-gamma t} D(T-t) / D(T),   v_t = N e^{-gamma t} U(T-t) / D(T),   h = -k U / D - b/2
        D(s) = c w(s)/k + (1 + e^{-2 gamma s})/2,   U(s) = c (1 + e^{-2 gamma s})/(2k) + phi w(s)/k
        c = alpha - b/2,   w(s) = (1 - e^{-2 gamma s})/(2 gamma),  s when gamma = 0

    which is the textbook's zeta form with the growing exponentials divided out: exact at phi = 0, nothing overflows.

    shares: N, what to sell; negative to buy [shares]. horizon: T > 0 [time]. times: in [0, T], any order, shape (n,) [time].
    k: temporary impact > 0 [$/share per share/time]. b: permanent impact >= 0 [$/share^2]. alpha: terminal penalty
    [$/share^2], None when all must be sold by T. phi: running penalty >= 0 [$/share^2/time]; lambda sigma^2 gives Almgren-Chriss.
    Raises Invalid: a number breaks its rule, or alpha is so far under b/2 that holding on would be worth any price.
    Source: Cartea, Jaimungal and Penalva (2015), chapter on optimal execution with temporary and permanent impact.
    """
    n, t_end = finite("shares", shares), positive("horizon", horizon)
    k, b, phi = positive("k", k), not_negative("b", b), not_negative("phi", phi)
    t = vector("times", times)
    every("times", (t >= 0) & (t <= t_end), f"in [0, {t_end}]", t)
    gamma = math.sqrt(phi / k)
    forced = alpha is None
    c = 1.0 if alpha is None else finite("alpha", alpha) - b / 2

    def depth(left: Floats) -> Floats:
        w, share = _window(gamma, left)
        return c * w / k + (0.0 if forced else share)

    def pull(left: Floats) -> Floats:
        w, share = _window(gamma, left)
        return c * share / k + (0.0 if forced else phi * w / k)

    whole = float(depth(np.array([t_end]))[0])
    if not whole > 0:
        raise Invalid("alpha", "large enough to want a sale: (alpha - b/2) against the impact k over the horizon", alpha)
    fade = np.exp(-gamma * t)
    # where all must go, h has no bound at the end: a division by zero that means just that
    with np.errstate(divide="ignore"):
        value = -k * pull(t_end - t) / depth(t_end - t) - b / 2
    start = -k * float(pull(np.array([t_end]))[0]) / whole - b / 2
    return Liquidation(
        gamma=gamma,
        inventory=n * fade * (depth(t_end - t) / whole),
        rate=n * fade * (pull(t_end - t) / whole),
        value=value,
        penalised_shortfall=-start * n * n,
    )


def _window(gamma: float, left: Floats) -> tuple[Floats, Floats]:
    """The time left as an impatient trader sees it, and (1 + e^{-2 gamma left})/2."""
    if gamma == 0:
        return left, np.ones_like(left)
    return -np.expm1(-2 * gamma * left) / (2 * gamma), (1 + np.exp(-2 * gamma * left)) / 2
