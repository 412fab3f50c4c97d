"""Why lambda shrinks with the horizon, and how to undo it: impact that decays is regressed on the flow that remains."""

from __future__ import annotations

import numpy as np

from metaorder.models.decayed_sum import decayed_sum, kept_between
from metaorder.models.inputs import Floats, Numbers, every, finite, increasing, not_negative, positive, vector
from metaorder.models.least_squares import Fit, line


def decay_bias(beta: float, horizons: Numbers) -> Floats:
    """What a plain regression over a horizon finds of lambda, when impact decays and the flow is white.

        (1 - e^{-beta h})/(beta h),   1 when beta h = 0

    beta: decay >= 0 [1/time]. horizons: >= 0, shape (n,) [time]. Returns shares of lambda in (0, 1]; divide a slope by them.
    Raises Invalid: a number breaks its rule.
    Source: own derivation: the mean over the interval of what is left of a unit of flow.
    """
    h = vector("horizons", horizons)
    every("horizons", h >= 0, "0 or more", h)
    x = not_negative("beta", beta) * h
    safe = np.where(x > 0, x, 1.0)
    return np.where(x > 0, -np.expm1(-safe) / safe, 1.0)


def biased_lambda(lam: float, beta: float, horizons: Numbers) -> Floats:
    """The lambda that a plain regression finds over each horizon, shape (n,), when the true one is `lam`: see `decay_bias`."""
    return finite("lam", lam) * decay_bias(beta, horizons)


def decayed_flow(times: Numbers, signed_volume: Numbers, *, beta: float, sigma: float, adv: float) -> Floats:
    """The flow whose impact is still there, just after each trade.

        dJ = -beta J dt + dq,   q = signed volume * sigma / ADV

    times: never decreasing, shape (n,) [time]. signed_volume: shape (n,) [shares]. beta: >= 0 [1/time]. sigma: >= 0 [fraction].
    adv: > 0 [shares/day]. Returns J, shape (n,). Raises Invalid: a number breaks its rule.
    """
    t = increasing("times", vector("times", times), strictly=False)
    q = vector("signed_volume", signed_volume, length=t.size) * (not_negative("sigma", sigma) / positive("adv", adv))
    return decayed_sum(kept_between(t, not_negative("beta", beta)), q)


def decayed_lambda(times: Numbers, signed_volume: Numbers, prices: Numbers, *, beta: float, sigma: float, adv: float) -> Fit:
    """Lambda without the bias of the horizon: price moves on moves of the decayed flow, through the origin.

        p_k - p_{k-1} = lambda (J_k - J_{k-1}) + e

    prices: just after each trade, shape (n,) [$]; the rest as `decayed_flow`. Returns the fit; its slope is lambda.
    Raises NotIdentified: fewer than two trades, or a flow that does not vary; Invalid: a number that breaks its rule.
    """
    flow = decayed_flow(times, signed_volume, beta=beta, sigma=sigma, adv=adv)
    moves = np.diff(vector("prices", prices, length=flow.size))
    return line(np.diff(flow), moves, intercept=False)
