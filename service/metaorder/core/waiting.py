"""Why a running order does nothing, and the event that says so."""

from __future__ import annotations

from metaorder.core.events import Event, ParentWaiting
from metaorder.core.execution import Execution
from metaorder.domain.order import Placement, Waiting
from metaorder.domain.state import MarketState
from metaorder.routing.placement import Wish


def waiting_for(execution: Execution, wish: Wish, held: Waiting | None, bound: str | None, acts: bool) -> Waiting | None:
    """Why nothing works, if nothing does and something should. acts: something is sent or called back now."""
    order = execution.order
    far, near = wish.quote.far(order.side), wish.quote.near(order.side)
    if execution.refused is not None:
        return Waiting.VENUE
    takes = wish.style in (Placement.CROSS, Placement.SWEEP) and wish.want
    if (wish.behind_by or takes) and far is not None and not order.side.within(far, order.limit):
        return Waiting.LIMIT
    if near is not None and not order.side.within(near, order.limit) and (wish.want or execution.open):
        return Waiting.LIMIT
    if acts or execution.open:
        return None
    if not wish.want:
        return held
    return Waiting.CAP if bound == "cap" else None


def unseen(market: MarketState) -> Waiting:
    """Why an order cannot start or go on in a market that shows it no two sides, or too old ones."""
    if market.halted:
        return Waiting.HALT
    return Waiting.VENUE if market.denied else Waiting.DATA


def waiting(execution: Execution, why: Waiting | None) -> list[Event]:
    """The event that says so, where it is news."""
    return [] if why == execution.waiting else [ParentWaiting(waiting=why)]
