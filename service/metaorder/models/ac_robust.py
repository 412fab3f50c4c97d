"""Almgren and Chriss for one who trusts neither volatility nor drift: the schedule whose worst case is the best."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from metaorder.domain.errors import Invalid
from metaorder.models import ac_discrete, ac_drift
from metaorder.models.ac_discrete import Programme, Schedule
from metaorder.models.inputs import not_negative


@dataclass(frozen=True, slots=True)
class Robust:
    """The robust schedule and what the doubt costs.

    worst_utility: E + lambda V of the schedule at the largest volatility and the adverse drift [$]. As in the paper the spread is
    counted on X alone, which is what the schedule is optimal for; `schedule.cost` counts it on every share traded.
    price: what it costs more than the nominal optimum if the volatility is the smallest and nothing drifts [$].
    regret: what the nominal optimum costs more than it in the worst case [$].
    """

    schedule: Schedule
    worst_utility: float
    price: float
    regret: float


def optimal(programme: Programme, risk_aversion: float, *, sigma_min: float, doubt: float) -> Robust:
    """The schedule that minimises the largest E + lambda V over sigma in [sigma_min, sigma] and |drift| <= doubt.

    The objective rises with sigma for every schedule, so the worst volatility is `programme.sigma`. The worst drift runs against
    the position, and the answer is the optimum of `ac_drift` under it: exact as long as the position keeps its sign, so look at
    the holdings. A great doubt sells more than there is, and buys it back; `constrained` keeps the sign.

    sigma_min: volatility if the market is kind, in [0, programme.sigma]. doubt: delta >= 0, the drift that cannot be ruled out
    [$/share/day]. risk_aversion: lambda >= 0 [1/$].
    Raises Invalid: a number breaks its rule.
    Source: derived here, as the saddle point of Almgren and Chriss' objective.
    """
    if not_negative("sigma_min", sigma_min) > programme.sigma:
        raise Invalid("sigma_min", f"in [0, {programme.sigma}]", sigma_min)
    against = -float(np.sign(programme.shares)) * not_negative("doubt", doubt)
    robust = ac_drift.optimal(programme, risk_aversion, against).schedule
    kind = replace(programme, sigma=sigma_min)
    nominal = ac_discrete.optimal(kind, risk_aversion)

    apart, steps = robust.holdings - nominal.holdings, robust.trades - nominal.trades

    def missed(where: Programme) -> float:
        # the objective is quadratic and one of the two is its optimum: no difference of large numbers is needed
        bent = where.eta_tilde / where.tau * float(steps @ steps)
        return bent + risk_aversion * ac_discrete.variance(where, apart)

    moved = ac_discrete.cost(replace(programme, eps=0.0), robust.holdings, robust.trades, against)
    worst = programme.eps * abs(programme.shares) + moved + risk_aversion * ac_discrete.variance(programme, robust.holdings)
    return Robust(schedule=robust, worst_utility=worst, price=missed(kind), regret=missed(programme))
