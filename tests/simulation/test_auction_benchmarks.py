"""A whole simulated day with both auctions: legs for the open and the close trade at the prices that the benchmarks take."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np

from metaorder.domain.child import TimeInForce
from metaorder.domain.market import flat_curve
from metaorder.domain.order import Side
from metaorder.domain.units import SECOND, Lots, Nanos, Ticks
from metaorder.domain.venue import Latency, Report, ReportKind
from metaorder.sim.market import NO_INDEX, Market, Stop
from metaorder.sim.presets import preset
from metaorder.sim.record import AUCTION
from metaorder.sim.simulated import simulated
from metaorder.tca.benchmarks import closing, opening, slippage
from metaorder.tca.facts import MarketFacts
from metaorder.usecases.market_facts import market_facts, quotes_of
from support.core import INSTRUMENT as SHARE
from support.core import child, parent_order
from support.sessions import DAY

OPENING, MIDDLE, CLOSING = 1, 2, 3
FAR = 60


def run(market: Market, until: Nanos) -> list[Report]:
    said: list[Report] = []
    while True:
        stop = market.advance(until=until, wake=None, on_quote=(), budget=NO_INDEX)
        said += market.take_reports()
        if stop in {Stop.LIMIT, Stop.CLOSED}:
            return said


def worked_day(side: Side, auctions: str = "both") -> tuple[Market, list[Report]]:
    """Three legs of one order: for the open, at once at eleven, for the close."""
    scenario = preset("liquid-small-tick", {"auctions": auctions})
    market = simulated(
        scenario,
        3,
        DAY,
        SHARE,
        curve=flat_curve(DAY.open, DAY.close),
        usual_volume=Lots(9),
        latency=Latency(entry=Nanos(1_000_000)),
    )
    order = parent_order(side=side)
    market.watch(order)
    said: list[Report] = []
    legs = (
        (10, OPENING, TimeInForce.OPG, 2_000),
        (5_400, MIDDLE, TimeInForce.IOC, 100),
        (12_000, CLOSING, TimeInForce.CLS, 3_000),
    )
    for second, number, kind, lots in legs:
        said += run(market, Nanos(DAY.open + second * SECOND))
        price = Ticks(scenario.start * (100 + side.sign * FAR) // 100)
        terms = {"price": price, "lots": Lots(lots), "good_till": DAY.close, "sent": market.clock}
        market.submit(order, child(number, venue=market.venue, time_in_force=kind, **terms))
    said += run(market, DAY.close)
    return market, said


def facts(market: Market) -> MarketFacts:
    fees = {"taker_fee": "0", "maker_fee": "0"}
    times = {"open": _time(DAY.open), "close": _time(DAY.close)}
    row = {
        "detail": json.dumps({"facts": {**times, "venue": market.venue, "instrument": fees}}),
        "spec": json.dumps({"kind": "simulated", "options": {"latency_ms": 1.0}}),
    }
    record = market.record()
    mine = frozenset(record.parents[-1:])
    parent = {"symbol": market.symbols[0], "id": record.parents[-1]}
    return market_facts(record, quotes_of(record, market.instrument), row, parent, mine, None, market.instrument)


def _time(ts: int) -> str:
    return f"{np.datetime64(ts, 'ns')}Z"


def average(said: list[Report], number: int, per_tick: int) -> tuple[Fraction, int]:
    """In points, and lots."""
    fills = [each for each in said if each.kind is ReportKind.FILL and each.number == number]
    lots = sum(each.lots for each in fills)
    return Fraction(sum(each.price * each.lots for each in fills) * per_tick, lots), lots


def test_legs_for_the_auctions_cost_nothing_against_open_and_close() -> None:
    for side in Side:
        market, said = worked_day(side)
        found, per_tick = facts(market), market.instrument.points_per_tick
        (first, how), (last, how_closed) = opening(found), closing(found)
        assert (how, how_closed) == ("auction", "auction")
        assert first.value is not None
        assert last.value is not None
        for number, benchmark, lots in ((OPENING, first.value, 2_000), (CLOSING, last.value, 3_000)):
            price, filled = average(said, number, per_tick)
            assert (slippage(side.sign, price, benchmark), filled) == (0, lots)
        middle, _ = average(said, MIDDLE, per_tick)
        assert slippage(side.sign, middle, first.value) != 0
        record = market.record()
        crossed = record.prints[(record.prints["flags"] & AUCTION) != 0]
        assert len(set(crossed["points"].tolist())) == 2, "each auction has one price"
        assert int(found.auctions.lots.sum()) == int(crossed["lots"].sum()) > 5_000
        assert int(found.own.lots.sum()) == 100, "what trades in an auction is no continuous volume"


def test_without_auctions_the_first_and_the_last_print_stand_for_them() -> None:
    market, said = worked_day(Side.BUY, auctions="none")
    found = facts(market)
    (first, how), (last, how_closed) = opening(found), closing(found)
    assert (how, how_closed) == ("first_print", "last_print")
    assert (first.value, last.value) == (int(found.tape.points[0]), int(found.tape.points[-1]))
    assert {each.number for each in said if each.kind is ReportKind.REJECTED} == {OPENING, CLOSING}
