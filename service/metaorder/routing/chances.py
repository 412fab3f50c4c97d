"""What a child may hope for: its chance to fill by a horizon, and what the other ways to stand were expected to cost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from metaorder.domain.child import Child, ChildType, TimeInForce
from metaorder.domain.instrument import Instrument
from metaorder.domain.order import Placement
from metaorder.domain.state import Candidate, Candidates, MarketState, Outcome, Reason
from metaorder.domain.units import MICRO, SECOND, Lots, Nanos
from metaorder.routing import outflows
from metaorder.routing.placement import Place, Wish, resting_price
from metaorder.routing.venues import VenueView, ahead, route

HORIZON = Nanos(60 * SECOND)
"""A child is given so long to fill, or what is left of the window, in what is said of its chances."""

NO_VOLUME = "nobody's volume is known, and no chance without it"
IN_THE_DARK = "a pool shows neither its queue nor what trades in it"

ADVERSE = 0.4
"""Mean of the positive part of a move without drift, in its standard deviations: what a child pays more that crosses later."""


def weighed(
    place: Place,
    wish: Wish,
    at: VenueView,
    venues: Sequence[VenueView],
    market: MarketState,
    outcomes: Mapping[str, Outcome],
    end: Nanos,
) -> Reason:
    """The numbers of a child beside those of the ways that were not taken; costs a lot against the mid [ticks].

    The outflow of a queue is exponential with the mean that market and own outcomes say: a child of `n` lots with `a` ahead fills
    whole with exp(-(a + n) / mean), and mean exp(-a / mean) (1 - exp(-n / mean)) lots of it are expected to. What does not fill
    crosses at the horizon, and pays the far touch, the fee and ADVERSE standard deviations. Null: nobody's volume is known.
    """
    horizon = Nanos(min(HORIZON, end - market.now))
    mean = outflow(place.lots, at, venues, market, outcomes, horizon)
    reason = _looked(horizon, market, mean)
    if place.time_in_force is TimeInForce.GTD and place.type is ChildType.LIMIT:
        stands = ahead(at.quote, wish.side, place.price)
        chance, filled = (None, None) if mean is None else chances(stands, place.lots, mean)
        reason["queue_ahead"] = stands
        reason["fill_probability"] = None if chance is None else _text(chance)
        if filled is not None:
            reason["expected_fill"] = int(filled)
    if mean is not None:
        reason["candidates"] = _candidates(place, wish, at, market, mean, horizon)
    return reason


def unseen(
    place: Place,
    wish: Wish,
    grid: Instrument,
    lit: Sequence[VenueView],
    market: MarketState,
    outcomes: Mapping[str, Outcome],
    end: Nanos,
) -> Reason:
    """The numbers of a child in the dark beside those of the ways at the best lit venue; costs a lot against the mid [ticks].

    A pool shows neither its queue nor what trades in it: both, and the chance, are null, and so is the expected cost.
    What a fill there costs is its fee. grid: of the pool, at its fees. end: when what rests there is over.
    """
    horizon = Nanos(max(0, min(HORIZON, end - market.now)))
    shown = [view for view in lit if view.quote.two_sided]
    near = wish.quote.near(wish.side)
    resting = replace(place, price=place.price if near is None else near, type=ChildType.LIMIT)
    found = route(resting, wish, shown, outcomes)
    at = next((view for view in shown if found is not None and view.venue == found.venue), None)
    mean = None if at is None else outflow(place.lots, at, shown, market, outcomes, horizon)
    fee = grid.fee(resting.price, Lots(1), maker=True) / grid.points_per_tick
    dark: Candidate = {
        "way": "midpoint",
        "queue_ahead": None,
        "fill_probability": None,
        "cost_ticks": None,
        "if_filled_ticks": _text(fee),
    }
    compared = [] if at is None or mean is None else _candidates(resting, wish, at, market, mean, horizon)
    reason = {**_looked(horizon, market, mean), "queue_ahead": None, "fill_probability": None, "candidates": [dark, *compared]}
    said = [IN_THE_DARK, reason.get("unknown"), None if at else "no lit venue shows two sides"]
    return {**reason, "unknown": "; ".join(each for each in said if isinstance(each, str))}


def with_outflow(wish: Wish, open_children: Sequence[Child], market: MarketState, end: Nanos) -> Wish:
    """The wish with what is expected to leave the queues within the horizon, where a child is outbid that may be kept."""
    near, side = wish.quote.near(wish.side), wish.side
    if wish.style is not Placement.AUTO or near is None:
        return wish
    if not any(child.ahead is not None and (near - child.price) * side.sign > 0 for child in open_children):
        return wish
    horizon = Nanos(max(1, min(HORIZON, end - market.now)))
    pace = outflows.rate(market)
    return wish if pace is None else replace(wish, mean=pace * horizon / SECOND, adverse=adverse(market, horizon))


def adverse(market: MarketState, horizon: int) -> float:
    """What a child that does not fill within a horizon is expected to pay more for the wait [ticks]; 0 where nobody knows."""
    sigma = market.flow.sigma
    return 0.0 if sigma is None else ADVERSE * sigma / MICRO * math.sqrt(horizon / SECOND)


def chances(stands: int, lots: int, mean: float) -> tuple[float, float]:
    """The chance that all of a child fills behind so many lots, and the lots that are expected to."""
    if mean <= 0:
        return 0.0, 0.0
    reached = math.exp(-stands / mean)
    return math.exp(-(stands + lots) / mean), mean * reached * -math.expm1(-lots / mean)


def outflow(
    lots: Lots,
    at: VenueView,
    venues: Sequence[VenueView],
    market: MarketState,
    outcomes: Mapping[str, Outcome],
    horizon: Nanos,
) -> float | None:
    """Lots that leave one side of a venue within a horizon, as its market and own outcomes there say; None: nobody knows."""
    pace = outflows.rate(market)
    if pace is None:
        return None
    shown = sum(view.quote.bid_size + view.quote.ask_size for view in venues)
    share = (at.quote.bid_size + at.quote.ask_size) / shown if shown else 1 / max(1, len(venues))
    return pace * horizon / SECOND * share * outflows.learned(outcomes.get(at.venue), lots)


def _looked(horizon: Nanos, market: MarketState, mean: float | None) -> dict[str, int | str | bool | Candidates | None]:
    """What chances rest on: how far they look ahead, over what was seen, and why they are null where they are."""
    known: dict[str, int | str | bool | Candidates | None] = {
        "horizon_s": horizon // SECOND,
        "lookup_s": market.flow.recent_s,
    }
    return known if mean is not None else {**known, "unknown": NO_VOLUME}


def _candidates(place: Place, wish: Wish, at: VenueView, market: MarketState, mean: float, horizon: int) -> Candidates:
    """Joining, improving and crossing, the cheapest first."""
    bid, ask, sign = wish.quote.bid, wish.quote.ask, wish.side.sign
    assert bid is not None
    assert ask is not None
    half, point = (ask - bid) / 2, at.instrument.points_per_tick
    far = ask if sign > 0 else bid
    taker = at.instrument.fee(far, Lots(1), maker=False) / point
    maker = at.instrument.fee(far, Lots(1), maker=True) / point
    later = half + taker + adverse(market, horizon)
    found: list[tuple[float, Candidate]] = []
    if wish.side.within(far, wish.worst):
        crossed: Candidate = {"way": "cross", "price": far, "fill_probability": "1", "cost_ticks": _text(half + taker)}
        found.append((half + taker, crossed))
    for style in (Placement.JOIN, Placement.IMPROVE):
        stands = resting_price(wish, style)
        if stands is None or (found and found[-1][1]["price"] == stands[0]):
            continue
        price, queue = stands[0], ahead(at.quote, wish.side, stands[0])
        chance, filled = chances(queue, place.lots, mean)
        part = filled / place.lots
        cost = part * ((price - (bid + ask) / 2) * sign + maker) + (1 - part) * later
        rested: Candidate = {
            "way": str(style),
            "price": price,
            "queue_ahead": queue,
            "fill_probability": _text(chance),
            "cost_ticks": _text(cost),
        }
        found.append((cost, rested))
    found.sort(key=lambda each: each[0])
    return [facts for _, facts in found]


def _text(value: float) -> str:
    return f"{value:.4g}"
