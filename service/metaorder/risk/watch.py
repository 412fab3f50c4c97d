"""The watch at the gate: limits of an account on what its orders do, counted from the messages of one session alone."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction

from metaorder.domain.child import Child
from metaorder.domain.instrument import Instrument
from metaorder.domain.order import Account, ParentId, ParentOrder, SuspendReason
from metaorder.domain.units import MINUTE, SECOND, Lots, Nanos, Ticks, ratio_text
from metaorder.domain.venue import Report, ReportKind
from metaorder.risk.guard import Breach
from metaorder.risk.limits import GateLimits

CHILDREN_WINDOW = Nanos(5 * MINUTE)
REJECTS_WINDOW = Nanos(10 * SECOND)

_OPEN = GateLimits()


@dataclass(slots=True)
class _Parent:
    """What one order has done of late: when its children left, and when venues refused them in a row."""

    sent: deque[Nanos] = field(default_factory=deque)
    refused: deque[Nanos] = field(default_factory=deque)


@dataclass(slots=True)
class _Book:
    """What an account holds of a symbol, sells negative [lots], and what it has paid for it [ticks x lots]."""

    lots: int = 0
    paid: int = 0


class Watch:
    """Counts what passes and says which limit it breaks. Times are market times: a re-run says the same."""

    def __init__(self) -> None:
        self._limits: dict[Account, GateLimits] = {}
        self._parents: dict[ParentId, _Parent] = {}
        self._books: dict[tuple[Account, str], _Book] = {}
        self._doubted: dict[ParentId, _Book] = {}

    def set(self, account: Account, limits: GateLimits) -> None:
        """From now on these limits hold for the account."""
        self._limits[account] = limits

    def check(self, order: ParentOrder, child: Child, now: Nanos, open_children: int, instrument: Instrument) -> Breach | None:
        """What a child would break, or None. open_children: of its parent, this one left out."""
        limits = self._limits.get(order.account, _OPEN)
        if limits is _OPEN:
            return None
        quantity = child.lots * instrument.lot_size
        if limits.max_child_quantity is not None and quantity > limits.max_child_quantity:
            return Breach("max_child_quantity", f"a child of {quantity}, the limit is {limits.max_child_quantity}")
        value = child.price * child.lots * _unit(instrument)
        if limits.max_child_notional is not None and value > limits.max_child_notional:
            return Breach("max_child_notional", f"a child worth {ratio_text(value, 2)}, the limit is {limits.max_child_notional}")
        if limits.max_open_children is not None and open_children >= limits.max_open_children:
            return Breach("max_open_children", f"{open_children} children are open, the limit is {limits.max_open_children}")
        recent = self._recent(order.id, now)
        if limits.max_children_per_5_min is not None and recent >= limits.max_children_per_5_min:
            detail = f"{recent} children in five minutes, the limit is {limits.max_children_per_5_min}"
            return Breach("repeated_execution", detail)
        return None

    def data_age(self, account: Account) -> Nanos | None:
        """How old the data may be on which an account's children are sent; None: as old as they are."""
        limit = self._limits.get(account, _OPEN).max_data_age_s
        return None if limit is None else Nanos(limit * SECOND)

    def later(self, order: ParentOrder, now: Nanos) -> Nanos | None:
        """When the next child of an order may leave, if it may not now because too many have left within a second."""
        limit = self._limits.get(order.account, _OPEN).max_children_per_s
        parent = self._parents.get(order.id)
        if limit is None or parent is None or len(parent.sent) < limit:
            return None
        free = Nanos(parent.sent[-limit] + SECOND)
        return free if free > now else None

    def losing(self, order: ParentOrder, mid2: int | None, instrument: Instrument) -> Breach | None:
        """Whether the account has lost more in the symbol than it may; mid2: twice the mid [ticks]."""
        limit = self._limits.get(order.account, _OPEN).max_loss
        book = self._books.get((order.account, order.symbol))
        if limit is None or book is None:
            return None
        if mid2 is None:
            return Breach("max_loss", f"what the position is worth is not known, and the limit of {limit} needs it")
        loss = (book.paid - Fraction(book.lots * mid2, 2)) * _unit(instrument)
        if loss > limit:
            return Breach("max_loss", f"a loss of {ratio_text(loss, 2)} in {order.symbol}, the limit is {limit}")
        return None

    def sent(self, order: ParentOrder, now: Nanos) -> None:
        """Count a child that leaves."""
        if order.account in self._limits:
            self._parents.setdefault(order.id, _Parent()).sent.append(now)

    def heard(self, order: ParentOrder, report: Report) -> Breach | None:
        """Count what a venue says; the breach where it has refused too much in a row."""
        if report.kind is ReportKind.FILL and report.lots > 0 and report.price > 0:
            book = self._books.setdefault((order.account, order.symbol), _Book())
            signed = order.side.sign * report.lots
            book.lots += signed
            book.paid += signed * report.price
        limit = self._limits.get(order.account, _OPEN).max_rejects_in_10_s
        if limit is None:
            return None
        refused = self._parents.setdefault(order.id, _Parent()).refused
        if report.kind is not ReportKind.REJECTED:
            if report.kind in {ReportKind.ACCEPTED, ReportKind.FILL}:
                refused.clear()
            return None
        refused.append(report.ts)
        while refused[0] < report.ts - REJECTS_WINDOW:
            refused.popleft()
        if len(refused) < limit:
            return None
        refused.clear()
        return Breach("reject_storm", f"{limit} refusals of venues in a row within ten seconds")

    def doubt(self, order: ParentOrder, held: Lots, price: Ticks) -> None:
        """Lots that a venue told of are in dispute: they count, until somebody has found out."""
        if held:
            doubted = self._doubted.setdefault(order.id, _Book())
            doubted.lots += held
            doubted.paid += held * price

    def settled(self, order: ParentOrder, released: Lots) -> None:
        """The dispute of an order is over: what no venue filled leaves the account again, at the average price that was told."""
        doubted = self._doubted.pop(order.id, None)
        book = self._books.get((order.account, order.symbol))
        if doubted is None or book is None or not doubted.lots:
            return
        book.lots -= order.side.sign * released
        book.paid -= order.side.sign * (doubted.paid * released // doubted.lots)

    def position(self, account: Account, symbol: str) -> Lots:
        """What the account holds of a symbol, sells negative."""
        book = self._books.get((account, symbol))
        return Lots(0 if book is None else book.lots)

    def resumed(self, parent: ParentId) -> None:
        """A person has looked at an order: its counts begin anew."""
        self._parents.pop(parent, None)

    forget = resumed

    def _recent(self, parent: ParentId, now: Nanos) -> int:
        sent = self._parents.setdefault(parent, _Parent()).sent
        while sent and sent[0] <= now - CHILDREN_WINDOW:
            sent.popleft()
        return len(sent)


REASONS = {
    "repeated_execution": SuspendReason.REPEATED_EXECUTION,
    "reject_storm": SuspendReason.REJECT_STORM,
    "max_loss": SuspendReason.LOSS,
    "venue_discrepancy": SuspendReason.DISCREPANCY,
}
"""Why an order is suspended that breaks a limit, or whose venue contradicts itself; SuspendReason.GUARD for the others."""


def reason_of(breach: Breach) -> SuspendReason:
    """Why an order is suspended that breaks a limit."""
    return REASONS.get(breach.code, SuspendReason.GUARD)


def _unit(instrument: Instrument) -> Fraction:
    return Fraction(instrument.tick_size) * instrument.lot_size * Fraction(instrument.unit_value)
