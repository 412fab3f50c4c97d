"""The codecs of a session's instruments as one: each document is written and read on the grid of its order's symbol."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from metaorder.core.commands import Accept, AcceptBasket, Amend, Command, Stamp
from metaorder.core.convert import Doc
from metaorder.core.events import Happened
from metaorder.core.execution import Step
from metaorder.core.wire import Wire, read_stamp, stamp_doc
from metaorder.domain.instrument import Instrument
from metaorder.domain.market import Quote
from metaorder.domain.order import ParentId, ParentOrder


class Wires:
    """Knows of each order, from the moment in which it is accepted, what it trades: an amendment names no symbol."""

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        self._wires = {instrument.symbol: Wire(instrument) for instrument in instruments}
        self._first = next(iter(self._wires.values()))
        self._of: dict[ParentId, Wire] = {}

    def event(self, step: Step) -> Doc:
        """An event as a document."""
        return self._wires[step.after.order.symbol].event(step)

    def read_event(self, doc: Mapping[str, Any]) -> Happened:
        """The event that a document tells of."""
        wire = self._wires[doc["symbol"]]
        self._of.setdefault(ParentId(doc["parent_id"]), wire)
        return wire.read_event(doc)

    def command(self, command: Command, stamp: Stamp) -> Doc:
        """A command as a document, with where in the session it took effect. A basket's holds its legs', each on its own grid."""
        if isinstance(command, AcceptBasket):
            legs = [self.command(leg, stamp) for leg in command.legs]
            return {"type": "command.basket", "stamp": stamp_doc(stamp), "basket_id": command.basket, "legs": legs}
        return self._wire(command).command(command, stamp)

    def read_command(self, doc: Mapping[str, Any]) -> tuple[Command, Stamp]:
        """The command that a document tells of, and its stamp."""
        if "legs" in doc:
            legs = [self.read_command(leg)[0] for leg in doc["legs"]]
            accepts = tuple([leg for leg in legs if isinstance(leg, Accept)])
            return AcceptBasket(basket=doc["basket_id"], legs=accepts), read_stamp(doc["stamp"])
        if "order" in doc:
            wire = self._wires[doc["order"]["symbol"]]
            self._of[ParentId(doc["order"]["id"])] = wire
            return wire.read_command(doc)
        return self._of.get(ParentId(doc.get("parent", "")), self._first).read_command(doc)

    def order(self, order: ParentOrder) -> Doc:
        """The terms of an order as a document."""
        return self._wires[order.symbol].order(order)

    def read_order(self, doc: Mapping[str, Any]) -> ParentOrder:
        """The order whose terms a document holds."""
        return self._wires[doc["symbol"]].read_order(doc)

    def quote(self, symbol: str, quote: Quote) -> Doc:
        """A touch of a symbol as a document; null where a side is empty."""
        return self._wires[symbol].quote(quote)

    def _wire(self, command: Command) -> Wire:
        if isinstance(command, Accept):
            return self._of.setdefault(command.order.id, self._wires[command.order.symbol])
        return self._of.get(command.parent, self._first) if isinstance(command, Amend) else self._first
