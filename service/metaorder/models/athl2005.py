"""Almgren, Thum, Hauptmann and Li 2005: what an order costs, from its size, the day's volume and volatility."""

from __future__ import annotations

import math
from dataclasses import dataclass

from metaorder.models.inputs import finite, not_negative, positive

GAMMA = 0.314
ETA = 0.142


@dataclass(frozen=True, slots=True)
class Impact:
    """Moves of the price as fractions of it, negative for a sale; times 10^4 they are basis points.

    permanent: I, that stays. temporary: K, while trading. realised: J = I/2 + K, of the order's average price against the
    arrival; the order's cost is its size. inverse_turnover: Theta / V, days in which all shares change hands.
    """

    inverse_turnover: float
    permanent: float
    temporary: float
    realised: float


def impact(
    shares: float,
    horizon: float,
    *,
    adv: float,
    outstanding: float,
    sigma: float,
    gamma: float = GAMMA,
    eta: float = ETA,
) -> Impact:
    """The impact of an order that is worked evenly.

        I = gamma sigma (X/V) (Theta/V)^(1/4),  K = sgn(X) eta sigma |X / (V T)|^(3/5),  J = I/2 + K

    shares: X, negative for a sale [shares]. horizon: T > 0, in volume time [days]. adv: V > 0 [shares/day].
    outstanding: Theta > 0 [shares]. sigma: daily volatility as a fraction, >= 0. gamma, eta: the paper's, >= 0.
    Raises Invalid: a number breaks its rule.
    Source: Almgren, Thum, Hauptmann and Li, Direct estimation of equity market impact, Risk 18(7) (2005).
    """
    x, t, v = finite("shares", shares), positive("horizon", horizon), positive("adv", adv)
    theta, sigma = positive("outstanding", outstanding), not_negative("sigma", sigma)
    permanent = not_negative("gamma", gamma) * sigma * (x / v) * (theta / v) ** 0.25
    temporary = math.copysign(not_negative("eta", eta) * sigma * abs(x / (v * t)) ** 0.6, x)
    return Impact(theta / v, permanent, temporary, permanent / 2 + temporary)
