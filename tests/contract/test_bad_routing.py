"""Bad routing input: each is a stated fallback or an error that names the field, and nothing is left unrouted silently."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.algos import build
from metaorder.core.decide import decide
from metaorder.core.events import ChildSubmitted
from metaorder.core.sight import together
from metaorder.domain.child import TimeInForce
from metaorder.domain.errors import Invalid
from metaorder.domain.order import Side
from metaorder.domain.state import Flow
from metaorder.domain.units import Lots
from metaorder.models.ck_cost import Terms
from metaorder.routing.allocate import allocate
from metaorder.routing.score import scored
from metaorder.routing.split import within
from support.core import OPEN, at, market_state
from support.examples import examples
from unit.core.test_decide import GATE, started
from unit.routing.test_allocate import ASKED, lots_of, market, split
from unit.routing.test_placement import SELLER, wish
from unit.routing.test_venues import rest, sent, take, view

TERMS = Terms(shares=100.0, half_spread=1.0, taker_fee=0.0, rebates=(0.0,), impact=0.0, under=4.0, over=1.0, ahead=(0.0,))


def test_with_no_venue_up_nothing_is_split_or_sent_and_the_split_says_why() -> None:
    assert split() == ([], "no venue shows two sides: not split")
    assert sent(TimeInForce.IOC) is None
    assert sent(TimeInForce.GTD) is None


@pytest.mark.parametrize("terms", [{}, SELLER])
def test_crossed_quotes_between_venues_are_taken_at_the_better_and_never_rested_into(terms: dict[str, Any]) -> None:
    """A bids above what B offers: who takes goes to the better of the two, and who rests does so where it does not trade."""
    crossed = (view("A", bid=103, ask=105), view("B", bid=99, ask=101))
    better, side = ("A" if terms else "B"), terms.get("side", Side.BUY)
    assert take(*crossed, **terms).venue == better
    taken, note = split(*crossed, volume=60_000, asked=replace(ASKED, way="market"), **terms)
    assert note is None
    assert taken[0].route.venue == better
    rested, _ = split(*crossed, volume=60_000, asked=replace(ASKED, way="score"), **terms)
    assert rested
    for parcel in rested:
        far = parcel.route.quote.far(side)
        assert far is not None
        assert not side.within(far, parcel.route.place.price), "it would take there"


@pytest.mark.parametrize("terms", [{}, SELLER])
def test_a_consolidated_book_that_is_crossed_has_no_spread_and_is_not_split(terms: dict[str, Any]) -> None:
    crossed = [view("A", bid=103, ask=105), view("B", bid=99, ask=101)]
    across = together([each.quote for each in crossed])
    assert allocate(wish(quote=across, **terms), ASKED, market(60_000, 400_000), crossed, {}) == (
        [],
        "the venues cross each other, so that there is no spread: not split",
    )


def test_a_venue_that_is_crossed_in_itself_is_left_out_of_the_split() -> None:
    parcels, note = split(view("A", bid=103, ask=101), view("B"), volume=60_000)
    assert note is None
    assert {parcel.route.venue for parcel in parcels} == {"B"}


def test_where_nobody_shows_a_lot_all_rests_and_what_is_wanted_of_the_market_stays_with_the_order() -> None:
    parcels, note = split(view("A", bid_size=0, ask_size=0), view("B", bid_size=0, ask_size=0), volume=60_000)
    assert note is None
    assert lots_of(parcels, TimeInForce.IOC) == 0
    assert 0 < lots_of(parcels, TimeInForce.GTD) <= 100
    assert rest(view("A", bid_size=0)).venue == "A"
    quiet, _ = split(view("A", bid_size=50, ask_size=50), volume=0)
    assert {parcel.reason["fallback"] for parcel in quiet} == {"no queue is expected to reach us"}


@pytest.mark.parametrize("outflows", [[], [[]]])
def test_a_split_over_no_venue_is_refused_by_name(outflows: Any) -> None:
    with pytest.raises(Invalid) as caught:
        within(replace(TERMS, rebates=(), ahead=()), outflows)
    assert caught.value.field == "rebates"
    with pytest.raises(Invalid) as caught:
        scored(100, [])
    assert caught.value.field == "venues"


@pytest.mark.parametrize("sigma", [None, 0, 1_000, 400_000])
@pytest.mark.parametrize(
    ("venue", "stated", "impact"),
    [("-0.05", None, 0.0), ("0", -0.05, 0.0), ("-0.5", None, 0.0), ("0", -0.5, 0.0), ("-0.05", None, 1.0), ("0", -1e9, 0.0)],
)
def test_a_fee_for_taking_that_pays_more_than_the_spread_takes_all_that_is_shown_and_says_so(
    sigma: int | None, venue: str, stated: float | None, impact: float
) -> None:
    """However far the price is expected to run: what a missing lot costs is never less than nothing."""
    asked = replace(ASKED, taker_fee=stated, impact=impact)
    parcels, note = split(view("A", taker=venue, ask_size=500), volume=60_000, asked=asked, sigma=sigma)
    assert note is None
    assert {float(str(parcel.reason["under"])) >= 0 for parcel in parcels} == {True}
    assert {parcel.reason["fallback"] for parcel in parcels} == {
        "taking earns more than it costs: a negative fee is above the spread"
    }
    assert lots_of(parcels, TimeInForce.IOC) == 100


def test_a_rebate_above_the_spread_rests_all_and_stays_finite() -> None:
    parcels, _ = split(view("A", maker="-0.05", bid_size=10), volume=60_000)
    assert lots_of(parcels, TimeInForce.GTD) == 100


def test_a_penalty_below_the_market_orders_cost_takes_nothing_and_says_so() -> None:
    parcels, _ = split(view("A", bid_size=10), asked=replace(ASKED, under=0.0), volume=60_000)
    assert lots_of(parcels, TimeInForce.IOC) == 0
    assert {"below what taking costs" in str(parcel.reason["fallback"]) for parcel in parcels} == {True}


@settings(max_examples=examples(60), deadline=None)
@given(
    books=st.lists(st.tuples(st.integers(95, 106), st.integers(95, 106), st.sampled_from([0, 1, 500])), max_size=4),
    taker=st.sampled_from(["0", "-0.05", "0.05", "-0.5"]),
    maker=st.sampled_from(["0", "-0.05", "0.05"]),
    under=st.none() | st.sampled_from([0.0, 1e-4, 10.0]),
    volume=st.sampled_from([None, 0, 60_000]),
    sigma=st.sampled_from([None, 0, 1_000, 400_000]),
    stated=st.none() | st.sampled_from([-0.5, -0.003, 0.5]),
    rebate=st.none() | st.sampled_from([-0.5, 0.5]),
    way=st.sampled_from(["split", "market", "venue", "score"]),
)
def test_whatever_the_input_there_are_children_or_a_reason_and_never_too_many(
    books: list[tuple[int, int, int]],
    taker: str,
    maker: str,
    under: float | None,
    volume: int | None,
    sigma: int | None,
    stated: float | None,
    rebate: float | None,
    way: str,
) -> None:
    venues = [
        view(f"V{i}", bid=bid, ask=ask, taker=taker, maker=maker, bid_size=size, ask_size=size)
        for i, (bid, ask, size) in enumerate(books)
    ]
    asked = replace(ASKED, under=under, way=way, taker_fee=stated, rebate=rebate)
    parcels, note = split(*venues, asked=asked, volume=volume, sigma=sigma)
    assert parcels == [] or note is None
    assert sum(parcel.route.place.lots for parcel in parcels) <= 100


def test_a_child_says_what_the_algorithm_fell_back_to_and_what_the_router_did() -> None:
    quiet = replace(market_state(now=at(120)), flow=Flow(volume=Lots(0), open=OPEN))
    execution = replace(started(), algo=build("myopic", {"alpha_model": "momentum"}))
    children = [event for event in decide(execution, quiet, GATE).events if isinstance(event, ChildSubmitted)]
    assert children
    for child in children:
        assert child.reason["chain"] == [{"algo": "myopic", "missing": "volatility and usual volume", "instead": "traditional"}]
        said = str(child.reason["fallback"])
        assert said.startswith("myopic without volatility and usual volume: worked as traditional; ")
        assert said.endswith("; no queue is expected to reach us")
