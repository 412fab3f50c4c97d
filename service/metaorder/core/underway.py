"""Where an order stands against what its algorithm wants of it now, for people to look at. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from metaorder.core import closing
from metaorder.core.decide import state_of
from metaorder.core.execution import Execution
from metaorder.domain.state import Basket, MarketState, share_of
from metaorder.domain.units import Lots


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done by now, and the band around it [lots]."""

    target: Lots
    least: Lots
    most: Lots


def wanted(execution: Execution, market: MarketState, basket: Basket | None = None) -> Wanted | None:
    """What the algorithm would answer if it were asked now; None of an order that is not being worked."""
    order = execution.order
    if not execution.status.live or execution.plan_origin is None or not market.quote.two_sided:
        return None
    if closing.all_kept(execution, market):
        return Wanted(execution.filled, execution.filled, execution.filled)
    intent = execution.algo.on_event(state_of(execution, market, basket))
    behind = share_of(order.lots, order.behind) if intent.behind is None else intent.behind
    target = Lots(min(intent.target, order.lots))
    ahead = Lots(min(target + share_of(order.lots, order.ahead), order.lots))
    return Wanted(target, Lots(max(0, target - behind)), ahead)
