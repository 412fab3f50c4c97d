"""Kyle's lambda from data: how far the price moves a unit of net flow, at one horizon or several."""

from __future__ import annotations

import numpy as np

from metaorder.models.inputs import Floats, Numbers, every, increasing, not_negative, positive, vector
from metaorder.models.least_squares import Fit, line


def kyle_lambda(flow: Numbers, moves: Numbers, *, intercept: bool = True) -> Fit:
    """Regress price moves on the net flow of the same intervals.

        dp = a + lambda dQ + e

    flow: dQ, signed volume of each interval by the side of the taker, never by the sign of the move it is to explain,
    shape (n,). moves: dp, shape (n,). Returns the fit; its slope is lambda [price per unit of flow].
    Raises NotIdentified: too few intervals, or a flow that does not vary; Invalid: a number that is not finite.
    Source: Kyle (1985) for the model; the regression is the usual one.
    """
    return line(flow, moves, intercept=intercept)


def buckets(
    times: Numbers, signed_volume: Numbers, mids: Numbers, *, horizon: float, sigma: float, adv: float
) -> tuple[Floats, Floats]:
    """Flow and price moves in intervals of one length.

        k = floor(t/h);  dQ_k = sum of v sigma/ADV in bucket k;  dp_k = last mid of k less last mid of the bucket before

    times: never decreasing, >= 0, shape (n,) [time]. signed_volume: shape (n,) [shares]. mids: just after each trade [$].
    horizon: h > 0 [time]. sigma: volatility of a day >= 0 [fraction]. adv: > 0 [shares/day].
    Returns (dQ, dp) of the buckets that hold trades, without the first, which has no price before it.
    Raises Invalid: a number breaks its rule.
    """
    t = increasing("times", vector("times", times), strictly=False)
    every("times", t >= 0, "0 or more", t)
    volume, mid = vector("signed_volume", signed_volume, length=t.size), vector("mids", mids, length=t.size)
    if t.size == 0:
        return np.zeros(0), np.zeros(0)
    number = np.floor(t / positive("horizon", horizon))
    first = np.flatnonzero(np.concatenate([[True], np.diff(number) > 0]))
    last = np.concatenate([first[1:], [t.size]]) - 1
    flow = np.add.reduceat(volume, first) * (not_negative("sigma", sigma) / positive("adv", adv))
    return flow[1:], np.diff(mid[last])
