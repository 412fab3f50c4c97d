"""Selling along a share of the market's volume, after Cartea and Jaimungal: close to the target rate, and done at the end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Floats, Numbers, every, finite, not_negative, positive, vector


@dataclass(frozen=True, slots=True)
class Tracking:
    """rate: shares a unit of time in each bin. left: shares unsold at the end. cost: of impact, tracking and the rest [$]."""

    rate: Floats
    left: float
    cost: float


def target_pov(
    shares: float, horizon: float, volume_rate: Numbers, *, chi: float, k: float, b: float, alpha: float | None, phi: float
) -> Tracking:
    """Sell at a share `chi` of the volume that is expected, bent as little as is needed to finish.

        min k int v^2 dt + phi int (v - chi mu)^2 dt + (alpha - b/2) Q_T^2
        v_t = a mu_t + (N - a int_0^T mu) / (T + (k + phi)/(alpha - b/2)),   a = phi chi / (k + phi)

    shares: N; negative to buy, with chi negative then [shares]. horizon: T > 0 [time].
    volume_rate: mu, the market's volume a unit of time in each of n >= 1 equal bins, >= 0, shape (n,) [shares/time].
    chi: target participation [share of volume]. k: temporary impact > 0 [$/share per share/time]. b: permanent >= 0
    [$/share^2]. alpha: terminal penalty [$/share^2], None when all must be sold. phi: weight of the target >= 0, in the units
    of k.
    A small order with a strong target oversells and buys back: the model knows no sign, whoever uses it clips.
    The cost leaves out b N^2/2, which no schedule changes.
    Raises Invalid: a number breaks its rule, or alpha is so far under b/2 that the problem has no minimum.
    Source: Cartea and Jaimungal (2016), "A closed-form execution strategy to target VWAP", with a volume that is known.
    """
    n, t_end = finite("shares", shares), positive("horizon", horizon)
    k, b, phi, chi = positive("k", k), not_negative("b", b), not_negative("phi", phi), finite("chi", chi)
    mu = vector("volume_rate", volume_rate, least=1)
    every("volume_rate", mu >= 0, "0 or more", mu)
    a = phi * chi / (k + phi)
    step = t_end / mu.size
    rest = n - a * float(mu.sum()) * step
    if alpha is None:
        lean, left, penalty = rest / t_end, 0.0, 0.0
    else:
        c = finite("alpha", alpha) - b / 2
        stiffness = t_end * c / (k + phi) + 1
        if not stiffness > 0:
            raise Invalid("alpha", "large enough for a minimum: alpha - b/2 above -(k + phi)/horizon", alpha)
        left = rest / stiffness
        lean, penalty = left * c / (k + phi), c * left * left
    rate = a * mu + lean
    cost = step * float(np.sum(k * rate**2 + phi * (rate - chi * mu) ** 2)) + penalty
    return Tracking(rate=rate, left=left, cost=cost)
