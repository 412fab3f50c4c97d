"""The best schedule when impact is a power of the rate: with square-root impact haste costs less, and so the start is faster."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from metaorder.models.inputs import Floats, finite, not_negative, positive, whole


@dataclass(frozen=True, slots=True)
class PowerSchedule:
    """holdings: shares left, shape (N + 1,). trades: of each period, shape (N,). cost: of the temporary impact [$].

    variance: V [$^2]. utility: cost + lambda V [$].
    """

    holdings: Floats
    trades: Floats
    cost: float
    variance: float
    utility: float


def optimal(
    shares: float, horizon: float, periods: int, *, sigma: float, eta: float, exponent: float, risk_aversion: float
) -> PowerSchedule:
    """The schedule in equal periods that minimises cost and risk when trading at a rate v moves the price by eta v^k.

        min sum eta |n_j|^(k+1) tau^-k + lambda sigma^2 tau sum x_j^2
        so that  n_j^k - n_{j+1}^k = c x_j,  c = 2 lambda sigma^2 tau^(k+1) / ((k+1) eta)

    From a last trade m everything before it follows, and the whole rises with m: one number is sought, in logarithms, so that
    neither a slow nor a furious schedule leaves the range of numbers. Spread and permanent impact cost the same for all.

    shares: X; negative to buy back [shares]. horizon: T > 0 [days]. periods: N >= 1. sigma >= 0 [$/share/sqrt(day)].
    eta: > 0 [($/share)/(share/day)^k]. exponent: k > 0; 1 is linear. risk_aversion: lambda >= 0 [1/$].
    Raises Invalid: a number breaks its rule.
    Source: Almgren (2003) in discrete time; the recursion is derived here.
    """
    periods = whole("periods", periods)
    x, k, eta = abs(finite("shares", shares)), positive("exponent", exponent), positive("eta", eta)
    tau = positive("horizon", horizon) / periods
    risk = not_negative("risk_aversion", risk_aversion) * not_negative("sigma", sigma) ** 2
    gain = 2 * risk * tau ** (k + 1) / ((k + 1) * eta)
    trades = np.full(periods, x / periods)
    if x and gain and periods > 1:
        trades = _trades(math.log(x), periods, k, math.log(gain))
        trades *= x / trades.sum()
    holdings = np.append(np.cumsum(trades[::-1])[::-1], 0.0)
    holdings[0] = x
    spent = eta * tau * np.sum((trades / tau) ** (k + 1))
    variance = sigma**2 * tau * (holdings[1:] @ holdings[1:])
    sign = math.copysign(1.0, shares)
    return PowerSchedule(sign * holdings, sign * trades, float(spent), float(variance), float(spent + risk_aversion * variance))


def _trades(log_shares: float, periods: int, k: float, log_gain: float) -> Floats:
    def excess(last: float) -> float:
        return _backwards(last, periods, k, log_gain, log_shares + 1)[1] - log_shares

    high = log_shares - math.log(periods)  # the last trade is the smallest
    step = 1.0
    low = high - step
    while excess(low) > 0:
        step *= 2
        low -= step
    last = brentq(excess, low, high, xtol=1e-13, rtol=1e-15)
    return np.exp(_backwards(last, periods, k, log_gain, math.inf)[0])


def _backwards(last: float, periods: int, k: float, log_gain: float, enough: float) -> tuple[list[float], float]:
    """The logarithms of the trades that lead to a last one, and of the shares that they begin with.

    It stops at `enough` shares: below k = 1 they can grow beyond all numbers in a few periods.
    """
    trade = held = last
    trades = [trade]
    for _ in range(periods - 1):
        if held > enough:
            break
        trade = _log_sum(k * trade, log_gain + held) / k
        held = _log_sum(held, trade)
        trades.append(trade)
    return trades[::-1], held


def _log_sum(a: float, b: float) -> float:
    """ln(e^a + e^b)."""
    return a + math.log1p(math.exp(b - a)) if a > b else b + math.log1p(math.exp(a - b))
