"""The venues of a simulated market: who has which share of the flow, and on what terms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

from metaorder.domain.errors import Invalid

MOST_LIT = 8
LONGEST_MS = 10_000
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._]{0,19}", re.ASCII)
_FEE = re.compile(r"-?\d{1,6}(\.\d{1,9})?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedVenue:
    """One venue of a simulated market.

    share: of the flow; of the dark pool, its orders a market order. dark: orders meet at the midpoint of what the lit ones
    show, and are not seen. taker_fee, maker_fee: as the market's fees are stated, a rebate negative; latency_ms: of messages
    to it, at least. None: the market's.
    """

    id: str
    share: float
    dark: bool = False
    taker_fee: Decimal | None = None
    maker_fee: Decimal | None = None
    latency_ms: float | None = None

    def __post_init__(self) -> None:
        if _ID.fullmatch(self.id) is None:
            raise Invalid("id", "1 to 20 letters, digits, dots or underscores", self.id)
        if not 0 < self.share <= (10 if self.dark else 1):
            raise Invalid("share", "above 0 and at most 1, or 10 of a dark pool", self.share)
        if self.latency_ms is not None and not 0.001 <= self.latency_ms <= LONGEST_MS:
            raise Invalid("latency_ms", f"in [0.001, {LONGEST_MS}]", self.latency_ms)


Venues = tuple[SimulatedVenue, ...]


def check_venues(venues: Venues) -> None:
    """Refuse venues that make no market together; none at all are one venue.

    Raises:
        Invalid: of `venues`.
    """
    lit, ids = [venue for venue in venues if not venue.dark], [venue.id for venue in venues]
    rules = (
        (len(set(ids)) == len(ids), "of different ids"),
        (len(venues) - len(lit) <= 1, "with at most one dark pool"),
        (not venues or 1 <= len(lit) <= MOST_LIT, f"with 1 to {MOST_LIT} lit venues"),
        (not lit or abs(sum(venue.share for venue in lit) - 1) < 1e-6, "with shares of the lit ones that sum to 1"),
    )
    for holds, rule in rules:
        if not holds:
            raise Invalid("venues", rule, ids if "id" in rule else [venue.share for venue in lit])


def in_order(venues: Venues) -> Venues:
    """The lit ones as they were given, then the dark pool: the order of the market's floors."""
    return tuple(sorted(venues, key=lambda venue: venue.dark))


def read_venues(field: str, value: Any) -> Venues:
    """Venues as a document gives them.

    Raises:
        Invalid: at the venue and the field that break a rule.
    """
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise Invalid(field, "a list of venues", value)
    return tuple(_read(f"{field}.{i}", each) for i, each in enumerate(value))


def venues_document(venues: Venues) -> list[dict[str, Any]]:
    """Venues as JSON has them: `read_venues` reads them back."""
    return [{name: str(v) if isinstance(v, Decimal) else v for name, v in asdict(venue).items()} for venue in venues]


def _read(field: str, value: Any) -> SimulatedVenue:
    known = {each.name for each in fields(SimulatedVenue)}
    if not isinstance(value, dict) or not {"id", "share"} <= value.keys() <= known:
        raise Invalid(field, f"an object with id, share and of {', '.join(sorted(known - {'id', 'share'}))}", value)
    terms = dict(value)
    for name in ("share", "latency_ms"):
        number = isinstance(terms.get(name), int | float) and not isinstance(terms[name], bool)
        if name in terms and not number and (name == "share" or terms[name] is not None):
            raise Invalid(f"{field}.{name}", "a number", terms[name])
    for name in ("taker_fee", "maker_fee"):
        if terms.get(name) is None:
            continue
        if not isinstance(terms[name], str) or _FEE.fullmatch(terms[name]) is None:
            raise Invalid(f"{field}.{name}", "a decimal in quotes", terms[name])
        terms[name] = Decimal(terms[name])
    if not isinstance(terms["id"], str) or not isinstance(terms.get("dark", False), bool):
        raise Invalid(f"{field}", "with an id that is text and dark that is true or false", value)
    try:
        return SimulatedVenue(**terms)
    except Invalid as wrong:
        raise Invalid(f"{field}.{wrong.field}", wrong.rule, wrong.value) from None
