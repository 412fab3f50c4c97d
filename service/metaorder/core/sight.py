"""Sight: what an order may rely on of a market: not of venues that are silent, whose data are old, or that it may not go to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from metaorder.domain.market import NO_QUOTE, Quote
from metaorder.domain.order import ParentOrder, Side
from metaorder.domain.state import MarketState
from metaorder.domain.units import Lots, Nanos


def permitted(market: MarketState, order: ParentOrder) -> MarketState:
    """The market without the venues that the order may not go to; without any, it has no quote.

    Statistics and volume stay those of the whole market. Of a symbol at one venue nothing can be denied.
    """
    if order.venues is None or not market.venues:
        return market
    denied = {venue: quote for venue, quote in market.venues.items() if not order.goes_to(venue)}
    kept = {venue: quote for venue, quote in market.venues.items() if venue not in denied}
    return replace(market, venues=kept, quote=together(kept.values()), denied=denied)


def better_elsewhere(market: MarketState) -> list[str]:
    """The venues that the order may not go to and that show a better bid or offer than those that it may."""
    buy, sell, seen = Side.BUY, Side.SELL, market.quote

    def better(quote: Quote) -> bool:
        return any(
            mine is None or not side.within(mine, theirs)
            for side in (buy, sell)
            for mine, theirs in [(seen.far(side), quote.far(side))]
            if theirs is not None
        )

    return sorted(venue for venue, quote in market.denied.items() if better(quote))


def relied_on(
    market: MarketState, order: ParentOrder, heard: Mapping[str, Nanos], age: Nanos | None, silent: Iterable[str]
) -> MarketState:
    """The market without the venues that cannot be relied on; `stale` where the data of all of them are old.

    heard: when the data of each lit venue last came. age: how old they may be; None = as old as they are.
    silent: venues that owe a word. Of those that the order may not go to neither matters.
    """
    heard = {venue: time for venue, time in heard.items() if order.goes_to(venue)}
    old = frozenset(venue for venue, time in heard.items() if age is not None and market.now - time > age)
    left_out = old.union(venue for venue in silent if order.goes_to(venue))
    if not left_out:
        return market
    kept = {venue: quote for venue, quote in market.venues.items() if venue not in left_out}
    if not kept:  # the one venue that there is, or all of them
        return replace(market, silent=left_out, stale=bool(old) and len(old) == len(heard))
    return replace(market, silent=left_out, venues=kept, quote=together(kept.values()))


def together(quotes: Iterable[Quote]) -> Quote:
    """The best prices of several venues, and the lots of all that show them."""
    shown = list(quotes)
    bid = max((quote.bid for quote in shown if quote.bid is not None), default=None)
    ask = min((quote.ask for quote in shown if quote.ask is not None), default=None)
    if bid is None and ask is None:
        return NO_QUOTE
    bids = Lots(sum(quote.bid_size for quote in shown if quote.bid == bid and bid is not None))
    asks = Lots(sum(quote.ask_size for quote in shown if quote.ask == ask and ask is not None))
    return Quote(bid, ask, bids, asks)
