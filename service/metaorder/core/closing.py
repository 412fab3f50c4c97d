"""A part of an order in the closing auction: when trading before it ends, what is kept back, and what is sent in the call."""

from __future__ import annotations

from dataclasses import replace

from metaorder.core.events import ChildSubmitted, Event
from metaorder.core.execution import Execution
from metaorder.domain.child import ChildType, TimeInForce
from metaorder.domain.market import Closing
from metaorder.domain.order import AtClose, ParentOrder
from metaorder.domain.state import MarketState, Reason, share_of
from metaorder.domain.units import Lots, Nanos
from metaorder.risk.collars import worst_price
from metaorder.routing.placement import MOST_OPEN

NO_AUCTION = "the market holds no closing auction"
TOO_SOON = "the window ends before the closing auction"
NOT_THERE = "the order's venues leave out the one that holds the closing auction"
NO_VOLUME = "no volume is expected before it"
TOO_LITTLE = "what would be kept is smaller than a child"
BLACKED_OUT = "the closing auction falls in a blackout"

Points = tuple[tuple[Nanos, Lots], ...]


def trading_ends(order: ParentOrder, market: MarketState) -> Nanos:
    """When an order's continuous trading is over: with its window, or as the closing call begins. Nothing rests into the call."""
    return order.end if market.closing is None else Nanos(min(order.end, market.closing.begins))


def why_not(order: ParentOrder, market: MarketState) -> str | None:
    """Why an order that asks for the closing auction has no part in it; None where it has, or does not ask."""
    closing = market.closing
    if order.at_close is AtClose.NONE:
        return None
    if closing is None:
        return NO_AUCTION
    if order.end < closing.at:
        return TOO_SOON
    if not order.goes_to(closing.venue):
        return NOT_THERE
    if order.blackout(closing.begins) is not None or order.next_blackout(closing.begins) < order.end:
        return BLACKED_OUT
    return None


def most(order: ParentOrder, market: MarketState) -> Lots:
    """Lots of an order that may trade in the auction: its share of what is expected to; 0 where it has no part in it."""
    closing = _wanted(order, market)
    return Lots(0) if closing is None else share_of(closing.lots, order.auction_share)


def kept(execution: Execution, market: MarketState) -> Lots:
    """Lots that are kept back for the auction until its call begins; the same from one plan to the next.

    What was left when the plan was drawn is parted as the volume is expected to be between the auction and trading before it; an
    algorithm for the close (`for_close`) keeps all that may trade there.
    """
    order, closing = execution.order, _wanted(execution.order, market)
    if closing is None or market.now >= closing.begins:
        return Lots(0)
    left = order.lots - execution.plan_done
    if not getattr(execution.algo, "for_close", False):
        before = _before(execution, market)
        left = 0 if before is None else left * closing.lots // max(1, closing.lots + before)
    held = min(most(order, market), left)
    return Lots(0 if held < order.min_child else held)


def would_keep(execution: Execution, market: MarketState) -> Lots:
    """Lots that a plan drawn now would keep back for the auction."""
    origin = Nanos(max(market.now, execution.order.start))
    return kept(replace(execution, plan_origin=origin, plan_done=execution.filled, basis=market.basis), market)


def all_kept(execution: Execution, market: MarketState) -> bool:
    """Whether all that is left is kept for the auction: there is nothing for an algorithm to plan."""
    return execution.order.lots - execution.plan_done == kept(execution, market)


def there(execution: Execution) -> Lots:
    """Lots that wait for the auction at its venue, or are on their way there."""
    return Lots(sum(child.open for child in execution.open.values() if child.time_in_force is TimeInForce.CLS))


def room(execution: Execution, market: MarketState) -> Lots:
    """Lots that may still be sent to the auction: neither of its clocks of participation counts what trades there."""
    return Lots(max(0, most(execution.order, market) - there(execution)))


def in_call(execution: Execution, market: MarketState) -> list[Event]:
    """The children that go to the auction in its call; none where that is not now, or the order has no part in it."""
    order, closing = execution.order, _wanted(execution.order, market)
    if closing is None or not closing.begins <= market.now < closing.at:
        return []
    left = min(room(execution, market), order.lots - execution.filled - execution.out)
    if left < min(order.min_child, order.lots - execution.filled) or not market.quote.two_sided:
        return []
    sizes = _sizes(Lots(left), order, MOST_OPEN - len(execution.open))
    return [_child(execution, closing, market, lots, before) for before, lots in enumerate(sizes)]


def noted(execution: Execution, market: MarketState) -> Reason:
    """What a child before the auction says of it, where its order asks for it: what is kept back, or why nothing is."""
    why = why_not(execution.order, market)
    held = kept(execution, market)
    if why is None and not held:
        why = NO_VOLUME if _before(execution, market) is None else TOO_LITTLE
    return {"auction_kept": held, "auction": why}


def shown(points: Points, execution: Execution, market: MarketState) -> Points:
    """A schedule for people to look at, with what is kept for the auction done at its end."""
    held, closing = would_keep(execution, market), market.closing
    return points if not held or not points or closing is None else (*points, (closing.at, Lots(points[-1][1] + held)))


def _wanted(order: ParentOrder, market: MarketState) -> Closing | None:
    """The auction that an order has a part in."""
    return None if order.at_close is AtClose.NONE or why_not(order, market) is not None else market.closing


def _before(execution: Execution, market: MarketState) -> Lots | None:
    """Volume that a usual day holds from the plan's origin until the call; None where nobody says."""
    adv, curve, origin = execution.basis.adv, market.curve, execution.plan_origin
    if adv is None or origin is None:
        return None
    whole = curve.between(curve.edges[0], curve.edges[-1])
    return Lots(adv * curve.between(origin, trading_ends(execution.order, market)) // whole)


def _sizes(left: Lots, order: ParentOrder, count: int) -> list[Lots]:
    """Children of the largest size that is allowed, and one of the rest; a rest that is too small for a child is not sent."""
    largest = left if order.max_child is None else order.max_child
    sizes = [min(largest, left - done) for done in range(0, left, largest)] if left > 0 else []
    return [Lots(lots) for lots in sizes[: max(0, count)] if lots >= order.min_child or lots == left]


def _child(execution: Execution, closing: Closing, market: MarketState, lots: Lots, before: int) -> ChildSubmitted:
    order = execution.order
    reason: Reason = {
        "placement": "the closing auction",
        "auction": str(order.at_close),
        "auction_volume": closing.lots,
        "auction_most": most(order, market),
        "filled": execution.filled,
        "working": execution.working,
        "left": order.lots - execution.filled - execution.out,
    }
    return ChildSubmitted(
        number=execution.children + 1 + before,
        venue=closing.venue,
        type=ChildType.LIMIT,
        time_in_force=TimeInForce.CLS,
        price=worst_price(order.side, market.quote, order.limit),
        lots=lots,
        good_till=order.end,
        reason=dict(reason),
        quote=market.quote,
        least=None,
        venue_quote=None,
        expected_cost=None,
    )
