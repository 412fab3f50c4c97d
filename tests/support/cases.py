"""Cases for the analysis as the service records them: rows, documents and arrays, written in dollars and seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
import numpy as np

from metaorder import _native
from metaorder.domain.instrument import Instrument
from metaorder.domain.units import Nanos, time_text, to_nanos
from metaorder.sim.record import MarketRecord
from metaorder.usecases.analyse import Case
from support.tca import SECOND

BEGIN = 1_772_461_800 * SECOND
"""Second 0 of these tests: 2026-03-02T14:30:00Z."""
END_S = 10_000

INSTRUMENT = Instrument(symbol="ACME", mic="XNAS", currency="USD", tick_size=Decimal("0.01"))

Doc = dict[str, Any]


def dump(doc: Any) -> str:
    """A document as text."""
    return msgspec.json.encode(doc).decode()


def nanos(seconds: float) -> Nanos:
    """A time of these tests in nanoseconds."""
    return Nanos(BEGIN + round(seconds * SECOND))


def stamp(seconds: float) -> str:
    """A time of these tests as documents write it."""
    return time_text(nanos(seconds))


def touch(bid: str | None, ask: str | None) -> Doc:
    """A quote as documents write it."""
    return {"bid": bid, "ask": ask, "bid_size": 0 if bid is None else 100, "ask_size": 0 if ask is None else 100}


NO_TOUCH = touch(None, None)
FLAT = touch("49.99", "50.01")
"""A mid of 50.00."""

ESTIMATE: Doc = {
    "id": "E",
    "market": "lab",
    "symbol": "ACME",
    "side": "buy",
    "quantity": 1_000,
    "algo": "twap",
    "params": {},
    "start_time": stamp(10),
    "end_time": stamp(2_000),
    "expected_cost_bps": 2.0,
    "sd_bps": 3.0,
    "expected_cost_error_bps": None,
    "expected_quantity": 1_000,
}
"""An estimate of the order of `case`, as far as its score reads it."""


@cache
def _dtypes() -> tuple[np.dtype[np.void], np.dtype[np.void]]:
    """Rows of quotes and of prints, as a session gives them."""
    market = _native.MarketConfig()
    market.open, market.close = 0, SECOND
    session = _native.Session.simulated(market, latency=1, points_per_tick=2)
    return session.quotes(0).dtype, session.prints(0).dtype


@dataclass(frozen=True)
class Print:
    """One trade: seconds, dollars, lots, and which parents took part."""

    ts: float
    price: str
    lots: int
    parent: str = ""
    counterparty: str = ""
    flags: int = 0


@dataclass(frozen=True)
class Touch:
    """The touch from `ts` on; an empty side is None."""

    ts: float
    bid: str | None
    ask: str | None
    halted: bool = False


@dataclass(frozen=True)
class Market:
    """What a session would remember: changes of the touch, its prints, and those of the recorded market."""

    touches: Sequence[Touch] = (Touch(0, "49.99", "50.01"),)
    prints: Sequence[Print] = (Print(20, "50.00", 1_000),)
    reference: Sequence[Print] = ()
    clock: float = END_S
    closed: bool = True
    parents: tuple[str, ...] = field(default=("", "P", "P2", "Q"))

    def record(self) -> MarketRecord:
        """The same as arrays. P and P2 are the account's, Q is another's."""
        quotes = np.zeros(len(self.touches), dtype=_dtypes()[0])
        for row, change in zip(quotes, self.touches, strict=True):
            row["ts"], row["halted"] = nanos(change.ts), change.halted
            for side, price in (("bid", change.bid), ("ask", change.ask)):
                row["live"][side] = 0 if price is None else int(Decimal(price) * 100)
                row["live"][f"{side}_lots"] = 0 if price is None else 100
        return MarketRecord(
            clock=nanos(self.clock),
            closed=self.closed,
            quotes=quotes,
            prints=self._prints(self.prints),
            reference=self._prints(self.reference),
            parents=self.parents,
        )

    def _prints(self, prints: Sequence[Print]) -> np.ndarray[Any, np.dtype[np.void]]:
        rows = np.zeros(len(prints), dtype=_dtypes()[1])
        for row, each in zip(rows, prints, strict=True):
            row["ts"], row["points"], row["lots"] = nanos(each.ts), int(Decimal(each.price) * 10_000), each.lots
            row["parent"], row["counterparty"] = (self.parents.index(name) for name in (each.parent, each.counterparty))
            row["flags"] = each.flags
        return rows


def fill(ts: float, quantity: int, price: str, **changes: Any) -> Doc:
    """A fill as its event tells it; `filled_quantity` is counted when the case is made."""
    return {
        "type": "fill",
        "ts": stamp(ts),
        "child_id": "P-1",
        "venue": "XNAS",
        "price": price,
        "quantity": quantity,
        "liquidity": "taker",
        "fee": "0.00",
        "quote": FLAT,
        "reference": FLAT,
        "evidence": "l3",
        "certain": True,
        "after_end": False,
        **changes,
    }


def case(
    *fills: Doc,
    market: Market | None = None,
    twin: Market | None = None,
    why_no_twin: str | None = None,
    kind: str = "replay",
    terms: Doc | None = None,
    facts: Doc | None = None,
    **row: Any,
) -> Case:
    """An order for 1,000 that arrived at 10 s and ended at 1,000 s at a mid of 50.00, canceled by the clock.

    Facts that are None are taken away.
    """
    filled, rows = 0, []
    for number, doc in enumerate(fills):
        filled += doc["quantity"]
        rows.append({"ts": to_nanos(doc["ts"]), "seq": number, "doc": dump({**doc, "filled_quantity": filled})})
    placed = {
        "algo": "twap",
        "params": {},
        "start_time": stamp(10),
        "end_time": stamp(2_000),
        "max_participation": "0.2",
        "decision_price": None,
        "decision_time": None,
        **(terms or {}),
    }
    known = {
        "accepted_ts": stamp(5),
        "decision": FLAT,
        "arrival": {"ts": stamp(10), "quote": FLAT, "reference": FLAT},
        "end": {"ts": stamp(1_000), "quote": FLAT},
        **(facts or {}),
    }
    parent = {
        "id": "P",
        "market": "lab",
        "symbol": "ACME",
        "side": "buy",
        "status": "expired",
        "reason": "window_ended",
        "quantity": 1_000,
        "filled": filled,
        "started": nanos(10),
        "ended": nanos(1_000),
        "terms": dump(placed),
        "facts": dump({name: value for name, value in known.items() if value is not None}),
        **row,
    }
    spec = {"kind": kind, "options": {"latency_ms": 1.0, "hidden": "central"}}
    fees = {"taker_fee": "0.0030", "maker_fee": "-0.0020"}
    detail = {"facts": {"open": stamp(0), "close": stamp(END_S), "venue": "XNAS", "instrument": fees}}
    return Case(
        parent=parent,
        fills=rows,
        record=(market or Market()).record(),
        twin=None if twin is None else twin.record(),
        why_no_twin=why_no_twin,
        mine=frozenset({"P", "P2"}),
        market={"spec": dump(spec), "detail": dump(detail)},
        instrument=INSTRUMENT,
    )


def on(made: Case, instrument: Instrument) -> Case:
    """The case on another instrument."""
    return replace(made, instrument=instrument)
