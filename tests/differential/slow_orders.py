"""The orders of the slow book and the questions about them: one list, sorted whenever a question is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from metaorder.sim.book import BookSide, Flags, Peg, Reason, SelfTrade, Tif

MOST = 2**63 - 1
BUY, SELL = BookSide.BUY, BookSide.SELL
MOST_PEAKS = 10_000


class Command(NamedTuple):
    """A row of a batch; the small fields may be any byte."""

    id: int
    price: int
    lots: int
    owner: int
    kind: int
    side: int
    tif: int
    flags: int
    stp: int = 0
    peg: int = 0
    peak: int = 0
    good_till: int = 0


class Event(NamedTuple):
    """A row of the answer, its fields in the order of EVENT."""

    id: int
    maker: int
    price: int
    lots: int
    remaining: int
    maker_remaining: int
    owner: int
    maker_owner: int
    kind: int
    side: int
    reason: int
    half: int = 0


@dataclass(frozen=True)
class Resting:
    """An order; `since` grows, so of two at one price the smaller came first. `lots` counts what is not shown too."""

    id: int
    price: int
    lots: int
    owner: int
    side: int
    since: int = 0
    shown: int = 0
    stp: int = SelfTrade.ALLOW
    peg: int = Peg.NONE
    peak: int = 0
    good_till: int = 0
    hidden: bool = False
    market: bool = False
    collected: bool = False

    @property
    def peak_lots(self) -> int:
        """What it shows of its lots when it shows anew."""
        return min(self.lots, self.peak or self.lots)


def fits(number: int) -> bool:
    """Whether it is an int64."""
    return -MOST - 1 <= number <= MOST


def makes_sense(c: Command) -> bool:
    """Whether the terms are known and go together."""
    if c.side > 1 or c.tif > Tif.FOK or c.flags > 15 or c.stp > SelfTrade.DECREMENT or c.peg > Peg.MIDPOINT or c.good_till < 0:
        return False
    flags = Flags(c.flags)
    market, hidden = Flags.MARKET in flags, Flags.HIDDEN in flags
    post, reprice = Flags.POST_ONLY in flags, Flags.REPRICE in flags
    if c.tif != Tif.REST or market:
        if post or reprice or hidden or c.peak or c.good_till:
            return False
        return not (market and c.peg)
    if reprice and (post or c.peg):
        return False
    return not (c.peak and (hidden or c.peg))


@dataclass
class SlowOrders:
    """Every order at rest, and the best prices shown when the command began, which pegs look at."""

    min_price: int
    max_price: int
    max_orders: int
    resting: list[Resting] = field(default_factory=list)
    in_auction: bool = False
    best: dict[int, int | None] = field(default_factory=lambda: {BUY: None, SELL: None})

    def find(self, order_id: int) -> Resting | None:
        return next((order for order in self.resting if order.id == order_id), None)

    def look(self) -> None:
        """See the best prices shown."""
        for side in (BUY, SELL):
            self.best[side] = next((order.price for order in self.orders(side)), None)

    def orders(self, side: int) -> list[Resting]:
        """What is shown, in order of priority."""
        towards = -1 if side == BUY else 1
        mine = [order for order in self.resting if order.side == side and not order.hidden and not order.collected]
        return sorted(mine, key=lambda order: (towards * order.price, order.since))

    def levels(self, side: int) -> list[tuple[int, int, int]]:
        """(price, lots, orders), best first."""
        prices = list(dict.fromkeys(order.price for order in self.orders(side)))
        queues = [[order.shown for order in self.orders(side) if order.price == price] for price in prices]
        return [(price, sum(lots), len(lots)) for price, lots in zip(prices, queues, strict=True)]

    def lots_within(self, side: int, limit: int) -> int:
        """Lots shown at the limit or better, at most the largest int64."""
        near = [o for o in self.orders(side) if (o.price >= limit if side == BUY else o.price <= limit)]
        return min(MOST, sum(order.shown for order in near))

    def stands_at(self, order: Resting) -> int | None:
        """In half ticks; None: a peg without its reference."""
        if order.peg == Peg.NONE:
            return 2 * order.price
        own, other = self.best[order.side], self.best[1 - order.side]
        if self.in_auction or own is None:
            return None
        wanted = 2 * own
        if order.peg == Peg.MIDPOINT:
            if other is None:
                return None
            wanted = own + other
        return min(wanted, 2 * order.price) if order.side == BUY else max(wanted, 2 * order.price)

    def first_maker(self, taker: Resting) -> Resting | None:
        """What a taker would match next."""
        reach = self.stands_at(taker)
        if self.in_auction or reach is None:
            return None
        towards = 1 if taker.side == BUY else -1
        priced = [(towards * at, o) for o in self.resting if o.side != taker.side and (at := self.stands_at(o)) is not None]
        met = [(at, order) for at, order in priced if at <= towards * reach]
        return min(met, key=lambda pair: (pair[0], pair[1].hidden, pair[1].since))[1] if met else None

    def hidden(self, side: int) -> list[tuple[int, int, int, int, int, int, int, int, int]]:
        """The rows of HIDDEN."""
        away = [order for order in self.resting if order.side == side and order.hidden and not order.collected]
        towards = -1 if side == BUY else 1

        def key(order: Resting) -> tuple[bool, int, int]:
            at = self.stands_at(order)
            return (at is None, towards * (at or 0), order.since)

        rows = []
        for o in sorted(away, key=key):
            at = self.stands_at(o)
            price, half = (0, 0) if at is None else divmod(at, 2)
            rows.append((o.id, o.price, o.lots, price, o.owner, o.side, o.peg, half, int(at is not None)))
        return rows

    def ahead(self, order_id: int) -> tuple[int, int] | None:
        """(lots, orders) that come before an order where it stands."""
        own = self.find(order_id)
        if own is None:
            return None
        at = self.stands_at(own)
        same = [o for o in self.resting if o.side == own.side and o.market == own.market and self.stands_at(o) == at]
        before = [o for o in same if at is not None and (o.hidden, o.since) < (own.hidden, own.since)]
        if not own.hidden and not own.collected:
            before = [o for o in before if not o.hidden]
            return sum(o.shown for o in before), len(before)
        return min(MOST, sum(o.lots for o in before)), len(before)

    def too_large(self, order: Resting) -> Reason | None:
        """What a new order and a replaced one are refused for, matching or not."""
        if order.lots <= 0:
            return Reason.INVALID_LOTS
        if order.peak and order.lots > MOST_PEAKS * order.peak:
            return Reason.INVALID_PEAK
        if not order.market and not self.min_price <= order.price <= self.max_price:
            return Reason.INVALID_PRICE
        if not order.market and not order.peg and not fits(order.price * order.lots):
            return Reason.OVERFLOW
        return None

    def has_room(self, order: Resting) -> bool:
        """Whether its level can hold it beside what is or will be shown there."""
        if order.hidden or order.market:
            return True
        there = [o for o in self.resting if (o.side, o.price, o.hidden, o.market) == (order.side, order.price, False, False)]
        return fits(order.lots + sum(o.lots for o in there if o.id != order.id))

    def parts(self, side: int, *, collected: bool = False) -> list[Resting]:
        """What takes part in the auction (or what it collected), in order of priority."""
        towards = -1 if side == BUY else 1
        mine = [o for o in self.resting if o.side == side and not o.peg and (o.collected or not collected)]
        return sorted(mine, key=lambda o: (not o.market, 0 if o.market else towards * o.price, o.hidden, o.since))

    def quantity(self, side: int, price: int) -> int:
        """Lots of a side that would trade at a price."""
        return sum(order.lots for order in self.parts(side) if trades_at(order, price))

    def indicative(self, reference: int) -> tuple[int, int, int, int] | None:
        """(price, lots, imbalance, its side): the best of all the prices at which anything could change."""
        limits = [o.price + step for o in self.resting if not o.market and not o.peg for step in (-1, 0, 1)]
        best = None
        for price in (self.min_price, self.max_price, reference, *limits):
            if not self.min_price <= price <= self.max_price:
                continue
            demand, supply = self.quantity(BUY, price), self.quantity(SELL, price)
            one = (-min(demand, supply), abs(demand - supply), abs(price - reference), price, demand - supply)
            best = one if best is None else min(best, one)
        if best is None or best[0] == 0:
            return None
        return best[3], min(MOST, -best[0]), min(MOST, best[1]), SELL if best[4] < 0 else BUY


def trades_at(order: Resting, price: int) -> bool:
    """Whether an order of an auction is for trading at a price."""
    return order.market or (order.price >= price if order.side == BUY else order.price <= price)
