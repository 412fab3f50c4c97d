"""Analysis of an order: the facts that the service recorded, put into the shape that tca computes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import msgspec
import numpy as np

from metaorder.domain.instrument import Instrument
from metaorder.domain.order import TERMINAL, EndReason, Side, Status
from metaorder.domain.units import to_nanos
from metaorder.sim.record import MarketRecord
from metaorder.tca.benchmarks import NOT_ARRIVED, NOT_ENDED
from metaorder.tca.facts import NO_PRICE, Change, OrderFacts, Price, Quotes, TakenBack, Tranche
from metaorder.tca.measures import Beside
from metaorder.tca.report import Units, report
from metaorder.tca.shortfall import NO_REFERENCE
from metaorder.usecases.child_facts import working
from metaorder.usecases.fill_facts import Grid, Twin, fill_facts, read_fills
from metaorder.usecases.forecast_fit import expected_of
from metaorder.usecases.market_facts import halted_at, market_facts, quotes_of
from metaorder.usecases.venue_costs import by_venue

_decode = msgspec.json.Decoder().decode
Row = Mapping[str, Any]

REJECTED = "the order was rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that is known of an order for its analysis.

    record: its market. twin: the same market without the order, where it could be run; why_no_twin otherwise.
    mine: ids of the account's parents in that session. children: rows of its child orders. estimate: the one that it referred to.
    schedules: each as it was drawn, oldest first, where they were asked for.
    """

    parent: Row
    fills: Sequence[Row]
    record: MarketRecord
    twin: MarketRecord | None
    why_no_twin: str | None
    mine: frozenset[str]
    market: Row
    instrument: Instrument
    children: Sequence[Row] = ()
    estimate: Row | None = None
    schedules: Sequence[Row] = ()


def analyse(case: Case) -> dict[str, Any]:
    """The analysis of an order as a document."""
    instrument, parent = case.instrument, case.parent
    quotes = quotes_of(case.record, instrument)
    order = order_facts(case, quotes)
    untouched = _untouched(case, order)
    side, twin = Side(parent["side"]), _twin(case)
    market = market_facts(case.record, quotes, case.market, parent, case.mine, untouched, instrument)
    why = NO_REFERENCE if market.basis == "external" else None
    docs = read_fills(case.fills, parent["filled"])
    fills = fill_facts(docs, case.fills, side, instrument, twin, why)
    units = units_of(instrument)
    beside = Beside(working(case.children, docs, fills, instrument), expected_of(case.estimate, parent))
    found = report(order, fills, market, units, beside)
    if case.why_no_twin is not None:
        found["missing"] |= {"reference": case.why_no_twin}
    venues = by_venue(docs, fills, instrument)
    said = _decode(parent["facts"])
    unpriced = {"unpriced_quantity": said.get("disputed", 0) + said.get("settled", 0)}
    return {"parent_id": parent["id"], "status": parent["status"], **found, **unpriced, "venues": venues}


def units_of(instrument: Instrument) -> Units:
    """What points of price and of money are worth."""
    return Units(instrument.point_size, instrument.money_size, instrument.lot_size, instrument.currency)


def _twin(case: Case) -> Twin | None:
    """The quotes of the market without the order, where it was run."""
    record, side = case.twin, Side(case.parent["side"])
    if record is None:
        return None
    return Twin(quotes_of(record, case.instrument), lambda: quotes_of(record, case.instrument, side))


def _untouched(case: Case, order: OrderFacts) -> MarketRecord | None:
    """The market without the order: its twin; and the market itself, as long as the order has not arrived in it."""
    return case.record if case.twin is None and case.why_no_twin is None and order.arrived is None else case.twin


class _Marks:
    """Reads the quotes that were recorded with an order as mids."""

    def __init__(self, case: Case) -> None:
        self._points = Grid(case.instrument.point_size)
        self._record = case.record

    def price(self, text: str) -> Price:
        """A price that the client stated."""
        return Price.known(self._points[text])

    def mid(self, quote: Row | None, ts: int, when: str) -> Price:
        """The mid of a touch, and no last trade in its place."""
        if quote is None or quote["bid"] is None or quote["ask"] is None:
            return Price.missing(f"the book was one-sided {when}")
        bid, ask = self._points[quote["bid"]], self._points[quote["ask"]]
        if bid > ask:
            return Price.missing(f"the book was crossed {when}")
        if halted_at(self._record, ts):
            return Price.missing(f"trading was halted {when}")
        return Price.known(Fraction(bid + ask, 2))


def order_facts(case: Case, quotes: Quotes) -> OrderFacts:
    """The order as analysis sees it."""
    row = case.parent
    terms, facts = _decode(row["terms"]), _decode(row["facts"])
    marks = _Marks(case)
    decided_by, decision = _decision(row, terms, facts, marks, quotes)
    arrived, arrival = _arrival(row, facts, marks)
    ended, end = _end(row, facts, marks)
    start = to_nanos(terms["start_time"])
    return OrderFacts(
        sign=Side(row["side"]).sign,
        changes=_changes(case, facts, decision, arrived, arrival, marks),
        decided_by=decided_by,
        end=end,
        by_client=row["reason"] == EndReason.CLIENT_REQUEST,
        arrived=arrived,
        waited=None if arrived is None else arrived - start,
        ended=ended,
        start=start,
        stop=to_nanos(terms["end_time"]),
        pwp_rate=Fraction(str(terms["params"]["target"] if terms["algo"] == "pov" else terms["max_participation"])),
        pauses=_pauses(facts.get("pauses", []), case.record.clock),
        terminal=row["status"] in TERMINAL,
        cap=Fraction(str(terms["max_participation"])),
    )


def _decision(row: Row, terms: Row, facts: Row, marks: _Marks, quotes: Quotes) -> tuple[str, Price]:
    """The price that the client states, or the mid when it decided, or the mid at receipt; and which of them."""
    if terms["decision_price"] is not None:
        return "client_price", marks.price(terms["decision_price"])
    if terms["decision_time"] is not None:
        twice = int(quotes.at(np.array([to_nanos(terms["decision_time"])]))[0])
        none = Price.missing("there was no two-sided book at decision_time")
        return "client_time", none if twice == NO_PRICE else Price.known(Fraction(twice, 2))
    if row["status"] == Status.REJECTED:
        return "receipt", Price.missing(REJECTED)
    return "receipt", marks.mid(facts["decision"], to_nanos(facts["accepted_ts"]), "when the order was received")


def _arrival(row: Row, facts: Row, marks: _Marks) -> tuple[int | None, Price]:
    """When the order met its first two-sided book, and its mid."""
    if "arrival" in facts:
        ts = to_nanos(facts["arrival"]["ts"])
        return ts, marks.mid(facts["arrival"]["quote"], ts, "when the order arrived")
    if row["status"] == Status.REJECTED:
        return None, Price.missing(REJECTED)
    return None, Price.missing("the order ended before it arrived" if row["status"] in TERMINAL else NOT_ARRIVED)


def _end(row: Row, facts: Row, marks: _Marks) -> tuple[int | None, Price]:
    """When the order became terminal, and the mid then."""
    if "end" in facts:
        ts = to_nanos(facts["end"]["ts"])
        return ts, marks.mid(facts["end"]["quote"], ts, "when the order ended")
    return None, Price.missing(REJECTED if row["status"] == Status.REJECTED else NOT_ENDED)


def _changes(case: Case, facts: Row, decision: Price, arrived: int | None, arrival: Price, marks: _Marks) -> tuple[Change, ...]:
    """The order as it was accepted, and what amendments added or took back.

    What is added is decided then and there. It arrives then too, or with the order where that has yet to arrive.
    """
    lot = case.instrument.lot_size
    changes: list[Change] = []
    first = case.parent["quantity"] // lot
    for amendment in facts.get("amendments", []):
        lots = (amendment["after"] - amendment["before"]) // lot
        first -= lots
        ts = to_nanos(amendment["ts"])
        price = marks.mid(amendment["quote"], ts, "when the order was amended")
        if lots > 0:
            early = arrived is None or ts < arrived
            changes.append(Tranche(ts, lots, price, arrival if early else price))
        elif lots < 0:
            changes.append(TakenBack(ts, -lots, price))
    return Tranche(to_nanos(facts["accepted_ts"]), first, decision, arrival), *changes


def _pauses(changes: Sequence[Sequence[str]], clock: int) -> tuple[tuple[int, int], ...]:
    """Spans of suspension, the last one open until now."""
    spans, began = [], None
    for kind, text in changes:
        time = to_nanos(text)
        if kind == "suspended":
            began = time
        elif began is not None:
            spans.append((int(began), int(time)))
            began = None
    if began is not None:
        spans.append((int(began), clock))
    return tuple(spans)
