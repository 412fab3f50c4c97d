"""What people see of an order: one shape, whether it comes from the engine's state or from the database."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec

from metaorder.core.convert import TERMS_LEFT_OUT, Doc
from metaorder.core.execution import Execution
from metaorder.core.wire import money_text
from metaorder.core.wires import Wires
from metaorder.domain.instrument import Instrument
from metaorder.domain.order import TERMINAL
from metaorder.domain.units import ratio_text, time_text

_decode = msgspec.json.Decoder().decode
AVERAGE_DIGITS = 6

_TERMS = (
    "id",
    "client_order_id",
    "market",
    "session",
    "symbol",
    "currency",
    "side",
    "quantity",
    "algo",
    "params",
)
_MORE_TERMS = (
    "start_time",
    "end_time",
    "limit_price",
    "max_participation",
    "participation_mode",
    "min_child_quantity",
    "max_child_quantity",
    "must_complete",
    "benchmark",
    "urgency",
    "decision_time",
    "decision_price",
    "tags",
)
_LATER_TERMS: Mapping[str, Any] = {
    "estimate_id": None,
    "profile_version": None,
    "preset": None,
    "i_would_price": None,
    "i_would_max_share": "1",
    "price_discretion_ticks": 0,
    "min_participation": None,
    "blackouts": [],
    "display_quantity": None,
    "placement": "auto",
    "child_sizes": "whole",
    "basket_id": None,
    "price_adaptation": None,
    "venues": None,
    "venue_history": None,
}
"""Terms that orders of an earlier build do not have, with what they come to then."""


def from_execution(execution: Execution, wire: Wires, instrument: Instrument) -> Doc:
    """A parent order as the engine holds it."""
    unit = Fraction(instrument.tick_size)
    average = execution.notional * unit / execution.filled if execution.filled else None
    return _document(
        wire.order(execution.order),
        status=str(execution.status),
        waiting=None if execution.waiting is None else str(execution.waiting),
        started=execution.started is not None,
        version=execution.version,
        filled=execution.filled * instrument.lot_size,
        average=average,
        fees=money_text(execution.fees, instrument),
        reason=None if execution.reason is None else str(execution.reason),
        disputed=execution.disputed * instrument.lot_size,
        settled=execution.settled * instrument.lot_size,
        created_at=execution.received_at,
    )


def from_row(row: Mapping[str, Any]) -> Doc:
    """A parent order as the database holds it."""
    filled = row["filled"]
    return _document(
        _decode(row["terms"]),
        status=row["status"],
        waiting=row["waiting"],
        started=row["started"] is not None,
        version=row["version"],
        filled=filled,
        average=Fraction(Decimal(row["notional"])) / filled if filled else None,
        fees=_two_digits(row["fees"]),
        reason=row["reason"],
        disputed=_decode(row["facts"]).get("disputed", 0),
        settled=_decode(row["facts"]).get("settled", 0),
        created_at=row["created_at"],
    )


def _dark(terms: Doc) -> Doc | None:
    fraction = terms.get("dark_max_fraction")
    return None if fraction is None else {"max_fraction": fraction, "min_quantity": terms["dark_min_quantity"]}


def _auction(terms: Doc) -> Doc | None:
    close, share = (terms.get(name, TERMS_LEFT_OUT[name]) for name in ("auction_close", "auction_max_share"))
    return None if close == TERMS_LEFT_OUT["auction_close"] else {"close": close, "max_share": share}


def child(row: Mapping[str, Any]) -> Doc:
    """A child order."""
    more = _decode(row["doc"])
    return {
        "id": row["id"],
        "parent_id": row["parent"],
        "venue": row["venue"],
        "type": row["type"],
        "time_in_force": row["time_in_force"],
        "price": row["price"],
        "quantity": row["quantity"],
        "filled_quantity": row["filled"],
        "status": row["status"],
        "reason": more["reason"],
        "expected_cost": more.get("expected_cost"),
        "quote": more["quote"],
        "venue_quote": more.get("venue_quote"),
        "queue_ahead": more.get("queue_ahead"),
        "queue_known_ppm": more.get("queue_known_ppm"),
        "good_till": more["good_till"],
        "ended_reason": row["ended_reason"],
        "ended_at": None if row["ended"] is None else time_text(row["ended"]),
        "ts": time_text(row["ts"]),
    }


_FILL = (
    "execution_id",
    "child_id",
    "parent_id",
    "symbol",
    "venue",
    "side",
    "quantity",
    "price",
    "liquidity",
    "fee",
    "evidence",
    "certain",
    "after_end",
    "quote",
    "reference",
    "ts",
)


def fill(row: Mapping[str, Any]) -> Doc:
    """A fill."""
    doc = _decode(row["doc"])
    return {**{name: doc[name] for name in _FILL}, "venue_quote": doc.get("venue_quote"), "seq": row["seq"]}


def market(row: Mapping[str, Any]) -> Doc:
    """A market session, as far as the database knows it."""
    spec, detail = _decode(row["spec"]), _decode(row["detail"])
    speed = row["speed"]
    return {
        "id": row["id"],
        "name": row["name"],
        "kind": spec["kind"],
        "symbol": spec["symbol"],
        "state": row["state"],
        "speed": speed if speed == "max" else float(speed),
        **listed(detail["facts"]),
        "options": spec["options"],
        "session_hash": detail.get("session_hash"),
        "error": detail.get("error"),
        "clock": time_text(row["clock"]),
        "event_index": row["event_index"],
        "halted": False,
        "divergences": detail.get("counters", {}) if spec["kind"] == "replay" else {},
        "venue_reports": detail.get("venue_reports", {}),
    }


def listed(facts: Doc) -> Doc:
    """The facts of a market with all that it trades: `floors` names each symbol at each venue, also where that is one."""
    alone = {"symbol": facts["instrument"]["symbol"], "venue": facts["venue"], "instrument": facts["instrument"]}
    floors = facts.get("floors", [alone])
    return {**facts, "symbols": list(dict.fromkeys(floor["symbol"] for floor in floors)), "floors": floors}


def _document(
    terms: Doc,
    *,
    status: str,
    waiting: str | None,
    started: bool,
    version: int,
    filled: int,
    average: Fraction | None,
    fees: str,
    reason: str | None,
    disputed: int,
    settled: int,
    created_at: int,
) -> Doc:
    over = status in TERMINAL
    left = terms["quantity"] - filled
    return {
        **{name: terms[name] for name in _TERMS},
        "status": status,
        "working": started and waiting is None and status in {"new", "partially_filled"},
        "waiting": waiting,
        "filled_quantity": filled,
        "leaves_quantity": 0 if over else left,
        "canceled_quantity": left if over else 0,
        "disputed_quantity": disputed,
        "settled_quantity": settled,
        "avg_price": None if average is None else ratio_text(average, AVERAGE_DIGITS),
        "fees": fees,
        "reason": reason,
        "version": version,
        **{name: terms[name] for name in _MORE_TERMS},
        **{name: terms.get(name, default) for name, default in _LATER_TERMS.items()},
        "participation_grace": terms["min_child_quantity"],
        "dark": _dark(terms),
        "auction": _auction(terms),
        "schedule_band": {"behind": terms["band_behind"], "ahead": terms["band_ahead"]},
        "created_at": time_text(created_at),
    }


def _two_digits(text: str) -> str:
    whole, _, digits = text.partition(".")
    return f"{whole}.{digits.rstrip('0').ljust(2, '0')}"
