"""Events and commands as documents, for journal and stream, and back: integers inside, decimals and RFC 3339 outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from metaorder.core.commands import COMMAND_NAMES, COMMAND_TYPES, Command, Stamp
from metaorder.core.convert import Converters, Doc
from metaorder.core.convert import money_text as money_text
from metaorder.core.events import EVENT_NAMES, EVENT_TYPES, ChildAccepted, ChildPendingCancel, ChildUnknown, Fill, Happened
from metaorder.core.execution import Step
from metaorder.domain.child import Child, ChildStatus, child_id
from metaorder.domain.instrument import Instrument
from metaorder.domain.market import Quote
from metaorder.domain.order import ParentId, ParentOrder
from metaorder.domain.units import time_text, to_nanos

MONEY = frozenset({"fee", "cost", "expected_cost"})
"""Fields of events that are counted in points times lots, and written in the currency."""

LEFT_OUT = frozenset({"venue_quote", "detail", "cost", "expected_cost", "least"})
"""Fields of events that a document leaves out where they say nothing: journals from before there were any read alike."""

COMMANDS_LEFT_OUT = frozenset({"actor", "risk", "adaptation", "adaptation_given"})
"""Fields of commands that a document leaves out where they say nothing."""


class Wire:
    """The codec of one instrument: its grid turns ticks and lots into prices and quantities."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self._converters = Converters(instrument)

    def event(self, step: Step) -> Doc:
        """An event as a document: what it is, when, of which order, the status that it left, and its own fields."""
        happened, after = step.happened, step.after
        event, order = happened.event, after.order
        doc: Doc = {
            "type": EVENT_NAMES[type(event)],
            "ts": time_text(happened.ts),
            "parent_id": happened.parent,
            "client_order_id": order.client_order_id,
            "symbol": order.symbol,
            "side": str(order.side),
            "status": str(after.status),
        }
        for field in self._converters.plan(type(event)):
            value = getattr(event, field.name)
            if field.name == "number":
                doc["child_id"] = child_id(happened.parent, value)
            elif field.name in LEFT_OUT and value is None:
                continue
            elif field.name in MONEY:
                doc[field.name] = money_text(value, self._instrument)
            else:
                doc[field.wire] = field.out(value)
        if isinstance(event, Fill):
            child = _child_after(step, event.number)
            doc["child_status"] = str(child.status)
            doc["child_filled_quantity"] = child.filled * self._instrument.lot_size
        elif isinstance(event, ChildAccepted | ChildPendingCancel | ChildUnknown):
            doc["child_status"] = str(_child_after(step, event.number).status)
        return doc

    def read_event(self, doc: Mapping[str, Any]) -> Happened:
        """The event that a document tells of."""
        kind = EVENT_TYPES[doc["type"]]
        values = {}
        for field in self._converters.plan(kind):
            if field.name == "number":
                values[field.name] = int(doc["child_id"].rpartition("-")[2])
            elif field.name in MONEY and field.name in doc:
                values[field.name] = int(Fraction(doc[field.name]) / Fraction(self._instrument.money_size))
            elif field.wire in doc or not field.optional:
                values[field.name] = field.into(doc[field.wire])
        return Happened(ParentId(doc["parent_id"]), to_nanos(doc["ts"]), kind(**values))

    def command(self, command: Command, stamp: Stamp) -> Doc:
        """A command as a document, with where in the session it took effect."""
        doc: Doc = {"type": COMMAND_NAMES[type(command)], "stamp": stamp_doc(stamp)}
        for field in self._converters.plan(type(command)):
            if field.name in COMMANDS_LEFT_OUT and getattr(command, field.name) is None:
                continue
            doc[field.wire] = field.out(getattr(command, field.name))
        return doc

    def read_command(self, doc: Mapping[str, Any]) -> tuple[Command, Stamp]:
        """The command that a document tells of, and its stamp."""
        kind = COMMAND_TYPES[doc["type"]]
        return kind(**self._converters.read(kind, doc)), read_stamp(doc["stamp"])

    def order(self, order: ParentOrder) -> Doc:
        """The terms of an order as a document."""
        return self._converters.order(order)

    def read_order(self, doc: Mapping[str, Any]) -> ParentOrder:
        """The order whose terms a document holds."""
        return self._converters.read_order(doc)

    def quote(self, quote: Quote) -> Doc:
        """A touch as a document; null where a side is empty."""
        return self._converters.quote(quote)


def _child_after(step: Step, number: int) -> Child:
    """The child as the step left it; one that is no longer open was filled."""
    child = step.after.open.get(number)
    if child is not None:
        return child
    assert step.before is not None, "a child has a parent"
    before = step.before.open[number]
    return replace(before, filled=before.lots, status=ChildStatus.FILLED)


def stamp_doc(stamp: Stamp) -> Doc:
    """Where in a session something took effect, as a document."""
    return {"market_time": time_text(stamp.market_time), "event_index": stamp.event_index}


def read_stamp(doc: Mapping[str, Any]) -> Stamp:
    """The stamp that a document tells of."""
    return Stamp(to_nanos(doc["market_time"]), doc["event_index"])
