"""AsyncAPI 3 for the stream, made from the events that the core knows."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from types import NoneType, UnionType
from typing import Any, NewType, Union, get_args, get_origin

from metaorder import __version__
from metaorder.api.snapshot import ASKED, TOO_OLD
from metaorder.api.timeline_shapes import ProgressOut
from metaorder.core.convert import hints_of, wire_name
from metaorder.core.events import EVENT_TYPES, ChildAccepted, ChildPendingCancel, ChildUnknown, Fill
from metaorder.core.wire import LEFT_OUT, MONEY
from metaorder.domain.child import ChildStatus
from metaorder.domain.market import Quote
from metaorder.domain.order import ParentOrder, Side, Status
from metaorder.domain.units import Lots, Nanos, Points, Ticks
from metaorder.usecases.jobs import EVENTS, KINDS, JobState

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TIME: Schema = {"type": "string", "format": "date-time", "description": "RFC 3339 in UTC, nine digits"}
DECIMAL: Schema = {"type": "string", "format": "decimal"}
WHOLE: Schema = {"type": "integer"}
QUOTE: Schema = {"$ref": "#/components/schemas/Quote"}

MARKET_EVENTS: Mapping[str, str] = {
    "market.created": "A market session was made; it is ready.",
    "market.started": "Its clock runs.",
    "market.paused": "Its clock stands.",
    "market.speed_changed": "Its clock runs faster or slower.",
    "market.closed": "It came to its end.",
    "market.failed": "It cannot go on; its orders were canceled.",
    "market.deleted": "It was ended, and its orders with it.",
}
STRAY = "market.discrepancy"


JOB_EVENTS: Mapping[str, str] = {f"{kind}.{name}": what for kind in KINDS for name, what in EVENTS.items()}


def asyncapi() -> Schema:
    """The document."""
    named = [*EVENT_TYPES, *JOB_EVENTS]
    messages = {_key(name): {"name": name, "payload": {"$ref": f"#/components/schemas/{_key(name)}"}} for name in named}
    market = {_key(name): {"name": name, "payload": {"$ref": "#/components/schemas/MarketEvent"}} for name in MARKET_EVENTS}
    progress = {"ParentProgress": {"name": "parent.progress", "payload": {"$ref": "#/components/schemas/ParentProgress"}}}
    both = {**messages, **market, **progress, "heartbeat": {"payload": {"$ref": "#/components/schemas/Heartbeat"}}}
    both["MarketDiscrepancy"] = {"name": STRAY, "payload": {"$ref": "#/components/schemas/MarketDiscrepancy"}}
    both |= {name: {"name": wire, "payload": {"$ref": f"#/components/schemas/{name}"}} for name, wire in _ANEW.items()}
    both["error"] = {"payload": {"$ref": "#/components/schemas/Error"}}
    both["subscribe"] = {"payload": {"$ref": "#/components/schemas/Subscribe"}}
    sent = [{"$ref": f"#/channels/stream/messages/{name}"} for name in both if name != "subscribe"]
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Metaorder stream", "version": __version__, "description": inspect.cleandoc(_ABOUT)},
        "defaultContentType": "application/json",
        "channels": {"stream": {"address": "/v1/stream", "messages": both, "bindings": {"ws": {"query": _QUERY}}}},
        "operations": {
            "receive": {
                "action": "send",
                "channel": {"$ref": "#/channels/stream"},
                "summary": "Every frame is a JSON array of these.",
                "messages": sent,
            },
            "subscribe": {
                "action": "receive",
                "channel": {"$ref": "#/channels/stream"},
                "summary": "Begin, or begin anew, to read a channel.",
                "messages": [{"$ref": "#/channels/stream/messages/subscribe"}],
            },
        },
        "components": {
            "schemas": {
                **_OTHERS,
                **_progress(),
                **{_key(name): _job(name, what) for name, what in JOB_EVENTS.items()},
                **{_key(name): _event(name, kind) for name, kind in EVENT_TYPES.items()},
            }
        },
    }


def _progress() -> dict[str, Schema]:
    """The schema of how an order that works is doing, and of what it is made of."""
    schema = ProgressOut.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "ParentProgress": schema}


def _job(name: str, what: str) -> Schema:
    """The schema of what happens to a job."""
    properties: dict[str, Schema] = {
        "seq": {**WHOLE, "description": "+1 for each event of the account, from 1"},
        "type": {"const": name},
        "ts": {**TIME, "description": "by the server's clock"},
        "job_id": TEXT,
        "state": {"enum": [str(state) for state in JobState]},
        "progress": {"type": "number", "minimum": 0, "maximum": 1},
        "step": TEXT,
        "reason": {
            "anyOf": [
                {"type": "object", "properties": {"code": TEXT, "detail": TEXT}, "required": ["code", "detail"]},
                {"type": "null"},
            ]
        },
    }
    return {
        "type": "object",
        "description": what,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _event(name: str, kind: type[Any]) -> Schema:
    """The schema of one event: what every event has, and its own fields."""
    properties: dict[str, Schema] = {
        "seq": {**WHOLE, "description": "+1 for each event of the account, from 1"},
        "type": {"const": name},
        "ts": TIME,
        "parent_id": TEXT,
        "client_order_id": TEXT,
        "symbol": TEXT,
        "side": {"enum": [str(side) for side in Side]},
        "status": {"enum": [str(status) for status in Status], "description": "of the parent, after this event"},
    }
    for field, hint in hints_of(kind):
        if field == "number":
            properties["child_id"] = TEXT
        elif field == "fee":
            properties["fee"] = {**DECIMAL, "description": "negative = a rebate"}
        elif field in MONEY:
            properties[field] = {**DECIMAL, "description": "against the mid, in the currency; negative = it earned"}
        else:
            properties[wire_name(kind, field)] = _schema(hint)
    if kind in {Fill, ChildAccepted, ChildPendingCancel, ChildUnknown}:
        properties["child_status"] = {"enum": [str(status) for status in ChildStatus]}
    if kind is Fill:
        properties["child_filled_quantity"] = WHOLE
    left_out = {wire_name(kind, field) for field, _ in hints_of(kind) if field in LEFT_OUT}
    return {
        "type": "object",
        "description": inspect.getdoc(kind) or "",
        "properties": properties,
        "required": [name for name in properties if name not in left_out],
        "additionalProperties": False,
    }


def _schema(hint: Any) -> Schema:
    simple: dict[Any, Schema] = {
        Ticks: DECIMAL,
        Points: DECIMAL,
        Lots: WHOLE,
        Nanos: TIME,
        Fraction: DECIMAL,
        Quote: QUOTE,
        ParentOrder: {"$ref": "#/components/schemas/ParentOrder"},
        str: TEXT,
        int: WHOLE,
        bool: {"type": "boolean"},
    }
    if hint in simple:
        return simple[hint]
    if isinstance(hint, NewType):
        return _schema(hint.__supertype__)
    if get_origin(hint) in {Union, UnionType}:
        return {"anyOf": [_schema(each) for each in get_args(hint) if each is not NoneType] + [{"type": "null"}]}
    if get_origin(hint) is tuple:
        first, *rest = get_args(hint)
        if rest == [Ellipsis]:
            return {"type": "array", "items": _schema(first)}
        return {"type": "array", "prefixItems": [_schema(each) for each in (first, *rest)]}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"enum": [str(value) for value in hint]}
    return {"type": "object"}


def _key(name: str) -> str:
    return "".join(part.capitalize() for part in name.replace("_", ".").split("."))


def _order() -> Schema:
    properties = {wire_name(ParentOrder, field): _schema(hint) for field, hint in hints_of(ParentOrder)}
    return {"type": "object", "description": inspect.getdoc(ParentOrder) or "", "properties": properties}


_ANEW = {"Reset": "reset", "SnapshotParent": "snapshot.parent", "SnapshotChild": "snapshot.child", "SnapshotEnd": "snapshot.end"}

_ABOUT = """
Events of the key's account, in the order in which they were journaled, each sent only once it is durable. `seq` counts up
by one, from 1, and is the same after a crash: drop what is not greater than the highest that you hold and you have each event
exactly once. The channel `progress` has no seq: each second it tells how the orders that work are doing, as of then.
`reset` begins a stream anew, since the client asked for it or is further behind than events are kept for the stream: forget what
you hold, take what follows up to `snapshot.end`, and go on with the events after its `as_of_seq`.
Close codes: 4400 the message was not understood, 4401 the key holds no more, 4408 frames were not taken in time
(resume after your seq), 4409 you hold a seq that was never given, 4429 the key asks too often, 1012 the server restarts.
"""

_QUERY: Schema = {
    "type": "object",
    "properties": {
        "after": {**WHOLE, "minimum": 0, "description": "everything after this seq, then live; absent = live from now on"},
        "snapshot": {"type": "boolean", "description": "begin with what is open, in the place of `after`"},
        "parent_id": {**TEXT, "description": "only this order's events; may be repeated"},
        "type": {**TEXT, "description": "only this type, or all that begin with it and a dot; may be repeated"},
        "symbol": {**TEXT, "description": "only this symbol; may be repeated"},
    },
}

_LISTS: Schema = {"type": ["array", "null"], "items": TEXT}

_OTHERS: dict[str, Schema] = {
    "Quote": {
        "type": "object",
        "description": "The touch, without own orders; null where a side is empty.",
        "properties": {
            "bid": {"type": ["string", "null"]},
            "ask": {"type": ["string", "null"]},
            "bid_size": WHOLE,
            "ask_size": WHOLE,
        },
        "required": ["bid", "ask", "bid_size", "ask_size"],
    },
    "ParentOrder": _order(),
    "MarketEvent": {
        "type": "object",
        "description": "What happens to markets themselves; sent after `subscribe` with the channel `market`.",
        "properties": {"market_seq": WHOLE, "type": {"enum": list(MARKET_EVENTS)}, "market_id": TEXT, "ts": TIME, "state": TEXT},
        "required": ["market_seq", "type", "market_id", "ts", "state"],
    },
    "MarketDiscrepancy": {
        "type": "object",
        "description": "A venue told of an order that was never accepted here. Sent on the channel `market`.",
        "properties": {
            "market_seq": WHOLE,
            "type": {"const": STRAY},
            "market_id": TEXT,
            "ts": TIME,
            "code": {"const": "unknown_parent"},
            "detail": TEXT,
            "said": {"type": "object", "description": "as the venue said it: prices in ticks, quantities in lots"},
        },
        "required": ["market_seq", "type", "market_id", "ts", "code", "detail", "said"],
    },
    "Heartbeat": {
        "type": "object",
        "description": "Each second. A client that filters may resume at `through_seq`.",
        "properties": {"type": {"const": "heartbeat"}, "head_seq": WHOLE, "through_seq": WHOLE},
        "required": ["type", "head_seq", "through_seq"],
    },
    "Reset": {
        "type": "object",
        "description": "The stream begins anew. parents, children: that are open, and follow.",
        "properties": {
            "type": {"const": "reset"},
            "reason": {"enum": [ASKED, TOO_OLD]},
            "as_of_seq": WHOLE,
            "parents": WHOLE,
            "children": WHOLE,
        },
        "required": ["type", "reason", "as_of_seq", "parents", "children"],
    },
    "SnapshotParent": {
        "type": "object",
        "description": "An order that is open, as GET /v1/parent-orders/{id} gives it.",
        "properties": {"type": {"const": "snapshot.parent"}, "parent": {"type": "object"}},
        "required": ["type", "parent"],
    },
    "SnapshotChild": {
        "type": "object",
        "description": "A child that is open, as GET /v1/parent-orders/{id}/children gives it.",
        "properties": {"type": {"const": "snapshot.child"}, "child": {"type": "object"}},
        "required": ["type", "child"],
    },
    "SnapshotEnd": {
        "type": "object",
        "description": "All that is open was sent; events after this seq follow.",
        "properties": {"type": {"const": "snapshot.end"}, "as_of_seq": WHOLE},
        "required": ["type", "as_of_seq"],
    },
    "Error": {
        "type": "object",
        "description": "Why the server closes.",
        "properties": {"type": {"const": "error"}, "code": TEXT, "detail": TEXT},
        "required": ["type", "code", "detail"],
    },
    "Subscribe": {
        "type": "object",
        "properties": {
            "op": {"const": "subscribe"},
            "after": {"type": ["integer", "null"]},
            "snapshot": {"type": "boolean"},
            "channel": {"enum": ["account", "market", "progress"]},
            "parent_ids": _LISTS,
            "types": _LISTS,
            "symbols": _LISTS,
        },
        "required": ["op"],
        "additionalProperties": False,
    },
}
