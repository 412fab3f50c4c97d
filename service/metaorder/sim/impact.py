"""The impact that the simulated market has by construction: the same formula, computed slowly from own executions alone."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from metaorder.sim.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Traded:
    """An execution of one account: seconds after the open, and lots, negative where it sold."""

    t: float
    lots: float


def impact(scenario: Scenario, trades: Iterable[Traded], t: float) -> float:
    """By how much one account's executions up to `t` have moved the makers' fair value at `t` [ticks].

        I(t) = impact_bps / 10,000 · start · Σ_k own_k · sgn(J_k) |J_k|^exponent
        J_k(t) = Σ lots_i / adv · exp(-(t - t_i) / memory_k), the last without forgetting

    The truth that calibrations and analyses of this market are held against. Fills that rested count with `passive_weight`: scale
    their lots. The impact of several accounts is the sum.
    """
    past = [trade for trade in trades if trade.t <= t]
    total = 0.0
    for tau, weight in zip((*scenario.memory, math.inf), scenario.own, strict=True):
        flow = math.fsum(trade.lots * math.exp((trade.t - t) / tau) for trade in past) / scenario.adv
        total += weight * math.copysign(abs(flow) ** scenario.exponent, flow)
    return scenario.impact_bps * 1e-4 * scenario.start * total


def cost(scenario: Scenario, trades: Iterable[Traded]) -> float:
    """What one account's executions cost it by their own impact [ticks x lots]: each pays the mean of the impact on its way.

    Never negative over a schedule that ends flat: the response is a function of forgotten volume.
    """
    flows = [0.0] * len(scenario.own)
    taus = (*scenario.memory, math.inf)
    total, last = 0.0, 0.0
    power = scenario.exponent
    for trade in sorted(trades, key=lambda each: each.t):
        size = trade.lots / scenario.adv
        for k, tau in enumerate(taus):
            before = flows[k] * math.exp((last - trade.t) / tau)
            flows[k] = before + size
            total += scenario.own[k] * (abs(flows[k]) ** (power + 1) - abs(before) ** (power + 1)) / (power + 1)
        last = trade.t
    return scenario.impact_bps * 1e-4 * scenario.start * total * scenario.adv
