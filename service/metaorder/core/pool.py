"""A part of an order at rest in a dark pool: up to a share of what remains; no more than that share of it all fills there."""

from __future__ import annotations

from collections.abc import Sequence

from metaorder.core.execution import Execution
from metaorder.domain.child import ChildType, TimeInForce
from metaorder.domain.order import ParentOrder
from metaorder.domain.state import MarketState, Reason, share_of
from metaorder.domain.units import MINUTE, SECOND, Lots, Nanos
from metaorder.risk.participation import headroom
from metaorder.routing.allocate import Parcel
from metaorder.routing.placement import Action, Place, Pull, Wish

LAST_STRETCH_PART = 20
"""must_complete crosses without a band in the last 1/LAST_STRETCH_PART of the window, 30 s at least and 5 min at most."""

SLACK = 4
"""What rests may exceed its share of what remains by 1/SLACK before it is called back: lit fills do not move it each time."""


def last_stretch(window: int) -> Nanos:
    """The end of a window in which must_complete no longer waits for the band."""
    return Nanos(min(max(window // LAST_STRETCH_PART, 30 * SECOND), 5 * MINUTE))


def until(order: ParentOrder) -> Nanos:
    """When what rests in the pool is over: near the end all of the order is at lit venues."""
    return Nanos(max(order.start, order.end - last_stretch(order.end - order.start)))


def actions(
    execution: Execution, market: MarketState, wish: Wish, bound: str | None, leaving: Sequence[Action | Parcel]
) -> list[Action]:
    """What to send to the pool or call back from it. leaving: what leaves for lit venues now.

    The schedule comes first: what it wants is neither held by the pool nor taken from under the cap by it. One child at a time.
    """
    order = execution.order
    assert order.dark_fraction is not None, "the order asks for it"
    resting = [child for child in execution.open.values() if child.type is ChildType.MIDPOINT]
    share = share_of(execution.leaves, order.dark_fraction)
    budget = share_of(order.lots, order.dark_fraction) - execution.pool_filled
    if resting:
        why = "more than its share of the order" if execution.pooled > budget else _over(wish, bound, share, execution.pooled)
        if why is None and any(not order.side.within(child.price, wish.worst) for child in resting):
            why = "the collar has moved"
        staying = [child for child in resting if not child.status.leaving]
        return [] if why is None else [Pull(child.number, why) for child in staying]
    if not wish.pool or wish.pull_all or wish.sweep or market.now >= until(order):
        return []
    placed = sum(_lots(each) for each in leaving)
    spare = headroom(order, execution.own(market.now), market) - placed
    lots = min(share, budget, wish.left - max(placed, wish.want), (spare - wish.want) // 2)
    if order.max_child is not None:
        lots = min(lots, order.max_child)
    least = order.dark_least or order.min_child
    if lots < max(least, order.min_child) or 0 < wish.left - placed - lots < order.min_child:
        return []
    return [Place(wish.worst, Lots(lots), TimeInForce.GTD, "resting in the dark pool", ChildType.MIDPOINT, least)]


def reason(execution: Execution, place: Place) -> Reason:
    """The numbers of a child in the pool."""
    order = execution.order
    assert order.dark_fraction is not None, "the order asks for it"
    share = share_of(execution.leaves, order.dark_fraction)
    return {
        "remaining": execution.leaves,
        "dark_share": share,
        "dark_filled": execution.pool_filled,
        "dark_most": share_of(order.lots, order.dark_fraction),
        "min_quantity": place.least,
    }


def _lots(leaving: Action | Parcel) -> int:
    if isinstance(leaving, Parcel):
        return leaving.route.place.lots
    return leaving.lots if isinstance(leaving, Place) else 0


def _over(wish: Wish, bound: str | None, share: int, pooled: int) -> str | None:
    """Why what rests is to be called back; None = it stays."""
    if wish.pull_all:
        return "ahead of the band"
    if wish.room < wish.want and bound != "pace":
        return "lit children need the lots" if bound is None else "lit children need what the cap leaves"
    if pooled > share + max(share // SLACK, wish.min_child):
        return "more than its share of what remains"
    return None
