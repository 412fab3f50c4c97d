"""What an order must fit of a hosted market: its session, instruments, venues and day."""

from __future__ import annotations

from metaorder.domain.order import SessionId
from metaorder.runtime.hosted import Hosted
from metaorder.usecases.orders import MarketFacts


def market_facts(hosted: Hosted, *, seeded: bool = True) -> MarketFacts:
    """The facts of a market that orders are checked against. seeded: with the seed of what orders draw in it."""
    live = hosted.live
    return MarketFacts(
        session=SessionId(hosted.spec.id),
        name=hosted.spec.name,
        instruments=live.market.instruments,
        day=live.day,
        seed=(hosted.spec.options.get("seed") or 0) if seeded else 0,
        lit={listing.symbol: tuple(floor.venue for floor in listing.lit) for listing in live.market.listings},
        dark={listing.symbol: tuple(floor.venue for floor in listing.dark) for listing in live.market.listings},
    )
