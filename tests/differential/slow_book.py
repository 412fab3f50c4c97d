"""The book in plain Python, slow and obviously right: one list of orders, sorted whenever a question is asked.

Written from the words of `native/include/lob/book.hpp` alone. It knows no levels, no index and no cached price.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from metaorder.sim.book import BookSide, CommandKind, EventKind, Flags, Reason, Tif

MOST = 2**63 - 1
BUY, SELL = BookSide.BUY, BookSide.SELL


class Command(NamedTuple):
    """A row of a batch; `kind`, `side`, `tif` and `flags` may be any byte."""

    id: int
    price: int
    lots: int
    owner: int
    kind: int
    side: int
    tif: int
    flags: int


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


@dataclass(frozen=True)
class Resting:
    """An order at rest; `since` grows, so of two at one price the smaller came first."""

    id: int
    price: int
    lots: int
    owner: int
    side: int
    since: int


class SlowBook:
    """One list of orders."""

    def __init__(self, min_price: int = -(2**62), max_price: int = 2**62, max_orders: int = 2**30) -> None:
        self.min_price, self.max_price, self.max_orders = min_price, max_price, max_orders
        self.resting: list[Resting] = []
        self.clock = 0
        self.events: list[Event] = []

    def apply(self, command: Command) -> list[Event]:
        """What the command causes, in order."""
        self.events = []
        match command.kind:
            case CommandKind.SUBMIT:
                self._submit(command)
            case CommandKind.CANCEL:
                self._cancel(command.id)
            case CommandKind.REDUCE:
                self._reduce(command.id, command.lots)
            case CommandKind.REPLACE:
                self._replace(command.id, command.price, command.lots)
            case _:
                self._reject(Reason.INVALID_FLAGS, command.id)
        return self.events

    def orders(self, side: int) -> list[Resting]:
        """In order of priority."""
        towards = -1 if side == BUY else 1
        mine = [order for order in self.resting if order.side == side]
        return sorted(mine, key=lambda order: (towards * order.price, order.since))

    def levels(self, side: int) -> list[tuple[int, int, int]]:
        """(price, lots, orders), best first."""
        prices = list(dict.fromkeys(order.price for order in self.orders(side)))
        queues = [[order.lots for order in self.orders(side) if order.price == price] for price in prices]
        return [(price, sum(lots), len(lots)) for price, lots in zip(prices, queues, strict=True)]

    def ahead(self, order_id: int) -> tuple[int, int] | None:
        """(lots, orders) that come before an order at its price."""
        own = self._find(order_id)
        if own is None:
            return None
        before = [order.lots for order in self.resting if order.price == own.price and order.since < own.since]
        return sum(before), len(before)

    def lots_within(self, side: int, limit: int) -> int:
        """Lots at the limit or better, at most the largest int64."""
        return min(MOST, sum(order.lots for order in self._reachable(1 - side, limit)))

    def _find(self, order_id: int) -> Resting | None:
        return next((order for order in self.resting if order.id == order_id), None)

    def _reachable(self, taker: int, limit: int) -> list[Resting]:
        """The orders that a taker with this limit may match, in order of priority."""
        makers = self.orders(1 - taker)
        return [maker for maker in makers if (maker.price <= limit if taker == BUY else maker.price >= limit)]

    def _lots_at(self, price: int) -> int:
        return sum(order.lots for order in self.resting if order.price == price)

    def _say(self, kind: EventKind, order: Resting, lots: int, reason: Reason = Reason.NONE) -> None:
        self.events.append(Event(order.id, 0, order.price, lots, 0, 0, order.owner, 0, kind, order.side, reason))

    def _reject(
        self,
        reason: Reason,
        order_id: int,
        price: int = 0,
        lots: int = 0,
        owner: int = 0,
        side: int = BUY,
    ) -> None:
        self.events.append(Event(order_id, 0, price, lots, 0, 0, owner, 0, EventKind.REJECTED, side, reason))

    def _refusal(self, c: Command, limit: int) -> Reason | None:
        market, post_only = bool(c.flags & Flags.MARKET), bool(c.flags & Flags.POST_ONLY)
        if c.side not in (0, 1) or c.tif not in (0, 1, 2) or c.flags not in (0, 1, 2):
            return Reason.INVALID_FLAGS
        if post_only and c.tif != Tif.REST:
            return Reason.INVALID_FLAGS
        if c.id == 0:
            return Reason.INVALID_ID
        if self._find(c.id) is not None:
            return Reason.DUPLICATE_ID
        if c.lots <= 0:
            return Reason.INVALID_LOTS
        if not self.min_price <= limit <= self.max_price:
            return Reason.INVALID_PRICE
        makers = self._reachable(c.side, limit)
        if post_only and makers:
            return Reason.WOULD_CROSS
        if c.tif == Tif.FOK and sum(maker.lots for maker in makers) < c.lots:
            return Reason.NOT_FILLABLE
        all_rests = c.tif == Tif.REST and not market and not makers
        if all_rests and (self._lots_at(limit) + c.lots > MOST or len(self.resting) == self.max_orders):
            return Reason.OVERFLOW
        return None

    def _submit(self, c: Command) -> None:
        market = bool(c.flags & Flags.MARKET)
        limit = c.price
        if market:
            limit = self.max_price if c.side == BUY else self.min_price
        shown = 0 if market else c.price
        reason = self._refusal(c, limit)
        if reason is not None:
            self._reject(reason, c.id, shown, c.lots, c.owner, c.side if c.side in (0, 1) else BUY)
            return
        order = Resting(c.id, shown, c.lots, c.owner, c.side, since=-1)
        self._say(EventKind.ACCEPTED, order, order.lots)
        self._enter(order, limit, rests=c.tif == Tif.REST and not market)

    def _enter(self, order: Resting, limit: int, *, rests: bool) -> None:
        left = order.lots
        for maker in self._reachable(order.side, limit):
            lots = min(left, maker.lots)
            if lots == 0:
                break
            left -= lots
            self.resting.remove(maker)
            if maker.lots > lots:
                self.resting.append(replace(maker, lots=maker.lots - lots))
            self.events.append(
                Event(
                    *(order.id, maker.id, maker.price, lots, left, maker.lots - lots, order.owner, maker.owner),
                    *(EventKind.FILL, order.side, Reason.NONE),
                )
            )
        if left > 0 and rests:
            self.clock += 1
            self.resting.append(replace(order, lots=left, since=self.clock))
        else:
            self._say(EventKind.DONE, order, left, Reason.EXPIRED if left > 0 else Reason.FILLED)

    def _known(self, order_id: int, price: int, lots: int) -> Resting | None:
        order = self._find(order_id)
        if order is None:
            self._reject(Reason.INVALID_ID if order_id == 0 else Reason.UNKNOWN_ID, order_id, price, lots)
        return order

    def _cancel(self, order_id: int) -> None:
        order = self._known(order_id, 0, 0)
        if order is not None:
            self.resting.remove(order)
            self._say(EventKind.DONE, order, order.lots, Reason.CANCELED)

    def _shrink(self, order: Resting, lots: int) -> None:
        self.resting.remove(order)
        self.resting.append(replace(order, lots=lots))

    def _reduce(self, order_id: int, lots: int) -> None:
        order = self._known(order_id, 0, lots)
        if order is None:
            return
        if not 0 < lots < order.lots:
            self._reject(Reason.INVALID_LOTS, order_id, 0, lots, order.owner, order.side)
            return
        self._shrink(order, lots)
        self._say(EventKind.REDUCED, order, lots)

    def _replace(self, order_id: int, price: int, lots: int) -> None:
        old = self._known(order_id, price, lots)
        if old is None:
            return
        reason = None
        if lots <= 0:
            reason = Reason.INVALID_LOTS
        elif not self.min_price <= price <= self.max_price:
            reason = Reason.INVALID_PRICE
        elif not self._reachable(old.side, price):
            others = self._lots_at(price) - (old.lots if price == old.price else 0)
            if others + lots > MOST:
                reason = Reason.OVERFLOW
        if reason is not None:
            self._reject(reason, order_id, price, lots, old.owner, old.side)
            return
        order = replace(old, price=price, lots=lots)
        self._say(EventKind.REPLACED, order, lots)
        if price == old.price and lots <= old.lots:
            self._shrink(old, lots)
        else:
            self.resting.remove(old)
            self._enter(order, price, rests=True)
