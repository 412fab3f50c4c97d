"""What happens next to a parent order, given the market: algorithm, limits, placement, in this order of rank. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from metaorder.core import closing, pool
from metaorder.core.adaptation import adapted
from metaorder.core.events import ChildPendingCancel, ChildSubmitted, Event, ParentPendingCancel, ScheduleSet
from metaorder.core.execution import Execution
from metaorder.core.gates import Gate as Gate
from metaorder.core.gates import expected_cost, pooled, reachable, routed, views
from metaorder.core.pace import paced
from metaorder.core.sight import better_elsewhere
from metaorder.core.waiting import unseen, waiting, waiting_for
from metaorder.domain.child import ChildStatus, ChildType, TimeInForce
from metaorder.domain.order import AtClose, ChildSizes, EndReason, Placement, Waiting
from metaorder.domain.state import Basket, Intent, MarketState, Plan, State, own_for, share_of, workable
from metaorder.domain.units import SECOND, Lots, Nanos
from metaorder.risk.collars import worst_price
from metaorder.risk.participation import headroom
from metaorder.routing.allocate import Parcel, allocate
from metaorder.routing.chances import with_outflow
from metaorder.routing.placement import MOST_OPEN, Action, Place, Wish, place, stale
from metaorder.routing.sizes import uniform

SWEEP = Nanos(3 * SECOND)
"""must_complete takes what there is, up to limit and collar, in the last SWEEP of the window."""

RETRY = SECOND
"""The least time between a venue's refusal and the next child: a venue that refuses everything is not stormed."""

SPLIT_PART = 4
"""What is wanted beside what is out is split once it is 1/SPLIT_PART of it: fills do not each send a child of their own."""

FOLLOWS = frozenset({Placement.PEG, Placement.IMPROVE})
FOLLOW = SECOND
"""How often an order whose children follow the touch looks at it."""

SHOWN_POINTS = 40
"""Parts into which a schedule is cut when it is shown."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens now, and when to decide again if nothing else happens before."""

    events: list[Event]
    wake: Nanos | None


def decide(execution: Execution, market: MarketState, gates: Sequence[Gate], basket: Basket | None = None) -> Decision:
    """The children to send and to cancel now. Never past the end, the limit, the cap or the quantity.

    gates: of the venues that trade the order's symbol, in their order. basket: that it is a leg of.
    """
    order = execution.order
    if not execution.status.live or execution.plan_origin is None:
        return Decision([], None)
    if market.now >= order.end:
        return Decision([ParentPendingCancel(cause=end_cause(execution, market))], None)
    idle = _not_now(execution, market)
    if idle is not None:
        return idle
    state = state_of(execution, market, basket)
    intent = execution.algo.on_event(state)
    speaking = [gate for gate in gates if gate.venue not in market.silent and order.goes_to(gate.venue)]
    if market.silent and all(gate.dark for gate in speaking):
        return Decision(waiting(execution, Waiting.VENUE), Nanos(min(market.now + SECOND, order.end)))
    dark, gates = reachable(speaking, market.now, over := closing.trading_ends(order, market))
    if not gates:  # a child would arrive too late
        return Decision([], order.end)
    planned, intent = intent, adapted(execution, state, intent)
    if order.at_close is not AtClose.NONE:
        intent = replace(intent, reason={**intent.reason, **closing.noted(execution, market)})
    if _would_no_more(execution, market, max(planned.target, intent.target)):
        points = plan_points(execution, market, basket)
        drawn = ScheduleSet(cause="ahead by I-would", done=execution.filled, points=points, basis=market.basis)
        return Decision([drawn], Nanos(min(market.now + SECOND, order.end)))
    wish, bound = _wish(execution, state, intent, pool_open=dark is not None)
    parcels, note, actions = _actions(execution, market, intent, wish, gates)
    if order.dark_fraction is not None:
        actions = [*actions, *pool.actions(execution, market, wish, bound, [*actions, *parcels])]
    retry = None if execution.refused is None else Nanos(execution.refused + RETRY)
    if retry is not None and (market.now < retry or _unanswered(execution)):
        actions, parcels = [action for action in actions if not isinstance(action, Place)], []
    stop = Nanos(min(over, order.next_blackout(market.now)))
    dark, gates = reachable([*gates, dark] if dark else gates, market.now, stop)
    if not gates:  # a child would arrive in a blackout
        actions = [action for action in actions if not isinstance(action, Place)]
    in_time = {gate.venue for gate in gates}
    parcels = [parcel for parcel in parcels if parcel.route.venue in in_time]
    events: list[Event] = []
    calls = 0  # that take no number
    if order.dark_fraction is not None and dark is None:
        intent = replace(intent, reason={**intent.reason, "dark": "no dark pool can be reached"})
    if note is not None:
        intent = replace(intent, reason={**intent.reason, "split": note})
    for parcel in parcels:
        events.append(_submitted(execution, parcel, intent, wish, bound, market, gates, len(events) - calls))
    for action in actions:
        if isinstance(action, Place):
            midpoint = action.type is ChildType.MIDPOINT
            where = (wish, gates, market, execution)
            found = pooled(action, dark, *where) if midpoint else routed(action, *where)
            at = [dark] if midpoint and dark else gates
            if found is not None:
                events.append(_submitted(execution, found, intent, wish, bound, market, at, len(events) - calls))
        else:
            calls += 1
            events.append(_pulled(action.number, action.why))
    events += waiting(execution, waiting_for(execution, wish, intent.held, bound, bool(actions or parcels)))
    wake = intent.wake if intent.wake > market.now else Nanos(market.now + SECOND)
    follow = Nanos(market.now + FOLLOW) if _follows(execution, wish) and (execution.open or actions) else None
    looks = [each for each in (wake, retry, stop, follow) if each is not None and each > market.now]
    return Decision(events, min(*looks, order.end))


def _not_now(execution: Execution, market: MarketState) -> Decision | None:
    """What an order does while nothing trades, nothing is known, or it is not to trade: None = it is to."""
    order = execution.order
    if market.halted:
        sent = closing.in_call(execution, market)
        idle = not sent and not closing.there(execution)
        return Decision([*sent, *waiting(execution, unseen(market) if idle else None)], order.end)
    if market.stale or not market.quote.two_sided:
        return Decision(waiting(execution, unseen(market)), Nanos(min(market.now + SECOND, order.end)))
    blackout = order.blackout(market.now)
    if blackout is not None:
        return Decision(
            [*_all_pulled(execution, "a blackout"), *waiting(execution, Waiting.BLACKOUT)], Nanos(min(blackout, order.end))
        )
    if closing.all_kept(execution, market):
        return Decision([*_all_pulled(execution, "all is kept for the auction"), *waiting(execution, Waiting.AUCTION)], order.end)
    return None


def plan_of(execution: Execution, market: MarketState) -> Plan:
    """The plan in force: what was left when the order last became workable, over the time that was left then."""
    order, origin, now = execution.order, execution.plan_origin, market.now
    assert origin is not None, "a plan is drawn before it is followed"
    return Plan(
        origin=origin,
        done=execution.plan_done,
        lots=Lots(order.lots - execution.plan_done - closing.kept(execution, market)),
        elapsed=workable(origin, now, order.blackouts),
        window=Nanos(max(1, workable(origin, closing.trading_ends(order, market), order.blackouts))),
        basis=execution.basis,
        blackouts=order.blackouts,
    )


def state_of(execution: Execution, market: MarketState, basket: Basket | None = None) -> State:
    """The facts that an algorithm decides on."""
    order = execution.order
    return State(
        side=order.side,
        lots=Lots(order.lots - closing.kept(execution, market)),
        start=order.start,
        end=closing.trading_ends(order, market),
        filled=execution.filled,
        working=Lots(execution.working - execution.pooled),
        min_child=order.min_child,
        must_complete=order.must_complete,
        plan=plan_of(execution, market),
        pace_horizon=execution.pace_horizon(market.now),
        market=market,
        cap=order.cap,
        urgency=order.urgency,
        fills=execution.recent,
        notional=execution.notional,
        arrival2=execution.arrival2,
        seed=order.seed,
        basket=basket,
    )


def plan_points(execution: Execution, market: MarketState, basket: Basket | None = None) -> tuple[tuple[Nanos, Lots], ...]:
    """The schedule from now on as (time, lots done by then), for people to look at; empty where it follows the market.

    basket: that it is a leg of, as it is once the schedules of all its legs are drawn.
    """
    end = closing.trading_ends(execution.order, market)
    origin = Nanos(max(market.now, execution.order.start))
    if execution.status.terminal or origin >= end:
        return ()
    drawn = replace(execution, plan_origin=origin, plan_done=execution.filled, basis=market.basis)
    state = state_of(drawn, market, basket)
    times = [Nanos(origin + (end - origin) * i // SHOWN_POINTS) for i in range(SHOWN_POINTS + 1)]
    idle = closing.all_kept(drawn, market)
    points = [(time, drawn.filled if idle else execution.algo.planned(state, time)) for time in times]
    known = tuple((time, lots) for time, lots in points if lots is not None)
    return known if len(known) == len(points) else ()


def end_cause(execution: Execution, market: MarketState) -> EndReason:
    """Why an order that is not done ends with its window: what bound it, if it had to complete."""
    order = execution.order
    if not order.must_complete or execution.leaves <= execution.settled:
        return EndReason.WINDOW_ENDED
    if market.halted and (market.closing is None or market.now < market.closing.begins):
        return EndReason.HALTED
    far = market.quote.far(order.side)
    if far is None:
        return EndReason.NO_LIQUIDITY
    if not order.side.within(far, order.limit):
        return EndReason.LIMIT_BOUND
    if headroom(order, execution.own(market.now), market) < execution.leaves:
        return EndReason.CAP_BOUND
    return EndReason.NO_LIQUIDITY


def _wish(execution: Execution, state: State, intent: Intent, *, pool_open: bool) -> tuple[Wish, str | None]:
    """What is to be placed, and the name of what bounds it."""
    market = state.market
    order, out, now = execution.order, execution.out, market.now
    end, lots = closing.trading_ends(order, market), Lots(order.lots - closing.kept(execution, market))
    last = order.must_complete and now >= end - pool.last_stretch(end - order.start)
    sweep = order.must_complete and now >= end - SWEEP
    left = Lots(max(0, lots - execution.filled - out))
    lit = out - execution.pooled  # what rests in the pool is beside the schedule until it fills
    target, due, pace = intent.target, intent.due, intent.pace
    if sweep:
        target = due = lots
    elif order.min_participation is not None:
        least = Lots(min(own_for(market.others, order.min_participation), lots))
        target, due = max(target, least), max(due, least)
        pace = max(pace, own_for(market.others_pace, order.min_participation))
    would = _would(execution, market)
    want = max(0, target - execution.filled - lit)
    late = max(0, due - execution.filled)
    room, bound = int(left), None
    capped = headroom(order, execution.own(now), market)
    if capped < room:
        room, bound = capped, "cap"
    if not last and not would:
        allowed = paced(execution, state, pace, Lots(lit), min(room, max(want, late)))
        if allowed < room:
            room, bound = allowed, "pace"
    behind = 0 if last else _patience(execution, intent)
    if would:
        want, late, behind = would, would, 0
    ahead = share_of(order.lots, order.ahead)
    wish = Wish(
        side=order.side,
        want=Lots(want),
        behind_by=Lots(late if late > behind else 0),
        pull_all=not would and execution.filled + lit > target + ahead + order.min_child,
        sweep=sweep,
        room=Lots(room),
        left=left,
        min_child=order.min_child,
        max_child=order.max_child,
        quote=market.quote,
        limit=order.limit,
        worst=worst_price(order.side, market.quote, order.limit),
        why="I would" if would else "behind the band",
        discretion=order.discretion,
        display=order.display,
        style=order.placement,
        pool=pool_open,
        band_behind=Lots(behind),
        band_ahead=ahead,
        draw=uniform(order.seed, execution.children) if order.sizes is ChildSizes.DRAWN else None,
    )
    return wish, bound if room < want else None


def _would(execution: Execution, market: MarketState) -> Lots:
    """Lots to take at once because the far touch is at the I-would price or better; 0 where it is not."""
    order = execution.order
    far = market.quote.far(order.side)
    if order.i_would is None or far is None or not order.side.within(far, order.i_would):
        return Lots(0)
    most = share_of(order.lots, order.i_would_share) - execution.filled - execution.out
    return Lots(max(0, min(most, market.quote.far_size(order.side))))


def _would_no_more(execution: Execution, market: MarketState, target: Lots) -> bool:
    """Whether I-would has taken the order ahead of its band and the price is gone: what is left is spread anew.

    target: of the schedule, or of where the price has brought it if that is more: I-would has no part in that.
    """
    order = execution.order
    if order.i_would is None or _would(execution, market):
        return False
    return execution.filled > target + share_of(order.lots, order.ahead) + order.min_child


def _follows(execution: Execution, wish: Wish) -> bool:
    """Whether children follow the touch, or leave one after the other."""
    return execution.order.placement in FOLLOWS or (wish.draw is not None and wish.want > 0)


def _all_pulled(execution: Execution, why: str) -> list[Event]:
    return [_pulled(child.number, why) for child in execution.open.values() if not child.status.leaving]


def _pulled(number: int, why: str) -> Event:
    return ChildPendingCancel(number=number, reason=why)


def _patience(execution: Execution, intent: Intent) -> Lots:
    """The band below the schedule, widened by patience: twice as wide at urgency 0, none at urgency 1."""
    band = intent.behind if intent.behind is not None else share_of(execution.order.lots, execution.order.behind)
    urgency = execution.order.urgency
    return Lots(band * 2 * (urgency.denominator - urgency.numerator) // urgency.denominator) if urgency < 1 else Lots(0)


def _unanswered(execution: Execution) -> bool:
    """Whether a venue has yet to say if it takes a child."""
    return any(child.status is ChildStatus.PENDING_NEW for child in execution.open.values())


def _actions(
    execution: Execution, market: MarketState, intent: Intent, wish: Wish, gates: Sequence[Gate]
) -> tuple[list[Parcel], str | None, list[Action]]:
    """The children of a split, why there is none where one was asked for, and what placement does."""
    working = [child for child in execution.open.values() if not (execution.pooled and child.type is ChildType.MIDPOINT)]
    wish = with_outflow(wish, working, market, closing.trading_ends(execution.order, market))
    if intent.split is None or wish.sweep or wish.pull_all or wish.behind_by > 0 or market.now >= intent.split.until:
        return [], None, place(wish, working)
    if wish.style is not Placement.AUTO:
        return [], f"children are placed by {wish.style}, as the order asks", place(wish, working)
    if wish.draw is not None:
        return [], "parcels show all they hold: placement draws sizes", place(wish, working)
    if wish.display is not None:
        return [], "parcels show all they hold: placement keeps to display_quantity", place(wish, working)
    pulled = stale(wish, working)
    if pulled or len(working) >= MOST_OPEN or wish.want < execution.working // SPLIT_PART:
        return [], None, pulled
    parcels, note = allocate(wish, intent.split, market, views(gates, market), execution.outcomes)
    return (parcels[: MOST_OPEN - len(working)], None, []) if note is None else ([], note, place(wish, working))


def _submitted(
    execution: Execution,
    parcel: Parcel,
    intent: Intent,
    wish: Wish,
    bound: str | None,
    market: MarketState,
    gates: Sequence[Gate],
    before: int,
) -> ChildSubmitted:
    routed, over = parcel.route, closing.trading_ends(execution.order, market)
    action = routed.place
    reason: dict[str, Any] = {
        **intent.reason,
        "target": intent.target,
        "due": intent.due,
        "filled": execution.filled,
        "working": execution.working,
        "want": wish.want,
        "behind_by": wish.behind_by,
        "band_behind": wish.band_behind,
        "band_ahead": wish.band_ahead,
        "room": wish.room,
        "bound": bound,
        "placement": action.why,
        **parcel.reason,
    }
    fallbacks = [str(each["fallback"]) for each in (intent.reason, parcel.reason) if "fallback" in each]
    if fallbacks:
        reason["fallback"] = "; ".join(fallbacks)
    if execution.basis.stated is not None:
        reason["profile"] = execution.basis.stated
    if wish.draw is not None and action.time_in_force is TimeInForce.GTD:
        reason["drawn_around"] = wish.quote.near_size(wish.side)
    if market.silent:
        reason["left_out"] = sorted(market.silent)
    if market.denied and (better := better_elsewhere(market)):
        reason["denied"] = better
    if execution.order.history is not None:
        reason["history_lots"] = execution.order.history.lots(routed.venue)
    if routed.candidates:
        reason["venues"] = routed.candidates
    return ChildSubmitted(
        number=execution.children + 1 + before,
        venue=routed.venue,
        type=action.type,
        time_in_force=action.time_in_force,
        price=action.price,
        lots=action.lots,
        good_till=over if parcel.until is None else Nanos(min(parcel.until, over)),
        reason=reason,
        quote=market.quote,
        least=action.least or None,
        venue_quote=routed.quote if market.venues else None,
        expected_cost=expected_cost(execution.order.side, routed, gates, market),
    )


Observe = Callable[[Execution], MarketState]
"""How the core asks for the market as one order sees it."""
