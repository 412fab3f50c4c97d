"""How far an order shuns the price's risk: as weights ask, and as a limit asks, of which some has been run already."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from metaorder.domain.errors import Invalid
from metaorder.domain.state import Reason, State
from metaorder.domain.units import MICRO, SECOND, Nanos
from metaorder.models.impact_risk import LEAST, MOST, averse, weighed, within_risk

WORST = 1.959964
"""Standard deviations that the worst moment of a driftless path is within, with 95 %: twice the chance of its end."""

BPS = 10_000
LOST = "no {} is known: the limit on risk is left out"
SPENT = "the limit on risk cannot be kept any more: as soon as the cap allows"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an order says of cost, risk and completion. limit: on the standard deviation of its cost [bps]."""

    limit: float | None
    cost: float
    risk: float
    completion: float

    @property
    def any(self) -> bool:
        """Whether anything but cost counts."""
        return self.limit is not None or self.risk > 0 or self.completion > 0


@dataclass(frozen=True, slots=True)
class Aversion:
    """level: u, 0 = none. reason: what it rests on. missing: what it had to be found without, in words."""

    level: float
    reason: Reason
    missing: str | None = None


NONE = Aversion(0.0, {})


def wanted(risk: Decimal | None, drawdown: Decimal | None, weights: Mapping[str, Decimal], concavity: Decimal) -> Wanted:
    """The wishes of an order's parameters.

    risk, drawdown: limits [bps]: on the standard deviation, and on what the worst moment has cost, with 95 %. The narrower holds.
    weights: of `weight_cost`, `weight_risk`, `weight_completion`.
    Raises Invalid: a limit that is not above 0, a weight below 0 or above 1000, no weight at all, or a concave impact.
    """
    limits = []
    for name, limit, scale in (("risk_limit_bps", risk, 1.0), ("drawdown_limit_bps", drawdown, WORST)):
        if limit is not None and not 0 < limit <= BPS:
            raise Invalid(name, f"above 0 and at most {BPS}", str(limit))
        limits += [] if limit is None else [float(limit) / scale]
    for name, weight in weights.items():
        if not 0 <= weight <= 1_000:
            raise Invalid(name, "from 0 to 1000", str(weight))
    if not any(weights.values()):
        raise Invalid("weight_cost", "above 0, where weight_risk and weight_completion are 0", str(weights["weight_cost"]))
    cost, more, completion = (float(weight) for weight in weights.values())
    found = Wanted(min(limits, default=None), cost, more, completion)
    if found.any and concavity != 1:
        raise Invalid("concavity", "1, where risk is limited or weighed: the path is known for linear impact", str(concavity))
    return found


def by_weights(asked: Wanted, state: State, beta: float) -> float:
    """The aversion that the weights ask for, from the plan alone: the same at every look. beta: of own impact [1/second]."""
    plan = state.plan
    if plan.lots <= 0 or not asked.risk + asked.completion:
        return 0.0
    return weighed(plan.lots, plan.window / SECOND, beta=beta, cost=asked.cost, risk=asked.risk, completion=asked.completion)


def within_limit(
    asked: Wanted, state: State, time: Nanos, lots: int, horizon_s: float, flow: float, level: float, **terms: float
) -> Aversion:
    """The aversion at which what is left of the order keeps to the limit, from `time` on, and `level` at the least.

    What has been run is what was left at each moment since the start, squared; what the limit leaves is for what is to come.
    lots: left. flow: own trades faded. terms: of impact and forecast, as `averse`.
    """
    if not asked.any:
        return NONE
    sigma, arrival2 = state.plan.basis.sigma, state.arrival2
    reason: dict[str, str | None] = {"aversion": f"{level:.6g}"}
    if asked.limit is None:
        return Aversion(level, reason)
    if not sigma or not arrival2:
        return Aversion(level, reason, LOST.format("volatility" if not sigma else "arrival mid"))
    unit = sigma / MICRO / (arrival2 / 2 * state.lots) * BPS  # bps of the order, for a root of lots^2 seconds
    run = exposed(state, time)
    most = (asked.limit / unit) ** 2 - run
    found = within_risk(lots, horizon_s, flow, most, **terms) if most > 0 else None
    level = max(level, MOST if found is None else found)
    to_come = averse(lots, horizon_s, flow, aversion=max(level, LEAST), **terms).squared()
    reason = {
        "aversion": f"{level:.6g}",
        "risk_limit_bps": f"{asked.limit:.6g}",
        "risk_run_bps": f"{unit * math.sqrt(run):.6g}",
        "risk_to_come_bps": f"{unit * math.sqrt(to_come):.6g}",
        "risk_limit": SPENT if found is None and lots > 0 else "kept",
    }
    return Aversion(level, reason)


def exposed(state: State, until: Nanos) -> float:
    """What was left of an order, squared, over the time from its start to `until` [lots^2 seconds].

    Fills that are too old to be remembered count as if they had come with the first one that is: rather too much than too little.
    """
    left, at, total = float(state.lots), state.start, 0.0
    forgotten = state.filled - sum(lots for _, lots in state.fills)
    fills = state.fills if forgotten <= 0 else ((state.fills[0][0] if state.fills else until, forgotten), *state.fills)
    for ts, lots in fills:
        if ts > until:
            break
        total += left * left * max(0, ts - at) / SECOND
        left, at = left - lots, max(at, ts)
    return total + left * left * max(0, until - at) / SECOND
