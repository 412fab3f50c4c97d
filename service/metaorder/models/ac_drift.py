"""Almgren and Chriss with a view: hold longer what is expected to rise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from metaorder.models.ac_discrete import Programme, Schedule, cost, urgency, variance
from metaorder.models.hyperbolic import hump, sinh_share, sinh_steps
from metaorder.models.inputs import finite


@dataclass(frozen=True, slots=True)
class Drifting:
    """The best schedule under a drift.

    level: the holding that would be kept for ever, drift / (2 lambda sigma^2); infinite when no risk bounds it, NaN when there
    is no drift either [shares].
    """

    schedule: Schedule
    level: float


def optimal(programme: Programme, risk_aversion: float, drift: float) -> Drifting:
    """The schedule that minimises E + lambda V when the price is expected to rise by `drift` a day.

        x_j = X sinh(kappa (T-t_j)) / sinh(kappa T) + xbar [1 - (sinh(kappa (T-t_j)) + sinh(kappa t_j)) / sinh(kappa T)]
        xbar = drift / (2 lambda sigma^2)

    It is also right at lambda = 0, where xbar is infinite and the second part is drift t (T-t) / (4 eta_tilde). A strong view
    makes it buy more first or sell short, against which the spread is not weighed: the cost counts it on every share traded.

    drift: alpha, expected change of the unperturbed price [$/share/day]. risk_aversion: lambda >= 0 [1/$].
    Raises Invalid: risk_aversion is negative, or a number is not finite.
    Source: Almgren and Chriss (2000), section 4.1, with the second part rewritten so that no digits are lost.
    """
    p, drift = programme, finite("drift", drift)
    slow, fast = urgency(p, risk_aversion)
    u = fast * p.horizon
    # kappa / kappa_tilde, 1 for short periods: x solves the discrete equation, whose right-hand side is drift / (2 eta_tilde)
    ratio = fast / slow if slow else 1.0
    bent = drift / (2 * p.eta_tilde) * (ratio * p.horizon) ** 2 * hump(u, p.left)
    holdings = p.shares * sinh_share(u, p.left) + bent
    trades = p.shares * sinh_steps(u, p.periods) - np.diff(bent)
    e, v = cost(p, holdings, trades, drift), variance(p, holdings)
    price_of_risk = 2 * risk_aversion * p.sigma**2
    unbound = math.copysign(math.inf, drift) if drift else math.nan
    level = drift / price_of_risk if price_of_risk else unbound
    return Drifting(Schedule(holdings, trades, e, v, e + risk_aversion * v, slow, fast), level)
