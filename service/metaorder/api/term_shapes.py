"""The shapes of what a client asked of an order, beside its numbers: where, when and how it may trade."""

from __future__ import annotations

from metaorder.api.shapes import Reply
from metaorder.domain.adaptation import AdaptationMode


class DarkOut(Reply):
    """What of an order may rest in the dark pool: up to a share of what remains, and the fewest from one counterparty."""

    max_fraction: str
    min_quantity: int | None


class AuctionOut(Reply):
    """What of an order goes to the closing auction, and the largest share of what is expected to trade there."""

    close: str
    max_share: str


class VenuesOut(Reply):
    """Where children may go: to the venues of `allow` alone, or to all but those of `deny`; the other one is absent."""

    allow: list[str] | None = None
    deny: list[str] | None = None


class VenueMetOut(Reply):
    """What an order begins with at a venue: lots at rest that were expected and filled, what rested and took, and cost more."""

    venue: str
    expected_quantity: int
    filled_quantity: int
    rested_quantity: int
    rested_more: str
    took_quantity: int
    took_more: str


class VenueHistoryOut(Reply):
    """What earlier orders of the account met in so many days, scaled down to this order. missing: why there is nothing."""

    days: int
    venues: list[VenueMetOut]
    missing: str | None


class BandOut(Reply):
    """The band around the schedule, as shares of the quantity."""

    behind: str
    ahead: str


class PriceAdaptationOut(Reply):
    """How the schedule moves with the price: shares of the quantity, for each basis point and at most."""

    mode: AdaptationMode
    slope_per_bp: str
    max_shift: str
