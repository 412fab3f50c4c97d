"""Everything that can happen to a parent order: facts in the past tense, journaled, streamed, folded into state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from metaorder.domain.child import ChildType, Liquidity, TimeInForce
from metaorder.domain.market import Quote
from metaorder.domain.order import EndReason, ParentId, ParentOrder, SuspendReason, Waiting
from metaorder.domain.state import NO_BASIS, Basis, Reason
from metaorder.domain.units import Lots, Nanos, Ticks


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentAccepted:
    """The order is past the risk ladder. `quote` is what the market showed at receipt; received_at is the server's clock."""

    order: ParentOrder
    quote: Quote
    received_at: Nanos


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentRejected:
    """The risk ladder refused the order."""

    order: ParentOrder
    received_at: Nanos
    code: str
    detail: str
    limit: str | None
    observed: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentStarted:
    """The order met its first two-sided book: its arrival. waited_ns: time since it was due to start [nanoseconds]."""

    arrival: Quote
    reference: Quote
    waited_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSet:
    """The schedule was drawn, or drawn anew, from here on.

    points: what is done by when; empty where it follows the market. basis: what the market showed, on which it rests.
    """

    cause: str
    done: Lots
    points: tuple[tuple[Nanos, Lots], ...]
    basis: Basis = NO_BASIS


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentWaiting:
    """What keeps the order from working has changed; None = nothing does."""

    waiting: Waiting | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentSuspended:
    """No new child leaves until the order is resumed."""

    reason: SuspendReason
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentResumed:
    """The order works again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentAmended:
    """The client changed the order. `order` holds the new terms; `quote` is what the market showed at that instant."""

    order: ParentOrder
    version: int
    quote: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentPendingCancel:
    """The order is being ended; children may still fill."""

    cause: EndReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentFilled:
    """Every lot is done. `end` is the market's touch at that instant."""

    reason: EndReason
    end: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentCanceled:
    """The order ended by its client, or with its market."""

    reason: EndReason
    end: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentExpired:
    """The order ended by the clock."""

    reason: EndReason
    end: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSubmitted:
    """A child order was sent, and why. `quote` is the touch without our own orders that it was decided on.

    venue_quote: the touch of its venue alone, where the symbol trades at several.
    expected_cost: of the whole child against the mid, if it fills as it is meant to; negative = it earns [points x lots].
    least: the fewest lots that a midpoint child takes from one counterparty; None of others.
    """

    number: int
    venue: str
    type: ChildType
    time_in_force: TimeInForce
    price: Ticks
    lots: Lots
    good_till: Nanos
    reason: Reason
    quote: Quote
    venue_quote: Quote | None = None
    expected_cost: int | None = None
    least: Lots | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildAccepted:
    """The venue took the child order. queue_known: share of the lots ahead whose arrival was seen [parts per million]."""

    number: int
    queue_ahead: Lots | None
    queue_known_ppm: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildRejected:
    """The venue, or our own guard, refused the child order."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildPendingCancel:
    """Our cancel of the child is on its way."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildUnknown:
    """Nobody knows what became of the child: all that it had open stays exposure until its venue says.

    asked: it is called back, so that the venue has to speak of it.
    """

    number: int
    reason: str
    asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildCanceled:
    """The venue canceled the child. lots: what it had left."""

    number: int
    lots: Lots
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildExpired:
    """The child's time was over. lots: what it had left."""

    number: int
    lots: Lots
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A child traded.

    quote: the touch without our own orders just before the event that caused the fill.
    reference: the touch of the market without this order at that time, where it is recorded.
    fee: paid by us in points of price times lots; negative = a rebate.
    filled, leaves: of the parent, this fill included.
    evidence: what the fill rests on: l3, l2, trades or bars; certain or assumed.
    after_end: the fill came after the order's end, or after its terminal state.
    venue_quote: what `quote` is, of the fill's venue alone, where the symbol trades at several.
    cost: against the mid, that decided on where it took, that just before the fill where it rested; expected_cost: the part of
    what was expected of the child [points x lots]. None: it was not known.
    """

    number: int
    execution_id: str
    venue: str
    price: Ticks
    lots: Lots
    liquidity: Liquidity
    fee: int
    quote: Quote
    reference: Quote
    evidence: str
    certain: bool
    after_end: bool
    filled: Lots
    leaves: Lots
    venue_quote: Quote | None = None
    cost: int | None = None
    expected_cost: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskBlocked:
    """The guard at the gate kept a child from leaving: what was decided breaks a hard constraint."""

    number: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """A venue said what cannot be so. It is written down, and not believed.

    code: what is wrong with it. said: what it told: accepted, rejected, fill, canceled, expired; nothing, where it owed an end.
    lots, price, execution: what it said of them; price and execution, the number of it, of a fill alone.
    held: lots that count as exposure of the order from now on, as if they were done, though they are not booked.
    closes: the child is no longer open, what it had left is among those lots, and its state stays unknown.
    """

    number: int
    code: str
    detail: str
    said: str
    lots: Lots = Lots(0)
    price: Ticks | None = None
    execution: int | None = None
    held: Lots = Lots(0)
    closes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeSettled:
    """Somebody has asked the venues: of the lots that were held, `traded` were filled and `released` were not. actor: the key."""

    traded: Lots
    released: Lots
    actor: str | None = None


Event = (
    ParentAccepted
    | ParentRejected
    | ParentStarted
    | ScheduleSet
    | ParentWaiting
    | ParentSuspended
    | ParentResumed
    | ParentAmended
    | ParentPendingCancel
    | ParentFilled
    | ParentCanceled
    | ParentExpired
    | ChildSubmitted
    | ChildAccepted
    | ChildRejected
    | ChildPendingCancel
    | ChildUnknown
    | ChildCanceled
    | ChildExpired
    | Fill
    | RiskBlocked
    | Discrepancy
    | DisputeSettled
)

EVENT_TYPES: Mapping[str, type[Any]] = {
    "parent.accepted": ParentAccepted,
    "parent.rejected": ParentRejected,
    "parent.started": ParentStarted,
    "schedule": ScheduleSet,
    "parent.waiting": ParentWaiting,
    "parent.suspended": ParentSuspended,
    "parent.resumed": ParentResumed,
    "parent.amended": ParentAmended,
    "parent.pending_cancel": ParentPendingCancel,
    "parent.filled": ParentFilled,
    "parent.canceled": ParentCanceled,
    "parent.expired": ParentExpired,
    "child.submitted": ChildSubmitted,
    "child.accepted": ChildAccepted,
    "child.rejected": ChildRejected,
    "child.pending_cancel": ChildPendingCancel,
    "child.unknown": ChildUnknown,
    "child.canceled": ChildCanceled,
    "child.expired": ChildExpired,
    "fill": Fill,
    "risk.blocked": RiskBlocked,
    "risk.discrepancy": Discrepancy,
    "risk.settled": DisputeSettled,
}
"""The name of each event on the wire and in the journal."""

EVENT_NAMES: Mapping[type[Any], str] = {kind: name for name, kind in EVENT_TYPES.items()}


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of one parent order at one instant of its market."""

    parent: ParentId
    ts: Nanos
    event: Event
