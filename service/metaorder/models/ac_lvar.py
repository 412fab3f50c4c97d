"""Almgren and Chriss' liquidity-adjusted value at risk: the least that a position can be sure to cost, to a confidence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from scipy.optimize import brentq

from metaorder.domain.errors import Invalid
from metaorder.models.ac_discrete import Programme, Schedule, cost, optimal, variance
from metaorder.models.hyperbolic import sinh_share
from metaorder.models.inputs import LARGEST, finite

SATURATED = 40.0
"""kappa tau beyond which lambda sqrt(V) no longer grows, to the last digit."""


@dataclass(frozen=True, slots=True)
class ValueAtRisk:
    """The least E + lambda_v sqrt(V), and the schedule that has it.

    quantile: lambda_v, of the standard normal. risk_aversion: lambda_u, at which the schedule is optimal; infinite where nothing
    beats to sell at once [1/$]. value: [$].
    """

    quantile: float
    risk_aversion: float
    value: float
    schedule: Schedule


def least(programme: Programme, confidence: float) -> ValueAtRisk:
    """The schedule whose cost, to a one-sided normal confidence, is the lowest.

        min_x E(x) + lambda_v sqrt(V(x)),  lambda_v = Phi^-1(p);  it lies on the frontier at lambda_u = lambda_v / (2 sqrt(V))

    lambda_u sqrt(V) grows with lambda_u, to |X| eta_tilde / (sigma tau^(3/2)). Where lambda_v / 2 is beyond that, or one period
    is all there is, the best is to sell everything in the first period.

    confidence: p in [0.5, 1); 0.5 gives the straight line.
    Raises Invalid: confidence lies elsewhere.
    Source: Almgren and Chriss (2000), sections 3.2 and 3.4; the bound is derived here.
    """
    p = programme
    if not 0.5 <= finite("confidence", confidence) < 1:
        raise Invalid("confidence", "in [0.5, 1)", confidence)
    quantile = NormalDist().inv_cdf(confidence)
    if not p.shares or p.sigma < 1 / LARGEST or quantile <= 0:
        plan = optimal(p, 0.0)
        return ValueAtRisk(quantile, 0.0, plan.cost + quantile * math.sqrt(plan.variance), plan)
    if p.periods == 1 or _excess(math.log(SATURATED), p, quantile) <= 0:
        plan = _at_once(p)
        return ValueAtRisk(quantile, math.inf, plan.cost, plan)
    low = math.log(SATURATED) - 1
    while _excess(low, p, quantile) > 0:
        low -= 2
    found = brentq(_excess, low, math.log(SATURATED), args=(p, quantile), xtol=1e-14, rtol=1e-14)
    risk_aversion = _risk_aversion(p, math.exp(found))
    plan = optimal(p, risk_aversion)
    return ValueAtRisk(quantile, risk_aversion, plan.cost + quantile * math.sqrt(plan.variance), plan)


def _excess(log_step: float, programme: Programme, quantile: float) -> float:
    """The logarithm of 2 lambda sqrt(V) / lambda_v at kappa tau = exp(log_step); rises with it."""
    p, step = programme, math.exp(log_step)
    holdings = sinh_share(step * p.periods, p.left)[1:]
    deviation = p.sigma * abs(p.shares) * math.sqrt(p.tau) * holdings[0] * np.linalg.norm(holdings / holdings[0])
    return math.log(2 * _risk_aversion(p, step) / quantile) + math.log(deviation)


def _risk_aversion(programme: Programme, step: float) -> float:
    """The lambda of kappa tau = step [1/$]."""
    return programme.eta_tilde * (2 * math.sinh(step / 2) / (programme.tau * programme.sigma)) ** 2


def _at_once(programme: Programme) -> Schedule:
    holdings = np.zeros(programme.periods + 1)
    holdings[0] = programme.shares
    trades = -np.diff(holdings)
    e = cost(programme, holdings, trades)
    return Schedule(holdings, trades, e, variance(programme, holdings), e, math.inf, math.inf)
