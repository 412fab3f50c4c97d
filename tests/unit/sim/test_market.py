"""A session in process: what it says of itself, of our orders and of others' volume, in the domain's words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from metaorder.domain.child import Liquidity, TimeInForce
from metaorder.domain.errors import Invalid
from metaorder.domain.market import NO_QUOTE, flat_curve
from metaorder.domain.order import Account, ParentId, ParentOrder, Side
from metaorder.domain.units import Lots, Nanos, Ticks
from metaorder.domain.venue import Latency, Report, ReportKind
from metaorder.sim.levels import BookLevel
from metaorder.sim.market import NEVER, NO_INDEX, Market, Stop, replayed
from metaorder.sim.record import AUCTION, HIDDEN, OWN_MAKER, OWN_TAKER
from metaorder.sim.rules import ReplayRules
from metaorder.sim.scenario import Scenario, changed
from metaorder.sim.simulated import simulated
from metaorder.sim.tape import Tape
from support.core import DAY, INSTRUMENT, child, parent_order, touch
from support.lobster import BUY, CLOSE, OPEN, SECOND, SELL
from support.lobster import Day as Recorded
from support.replays import rows_of_day

LATENCY = Nanos(1_000_000)


def recorded() -> Recorded:
    """999 bid by 300 lots from before the open and 100 that arrive at 1 s, 1001 offered; halted from 20 s to 30 s."""
    day = (
        Recorded(2).resting(1, BUY, 999, 300).resting(2, BUY, 998, 500).resting(3, SELL, 1_001, 200).resting(4, SELL, 1_003, 100)
    )
    day.at(SECOND).add(10, BUY, 999, 100)
    day.at(5 * SECOND).execute(1, 300).execute(10, 100)
    day.at(6 * SECOND).add(11, BUY, 999, 50)
    day.at(7 * SECOND).execute(11, 50)
    day.at(8 * SECOND).hidden(99_900, 30).hidden(100_150, 8, SELL)
    return day.at(20 * SECOND).halt(-1).cross(100_000, 77).at(30 * SECOND).halt(1)


def at(seconds: float) -> Nanos:
    return Nanos(OPEN + round(seconds * SECOND))


def replay(day: Recorded | None = None, *, claim_hidden: bool = True) -> Market:
    tape = Tape(rows_of_day(day or recorded()).tape, DAY)
    curve = flat_curve(Nanos(OPEN), Nanos(CLOSE))
    rules = ReplayRules(claim_hidden=claim_hidden)
    return replayed(tape, INSTRUMENT, curve=curve, latency=Latency(entry=LATENCY), rules=rules)


VENUES = [
    {"id": "POOL", "share": 0.2, "dark": True},
    {"id": "XA", "share": 0.5},
    {"id": "XB", "share": 0.5, "taker_fee": "0.0010", "latency_ms": 2},
]


def of_venues(venues: list[dict[str, Any]]) -> Market:
    scenario, curve = changed(Scenario(), {"venues": venues}), flat_curve(DAY.open, DAY.close)
    return simulated(scenario, 7, DAY, INSTRUMENT, curve=curve, usual_volume=Lots(9), latency=Latency(entry=LATENCY))


def test_a_scenario_of_several_venues_has_a_floor_for_each_on_its_terms() -> None:
    market = of_venues(VENUES)
    listing = market.listing()
    assert [floor.venue for floor in listing.floors] == ["XA", "XB", "POOL"]
    assert [floor.venue for floor in listing.lit] == ["XA", "XB"]
    assert [floor.latency.entry for floor in listing.floors] == [LATENCY, 2_000_000, LATENCY]
    assert listing.floors[1].instrument.taker_fee == Decimal("0.0010")
    assert listing.floors[0].instrument == INSTRUMENT


def test_what_several_venues_show_leaves_the_dark_pool_out() -> None:
    market = of_venues(VENUES)
    go(market, until=Nanos(DAY.open + 600_000_000_000))
    shown = [market.quote_on(floor) for floor in market.listing().lit]
    assert market.quote().bid == max(quote.bid for quote in shown if quote.bid is not None)
    assert market.quote().ask == min(quote.ask for quote in shown if quote.ask is not None)
    assert len(market.record(venue="POOL").prints) > 0
    assert market.volumes().sum() == sum(market.record(venue=venue).prints["lots"].sum() for venue in ("XA", "XB", "POOL"))


def test_a_fee_of_a_venue_that_is_finer_than_its_money_is_refused_by_name() -> None:
    with pytest.raises(Invalid, match=r"parameters\.venues\.XA\.taker_fee"):
        of_venues([{"id": "XA", "share": 1, "taker_fee": "0.000000001"}])


def test_prices_average_exactly_where_the_sums_leave_64_bits() -> None:
    sizes = {"market_size": 1e6, "maker_size": 1e6, "limit_size": 1e6, "adv": 1e12}
    scenario, curve = changed(Scenario(), {"start": 100_000_000, **sizes}), flat_curve(DAY.open, DAY.close)
    terms: dict[str, Any] = {"curve": curve, "usual_volume": Lots(9), "latency": Latency(entry=LATENCY)}
    market = simulated(scenario, 7, DAY, INSTRUMENT, **terms)
    go(market, until=Nanos(DAY.open + 1_800 * SECOND))
    prints = market.record().prints
    worth = [(each["ts"], int(each["points"]) * int(each["lots"]), int(each["lots"])) for each in prints]
    assert sum(value for _, value, _ in worth) > 4 * 2**63
    for since in (0, 900, 1_799, 1_800):
        part = [(value, lots) for ts, value, lots in worth if ts >= DAY.open + since * SECOND]
        exact = sum(value for value, _ in part) / sum(lots for _, lots in part) if part else None
        assert market.vwap_since(INSTRUMENT.symbol, Nanos(DAY.open + since * SECOND)) == exact
    whole = sum(value for _, value, _ in worth) / sum(lots for *_, lots in worth)
    assert [each.vwap for each in market.statistics(depth_ticks=0)] == [pytest.approx(whole, rel=1e-14)] * 2


def simulation(seed: int = 7) -> Market:
    curve = flat_curve(DAY.open, DAY.close)
    return simulated(Scenario(), seed, DAY, INSTRUMENT, curve=curve, usual_volume=Lots(9), latency=Latency(entry=LATENCY))


def go(market: Market, **changes: Any) -> Stop:
    return market.advance(**{"until": Nanos(CLOSE), "wake": None, "on_quote": (), "budget": NO_INDEX, **changes})


def run(market: Market, seconds: float) -> list[Report]:
    said: list[Report] = []
    while go(market, until=at(seconds)) not in {Stop.LIMIT, Stop.CLOSED}:
        said += market.take_reports()
    return said


def watched(market: Market, name: str = "p-1", **terms: Any) -> ParentOrder:
    order = parent_order(id=ParentId(name), **terms)
    market.watch(order)
    market.set_meter(order, active=True)
    return order


def send(market: Market, order: ParentOrder, price: int = 999, lots: int = 60, number: int = 1, **terms: Any) -> None:
    given = {"price": Ticks(price), "lots": Lots(lots), "good_till": Nanos(CLOSE), "sent": market.clock, **terms}
    market.submit(order, child(number, venue=market.venue, **given))


def test_a_market_opens_with_its_book_and_says_what_it_is() -> None:
    market, drawn = replay(), simulation()
    assert (market.clock, market.index, market.closed, market.halted) == (OPEN, 0, False, False)
    assert market.quote() == market.reference() == touch(999, 1_001, 300, 200)
    assert (market.venue, market.listing().usual_volume, market.recorded) == ("XNAS", None, True)
    assert (drawn.venue, drawn.listing().usual_volume, drawn.recorded, drawn.clock) == ("SIM", 9, False, DAY.open)
    assert (drawn.quote().two_sided, drawn.reference(), drawn.recorded_levels(Side.BUY, 9)) == (True, NO_QUOTE, [])


def test_an_advance_says_why_it_ended() -> None:
    market = replay(Recorded(1).resting(1, BUY, 999, 5).at(SECOND).add(2, SELL, 1_001, 5).at(9 * SECOND).halt(-1))
    assert market.quote() == touch(999, None, 5, 0), "an empty side has no price"
    assert (go(market, until=at(0.5)), market.clock) == (Stop.LIMIT, at(0.5))
    assert (go(market, wake=at(0.7)), market.clock) == (Stop.WAKE, at(0.7))
    assert (go(market, on_quote=market.symbols), market.clock) == (Stop.QUOTE, at(1))
    assert (go(market, index=1), market.index) == (Stop.LIMIT, 1)
    send(market, watched(market))
    assert (go(market), market.clock) == (Stop.REPORT, at(1) + LATENCY)
    market.take_reports()
    assert (go(market), market.clock, market.halted) == (Stop.HALT, at(9), True)
    run(market, 30_000)
    assert (go(market), market.closed, market.clock) == (Stop.CLOSED, True, CLOSE)


def test_an_interrupted_advance_comes_back_soon_and_goes_on_as_if_it_had_not() -> None:
    whole, cut = simulation(), simulation()
    end = Nanos(DAY.open + 600 * SECOND)
    cut.interrupt(on=True)
    assert go(cut, until=end) is Stop.BUDGET
    assert 0 < cut.index < 1_000
    cut.interrupt(on=False)
    assert go(cut, until=end, budget=100) is Stop.BUDGET
    assert go(cut, until=end) is go(whole, until=end) is Stop.LIMIT
    assert cut.hash() == whole.hash()
    assert simulation(8).hash() != simulation(7).hash()


def test_a_child_arrives_a_latency_later_and_hears_what_is_ahead_of_it() -> None:
    market = replay()
    order = watched(market)
    run(market, 2)
    for number, price in enumerate((999, 1_000, 1_001), start=1):
        send(market, order, price, number=number)
    first, alone, taker, *_ = run(market, 3)
    assert (first.kind, first.parent, first.number, first.ts, first.lots) == (ReportKind.ACCEPTED, "p-1", 1, at(2) + LATENCY, 60)
    assert (first.queue_ahead, first.queue_known_ppm) == (400, 250_000), "the arrival of 100 of 400 lots was seen"
    assert (alone.queue_ahead, alone.queue_known_ppm) == (0, 1_000_000)
    assert (taker.queue_ahead, taker.queue_known_ppm) == (None, None), "it does not rest"


def test_a_taker_hears_price_liquidity_and_the_touch_before_it() -> None:
    market = replay()
    send(market, watched(market), price=1_001, lots=60)
    send(market, watched(market, "p-2"), price=1_001, lots=10)
    _, fill, _, second = run(market, 0.5)
    assert (fill.kind, fill.price, fill.lots, fill.liquidity) == (ReportKind.FILL, 1_001, 60, Liquidity.TAKER)
    assert (fill.number_of_fill, second.number_of_fill, second.parent) == (1, 2, "p-2")
    assert (fill.quote.ask_size, fill.evidence, fill.certain) == (200, "l3", True)
    assert (second.reference.ask_size, market.quote().ask_size, market.reference().ask_size) == (200, 130, 200)


@pytest.mark.parametrize("claim_hidden", [True, False])
def test_a_maker_waits_its_turn_and_hidden_executions_fill_it_only_by_assumption(claim_hidden: bool) -> None:
    market = replay(claim_hidden=claim_hidden)
    run(market, 2)
    send(market, watched(market))
    made = [each for each in run(market, 10) if each.kind is ReportKind.FILL]
    assert {each.liquidity for each in made} == {Liquidity.MAKER}
    expected = [(at(7), 50, True), (at(8), 10, False)]
    assert [(each.ts, each.lots, each.certain) for each in made] == expected[: 1 + claim_hidden]


@pytest.mark.parametrize(
    ("when", "terms", "ended"),
    [
        (0, {"price": 990, "good_till": at(3)}, (ReportKind.EXPIRED, "good_till")),
        (0, {"price": 990, "good_till": NEVER}, (ReportKind.EXPIRED, "session_closed")),
        (23_399.9995, {"price": 990}, (ReportKind.REJECTED, "session_closed")),
        (0, {"price": 999, "time_in_force": TimeInForce.IOC}, (ReportKind.EXPIRED, "unmatched")),
        (0, {"price": 1_009, "lots": 900}, (ReportKind.EXPIRED, "beyond_recorded_depth")),
        (2, {"good_till": at(2)}, (ReportKind.REJECTED, "late")),
        (25, {}, (ReportKind.REJECTED, "halted")),
        (0, {"lots": 0}, (ReportKind.REJECTED, "invalid")),
    ],
)
def test_a_child_that_ends_says_why(when: float, terms: dict[str, Any], ended: tuple[ReportKind, str]) -> None:
    market = replay()
    order = watched(market)
    run(market, when)
    send(market, order, **terms)
    last = run(market, 30_000)[-1]
    assert (last.kind, last.reason) == ended


def test_a_cancel_arrives_a_latency_later_and_a_deleted_market_cancels_the_rest() -> None:
    market = replay()
    order = watched(market)
    send(market, order, price=990, lots=20)
    send(market, order, price=990, number=2)
    run(market, 1)
    market.cancel(order.id, 1)
    (gone,) = run(market, 2)
    assert (gone.kind, gone.reason, gone.number, gone.lots, gone.ts) == (ReportKind.CANCELED, "canceled", 1, 20, at(1) + LATENCY)
    market.shut()
    (rest,) = market.take_reports()
    assert (rest.kind, rest.reason, rest.number, market.closed) == (ReportKind.CANCELED, "market_deleted", 2, True)


@pytest.mark.parametrize(("account", "said"), [("desk", (ReportKind.CANCELED, "self_match")), ("other", (ReportKind.FILL, ""))])
def test_orders_trade_with_those_of_other_accounts_but_never_with_their_own(account: str, said: tuple[ReportKind, str]) -> None:
    market = replay()
    buyer, seller = watched(market), watched(market, "p-2", side=Side.SELL, account=Account(account))
    send(market, buyer, price=1_000)
    run(market, 0.5)
    send(market, seller, price=1_000)
    assert [(each.kind, each.reason) for each in run(market, 0.9) if each.parent == "p-1"] == [said]
    assert market.record().prints[["parent", "counterparty"]].tolist() == ([(2, 1)] if account == "other" else [])


def test_our_orders_stand_in_the_live_book_and_not_in_the_recorded_one_nor_the_quote() -> None:
    market = replay()
    order = watched(market)
    send(market, order)
    send(market, order, price=1_000, number=2)
    run(market, 0.5)
    assert market.levels(Side.BUY, 2) == [BookLevel(Ticks(1_000), Lots(60), 1), BookLevel(Ticks(999), Lots(360), 2)]
    unseen = None  # it was there before the first row: nobody knows in how many orders
    assert market.recorded_levels(Side.BUY, 9) == [
        BookLevel(Ticks(999), Lots(300), unseen),
        BookLevel(Ticks(998), Lots(500), unseen),
    ]
    assert [each.price for each in market.levels(Side.SELL, 9)] == [1_001, 1_003]
    assert market.quote() == touch(999, 1_001, 300, 200)


def test_a_meter_counts_others_volume_within_the_limit_and_after_the_time_while_it_is_active() -> None:
    market = replay()
    free, tight = watched(market), watched(market, "p-2", limit=Ticks(1_001))
    seller = watched(market, "p-3", side=Side.SELL, limit=Ticks(1_001))
    paused = watched(market, "p-4")
    market.set_meter(paused, active=False)
    run(market, 40)
    counted = [market.metered(each.id, Nanos(0)) for each in (free, tight, seller, paused)]
    assert counted == [488, 480, 8, 0], "the cross in the halt earns nothing"
    assert (market.metered(free.id, at(5)), market.metered(free.id, at(7))) == (88, 38)
    market.unwatch(free.id)
    assert (market.metered(free.id, Nanos(0)), market.metered(ParentId("nobody"), Nanos(0))) == (0, 0)


def test_the_record_is_of_its_time_and_names_parents_and_prints() -> None:
    market = replay()
    order = watched(market, "mine")
    send(market, order, price=1_001, lots=5)
    run(market, 2)
    send(market, order, number=2)
    early = market.record()
    run(market, 40)
    late = market.record()
    assert (early.clock, early.closed, early.parents, len(early.prints)) == (at(2), False, ("", "mine"), 1)
    assert late.prints[["points", "lots", "parent", "flags"]].tolist()[0] == (100_100, 5, 1, OWN_TAKER)
    assert late.prints["flags"].tolist()[1:] == [0, 0, OWN_MAKER, OWN_MAKER, HIDDEN, HIDDEN, AUCTION]
    assert late.reference["lots"].tolist() == [300, 100, 50, 30, 8, 77]
    assert late.quotes["halted"].tolist()[-2:] == [1, 0]
