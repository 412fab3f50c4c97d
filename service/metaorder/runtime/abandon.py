"""The end of orders whose session cannot go on: their fills stay, what was out is given up, and each says why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from metaorder.core.chain import Entry, Sealed
from metaorder.core.events import ChildCanceled, Event, Happened, ParentCanceled, ParentPendingCancel
from metaorder.core.execution import Execution, Step, evolve
from metaorder.core.wires import Wires
from metaorder.domain.market import NO_QUOTE
from metaorder.domain.order import EndReason, ParentId
from metaorder.domain.units import Nanos

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def fold(rows: Iterable[Sealed], wire: Wires) -> dict[ParentId, Execution]:
    """The orders of a session as its journal tells of them."""
    executions: dict[ParentId, Execution] = {}
    for row in rows:
        if row.entry.type.startswith(("command.", "market.")):
            continue
        happened = wire.read_event(_decode(row.entry.payload))
        executions[happened.parent] = evolve(executions.get(happened.parent), happened)
    return executions


def abandon(
    executions: Mapping[ParentId, Execution], wire: Wires, session: str, clock: Nanos
) -> tuple[dict[ParentId, Execution], list[Entry]]:
    """The orders once every unfinished one is canceled, session lost, and the rows of that. No re-run makes them again."""
    ended, entries = dict(executions), []
    for execution in executions.values():
        after = execution
        for event in _ending(execution):
            happened = Happened(execution.order.id, clock, event)
            before, after = after, evolve(after, happened)
            doc = wire.event(Step(happened, before, after))
            entries.append(
                Entry(
                    session=session,
                    session_index=None,
                    stream=execution.order.account,
                    type=doc["type"],
                    version=1,
                    market_time=clock,
                    event_index=None,
                    parent=execution.order.id,
                    payload=_encode(doc),
                )
            )
        ended[execution.order.id] = after
    return ended, entries


def _ending(execution: Execution) -> list[Event]:
    if execution.status.terminal:
        return []
    lost = EndReason.SESSION_LOST
    events: list[Event] = []
    if execution.cause is None:
        events.append(ParentPendingCancel(cause=lost))
    events += [ChildCanceled(number=n, lots=child.open, reason=str(lost)) for n, child in execution.open.items()]
    return [*events, ParentCanceled(reason=lost, end=NO_QUOTE)]
