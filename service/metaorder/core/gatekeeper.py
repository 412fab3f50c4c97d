"""The gatekeeper: every child that leaves and every report that comes back passes it, whatever an algorithm thinks."""

from __future__ import annotations

from collections.abc import Sequence

from metaorder.core import closing
from metaorder.core.decide import Gate
from metaorder.core.events import ChildSubmitted
from metaorder.core.execution import Execution
from metaorder.domain.child import Child, TimeInForce
from metaorder.domain.order import ParentId, ParentOrder
from metaorder.domain.state import MarketState
from metaorder.domain.units import Lots
from metaorder.domain.venue import Report
from metaorder.risk.guard import Breach, Guard
from metaorder.risk.participation import headroom
from metaorder.risk.watch import Watch


class Gatekeeper:
    """The guard, which holds every order to its own terms, and the watch, which holds it to its account's limits."""

    def __init__(self) -> None:
        self.watch = Watch()
        self._guard = Guard()

    def admit(self, execution: Execution, event: ChildSubmitted, market: MarketState, gates: Sequence[Gate]) -> Breach | None:
        """Count a child that may leave, or say what it would break."""
        order, now = execution.order, market.now
        child = Child(
            number=event.number,
            venue=event.venue,
            type=event.type,
            time_in_force=event.time_in_force,
            price=event.price,
            lots=event.lots,
            good_till=event.good_till,
            sent=now,
        )
        auction = child.time_in_force is TimeInForce.CLS
        room = closing.room(execution, market) if auction else headroom(order, execution.own(now), market)
        breach = self._guard.check(order, child, now, room)
        if breach is None:
            breach = self.watch.check(order, child, now, len(execution.open), gates[0].instrument)
        if breach is None:
            self._guard.sent(order.id, child)
            self.watch.sent(order, now)
        return breach

    def heard(self, order: ParentOrder, report: Report, *, over: bool) -> Breach | None:
        """Count what a venue says; the limit that it breaks. over: the order has ended, and its count is closed."""
        if not over:
            self._guard.heard(report)
        return self.watch.heard(order, report)

    def settled(self, order: ParentOrder, released: Lots) -> None:
        """A dispute is over: lots that were held, and that no venue filled, count no more."""
        self._guard.released(order.id, released)
        self.watch.settled(order, released)

    def forget(self, parent: ParentId) -> None:
        """A terminal order needs no count."""
        self._guard.forget(parent)
        self.watch.forget(parent)
