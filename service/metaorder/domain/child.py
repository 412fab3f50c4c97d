"""A child order: one message to one venue, its states, and which state may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from metaorder.domain.order import ParentId
from metaorder.domain.units import Lots, Nanos, Ticks


class ChildType(StrEnum):
    """How a child order is priced: at its limit, or at the midpoint of what lit venues show, inside its limit."""

    LIMIT = "limit"
    MIDPOINT = "midpoint"


class TimeInForce(StrEnum):
    """How long a child order rests. A resting child carries the end of its parent's window.

    OPG and CLS are for the opening and the closing auction alone: what does not trade there expires.
    """

    GTD = "gtd"
    IOC = "ioc"
    OPG = "opg"
    CLS = "cls"


class Liquidity(StrEnum):
    """Whether a fill came from an order that rested, or took one that did."""

    MAKER = "maker"
    TAKER = "taker"


class ChildStatus(StrEnum):
    """The state of a child order, in FIX's words."""

    PENDING_NEW = "pending_new"
    NEW = "new"
    PARTIALLY_FILLED = "partially_filled"
    PENDING_CANCEL = "pending_cancel"
    PENDING_REPLACE = "pending_replace"
    PENDING_UNKNOWN = "pending_unknown"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"

    @property
    def terminal(self) -> bool:
        """Whether the venue can no longer fill the order."""
        return self in CHILD_TERMINAL

    @property
    def leaving(self) -> bool:
        """Whether a cancel of ours is on its way, or the venue has ended the child without telling all of it."""
        return self in {ChildStatus.PENDING_CANCEL, ChildStatus.PENDING_UNKNOWN}


CHILD_TERMINAL = frozenset({ChildStatus.FILLED, ChildStatus.CANCELED, ChildStatus.EXPIRED, ChildStatus.REJECTED})

_OPEN = (ChildStatus.PENDING_NEW, ChildStatus.NEW, ChildStatus.PARTIALLY_FILLED, ChildStatus.PENDING_CANCEL)
_ENDING = (*_OPEN, ChildStatus.PENDING_UNKNOWN)
CHILD_TRANSITIONS: Mapping[tuple[ChildStatus, ChildStatus], str] = {
    (ChildStatus.PENDING_NEW, ChildStatus.NEW): "the venue's acknowledgement",
    (ChildStatus.PENDING_NEW, ChildStatus.REJECTED): "the venue's refusal",
    (ChildStatus.PENDING_CANCEL, ChildStatus.REJECTED): "the venue's refusal of a child that we were calling back",
    **{(state, ChildStatus.PARTIALLY_FILLED): "fill" for state in _OPEN[:3]},
    (ChildStatus.PENDING_CANCEL, ChildStatus.PENDING_CANCEL): "fill that overtook the cancel",
    **{(state, ChildStatus.PENDING_CANCEL): "our cancel is on its way" for state in _OPEN[:3]},
    **{(state, ChildStatus.PENDING_UNKNOWN): "the venue owes a word of it, or of some of its fills" for state in _ENDING},
    (ChildStatus.PENDING_UNKNOWN, ChildStatus.PENDING_CANCEL): "the venue's word that it has it: our cancel is on its way",
    (ChildStatus.PENDING_UNKNOWN, ChildStatus.REJECTED): "the venue's refusal, late",
    **{(state, ChildStatus.FILLED): "the last fill" for state in _ENDING},
    **{(state, ChildStatus.CANCELED): "the venue's word that it is canceled" for state in _ENDING},
    **{(state, ChildStatus.EXPIRED): "the venue's word that its time is over" for state in _ENDING},
}
"""Every edge that exists, and what takes it. No other edge does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One order at one venue.

    number: counts the children of a parent from 1; the child's id is `{parent}-{number}`.
    good_till: when the venue must drop it, whatever happens to us.
    sent: when we sent it.
    expected: lots that the router expected it to have filled by then; None where it did not say. horizon: the time within which
    they were expected, where that is not until then.
    cost: what it is expected to cost if it fills [points x lots]; mid2: bid + ask that it was decided on [ticks].
    ahead: lots that stood before it when its venue took it; None = it did not rest, or nobody said.
    least: the fewest lots that it takes from one counterparty, at the midpoint; None = any.
    """

    number: int
    venue: str
    type: ChildType
    time_in_force: TimeInForce
    price: Ticks
    lots: Lots
    good_till: Nanos
    sent: Nanos
    filled: Lots = Lots(0)
    status: ChildStatus = ChildStatus.PENDING_NEW
    expected: Lots | None = None
    horizon: Nanos | None = None
    cost: int | None = None
    mid2: Ticks | None = None
    ahead: Lots | None = None
    least: Lots | None = None

    @property
    def open(self) -> Lots:
        """Lots that may still be filled: they count against quantity and cap until the venue says otherwise."""
        return Lots(0) if self.status.terminal else Lots(self.lots - self.filled)


def child_id(parent: ParentId, number: int) -> str:
    """The id of a child order: the same after every restart, so that sending it again is harmless."""
    return f"{parent}-{number}"
