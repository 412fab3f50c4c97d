"""A venue as a sender meets it: how long messages take there and back, and what it reports about our own orders."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from metaorder.domain.child import Liquidity
from metaorder.domain.errors import Invalid
from metaorder.domain.market import NO_QUOTE, Quote
from metaorder.domain.order import ParentId
from metaorder.domain.units import Lots, Nanos, Ticks

LONGEST_LATENCY = Nanos(60_000_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long messages take, each way one connection on which nothing overtakes what was sent before.

    entry: from sending to arrival, at least. report: from an event to our hearing of it, at least; 0 = at once.
    entry_jitter, report_jitter: on top, uniform from 0 to this, drawn from seed and time of sending alone.
    """

    entry: Nanos = Nanos(1_000_000)
    entry_jitter: Nanos = Nanos(0)
    report: Nanos = Nanos(0)
    report_jitter: Nanos = Nanos(0)
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.entry <= LONGEST_LATENCY:
            raise Invalid("latency", f"greater than 0 and at most {LONGEST_LATENCY} ns", self.entry)
        others = {"latency_jitter": self.entry_jitter, "report_latency": self.report, "report_latency_jitter": self.report_jitter}
        for field, span in others.items():
            if not 0 <= span <= LONGEST_LATENCY:
                raise Invalid(field, f"at least 0 and at most {LONGEST_LATENCY} ns", span)
        if not 0 <= self.seed < 2**64:
            raise Invalid("latency_seed", "at least 0 and less than 2^64", self.seed)

    @property
    def longest_entry(self) -> Nanos:
        """No message takes longer to arrive."""
        return Nanos(self.entry + self.entry_jitter)

    @property
    def longest_answer(self) -> Nanos:
        """No answer takes longer, from sending to our hearing of it."""
        return Nanos(self.longest_entry + self.report + self.report_jitter)


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
    quote, reference: the symbol's touch just before the event that caused the report, without our orders and without us
    altogether. venue_quote: the venue's own, where the symbol trades at several; None otherwise.
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
    venue_quote: Quote | None = None
    evidence: str = ""
    certain: bool = True
    queue_ahead: Lots | None = None
    queue_known_ppm: int | None = None
