"""Where a child goes: to the lowest price after fees if it takes, to the best place in a queue if it rests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from metaorder.domain.child import TimeInForce
from metaorder.domain.instrument import Instrument
from metaorder.domain.market import Quote
from metaorder.domain.order import Placement, Side
from metaorder.domain.state import Candidates, Outcome
from metaorder.domain.units import Lots, Ticks
from metaorder.routing.costs import surcharge
from metaorder.routing.outflows import learned as paced
from metaorder.routing.placement import Place, Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueView:
    """A venue that a child may go to now. instrument: the grid, at the venue's fees. quote: its own touch, without our orders.

    wait: what the price is expected to run away by while a child is on its way there [ticks]. latency_ms: how long that
    is, at most.
    """

    venue: str
    instrument: Instrument
    quote: Quote
    wait: float = 0.0
    latency_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Route:
    """A child and where it goes. candidates: what was compared, the chosen one first."""

    place: Place
    venue: str
    quote: Quote
    candidates: Candidates


NOTHING: Mapping[str, Outcome] = {}


def route(place: Place, wish: Wish, venues: Sequence[VenueView], outcomes: Mapping[str, Outcome] = NOTHING) -> Route | None:
    """The venue for a child, in a fixed order of preference, so that the same touches send it to the same place.

    outcomes: what the order has met at each venue: what fills there cost beyond what was expected, and how many there were of
    those that were expected, count in the choice.

    Takes: price plus the taker's fee on the child's lots, the wait on the way there and what was learned, the lowest first; then
    the most lots shown there. Another venue's worse price may be the cheaper one. Rests: the edge of a fill times the share of
    the queue that is ours, times what own fills say of the queue's pace,

        (half the spread - the maker's fee a lot - what was learned) * lots / (lots + lots ahead) * pace

    the highest first. What is equal in all goes to the venue that stands first. None: no venue shows what the child could take.
    """
    if place.time_in_force is TimeInForce.IOC:
        return _take(place, wish, venues, outcomes)
    return _rest(place, wish, venues, outcomes)


def learned(view: VenueView, wish: Wish, lots: Lots, outcomes: Mapping[str, Outcome], *, maker: bool) -> float:
    """What fills at a venue cost a lot beyond what was expected, half a spread at most [points a lot]."""
    outcome = outcomes.get(view.venue)
    if outcome is None:
        return 0.0
    return surcharge(outcome, lots, maker=maker, most=float(_half_spread(wish.quote)) * view.instrument.points_per_tick)


def _take(place: Place, wish: Wish, venues: Sequence[VenueView], outcomes: Mapping[str, Outcome]) -> Route | None:
    side = wish.side
    found = []
    for view in venues:
        far = view.quote.far(side)
        if far is None or not side.within(far, wish.worst):
            continue
        fee = view.instrument.fee(far, place.lots, maker=False)
        cost = side.sign * view.instrument.points(far) * place.lots + fee
        shown = view.quote.far_size(side)
        facts: dict[str, int | str] = {"venue": view.venue, "price": far, "shown": shown, "fee": fee, "cost": cost}
        more = learned(view, wish, place.lots, outcomes, maker=False)
        wait = view.wait * view.instrument.points_per_tick
        for name, each in (("learned", more), ("wait", wait)):
            if each:
                facts[name] = f"{each:.6g}"
        cost += round((more + wait) * place.lots)
        found.append((cost, -shown, view, far, facts))
    if not found:
        return None
    found.sort(key=lambda each: each[:2])
    _, _, view, far, _ = found[0]
    sweeps = wish.sweep or wish.style is Placement.SWEEP
    lots = place.lots if sweeps else _shown_of(place.lots, view.quote.far_size(side), wish)
    made = replace(place, price=place.price if sweeps else far, lots=lots)
    return Route(made, view.venue, view.quote, [each[-1] for each in found])


def _shown_of(lots: Lots, shown: Lots, wish: Wish) -> Lots:
    """What the venue shows of a child, but never so little, nor leaving so little, that it would be no child."""
    fits = max(min(lots, shown), min(lots, wish.min_child))
    return lots if 0 < wish.left - fits < wish.min_child else Lots(fits)


def _rest(place: Place, wish: Wish, venues: Sequence[VenueView], outcomes: Mapping[str, Outcome]) -> Route | None:
    found = []
    for view in venues:
        far = view.quote.far(wish.side)
        if far is not None and wish.side.within(far, place.price):
            continue  # it would take there, and pay for it
        stands = ahead(view.quote, wish.side, place.price)
        fee = view.instrument.fee(place.price, place.lots, maker=True)
        edge = Fraction(_half_spread(wish.quote) * view.instrument.points_per_tick * place.lots - fee)
        more = learned(view, wish, place.lots, outcomes, maker=True)
        edge -= round(more * place.lots)
        pace = paced(outcomes.get(view.venue), place.lots)
        score = edge * Fraction(place.lots, place.lots + stands) * Fraction(pace) if edge > 0 else edge
        facts: dict[str, int | str] = {
            "venue": view.venue,
            "price": place.price,
            "ahead": stands,
            "fee": fee,
            "edge": int(score),
        }
        for name, each in (("learned", more), ("pace", pace - 1 and pace)):
            if each:
                facts[name] = f"{each:.6g}"
        found.append((-score, stands, view, facts))
    if not found:
        return None
    found.sort(key=lambda each: each[:2])
    _, _, view, _ = found[0]
    return Route(place, view.venue, view.quote, [each[-1] for each in found])


def ahead(quote: Quote, side: Side, price: Ticks) -> Lots:
    """Lots that stand at a price or before it, as far as the touch tells: behind the touch at least those of the touch."""
    near = quote.near(side)
    if near is None or (near - price) * side.sign < 0:
        return Lots(0)
    return quote.bid_size if side is Side.BUY else quote.ask_size


def _half_spread(quote: Quote) -> Fraction:
    assert quote.bid is not None
    assert quote.ask is not None
    return Fraction(quote.ask - quote.bid, 2)
