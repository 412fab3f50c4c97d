"""Almgren 2003: the best path, with no deadline, when impact is a power of the rate."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from metaorder.models.inputs import Floats, Numbers, every, finite, positive, vector


@dataclass(frozen=True, slots=True)
class PowerPath:
    """Holdings at the times asked for [shares], and what the whole path costs.

    scale: T*, the time that urgency sets [days]. rate: of the start, X / T* [shares/day]. cost: of the temporary impact [$].
    variance: [$^2]. end: when nothing is left; None when that is never [days].
    """

    holdings: Floats
    scale: float
    rate: float
    cost: float
    variance: float
    end: float | None


def optimal(shares: float, times: Numbers, *, sigma: float, eta: float, exponent: float, risk_aversion: float) -> PowerPath:
    """How much to hold at each time when trading at a rate v moves the price by eta v^k, and time is not limited.

        T* = (k eta X^(k-1) / (lambda sigma^2))^(1/(k+1)),  x/X = (1 + a t/T*)^(-1/a)_+,  a = (1-k)/(1+k);  exp(-t/T*) at k = 1
        cost = (k+1)/(3k+1) eta X^(k+1) T*^-k,  V = (k+1)/(3k+1) sigma^2 X^2 T*,  cost = lambda V / k

    For k > 1 all is done at T* (k+1)/(k-1). A long horizon of `ac_power` comes close to this path.

    shares: X; negative to buy back [shares]. times: >= 0, any order, shape (n,) [days]. sigma, risk_aversion: lambda; > 0, since
    without risk nothing is ever sold. eta: > 0 [($/share)/(share/day)^k]. exponent: k > 0.
    Raises Invalid: a number breaks its rule.
    Source: Almgren, Optimal execution with nonlinear impact functions and trading-enhanced risk, Applied Mathematical Finance 10
    (2003); derived here from the Beltrami identity.
    """
    x, k, eta = finite("shares", shares), positive("exponent", exponent), positive("eta", eta)
    risk = positive("risk_aversion", risk_aversion) * positive("sigma", sigma) ** 2
    t = vector("times", times)
    every("times", t >= 0, "0 or more", t)
    end = None
    if not x:
        return PowerPath(np.zeros_like(t), 0.0, 0.0, 0.0, 0.0, end)
    size = abs(x)
    scale = math.exp((math.log(k * eta) + (k - 1) * math.log(size) - math.log(risk)) / (k + 1))
    a = (1 - k) / (1 + k)
    s = t / scale
    if a < 0:
        end = -scale / a
        s = np.minimum(s, -1 / a)
    with np.errstate(divide="ignore"):  # at the end of a finite path the logarithm is minus infinity, and nothing is left
        share = np.exp(-s) if a == 0 else np.exp(-np.log1p(a * s) / a)
    part = (k + 1) / (3 * k + 1)
    variance = part * sigma**2 * x**2 * scale
    return PowerPath(x * share, scale, x / scale, risk_aversion * variance / k, variance, end)
