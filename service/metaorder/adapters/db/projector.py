"""Projections: what the API reads, folded from the rows of the journal and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from metaorder.core.chain import Sealed
from metaorder.domain.units import to_nanos
from metaorder.risk.latches import Reach
from metaorder.usecases.jobs import KINDS

Row = dict[str, Any]
Fetch = Callable[[str, str], Row | None]
"""The stored row of a table by its key, or None."""

_decode = msgspec.json.Decoder().decode
_dump = msgspec.json.Encoder().encode

_NOT_PROJECTED = ("command.", "market.discrepancy", *(f"{kind}." for kind in KINDS))
"""Rows that no table is folded from. A job is kept beside its rows, with its result."""

PARENT_ENDS = frozenset({"parent.filled", "parent.canceled", "parent.expired"})
CHILD_ENDS: Mapping[str, str] = {"child.rejected": "rejected", "child.canceled": "canceled", "child.expired": "expired"}


SWITCHES: Mapping[str, Callable[[Row], tuple[str, str]]] = {
    "risk.killed": lambda doc: (_latch(doc), "1"),
    "risk.rearmed": lambda doc: (_latch(doc), "0"),
    "risk.limits_set": lambda doc: (f"limits {doc['account']}", _dump(doc["limits"]).decode()),
    "risk.heartbeat": lambda doc: (f"heartbeat {doc['account']}", str(doc["timeout_s"])),
}
"""Rows that turn a switch: its name and its new value."""


def _latch(doc: Row) -> str:
    return Reach(**{name: doc.get(name) for name in ("account", "market", "symbol", "parent")}).name


class Projector:
    """Folds rows into changed projection rows. Rows that are still open are kept, so that a fill costs no read."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._open: dict[tuple[str, str], Row] = {}
        self._changed: dict[tuple[str, str], Row] = {}

    def fold(self, rows: list[Sealed]) -> dict[str, list[Row]]:
        """The projection rows that these journal rows change, by table, each as it is after them."""
        self._changed = {}
        for row in rows:
            self._one(row)
        changed: dict[str, list[Row]] = {}
        for (table, _), value in self._changed.items():
            changed.setdefault(table, []).append(value)
        return changed

    def forget(self) -> None:
        """Drop what is kept: the transaction that it was made for did not commit."""
        self._open.clear()

    def _one(self, row: Sealed) -> None:
        kind = row.entry.type
        if kind.startswith(_NOT_PROJECTED):
            return
        doc = _decode(row.entry.payload)
        if kind.startswith("market."):
            self._market(row, doc)
        elif kind.startswith("key."):
            self._key(kind, doc)
        elif kind == "profile.set":
            self._put("profiles", doc["id"], _kept(doc, "symbol", "version"), ended=True)
        elif kind == "estimate.made":
            self._put("estimates", doc["id"], _kept(doc), ended=True)
        elif kind in SWITCHES:
            name, value = SWITCHES[kind](doc)
            self._put("switches", name, {"name": name, "value": value}, ended=True)
        elif kind == "risk.stopped":
            return
        elif kind in {"parent.accepted", "parent.rejected"}:
            self._accepted(row, doc)
        else:
            self._happened(row, doc)

    def _accepted(self, row: Sealed, doc: Row) -> None:
        order = doc["order"]
        rejected = row.entry.type == "parent.rejected"
        value: Row = {
            "id": order["id"],
            "account": order["account"],
            "client_order_id": order["client_order_id"],
            "seq": row.seq,
            "session": order["session"],
            "market": order["market"],
            "symbol": order["symbol"],
            "side": order["side"],
            "algo": order["algo"],
            "status": doc["status"],
            "waiting": None if rejected else "start",
            "started": None,
            "ended": to_nanos(doc["ts"]) if rejected else None,
            "reason": doc["code"] if rejected else None,
            "version": 1,
            "quantity": order["quantity"],
            "filled": 0,
            "notional": "0",
            "fees": "0",
            "created_at": to_nanos(doc["received_at"]),
            "terms": _dump(order).decode(),
            "facts": _dump({"accepted_ts": doc["ts"], "decision": doc.get("quote")}).decode(),
            "basket_id": order.get("basket_id"),
        }
        self._put("parents", order["id"], value)

    def _happened(self, row: Sealed, doc: Row) -> None:
        kind = row.entry.type
        parent = self._take("parents", doc["parent_id"])
        parent["status"] = doc["status"]
        if kind.startswith("child.") or kind == "fill":
            self._child(row, doc)
        if kind == "fill":
            self._fill(row, doc, parent)
        elif kind == "parent.waiting":
            parent["waiting"] = doc["waiting"]
        elif kind == "parent.started":
            parent |= {"started": to_nanos(doc["ts"]), "waiting": None}
            self._fact(parent, "arrival", {"ts": doc["ts"], "quote": doc["arrival"], "reference": doc["reference"]})
        elif kind == "parent.amended":
            self._amended(parent, doc)
        elif kind == "parent.pending_cancel":
            parent["waiting"] = None
            self._fact(parent, "cause", doc["cause"])
        elif kind in {"parent.suspended", "parent.resumed"}:
            parent["waiting"] = "start" if kind == "parent.resumed" and parent["started"] is None else None
            pauses = _decode(parent["facts"]).get("pauses", [])
            name = kind.partition(".")[2]
            if not pauses or pauses[-1][0] != name:  # what is suspended may be suspended for one more reason
                self._fact(parent, "pauses", [*pauses, [name, doc["ts"]]])
        elif kind in PARENT_ENDS:
            parent |= {"reason": doc["reason"], "ended": to_nanos(doc["ts"]), "waiting": None}
            self._fact(parent, "end", {"ts": doc["ts"], "quote": doc["quote"]})
        elif kind == "risk.discrepancy":
            self._disputed(parent, doc)
        elif kind == "risk.settled":
            before = _decode(parent["facts"])
            self._fact(parent, "disputed", before["disputed"] - doc["traded_quantity"] - doc["released_quantity"])
            self._fact(parent, "settled", before.get("settled", 0) + doc["traded_quantity"])
        elif kind == "schedule":
            self._fact(parent, "schedule", {"ts": doc["ts"], "cause": doc["cause"], "points": doc["points"]})
        self._put("parents", parent["id"], parent, ended=parent["ended"] is not None)

    def _disputed(self, parent: Row, doc: Row) -> None:
        """What a venue says and is not booked; a child that it leaves in doubt stays so."""
        if doc["held_quantity"]:
            held = _decode(parent["facts"]).get("disputed", 0) + doc["held_quantity"]
            self._fact(parent, "disputed", held)
        if doc["closes"]:
            child = self._take("children", doc["child_id"])
            child |= {"status": "pending_unknown", "ended": to_nanos(doc["ts"]), "ended_reason": doc["code"]}
            self._put("children", child["id"], child, ended=True)

    def _amended(self, parent: Row, doc: Row) -> None:
        before = _decode(parent["terms"])
        parent |= {
            "version": doc["version"],
            "quantity": doc["order"]["quantity"],
            "terms": _dump(doc["order"]).decode(),
        }
        change = {"ts": doc["ts"], "quote": doc["quote"], "before": before["quantity"], "after": doc["order"]["quantity"]}
        facts = _decode(parent["facts"])
        self._fact(parent, "amendments", [*facts.get("amendments", []), change])

    def _fact(self, parent: Row, name: str, value: Any) -> None:
        facts = _decode(parent["facts"])
        facts[name] = value
        parent["facts"] = _dump(facts).decode()

    def _child(self, row: Sealed, doc: Row) -> None:
        kind, key = row.entry.type, doc["child_id"]
        if kind == "child.submitted":
            self._put("children", key, _new_child(row, doc))
            return
        child = self._take("children", key)
        if kind == "fill":
            child |= {"status": doc["child_status"], "filled": doc["child_filled_quantity"]}
            if child["status"] == "filled":
                child |= {"ended": to_nanos(doc["ts"]), "ended_reason": "filled"}
        elif kind in CHILD_ENDS:
            child |= {"status": CHILD_ENDS[kind], "ended": to_nanos(doc["ts"]), "ended_reason": doc["reason"]}
        else:
            child["status"] = doc["child_status"]
        if kind == "child.accepted":
            more = _decode(child["doc"]) | {"queue_ahead": doc["queue_ahead"], "queue_known_ppm": doc["queue_known_ppm"]}
            child["doc"] = _dump(more).decode()
        self._put("children", key, child, ended=child["ended"] is not None)

    def _fill(self, row: Sealed, doc: Row, parent: Row) -> None:
        parent |= {
            "filled": doc["filled_quantity"],
            "notional": str(Decimal(parent["notional"]) + Decimal(doc["price"]) * doc["quantity"]),
            "fees": str(Decimal(parent["fees"]) + Decimal(doc["fee"])),
        }
        value = {
            "execution_id": doc["execution_id"],
            "account": parent["account"],
            "parent": doc["parent_id"],
            "child": doc["child_id"],
            "seq": row.seq,
            "ts": to_nanos(doc["ts"]),
            "doc": row.entry.payload.decode(),
        }
        self._put("fills", doc["execution_id"], value, ended=True)

    def _market(self, row: Sealed, doc: Row) -> None:
        key = doc["market_id"]
        if row.entry.type == "market.created":
            spec = doc["spec"]
            value: Row = {"id": key, "name": spec["name"], "position": row.position, "speed": str(spec["speed"])}
            value |= {"spec": _dump(spec).decode(), "detail": "{}"}
        else:
            value = self._take("markets", key)
        value |= {"state": doc["state"], "clock": row.entry.market_time, "event_index": row.entry.event_index}
        if "speed" in doc:
            value["speed"] = str(doc["speed"])
        kept = {name: doc[name] for name in ("facts", "counters", "venue_reports", "session_hash", "error") if name in doc}
        value["detail"] = _dump(_decode(value["detail"]) | kept).decode()
        self._put("markets", key, value, ended=True)

    def _key(self, kind: str, doc: Row) -> None:
        if kind == "key.created":
            names = ("id", "hash", "account", "name", "created_at")
            value = {name: doc[name] for name in names} | {"scopes": " ".join(doc["scopes"]), "revoked": False}
            value["expires_at"] = doc.get("expires_at")  # a row of an earlier day says nothing of it
        elif kind == "key.expiring":
            value = self._take("keys", doc["id"]) | {"expires_at": doc["expires_at"]}
        else:
            value = self._take("keys", doc["id"]) | {"revoked": True}
        self._put("keys", doc["id"], value, ended=True)

    def _take(self, table: str, key: str) -> Row:
        """The row as it is now: as this batch left it, as it was kept, or as it is stored."""
        row = self._changed.get((table, key)) or self._open.get((table, key)) or self._fetch(table, key)
        assert row is not None, f"the journal makes {table} {key} before it changes it"
        return dict(row)

    def _put(self, table: str, key: str, value: Row, *, ended: bool = False) -> None:
        self._changed[table, key] = value
        if ended:
            self._open.pop((table, key), None)
        else:
            self._open[table, key] = value


def _kept(doc: Row, *names: str) -> Row:
    """A document that is kept whole, with what it is found by beside it."""
    return {"id": doc["id"], "account": doc["account"], **{name: doc[name] for name in names}, "doc": _dump(doc["doc"]).decode()}


def _new_child(row: Sealed, doc: Row) -> Row:
    return {
        "id": doc["child_id"],
        "parent": doc["parent_id"],
        "account": row.entry.stream,
        "number": int(doc["child_id"].rpartition("-")[2]),
        "seq": row.seq,
        "venue": doc["venue"],
        "type": doc["order_type"],
        "time_in_force": doc["time_in_force"],
        "price": doc["price"],
        "quantity": doc["quantity"],
        "filled": 0,
        "status": "pending_new",
        "ts": to_nanos(doc["ts"]),
        "ended": None,
        "ended_reason": None,
        "doc": _dump(
            {name: doc[name] for name in ("reason", "quote", "venue_quote", "good_till", "expected_cost") if name in doc}
        ).decode(),
    }
