"""Market and limit children of one parcel over several venues, as the split says, beside what the other ways would have cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from metaorder.domain.child import TimeInForce
from metaorder.domain.order import Side
from metaorder.domain.state import Candidates, MarketState, Outcome, Reason, SplitTerms
from metaorder.domain.units import Lots, Nanos, Ticks
from metaorder.models.ck_cost import Terms, realised
from metaorder.models.inputs import Floats
from metaorder.routing import outflows
from metaorder.routing.chances import adverse
from metaorder.routing.outflows import Expected
from metaorder.routing.placement import Place, Wish
from metaorder.routing.score import Venue, scored
from metaorder.routing.split import Splitting, alone, alternatives, in_lots, within
from metaorder.routing.venues import Route, VenueView, ahead, learned


@dataclass(frozen=True, slots=True)
class Parcel:
    """A child of a split: where it goes, when it is called back, and what the router says of it."""

    route: Route
    until: Nanos | None
    reason: Reason


def allocate(
    wish: Wish, asked: SplitTerms, market: MarketState, venues: Sequence[VenueView], outcomes: Mapping[str, Outcome]
) -> tuple[list[Parcel], str | None]:
    """The children of what is wanted, and why it was not split; then it is for placement to place it.

    Every lot of the split is routed, or stays with the order and is wanted again at the next look: what the venues do not show of
    the market order, and parts that are smaller than the smallest child.
    """
    lots = min(wish.want, wish.room, wish.left)
    if lots < wish.min_child:
        return [], None
    side = wish.side
    open_venues = [view for view in venues if view.quote.two_sided]
    if not open_venues:
        return [], "no venue shows two sides: not split"
    near, far = wish.quote.near(side), wish.quote.far(side)
    assert near is not None
    assert far is not None
    if (far - near) * side.sign < 0:
        return [], "the venues cross each other, so that there is no spread: not split"
    price = near if side.within(near, wish.limit) else wish.limit
    assert price is not None, "a price that is outside the limit has a limit"
    depths = {view.venue: _depth(view, side) for view in open_venues}
    drawn = outflows.expected(Lots(lots), asked, market, depths, outcomes, behind=(near - price) * side.sign)
    if drawn is None:
        return [], "no volume is known to reckon the queues with: not split"
    scenarios = drawn.scenarios
    terms = _terms(lots, asked, wish, market, open_venues, price, outcomes)
    takes = side.within(far, wish.worst)
    by_way = ways(terms, scenarios, [view.latency_ms for view in open_venues])
    found = by_way[asked.way] if takes or asked.way == "score" else _resting(terms, scenarios)
    market_lots, limits = in_lots(found, lots)
    known: Reason = {"parcel_lots": lots, "way": asked.way, "outflows": drawn.said, "taking": _text(terms.taken)}
    known = {**known, "lookup_s": market.flow.recent_s}
    reason = {**known, **drawn.facts, **_reason(terms, by_way, found, drawn, open_venues, market_lots, takes, price)}
    parcels = _taken(market_lots, wish, open_venues, outcomes, reason)
    fills = np.minimum(np.maximum(scenarios - np.asarray(terms.ahead), 0.0), np.asarray(limits, dtype=np.float64)).mean(axis=0)
    for place, (view, part) in enumerate(zip(open_venues, limits, strict=True)):
        size = part if wish.max_child is None else min(part, wish.max_child)
        crossed = view.quote.far(side)
        if size < wish.min_child or (crossed is not None and side.within(crossed, price)):
            continue
        child = Place(price, Lots(size), TimeInForce.GTD, "resting by the split")
        expected: Reason = {"expected_fill": int(fills[place])}
        parcels.append(Parcel(Route(child, view.venue, view.quote, []), asked.until, {**reason, **expected}))
    return parcels, None


def ways(terms: Terms, scenarios: Floats, latencies: Sequence[float]) -> dict[str, Splitting]:
    """The split, and what it is held against. latencies: of the venues, which the score router weighs [ms]."""
    held = alternatives(terms, scenarios)
    score = scored(int(terms.shares), [_venue(terms, scenarios, place, each) for place, each in enumerate(latencies)])
    rested = np.asarray(score, dtype=np.float64)
    return {
        "split": within(terms, scenarios),
        "market": Splitting(terms.shares, np.zeros(scenarios.shape[1]), held.market_only),
        "venue": alone(terms, scenarios, held.venue),
        "score": Splitting(0.0, rested, float(realised(terms, 0.0, rested.tolist(), scenarios).cost.mean())),
    }


def _terms(
    lots: int,
    asked: SplitTerms,
    wish: Wish,
    market: MarketState,
    venues: Sequence[VenueView],
    price: Ticks,
    outcomes: Mapping[str, Outcome],
) -> Terms:
    """The split's terms in points of the tape a lot. What fills at rest cost beyond what was expected comes off the rebate.

    A lot that is missing when time is up is taken then: it pays the half spread, the fee and what the price is expected to have
    run away by, and no more than twice what taking costs more than resting, which is also what it pays where nobody knows how the
    price moves. Where a negative fee earns more than that it pays nothing.
    """
    grid = venues[0].instrument
    point = float(grid.point_size)
    assert wish.quote.bid is not None
    assert wish.quote.ask is not None
    half = (wish.quote.ask - wish.quote.bid) * grid.points_per_tick / 2
    fee = min(_fee(view, price, None if asked.taker_fee is None else asked.taker_fee / point, maker=False) for view in venues)
    told = None if asked.rebate is None else -asked.rebate / point
    rebates = tuple(-_fee(view, price, told, maker=True) for view in venues)
    extra = [learned(view, wish, Lots(lots), outcomes, maker=True) for view in venues]
    rebates = tuple(rebate - more for rebate, more in zip(rebates, extra, strict=True))
    worth = 2 * half + fee + max(rebates)
    under, wait = 2 * max(worth, half), adverse(market, max(0, asked.until - market.now)) * grid.points_per_tick
    if asked.under is not None:
        under = asked.under / point
    elif wait:
        under = min(under, max(0.0, half + fee + wait))
    return Terms(
        shares=float(lots),
        half_spread=half,
        taker_fee=float(fee),
        rebates=rebates,
        impact=asked.impact / point,
        under=under,
        over=asked.over / point,
        ahead=tuple(float(ahead(view.quote, wish.side, price)) for view in venues),
    )


def _fee(view: VenueView, price: Ticks, told: float | None, *, maker: bool) -> float:
    """What a lot is charged at a venue [points]: by its own schedule, else as the order's parameter has it, else nothing."""
    schedule = view.instrument.maker_fee if maker else view.instrument.taker_fee
    return float(view.instrument.fee(price, Lots(1), maker=maker)) if schedule or told is None else told


def _resting(terms: Terms, scenarios: Floats) -> Splitting:
    """The split where the market may not be taken from: as if taking cost what being short costs."""
    dear = Terms(**{name: getattr(terms, name) for name in Terms.__dataclass_fields__} | {"taker_fee": terms.under})
    return within(dear, scenarios)


def _taken(lots: int, wish: Wish, venues: Sequence[VenueView], outcomes: Mapping[str, Outcome], reason: Reason) -> list[Parcel]:
    """Immediate children, the lowest price after fees first, each for no more than its venue shows."""
    side, parcels, left = wish.side, [], lots
    priced = []
    for view in venues:
        far = view.quote.far(side)
        if far is not None and side.within(far, wish.worst):
            more = learned(view, wish, Lots(lots), outcomes, maker=False) + view.wait * view.instrument.points_per_tick
            priced.append(
                (side.sign * view.instrument.points(far) + view.instrument.fee(far, Lots(1), maker=False) + more, view, far)
            )
    for _, view, far in sorted(priced, key=lambda each: each[0]):
        size = min(left, view.quote.far_size(side), left if wish.max_child is None else wish.max_child)
        if size < wish.min_child:
            continue
        child = Place(far, Lots(size), TimeInForce.IOC, "taking by the split")
        parcels.append(Parcel(Route(child, view.venue, view.quote, []), None, reason))
        left -= size
    return parcels


def _reason(
    terms: Terms,
    by_way: Mapping[str, Splitting],
    found: Splitting,
    drawn: Expected,
    venues: Sequence[VenueView],
    market_lots: int,
    takes: bool,
    price: Ticks,
) -> Reason:
    """What was compared: expected costs of the ways in points of the tape, and each venue's queue."""
    best = venues[int(np.argmax(by_way["venue"].limits))].venue
    others = {"market only": by_way["market"], f"market and {best}": by_way["venue"], "score router": by_way["score"]}
    candidates: Candidates = [{"way": "split", "cost": _text((by_way["split"] if takes else found).cost)}]
    dearer = sorted(others.items(), key=lambda each: each[1].cost)
    candidates += [{"way": name, "cost": _text(each.cost)} for name, each in dearer]
    scenarios = drawn.scenarios
    room = np.maximum(scenarios - np.asarray(terms.ahead), 0.0)
    queues: Candidates = []
    for place, view in enumerate(venues):
        limit = float(found.limits[place])
        one: dict[str, int | str] = {
            "venue": view.venue,
            "price": price,
            "ahead": int(terms.ahead[place]),
            "outflow": _text(float(scenarios[:, place].mean())),
            "lots": int(limit),
            "fill_probability": _text(float((room[:, place] >= max(limit, 1.0)).mean())),
            "expected_fill": _text(float(np.minimum(room[:, place], limit).mean())),
            "earned": _text(float(terms.earned[place])),
            "latency_ms": _text(view.latency_ms),
        }
        if drawn.volumes is not None:
            one["volume"] = _text(drawn.volumes[place])
        queues.append(one)
    reason: Reason = {"market_lots": market_lots, "ways": candidates, "queues": queues, "under": _text(terms.under)}
    if not takes:
        return {**reason, "fallback": "the far touch is outside limit or collar: all rests"}
    if terms.half_spread + terms.taker_fee < 0:
        return {**reason, "fallback": "taking earns more than it costs: a negative fee is above the spread"}
    if terms.under <= terms.half_spread + terms.taker_fee:
        return {**reason, "fallback": "the penalty for a lot too few is below what taking costs: nothing is taken"}
    if not room.any():
        return {**reason, "fallback": "no queue is expected to reach us"}
    return reason


def _venue(terms: Terms, scenarios: Floats, place: int, latency_ms: float) -> Venue:
    reach = float((scenarios[:, place] > terms.ahead[place]).mean())
    return Venue(liquidity=float(terms.ahead[place]), fee=-terms.rebates[place], latency_ms=latency_ms, fill_rate=reach)


def _depth(view: VenueView, side: Side) -> Lots:
    return view.quote.bid_size if side is Side.BUY else view.quote.ask_size


def _text(value: float) -> str:
    return f"{value:.6g}"
