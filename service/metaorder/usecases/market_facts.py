"""The market of an order as arrays: what a session's record holds, cut into the tapes that tca asks for."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import log
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from metaorder.domain.instrument import Instrument
from metaorder.domain.order import Side
from metaorder.domain.units import to_nanos
from metaorder.models.propagator import Exponential, PowerLaw
from metaorder.sim.record import AUCTION, MarketRecord
from metaorder.sim.venues import in_order, read_venues
from metaorder.tca.facts import NO_PRICE, Bools, Decay, Ints, MarketFacts, Quotes, Tape

Row = Mapping[str, Any]

_decode = msgspec.json.Decoder().decode

BLOCK = 4_096


def market_facts(
    record: MarketRecord,
    quotes: Quotes,
    market: Row,
    parent: Row,
    mine: frozenset[str],
    untouched: MarketRecord | None,
    instrument: Instrument,
) -> MarketFacts:
    """The market of one order. mine: the account's parents. untouched: a simulated market without the order, if it is known."""
    symbol = parent["symbol"]
    facts, spec = _decode(market["detail"])["facts"], _decode(market["spec"])
    prints, halts = _Prints(record.prints), _Halts(record, quotes)
    eligible = ~prints.crossed & ~halts.within(prints.whole.ts)
    ours = prints.of(record.parents, mine)
    alone = frozenset([parent["id"]])
    own = ours if mine == alone else prints.of(record.parents, alone)
    recorded, basis, alone_quotes = None, "external", None
    if spec["kind"] == "replay":
        reference = _Prints(record.reference)
        continuous = ~reference.crossed & ~halts.within(reference.whole.ts)
        recorded, basis = reference.where(continuous), "replay"
    elif untouched is not None:
        undisturbed = _Prints(untouched.prints)
        recorded, basis = undisturbed.where(~undisturbed.crossed), "simulated"
        alone_quotes = quotes_of(untouched, instrument)
    return MarketFacts(
        clock=record.clock,
        opened=to_nanos(facts["open"]),
        closes=to_nanos(facts["close"]),
        closed=record.closed,
        tape=prints.where(eligible & ~ours),
        whole=prints.where(eligible),
        recorded=recorded,
        own=prints.where(eligible & own),
        auctions=prints.where(prints.crossed),
        quotes=quotes,
        basis=basis,
        assumptions=_assumptions(spec["options"], facts, symbol),
        decay=decay_of(spec["options"].get("impact_decay")),
        untouched=alone_quotes,
        previous_close=_previous_close(spec["options"], symbol, instrument),
    )


def _previous_close(options: Row, symbol: str, instrument: Instrument) -> Fraction | None:
    """The close of the session before, as it was stated, exactly [points]."""
    stated = (options.get("previous_close") or {}).get(symbol)
    return None if stated is None else Fraction(stated) / Fraction(instrument.point_size)


def decay_of(stated: Row | None) -> Decay | None:
    """The decay that a market's options state.

    Raises:
        Invalid: a parameter is not a positive number.
    """
    if stated is None:
        return None
    if stated["kernel"] == "exponential":
        return Decay(Exponential(log(2) / stated["half_life_s"]), stated)
    return Decay(PowerLaw(stated["tau_s"], stated["beta"]), stated)


def _assumptions(options: Row, facts: Row, symbol: str) -> dict[str, object]:
    """What a market was made with that its costs hang on. Spans in ms; fees in currency per unit or bps, a rebate negative.

    Of a symbol that trades at several venues: of the first of them, and of each under `venues`.
    """
    floors = facts.get("floors", [{"symbol": symbol, "venue": facts["venue"], "instrument": facts["instrument"]}])
    sources = options.get("sources") or _simulated_venues(options) or [{}]
    made = {
        floor["venue"]: _floor_assumptions({**options, **source}, floor["instrument"])
        for floor, source in zip(floors, sources, strict=True)
        if floor["symbol"] == symbol
    }
    first = next(iter(made.values()))
    return first if len(made) == 1 else {**first, "venues": made}


def _simulated_venues(options: Row) -> list[Row]:
    """What the venues of a simulated market state beside their fees, in the order of its floors."""
    venues = in_order(read_venues("venues", options.get("parameters", {}).get("venues", [])))
    return [{} if venue.latency_ms is None else {"latency_ms": venue.latency_ms} for venue in venues]


def _floor_assumptions(options: Row, instrument: Row) -> dict[str, object]:
    spans = ("latency_jitter_ms", "report_latency_ms", "report_latency_jitter_ms")
    return {
        "latency_ms": options["latency_ms"],
        **{name: options.get(name, 0.0) for name in spans},
        "fees": {
            "unit": instrument.get("fee_unit", "per_unit"),
            "taker": instrument["taker_fee"],
            "maker": instrument["maker_fee"],
        },
        "hidden": options.get("hidden"),
    }


def quotes_of(record: MarketRecord, instrument: Instrument, worse_for: Side | None = None) -> Quotes:
    """Twice the mid at each change; none while a side is empty, the book crossed, or trading halted.

    worse_for: while it is crossed, twice the side of it that makes a price of such an order look the worse.
    """
    rows, count = record.quotes, len(record.quotes)
    ts, mid2 = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    for start in range(0, count, BLOCK):  # rows are wide: a block stays in the cache while its columns are read
        block = slice(start, start + BLOCK)
        live, halted = rows["live"][block], rows["halted"][block]
        bid, ask = live["bid"], live["ask"]
        found = bid + ask
        found *= instrument.points_per_tick
        crossed = bid > ask
        if worse_for is not None:
            found[crossed] = 2 * instrument.points_per_tick * (ask if worse_for is Side.BUY else bid)[crossed]
            crossed = np.zeros_like(crossed)
        found[crossed | (live["bid_lots"] <= 0) | (live["ask_lots"] <= 0) | (halted != 0)] = NO_PRICE
        mid2[block], ts[block] = found, rows["ts"][block]
    return Quotes(ts, mid2)


def halted_at(record: MarketRecord, ts: int) -> bool:
    """Whether trading was halted at a time, that instant's changes included."""
    at = int(np.searchsorted(record.quotes["ts"], ts, side="right")) - 1
    return at >= 0 and bool(record.quotes["halted"][at])


class _Halts:
    """When trading was halted, read once: a rare thing, looked up for each print of a record."""

    def __init__(self, record: MarketRecord, quotes: Quotes) -> None:
        self._ts = quotes.ts
        blind = np.flatnonzero(quotes.mid2 == NO_PRICE)  # a halt has no mid
        self._halted = np.zeros(len(quotes.ts) + 1, dtype=np.bool_)
        self._halted[blind + 1] = record.quotes["halted"][blind] != 0
        self._any = bool(self._halted.any())

    def within(self, times: Ints) -> Bools:
        """Whether trading was halted both before and after each instant: a print on the edge is of the trading side."""
        if not self._any:
            return np.zeros(len(times), dtype=np.bool_)
        before, after = (np.searchsorted(self._ts, times, side=side) for side in ("left", "right"))
        found: Bools = self._halted[before] & self._halted[after]
        return found


class _Prints:
    """Prints of a record by column, of which some are asked for at a time. keys: of those who took part, on either side."""

    def __init__(self, prints: npt.NDArray[np.void]) -> None:
        self.whole = tape_of(prints)
        self._sides = np.ascontiguousarray(prints["parent"]), np.ascontiguousarray(prints["counterparty"])
        self.crossed: Bools = (prints["flags"] & AUCTION) != 0

    def of(self, parents: tuple[str, ...], which: frozenset[str]) -> Bools:
        """Prints in which one of `which` took part."""
        keys = np.array([name in which for name in parents], dtype=np.bool_)
        bought, sold = self._sides
        found: Bools = (bought | sold) != 0  # key 0 is nobody of ours: few prints are left to be looked up
        some = np.flatnonzero(found)
        found[some] = keys[bought[some]] | keys[sold[some]]
        return found

    def where(self, chosen: Bools) -> Tape:
        """The chosen prints."""
        whole, at = self.whole, np.flatnonzero(chosen)
        return whole if len(at) == len(chosen) else Tape(whole.ts[at], whole.points[at], whole.lots[at])


def tape_of(prints: npt.NDArray[np.void]) -> Tape:
    """Prints as a tape."""
    return Tape(*(np.ascontiguousarray(prints[name]) for name in ("ts", "points", "lots")))
