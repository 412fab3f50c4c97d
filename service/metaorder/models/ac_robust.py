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
    if not 0 <= sigma_min <= programme.sigma:
        raise Invalid("sigma_min", f"in [0, {programme.sigma}]", sigma_min)
    against = -float(np.sign(programme.shares)) * not_negative("doubt", doubt)
    robust = ac_drift.optimal(programme, risk_aversion, against).schedule
    kind = replace(programme, sigma=sigma_min)
    nominal = ac_discrete.optimal(kind, risk_aversion)

    def utility(where: Programme, plan: Schedule, drift: float) -> float:
        moved = ac_discrete.cost(replace(where, eps=0.0), plan.holdings, plan.trades, drift)
        return where.eps * abs(where.shares) + moved + risk_aversion * ac_discrete.variance(where, plan.holdings)

    worst = utility(programme, robust, against)
    return Robust(
        schedule=robust,
        worst_utility=worst,
        price=utility(kind, robust, 0.0) - utility(kind, nominal, 0.0),
        regret=utility(programme, nominal, against) - worst,
    )
