"""Risk aversion from what a trader can say: a half-life, or how much should be done by when."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from metaorder.domain.errors import Invalid
from metaorder.models.hyperbolic import sinh_share
from metaorder.models.inputs import finite, not_negative, positive, whole


@dataclass(frozen=True, slots=True)
class Urgency:
    """The same urgency in three words: risk_aversion lambda [1/$], kappa [1/day], theta = 1/kappa, infinite at 0 [days]."""

    risk_aversion: float
    kappa: float
    theta: float


def from_kappa(kappa: float, *, period: float, sigma: float, gamma: float, eta: float) -> Urgency:
    """The risk aversion at which the optimal schedule in equal periods has this urgency.

        lambda = eta_tilde 2 (cosh(kappa tau) - 1) / (tau^2 sigma^2),  eta_tilde = eta - gamma tau / 2

    kappa: >= 0 [1/day]. period: tau > 0 [days]. sigma > 0, gamma >= 0, eta: as in `ac_discrete.Programme`.
    Raises Invalid: a number breaks its rule, or kappa tau is so large that no number holds its lambda.
    Source: inverted from Almgren and Chriss (2000), section 2.
    """
    tau, kappa = positive("period", period), not_negative("kappa", kappa)
    eta_tilde = positive("eta", eta) - not_negative("gamma", gamma) * tau / 2
    if eta_tilde <= 0:
        raise Invalid("eta", f"above gamma tau / 2 = {gamma * tau / 2}", eta)
    if kappa * tau > 700:
        raise Invalid("kappa", f"at most {700 / tau}, which sells everything in the first period", kappa)
    slow = 2 * math.sinh(kappa * tau / 2) / tau
    risk_aversion = eta_tilde * (slow / positive("sigma", sigma)) ** 2
    return Urgency(risk_aversion, kappa, 1 / kappa if kappa else math.inf)


def from_half_life(theta: float, *, period: float, sigma: float, gamma: float, eta: float) -> Urgency:
    """The risk aversion at which the position falls to 1/e in `theta` (far from the end).

    theta: > 0 [days]. Else, and what is raised, as `from_kappa`.
    """
    found = from_kappa(1 / positive("theta", theta), period=period, sigma=sigma, gamma=gamma, eta=eta)
    return Urgency(found.risk_aversion, found.kappa, theta)


def length(horizon: float, periods: int) -> float:
    """tau, the length of each of `periods` >= 1 equal periods of a horizon > 0 [days]. Raises Invalid."""
    return positive("horizon", horizon) / whole("periods", periods)


def from_fraction(
    fraction: float, time: float, *, horizon: float, period: float, sigma: float, gamma: float, eta: float
) -> Urgency:
    """The risk aversion at which `fraction` of the order is done by `time`.

        1 - sinh(kappa (T - t)) / sinh(kappa T) = f

    fraction: f in [t/T, 1); t/T is the straight line, and no risk aversion is slower. time: t in (0, T) [days].
    Raises Invalid: as `from_kappa`, or time or fraction lie elsewhere.
    """
    t_end = positive("horizon", horizon)
    if not 0 < finite("time", time) < t_end:
        raise Invalid("time", f"in (0, {t_end})", time)
    line = time / t_end
    if not line <= finite("fraction", fraction) < 1:
        raise Invalid("fraction", f"in [{line}, 1): the straight line is the slowest", fraction)
    left = np.array([(t_end - time) / t_end])

    def excess(u: float) -> float:
        return 1 - fraction - float(sinh_share(u, left)[0])

    # sinh_share(u, s) <= exp(-u (1 - s)): by there the order is done faster than asked
    most = -math.log1p(-fraction) / line
    if excess(0.0) >= 0:
        u = 0.0
    elif excess(most) <= 0:
        u = most
    else:
        u = brentq(excess, 0.0, most, xtol=1e-300, rtol=1e-15)
    return from_kappa(u / t_end, period=period, sigma=sigma, gamma=gamma, eta=eta)
