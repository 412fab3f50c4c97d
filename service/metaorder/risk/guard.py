"""The guard at the gate: its own count of what leaves against what was accepted, apart from every algorithm."""

from __future__ import annotations

from dataclasses import dataclass, field

from metaorder.domain.child import Child
from metaorder.domain.order import ParentId, ParentOrder
from metaorder.domain.units import Lots, Nanos
from metaorder.domain.venue import Report, ReportKind


@dataclass(slots=True)
class _Count:
    """What one parent has out and has done, counted from messages alone."""

    filled: int = 0
    out: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Breach:
    """A child that must not leave, and the rule that it breaks."""

    code: str
    detail: str


class Guard:
    """Counts by the messages that pass. It shares no state with the core: a mistake there is caught here."""

    def __init__(self) -> None:
        self._counts: dict[ParentId, _Count] = {}

    def check(self, order: ParentOrder, child: Child, now: Nanos, headroom: Lots) -> Breach | None:
        """What the child would break, or None. headroom: what the participation cap leaves beside all that is out."""
        count = self._counts.get(order.id, _Count())
        out = sum(count.out.values())
        if not order.goes_to(child.venue):
            return Breach("guard_venue", f"the order's venues do not permit {child.venue}")
        if child.lots <= 0 or child.price <= 0:
            return Breach("guard_size", f"a child needs lots and a price, had {child.lots} at {child.price}")
        if count.filled + out + child.lots > order.lots:
            return Breach("guard_quantity", f"{count.filled} filled + {out} out + {child.lots} new > {order.lots} ordered")
        if not order.side.within(child.price, order.limit):
            return Breach("guard_limit", f"price {child.price} is past the limit {order.limit}")
        if child.lots > headroom:
            return Breach("guard_cap", f"{child.lots} new > {headroom} that the participation cap leaves")
        if not order.start <= now < order.end or child.good_till > order.end:
            return Breach("guard_window", f"{now} until {child.good_till} is outside [{order.start}, {order.end})")
        return None

    def sent(self, parent: ParentId, child: Child) -> None:
        """Count a child that leaves: from now on it is exposure, acknowledged or not."""
        self._counts.setdefault(parent, _Count()).out[child.number] = child.lots

    def heard(self, report: Report) -> None:
        """Count what a venue says. A fill counts whatever else is known of it: exposure is never argued away."""
        count = self._counts.setdefault(report.parent, _Count())
        if report.kind is ReportKind.FILL:
            count.filled += max(0, report.lots)
            if report.number in count.out:
                count.out[report.number] = max(0, count.out[report.number] - report.lots)
        elif report.kind is not ReportKind.ACCEPTED:
            count.out.pop(report.number, None)

    def released(self, parent: ParentId, lots: Lots) -> None:
        """Lots that a venue told of and did not fill: somebody has asked it."""
        count = self._counts.get(parent)
        if count is not None:
            count.filled -= lots

    def forget(self, parent: ParentId) -> None:
        """A terminal order needs no count."""
        self._counts.pop(parent, None)
