"""What a session says of orders of ours, row by row, in the domain's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metaorder import _native
from metaorder.domain.child import Liquidity
from metaorder.domain.market import NO_QUOTE, Quote
from metaorder.domain.order import ParentId
from metaorder.domain.units import Lots, Nanos, Ticks
from metaorder.domain.venue import Report, ReportKind
from metaorder.sim.floors import PPM, Floor, Listing

KINDS = (ReportKind.ACCEPTED, ReportKind.REJECTED, ReportKind.FILL, ReportKind.CANCELED, ReportKind.EXPIRED)
REPLACED, REPLACE_REJECTED = 5, 6
"""Kinds that answer a replace; the core sends none, so they are no reports to it."""

REASONS = (
    "",
    "halted",
    "session_closed",
    "self_match",
    "invalid",
    "canceled",
    "good_till",
    "unmatched",
    "beyond_recorded_depth",
    "late",
    "market_deleted",
    "in_auction",
    "no_auction",
    "would_cross",
    "unsupported",
    "unknown",
    "filled",
)

Floors = Mapping[int, tuple[Listing, Floor]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """The answer to a replace.

    accepted: whether the order is another one now; else `reason` says why not, and it is as it was. lots: at work from now on, 0
    where nothing is. price: its limit. queue_ahead: lots with priority, where it rests and is shown; None otherwise.
    """

    parent: ParentId
    number: int
    ts: Nanos
    accepted: bool
    reason: str
    lots: Lots
    price: Ticks
    venue: str
    queue_ahead: Lots | None


def quote_of(touch: tuple[int, int, int, int]) -> Quote:
    """A touch as a quote: an empty side has no price."""
    bid, ask, bid_lots, ask_lots = touch
    return Quote(Ticks(bid) if bid_lots else None, Ticks(ask) if ask_lots else None, Lots(bid_lots), Lots(ask_lots))


def replaced_of(row: _native.ReportRow, parents: Sequence[ParentId], floors: Floors) -> Replaced:
    """The answer to a replace that a row is. parents: by their key, from 1 on."""
    kind, reason, parent, number, ts, lots, price = row[:7]
    return Replaced(
        parent=parents[parent - 1],
        number=number,
        ts=Nanos(ts),
        accepted=kind == REPLACED,
        reason=REASONS[reason],
        lots=Lots(lots),
        price=Ticks(price),
        venue=floors[row[14]][1].venue,
        queue_ahead=None if row[12] < 0 else Lots(row[12]),
    )


def report_of(row: _native.ReportRow, parents: Sequence[ParentId], floors: Floors) -> Report:
    """The report that any other row is. parents: by their key, from 1 on."""
    kind, reason, parent, number, ts, lots, price, maker, certain, execution = row[:10]
    own_quote, ahead, known, quote, reference = row[10], row[12], row[13], row[15], row[16]
    assert not row[17], "a price of half a tick has no ticks, and nothing here sends a midpoint peg"
    listing, floor = floors[row[14]]
    return Report(
        kind=KINDS[kind],
        parent=parents[parent - 1],
        number=number,
        ts=Nanos(ts),
        lots=Lots(lots),
        price=Ticks(price),
        liquidity=Liquidity.MAKER if maker else Liquidity.TAKER,
        number_of_fill=execution,
        reason=REASONS[reason],
        quote=quote_of(quote),
        reference=quote_of(reference) if listing.recorded else NO_QUOTE,
        venue_quote=quote_of(own_quote) if len(listing.lit) > 1 and not floor.dark else None,
        evidence=floor.evidence,
        certain=certain,
        queue_ahead=None if ahead < 0 else Lots(ahead),
        queue_known_ppm=None if ahead < 0 else (PPM if ahead == 0 else known * PPM // ahead),
    )
