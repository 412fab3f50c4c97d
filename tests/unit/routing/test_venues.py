"""Venues: what takes goes to the lowest price after fees, what rests to the best place in a queue, and the reason says why."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.child import TimeInForce
from metaorder.domain.instrument import FeeUnit
from metaorder.domain.order import Side
from metaorder.domain.state import Outcome
from metaorder.domain.units import Lots, Ticks
from metaorder.routing.placement import Place, Wish
from metaorder.routing.venues import Route, VenueView, route
from support.core import INSTRUMENT, touch
from support.examples import examples
from unit.routing.test_placement import wish

BOOKS = st.tuples(st.integers(95, 100), st.integers(101, 106), st.integers(1, 500), st.integers(-30, 30))
ACROSS = touch(100, 102, bid_size=100, ask_size=100)


def view(
    name: str, bid: int | None = 100, ask: int | None = 102, *, taker: str = "0", maker: str = "0", **sizes: int
) -> VenueView:
    sizes = {"bid_size": 50, "ask_size": 50, **sizes}
    instrument = replace(INSTRUMENT, taker_fee=Decimal(taker), maker_fee=Decimal(maker))
    return VenueView(venue=name, instrument=instrument, quote=touch(bid, ask, **sizes))


def sent(tif: TimeInForce, *venues: VenueView, lots: int = 40, price: int | None = None, **changes: Any) -> Route | None:
    wanted: Wish = wish(quote=ACROSS, **changes)
    near, far = wanted.quote.near(wanted.side), wanted.quote.far(wanted.side)
    own = (wanted.worst if wanted.sweep else far) if tif is TimeInForce.IOC else near
    assert own is not None
    return route(Place(own if price is None else Ticks(price), Lots(lots), tif, "because"), wanted, venues)


def take(*venues: VenueView, **more: Any) -> Route:
    found = sent(TimeInForce.IOC, *venues, **more)
    assert found is not None
    return found


def rest(*venues: VenueView, **more: Any) -> Route:
    found = sent(TimeInForce.GTD, *venues, **more)
    assert found is not None
    return found


def test_what_takes_goes_to_the_better_price_and_says_what_it_compared() -> None:
    found = take(view("A", ask=103, ask_size=900), view("B"))
    assert (found.venue, found.place.price, found.place.lots, found.quote) == ("B", 102, 40, view("B").quote)
    assert [each["venue"] for each in found.candidates] == ["B", "A"]
    assert found.candidates[0] == {"venue": "B", "price": 102, "shown": 50, "fee": 0, "cost": 102 * 100 * 40}


def test_fees_decide_between_equal_prices_and_may_outweigh_a_tick() -> None:
    assert take(view("A", taker="0.0030"), view("B", taker="0.0010")).venue == "B"
    assert take(view("A", taker="0.0030"), view("B", ask=103, taker="-0.0090")).venue == "B", "a tick is a cent"
    assert take(view("A", taker="0.0030"), view("B", ask=103, taker="-0.0060")).venue == "A"
    seller = {"side": Side.SELL, "worst": Ticks(98)}
    assert take(view("A", taker="0.0030"), view("B", bid=99, taker="-0.0090"), **seller).venue == "B"
    assert take(view("A", taker="0.0030"), view("B", taker="0.0020"), **seller).place.price == 100


def test_a_fee_in_basis_points_is_charged_on_the_price() -> None:
    bps = replace(view("B"), instrument=replace(INSTRUMENT, taker_fee=Decimal(50), fee_unit=FeeUnit.BPS))
    assert take(view("A", taker="0.0040"), bps).venue == "A", "50 bps of 1.02 is 0.0051"
    assert take(view("A", taker="0.0060"), bps).venue == "B"


def test_equal_costs_go_to_the_larger_size_and_then_to_the_first() -> None:
    assert take(view("A"), view("B", ask_size=51)).venue == "B"
    assert take(view("A"), view("B")).venue == "A"


def test_a_child_takes_no_more_than_its_venue_shows_unless_it_sweeps_or_would_leave_too_little() -> None:
    assert take(view("A", ask_size=30)).place.lots == 30
    assert take(view("A", ask_size=30), min_child=Lots(35)).place.lots == 35
    assert take(view("A", ask_size=30), min_child=Lots(20), left=Lots(40)).place.lots == 40, "10 would be no child"
    sweep = take(view("A", ask_size=30), sweep=True)
    assert (sweep.place.lots, sweep.place.price) == (40, 104)


def test_beyond_the_worst_price_nothing_is_taken() -> None:
    assert sent(TimeInForce.IOC, view("A", ask=105), view("B", ask=None)) is None
    assert take(view("A", ask=105), view("B", ask=104)).venue == "B"


def test_what_rests_goes_to_the_shorter_queue_and_to_the_larger_rebate() -> None:
    assert rest(view("A", bid_size=500), view("B", bid_size=60)).venue == "B"
    assert rest(view("A"), view("B", maker="-0.0020")).venue == "B"
    assert rest(view("A", bid=99), view("B")).venue == "A", "nobody is ahead of us there"
    long_queue = rest(view("A", bid_size=5_000, maker="-0.0030"), view("B", bid_size=100))
    assert long_queue.venue == "B", "a rebate that is never earned is none"
    assert rest(view("A"), view("B")).venue == "A"
    assert rest(view("B", maker="-0.0020")).candidates[0].keys() == {"venue", "price", "ahead", "fee", "edge"}


def test_where_every_fill_costs_more_than_half_the_spread_the_lowest_fee_decides() -> None:
    assert rest(view("A", maker="0.0500", bid_size=5_000), view("B", maker="0.0400")).venue == "B"


def test_what_rests_does_not_go_where_it_would_take() -> None:
    assert sent(TimeInForce.GTD, view("A", bid=98, ask=100)) is None
    assert rest(view("A", bid=98, ask=100), view("B", bid_size=9_000)).venue == "B"


@given(
    st.lists(
        st.tuples(st.integers(95, 100), st.integers(101, 106), st.integers(1, 500), st.integers(-30, 30)), min_size=1, max_size=5
    ),
    st.sampled_from(Side),
    st.integers(1, 300),
    st.integers(1, 50),
)
@settings(max_examples=examples(150))
def test_a_route_is_one_of_its_venues_within_the_limit_and_the_size(
    books: list[tuple[int, int, int, int]], side: Side, lots: int, smallest: int
) -> None:
    views = [
        view(f"V{n}", bid, ask, bid_size=size, ask_size=size, taker=str(Decimal(fee) / 10_000))
        for n, (bid, ask, size, fee) in enumerate(books)
    ]
    worst = Ticks(104) if side is Side.BUY else Ticks(97)
    terms = {"side": side, "worst": worst, "min_child": Lots(smallest), "left": Lots(max(lots, smallest))}
    found = sent(TimeInForce.IOC, *views, lots=max(lots, smallest), **terms)
    reachable = [each for each in views if (far := each.quote.far(side)) is not None and side.within(far, worst)]
    assert (found is None) is (not reachable)
    if found is not None:
        assert found.venue in {each.venue for each in reachable}
        assert side.within(found.place.price, worst)
        assert min(smallest, lots) <= found.place.lots <= max(lots, smallest)
        costs = [int(each["cost"]) for each in found.candidates]
        assert costs == sorted(costs)
        assert len(costs) == len(reachable)


@pytest.mark.parametrize("tif", TimeInForce)
def test_the_same_venues_give_the_same_route(tif: TimeInForce) -> None:
    venues = [view("A", taker="0.0010"), view("B", maker="-0.0010"), view("C", bid_size=10)]
    assert sent(tif, *venues) == sent(tif, *venues)


def test_what_fills_at_a_venue_cost_beyond_what_was_expected_counts_in_the_choice() -> None:
    venues = (view("A"), view("B"))
    dear = {"A": Outcome(rested=Lots(400), rested_more=400 * 90, took=Lots(400), took_more=400 * 50)}
    place = Place(Ticks(102), Lots(40), TimeInForce.IOC, "because")
    plain, learned = route(place, wish(quote=ACROSS), venues), route(place, wish(quote=ACROSS), venues, dear)
    assert plain is not None
    assert learned is not None
    assert (plain.venue, learned.venue) == ("A", "B")
    assert "learned" in learned.candidates[1]
    rests = replace(place, price=Ticks(100), time_in_force=TimeInForce.GTD)
    found = route(rests, wish(quote=ACROSS), venues, dear)
    assert found is not None
    assert found.venue == "B"


def test_a_venue_that_was_cheaper_than_expected_is_liked_better() -> None:
    cheap = {"B": Outcome(took=Lots(400), took_more=-400 * 20)}
    found = route(Place(Ticks(102), Lots(40), TimeInForce.IOC, "because"), wish(quote=ACROSS), (view("A"), view("B")), cheap)
    assert found is not None
    assert found.venue == "B"


def test_a_venue_that_is_far_away_is_dearer_by_what_the_price_may_run_away_by() -> None:
    """A tick is a hundred points; a tenth of a tick on the way outweighs a cheaper fee of a twentieth."""
    far = replace(view("A", taker="0.0010"), wait=0.1)
    found = take(far, view("B", taker="0.0015"))
    assert found.venue == "B"
    assert found.candidates[1]["wait"] == "10"
    assert take(replace(far, wait=0.04), view("B", taker="0.0015")).venue == "A"


def test_a_queue_in_which_little_of_what_was_expected_was_filled_is_rested_in_less() -> None:
    slow = {"A": Outcome(expected=Lots(1_000), filled=Lots(200))}
    place, wanted = Place(Ticks(100), Lots(40), TimeInForce.GTD, "because"), wish(quote=ACROSS)
    venues = [view("A", bid_size=40), view("B", bid_size=80)]
    liked, warned = route(place, wanted, venues), route(place, wanted, venues, slow)
    assert liked is not None
    assert warned is not None
    assert (liked.venue, warned.venue) == ("A", "B")
    assert "pace" not in warned.candidates[0]
    assert float(str(warned.candidates[1]["pace"])) == pytest.approx((200 + 160) / (1_000 + 160), rel=1e-4)
