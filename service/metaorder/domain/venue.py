"""What a venue reports about our own orders."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from metaorder.domain.child import Liquidity
from metaorder.domain.market import NO_QUOTE, Quote
from metaorder.domain.order import ParentId
from metaorder.domain.units import Lots, Nanos, Ticks


class ReportKind(StrEnum):
    """What happened to a child at its venue."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    FILL = "fill"
    CANCELED = "canceled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One message of a venue about one child, in the order in which they happened.

    lots: filled, or what was left when the child ended. number_of_fill: counts the executions of a session from 1.
    quote, reference: the touch just before the event that caused the report, without our orders and without us altogether.
    queue_ahead, queue_known_ppm: for an accepted child that rests; None otherwise.
    """

    kind: ReportKind
    parent: ParentId
    number: int
    ts: Nanos
    lots: Lots = Lots(0)
    price: Ticks = Ticks(0)
    liquidity: Liquidity = Liquidity.TAKER
    number_of_fill: int = 0
    reason: str = ""
    quote: Quote = NO_QUOTE
    reference: Quote = NO_QUOTE
    evidence: str = ""
    certain: bool = True
    queue_ahead: Lots | None = None
    queue_known_ppm: int | None = None
