"""A split as children: within room, limit and quantity, over the venues that there are, with what other ways would have cost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.child import TimeInForce
from metaorder.domain.order import Side
from metaorder.domain.state import NO_FLOW, Flow, MarketState, SplitTerms
from metaorder.domain.units import MICRO, Lots, Microticks, Ticks
from metaorder.routing.allocate import Parcel, allocate
from support.core import OPEN, at, market_state
from support.examples import examples
from unit.routing.test_placement import wish
from unit.routing.test_venues import ACROSS, view

ASKED = SplitTerms(until=at(120))


def market(volume: int | None = 3_000, sigma: int | None = None) -> MarketState:
    known = None if sigma is None else Microticks(sigma)
    flow = NO_FLOW if volume is None else Flow(volume=Lots(volume), open=OPEN, sigma=known)
    return replace(market_state(now=at(60)), flow=flow, quote=ACROSS)


def split(
    *venues: Any, asked: SplitTerms = ASKED, volume: int | None = 3_000, sigma: int | None = None, **changes: Any
) -> tuple[list[Parcel], str | None]:
    return allocate(wish(quote=ACROSS, **changes), asked, market(volume, sigma), venues, {})


def lots_of(parcels: list[Parcel], tif: TimeInForce) -> int:
    return sum(parcel.route.place.lots for parcel in parcels if parcel.route.place.time_in_force is tif)


def test_a_short_queue_is_rested_in_and_a_hopeless_one_is_not() -> None:
    quick, _ = split(view("A", bid_size=10), volume=60_000)
    assert lots_of(quick, TimeInForce.GTD) == 100
    slow, _ = split(view("A", bid_size=900_000, ask_size=500))
    assert lots_of(slow, TimeInForce.IOC) == 100


def test_what_rests_goes_to_the_shorter_queue_and_the_better_rebate() -> None:
    parcels, _ = split(view("A", bid_size=4_000), view("B", bid_size=3_000, maker="-0.002"), volume=60_000)
    rested = {each.route.venue: each.route.place.lots for each in parcels if each.route.place.time_in_force is TimeInForce.GTD}
    assert rested.get("B", 0) > rested.get("A", 0)


def test_what_is_taken_goes_to_the_lowest_price_after_fees_first() -> None:
    parcels, _ = split(view("A", taker="0.02", ask_size=50, bid_size=10**6), view("B", ask_size=60, bid_size=10**6))
    taken = [(each.route.venue, each.route.place.lots) for each in parcels if each.route.place.time_in_force is TimeInForce.IOC]
    assert taken == [("B", 60), ("A", 40)]


def test_each_child_says_what_the_other_ways_would_have_cost() -> None:
    (first, *_), _ = split(view("A"), view("B"), volume=60_000)
    ways = {str(each["way"]): float(each["cost"]) for each in first.reason["ways"]}  # type: ignore[union-attr]
    assert len(ways) == 4
    assert ways["split"] <= min(ways.values()) + 1e-9
    queues = first.reason["queues"]
    assert isinstance(queues, list)
    assert {each["venue"] for each in queues} == {"A", "B"}
    assert all(0 <= float(each["fill_probability"]) <= 1 for each in queues)


def test_outside_the_limit_all_rests_and_says_so() -> None:
    parcels, _ = split(view("A", bid_size=10**6), limit=Ticks(101), worst=Ticks(101))
    assert lots_of(parcels, TimeInForce.IOC) == 0
    assert all(parcel.reason["fallback"] for parcel in parcels)


def test_a_penalty_below_the_price_of_the_market_is_a_stated_fallback() -> None:
    parcels, _ = split(view("A", bid_size=10), asked=replace(ASKED, under=0.0001), volume=60_000)
    assert lots_of(parcels, TimeInForce.IOC) == 0
    assert "below what taking costs" in str(parcels[0].reason["fallback"])


def test_without_a_venue_or_a_volume_it_is_not_split_and_says_why() -> None:
    assert split(view("A", ask=None)) == ([], "no venue shows two sides: not split")
    assert split() == ([], "no venue shows two sides: not split")
    assert split(view("A", ask=100, bid=100)) == ([], "no venue shows two sides: not split")
    parcels, note = split(view("A"), volume=None)
    assert parcels == []
    assert note is not None


@settings(max_examples=examples(60), deadline=None)
@given(
    side=st.sampled_from(Side),
    want=st.integers(0, 500),
    room=st.integers(0, 500),
    smallest=st.integers(1, 40),
    sizes=st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 5_000)), min_size=1, max_size=4),
    under=st.none() | st.floats(0, 0.2),
    volume=st.integers(0, 100_000),
)
def test_never_more_than_is_wanted_or_may_be_and_never_past_the_limit(
    side: Side, want: int, room: int, smallest: int, sizes: list[tuple[int, int]], under: float | None, volume: int
) -> None:
    venues = [view(f"V{i}", bid_size=bid, ask_size=ask) for i, (bid, ask) in enumerate(sizes)]
    worst = Ticks(104 if side is Side.BUY else 98)
    asked = replace(ASKED, under=under)
    terms = {"side": side, "want": Lots(want), "room": Lots(room), "min_child": Lots(smallest), "worst": worst}
    parcels, _ = split(*venues, asked=asked, volume=volume, **terms)
    assert sum(parcel.route.place.lots for parcel in parcels) <= min(want, room)
    for parcel in parcels:
        place = parcel.route.place
        assert place.lots >= smallest
        assert side.within(place.price, worst)
        if place.time_in_force is TimeInForce.IOC:
            assert place.lots <= parcel.route.quote.far_size(side)
            assert place.price == parcel.route.quote.far(side)


def test_the_markets_own_seconds_make_the_queues_where_they_are_asked_for() -> None:
    asked = replace(ASKED, outflow="empirical")
    seen = replace(market(), seconds={"A": (40,) * 120, "B": (0,) * 120})
    parcels, note = allocate(wish(quote=ACROSS), asked, seen, [view("A"), view("B")], {})
    assert note is None
    queues = {each["venue"]: float(each["outflow"]) for each in parcels[0].reason["queues"]}  # type: ignore[union-attr]
    assert queues == {"A": 20.0 * 60, "B": 0.0}
    assert str(parcels[0].reason["outflows"]).startswith("empirical")
    few, _ = allocate(wish(quote=ACROSS), asked, market(), [view("A")], {})
    assert "too few seconds" in str(few[0].reason["outflows"])


def test_the_ways_that_it_is_held_against_can_be_worked() -> None:
    venues = (view("A", bid_size=10, ask_size=500), view("B", bid_size=900, ask_size=500))
    taken, _ = split(*venues, asked=replace(ASKED, way="market"), volume=60_000)
    assert (lots_of(taken, TimeInForce.IOC), lots_of(taken, TimeInForce.GTD)) == (100, 0)
    rested, _ = split(*venues, asked=replace(ASKED, way="score"), volume=60_000)
    assert (lots_of(rested, TimeInForce.IOC), lots_of(rested, TimeInForce.GTD)) == (0, 100)
    alone, _ = split(*venues, asked=replace(ASKED, way="venue"), volume=60_000)
    assert len({each.route.venue for each in alone if each.route.place.time_in_force is TimeInForce.GTD}) == 1
    assert {parcel.reason["way"] for parcel in taken} == {"market"}


def under(sigma: int | None, until_s: int = 160, **changes: Any) -> float:
    """The penalty for a lot too few as the reason has it, in ticks, where the spread is two ticks."""
    seen = replace(market(60_000), flow=replace(market(60_000).flow, sigma=None if sigma is None else Microticks(sigma)))
    asked = replace(ASKED, until=at(until_s), **changes)
    parcels, _ = allocate(wish(quote=ACROSS), asked, seen, [view("A", taker="0")], {})
    half = (ACROSS.ask or 0) - (ACROSS.bid or 0)
    return float(str(parcels[0].reason["under"])) / float(str(parcels[0].reason["taking"])) * half / 2


def test_a_lot_too_few_costs_what_it_costs_to_take_it_later() -> None:
    """100 seconds at a hundredth of a tick a root second: .4 x .1 ticks more than half the spread; and never more than it did."""
    assert under(MICRO // 100) == pytest.approx(1.04)
    assert under(MICRO // 100, until_s=460) == pytest.approx(1.08)
    assert under(None) == under(100 * MICRO) == pytest.approx(4.0)
    assert under(MICRO, under=0.02) == pytest.approx(2.0), "as it was stated"


def test_the_score_router_waits_less_at_a_venue_that_is_near() -> None:
    near, far = view("A", bid_size=500), replace(view("B", bid_size=500), latency_ms=250.0)
    parcels, _ = split(near, far, asked=replace(ASKED, way="score"), volume=60_000)
    rested = {each.route.venue: each.route.place.lots for each in parcels}
    assert rested["A"] > rested["B"], "alike in all but how far away they are"
    queues = {each["venue"]: each["latency_ms"] for each in parcels[0].reason["queues"]}  # type: ignore[union-attr]
    assert queues == {"A": "0", "B": "250"}
    even, _ = split(near, replace(far, latency_ms=0.0), asked=replace(ASKED, way="score"), volume=60_000)
    assert len({each.route.place.lots for each in even}) == 1


def test_a_venue_s_own_fees_win_over_the_order_s_which_are_for_venues_that_state_none() -> None:
    stated, silent = view("A", taker="0.0030", maker="-0.0010"), view("B")
    told = replace(ASKED, taker_fee=0.0005, rebate=0.0020)

    def said(*venues: Any, asked: SplitTerms) -> tuple[dict[str, float], float]:
        reason = split(*venues, asked=asked, volume=60_000)[0][0].reason
        return {str(each["venue"]): float(str(each["earned"])) for each in reason["queues"]}, float(str(reason["taking"]))  # type: ignore[union-attr]

    earned, taking = said(stated, silent, asked=told)
    alone, own = said(stated, silent, asked=ASKED)
    point = float(stated.instrument.point_size)
    assert earned["A"] == alone["A"], "what the venue pays, whatever the order says"
    assert earned["B"] == pytest.approx(alone["B"] + 0.0020 / point)
    assert taking == pytest.approx(own + 0.0005 / point), (
        "the cheapest to take at is the one without a schedule, at the order's fee"
    )
    assert said(stated, asked=told) == said(stated, asked=ASKED)
