"""The market of an order as arrays: what a session's record holds, cut into the tapes that tca asks for."""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from metaorder.domain.instrument import Instrument
from metaorder.domain.units import to_nanos
from metaorder.models.propagator import Exponential, PowerLaw
from metaorder.sim.record import AUCTION, MarketRecord
from metaorder.sim.venues import in_order, read_venues
from metaorder.tca.facts import NO_PRICE, Bools, Decay, MarketFacts, Quotes, Tape

Row = Mapping[str, Any]

_decode = msgspec.json.Decoder().decode


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
    prints = record.prints
    auction = (prints["flags"] & AUCTION) != 0
    eligible = ~auction & ~_halted(record, prints["ts"])
    ours = _involves(prints, record.parents, mine)
    recorded, basis, alone_quotes = None, "external", None
    if spec["kind"] == "replay":
        reference = record.reference
        continuous = ((reference["flags"] & AUCTION) == 0) & ~_halted(record, reference["ts"])
        recorded, basis = _tape(reference[continuous]), "replay"
    elif untouched is not None:
        alone = untouched.prints
        recorded, basis = _tape(alone[(alone["flags"] & AUCTION) == 0]), "simulated"
        alone_quotes = quotes_of(untouched, instrument)
    return MarketFacts(
        clock=record.clock,
        opened=to_nanos(facts["open"]),
        closes=to_nanos(facts["close"]),
        closed=record.closed,
        tape=_tape(prints[eligible & ~ours]),
        whole=_tape(prints[eligible]),
        recorded=recorded,
        own=_tape(prints[eligible & _involves(prints, record.parents, frozenset([parent["id"]]))]),
        auctions=_tape(prints[auction]),
        quotes=quotes,
        basis=basis,
        assumptions=_assumptions(spec["options"], facts, symbol),
        decay=decay_of(spec["options"].get("impact_decay")),
        untouched=alone_quotes,
    )


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


def quotes_of(record: MarketRecord, instrument: Instrument) -> Quotes:
    """Twice the mid at each change; none while a side is empty, the book locked or crossed, or trading halted."""
    rows = record.quotes
    bid, ask = rows["live"]["bid"], rows["live"]["ask"]
    mid2 = (bid + ask) * instrument.points_per_tick
    mid2[(bid >= ask) | (rows["live"]["bid_lots"] <= 0) | (rows["live"]["ask_lots"] <= 0) | (rows["halted"] != 0)] = NO_PRICE
    return Quotes(np.ascontiguousarray(rows["ts"]), mid2)


def halted_at(record: MarketRecord, ts: int) -> bool:
    """Whether trading was halted at a time, that instant's changes included."""
    at = int(np.searchsorted(record.quotes["ts"], ts, side="right")) - 1
    return at >= 0 and bool(record.quotes["halted"][at])


def _halted(record: MarketRecord, times: npt.NDArray[np.int64]) -> Bools:
    """Whether trading was halted both before and after each instant: a print on the edge is of the trading side."""
    changes = record.quotes
    if not changes["halted"].any():
        return np.zeros(len(times), dtype=np.bool_)
    ts, halted = np.ascontiguousarray(changes["ts"]), np.concatenate([[0], changes["halted"]]) != 0
    found: Bools = halted[np.searchsorted(ts, times, side="left")] & halted[np.searchsorted(ts, times, side="right")]
    return found


def _involves(prints: npt.NDArray[np.void], parents: tuple[str, ...], which: frozenset[str]) -> Bools:
    """Prints in which one of `which` took part, on either side."""
    keys = np.array([name in which for name in parents], dtype=np.bool_)
    found: Bools = keys[prints["parent"]] | keys[prints["counterparty"]]
    return found


def _tape(prints: npt.NDArray[np.void]) -> Tape:
    return Tape(*(np.ascontiguousarray(prints[name]) for name in ("ts", "points", "lots")))
