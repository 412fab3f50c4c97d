"""Floors: what makes a session of several recorded days, and what is refused by name; one symbol's floors as one market."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from metaorder.domain.child import TimeInForce
from metaorder.domain.errors import Invalid
from metaorder.domain.instrument import Instrument
from metaorder.domain.market import flat_curve
from metaorder.domain.order import ParentId, Side
from metaorder.domain.units import Lots, Nanos, Ticks
from metaorder.domain.venue import Latency, ReportKind
from metaorder.sim.floors import Recorded, open_floors
from metaorder.sim.market import NO_INDEX, Market, Stop
from metaorder.sim.rules import ReplayRules
from metaorder.sim.tape import Tape
from support.core import child, parent_order, touch
from support.lobster import BUY, CLOSE, OPEN, SECOND, SELL, Day
from support.replays import rows_of_day
from unit.sim.test_market import DAY, INSTRUMENT

OTHER = replace(INSTRUMENT, symbol="COIN")


def day(bid: int, ask: int, lots: int = 100) -> Day:
    return Day(2).resting(1, BUY, bid, lots).resting(2, SELL, ask, lots).at(SECOND).add(3, BUY, bid - 1, 5).at(9 * SECOND)


def recorded(made: Day, venue: str = "A", instrument: Instrument = INSTRUMENT, latency: int = 1_000) -> Recorded:
    return Recorded(
        tape=Tape(rows_of_day(made.add(4, BUY, 1, 1)).tape, DAY),
        venue=venue,
        instrument=instrument,
        curve=flat_curve(Nanos(OPEN), Nanos(CLOSE)),
        latency=Latency(entry=Nanos(latency)),
        rules=ReplayRules(),
    )


def street() -> Market:
    days = [recorded(day(999, 1_002)), recorded(day(50, 51), "A", OTHER), recorded(day(999, 1_001, 30), "B")]
    market = Market(*open_floors(days))
    market.advance(until=Nanos(OPEN + 2 * SECOND), index=NO_INDEX, wake=None, on_quote=(), budget=9)
    return market


def test_a_symbol_over_its_floors_is_the_best_price_and_the_sum_of_what_is_there() -> None:
    market = street()
    assert market.symbols == ("ACME", "COIN")
    assert market.quote("ACME") == market.reference("ACME") == touch(999, 1_001, 130, 30)
    assert [market.quote_on(floor).bid_size for floor in market.listing("ACME").floors] == [100, 30]
    assert market.quote("COIN") == touch(50, 51, 100, 100)
    both = market.levels(Side.SELL, 9, market.listing("ACME").floors)
    assert [(level.price, level.lots) for level in both] == [(1_001, 30), (1_002, 100)]
    bids = market.recorded_levels(Side.BUY, 1, market.listing("ACME").floors)
    assert [(level.price, level.lots) for level in bids] == [(999, 130)]


def test_orders_go_to_their_floor_and_their_volume_is_that_of_their_symbol() -> None:
    market = street()
    mine, other = parent_order(id=ParentId("a")), parent_order(id=ParentId("c"), symbol="COIN")
    for order in (mine, other):
        market.watch(order)
        market.set_meter(order, active=True)
    taker = {"time_in_force": TimeInForce.IOC, "good_till": Nanos(CLOSE), "sent": market.clock, "lots": Lots(7)}
    market.submit(mine, child(1, venue="B", price=Ticks(1_001), **taker))
    market.submit(other, child(1, venue="A", price=Ticks(51), **taker))
    market.advance(until=Nanos(OPEN + 3 * SECOND), wake=None, on_quote=(), budget=9)
    said = market.take_reports()
    while market.advance(until=Nanos(OPEN + 3 * SECOND), wake=None, on_quote=(), budget=9) is Stop.REPORT:
        said += market.take_reports()
    fills = [report for report in said if report.kind is ReportKind.FILL]
    assert [(fill.parent, fill.price, fill.number_of_fill) for fill in fills] == [("a", 1_001, 1), ("c", 51, 2)]
    assert fills[0].quote == touch(999, 1_001, 130, 30)
    assert fills[0].venue_quote == touch(999, 1_001, 30, 30)
    assert fills[1].venue_quote is None, "a symbol at one venue has no quote apart"
    record = market.record("ACME")
    assert record.prints[["points", "lots"]].tolist() == [(100_100, 7)]
    assert len(market.record("ACME", "A").prints) == 0
    assert record.quotes["live"].tolist()[-1] == (999, 1_001, 130, 30), "sizes are those of the last change of price"
    market.cancel(ParentId("a"), 1, "B")
    market.unwatch(ParentId("a"))
    assert market.metered(ParentId("a"), Nanos(-1)) == 0


@pytest.mark.parametrize(
    ("second", "field"),
    [
        (lambda: recorded(day(999, 1_002)), "sources.1.venue"),
        (lambda: recorded(day(99, 102), "B", replace(INSTRUMENT, lot_size=10)), "sources.1.instrument"),
        (lambda: recorded(day(99, 102), "B", replace(INSTRUMENT, tick_size=Decimal("0.02"))), "sources.1.instrument"),
    ],
)
def test_days_that_make_no_session_are_refused_by_name(second: object, field: str) -> None:
    assert callable(second)
    with pytest.raises(Invalid) as refused:
        open_floors([recorded(day(999, 1_002)), second()])
    assert refused.value.field == field


def test_a_session_has_a_floor_at_least_and_64_at_most() -> None:
    one = recorded(day(999, 1_002))
    for days in ([], [replace(one, venue=f"V{n}") for n in range(65)]):
        with pytest.raises(Invalid, match="from 1 to 64"):
            open_floors(days)
