"""The book in plain Python, slow and obviously right.

Written from the words of `native/include/lob/book.hpp` alone. It knows no levels, no index and no cached price.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace

from differential.slow_orders import BUY, SELL, Command, Event, Resting, SlowOrders, fits, makes_sense, trades_at
from metaorder.sim.book import BOTH_SIDES, CommandKind, EventKind, Flags, Peg, Reason, SelfTrade, Tif


class SlowBook(SlowOrders):
    """The commands; what they leave is in the list of orders."""

    def __init__(self, min_price: int = -(2**62), max_price: int = 2**62, max_orders: int = 2**30) -> None:
        super().__init__(min_price, max_price, max_orders)
        self.clock = 0
        self.events: list[Event] = []

    def apply(self, c: Command) -> list[Event]:
        """What the command causes, in order."""
        self.events = []
        self.look()
        match c.kind:
            case CommandKind.SUBMIT:
                self._submit(c)
            case CommandKind.CANCEL:
                self._cancel(c.id)
            case CommandKind.REDUCE:
                self._reduce(c.id, c.lots)
            case CommandKind.REPLACE:
                self._replace(c)
            case CommandKind.CANCEL_OWNER | CommandKind.CANCEL_SIDE:
                self._cancel_all(c)
            case CommandKind.EXPIRE:
                due = [order for order in self.resting if 0 < order.good_till <= c.good_till]
                for order in sorted(due, key=lambda order: (order.good_till, order.id)):
                    self._end(order, Reason.EXPIRED)
            case CommandKind.START_AUCTION:
                if self.in_auction:
                    self._reject(Reason.WRONG_PHASE, c.id)
                self.in_auction = True
            case CommandKind.UNCROSS:
                self._uncross(c.price)
            case _:
                self._reject(Reason.INVALID_FLAGS, c.id)
        if not self.events or self.events[0].kind != EventKind.REJECTED:
            self._settle()
        return self.events

    def _say(self, kind: EventKind, order: Resting, lots: int, reason: Reason = Reason.NONE, left: int = 0) -> None:
        price = 0 if order.market else order.price
        self.events.append(Event(order.id, 0, price, lots, left, 0, order.owner, 0, kind, order.side, reason))

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

    def _swap(self, old: Resting, new: Resting) -> Resting:
        self.resting[self.resting.index(old)] = new
        return new

    def _end(self, order: Resting, reason: Reason) -> None:
        self.resting.remove(order)
        self._say(EventKind.DONE, order, order.lots, reason)

    def _put(self, order: Resting) -> None:
        self.clock += 1
        collected = self.in_auction and not order.peg
        shown = 0 if order.hidden or collected else order.peak_lots
        stp = order.stp if order.peg else SelfTrade.ALLOW
        price = 0 if order.market else order.price
        self.resting.append(replace(order, since=self.clock, shown=shown, collected=collected, stp=stp, price=price))

    def _submit(self, c: Command) -> None:
        market = bool(c.flags & Flags.MARKET)
        limit = (self.max_price if c.side == BUY else self.min_price) if market else c.price
        order = Resting(
            *(c.id, limit, c.lots, c.owner, c.side, 0, 0, c.stp, c.peg, c.peak, c.good_till),
            hidden=bool(c.flags & Flags.HIDDEN) or c.peg != Peg.NONE,
            market=market,
        )
        order, reason = self._admitted(order, c)
        if reason is not None:
            self._reject(reason, c.id, 0 if market else c.price, c.lots, c.owner, c.side if c.side in (0, 1) else BUY)
            return
        self._say(EventKind.ACCEPTED, order, order.lots)
        self._enter(order, rests=c.tif == Tif.REST and (not market or self.in_auction))

    def _admitted(self, order: Resting, c: Command) -> tuple[Resting, Reason | None]:
        """The order as it enters, and why it does not."""
        if not makes_sense(c):
            return order, Reason.INVALID_FLAGS
        if c.id == 0:
            return order, Reason.INVALID_ID
        if self.find(c.id) is not None:
            return order, Reason.DUPLICATE_ID
        reason = self.too_large(order)
        post_only, reprice = bool(c.flags & Flags.POST_ONLY), bool(c.flags & Flags.REPRICE)
        if reason is None and self.in_auction and (c.tif != Tif.REST or post_only or reprice or c.peg):
            reason = Reason.WRONG_PHASE
        if reason is not None:
            return order, reason
        maker = self.first_maker(order)
        if maker is not None and reprice:
            against = self.stands_at(maker)
            assert against is not None
            order = replace(order, price=(against - 1) // 2 if c.side == BUY else -((-against - 1) // 2))
            if not self.min_price <= order.price <= self.max_price:
                return order, Reason.WOULD_CROSS
            maker = None
            if not fits(order.price * order.lots):
                return order, Reason.OVERFLOW
        if maker is not None and post_only:
            return order, Reason.WOULD_CROSS
        if c.tif == Tif.FOK and not self._would_fill(order):
            return order, Reason.NOT_FILLABLE
        rests = c.tif == Tif.REST and (not order.market or self.in_auction)
        if rests and maker is None and (len(self.resting) >= self.max_orders or not self.has_room(order)):
            return order, Reason.OVERFLOW
        return order, None

    def _would_fill(self, order: Resting) -> bool:
        """On a copy of the book."""
        other = copy(self)
        other.resting, other.events = list(self.resting), []
        left, may_rest = other._match(order)
        return left == 0 and may_rest

    def _enter(self, order: Resting, *, rests: bool) -> None:
        left, may_rest = self._match(order)
        if left > 0 and rests and may_rest:
            self._put(replace(order, lots=left))
        else:
            reason = Reason.EXPIRED if left > 0 else Reason.FILLED
            self._say(EventKind.DONE, order, left, reason if may_rest else Reason.SELF_TRADE)

    def _match(self, taker: Resting) -> tuple[int, bool]:
        """What is left of the taker, and whether that may rest."""
        left, may_rest = taker.lots, True
        while left > 0 and (maker := self.first_maker(taker)) is not None:
            own = taker.stp != SelfTrade.ALLOW and taker.owner == maker.owner != 0
            if own and taker.stp != SelfTrade.DECREMENT:
                if taker.stp != SelfTrade.CANCEL_TAKER:
                    self._end(maker, Reason.SELF_TRADE)
                if taker.stp != SelfTrade.CANCEL_MAKER:
                    return left, False
                continue
            may_rest = may_rest and not own
            left = self._trade(taker, maker, left, EventKind.PREVENTED if own else EventKind.FILL)
        return left, may_rest

    def _trade(self, taker: Resting, maker: Resting, left: int, kind: EventKind) -> int:
        lots = min(left, maker.lots if maker.hidden else maker.shown)
        at = self.stands_at(maker)
        assert at is not None
        price, half = divmod(at, 2)
        after = replace(maker, lots=maker.lots - lots, shown=0 if maker.hidden else maker.shown - lots)
        self.events.append(
            Event(
                *(taker.id, maker.id, price, lots, left - lots, after.lots, taker.owner, maker.owner),
                *(kind, taker.side, Reason.NONE, half),
            )
        )
        self._swap(maker, after)
        if after.lots == 0:
            self.resting.remove(after)
        elif not after.hidden and after.shown == 0:
            self.clock += 1
            shown = self._swap(after, replace(after, shown=after.peak_lots, since=self.clock))
            self._say(EventKind.REFRESHED, shown, shown.shown, left=shown.lots)
        return left - lots

    def _settle(self) -> None:
        """Pegs at their new prices, in order of arrival, take the hidden orders that they meet."""
        self.look()
        for before in sorted((order for order in self.resting if order.peg), key=lambda order: order.since):
            peg = self.find(before.id)
            if peg is None or self.first_maker(peg) is None:
                continue
            left, may_rest = self._match(peg)
            if left > 0 and may_rest:
                self._swap(peg, replace(peg, lots=left))
                continue
            self.resting.remove(peg)
            self._say(EventKind.DONE, peg, left, Reason.FILLED if may_rest else Reason.SELF_TRADE)

    def _known(self, order_id: int, price: int, lots: int) -> Resting | None:
        order = self.find(order_id)
        if order is None:
            self._reject(Reason.INVALID_ID if order_id == 0 else Reason.UNKNOWN_ID, order_id, price, lots)
        return order

    def _cancel(self, order_id: int) -> None:
        order = self._known(order_id, 0, 0)
        if order is not None:
            self._end(order, Reason.CANCELED)

    def _reduce(self, order_id: int, lots: int) -> None:
        order = self._known(order_id, 0, lots)
        if order is None:
            return
        if not 0 < lots < order.lots:
            self._reject(Reason.INVALID_LOTS, order_id, 0, lots, order.owner, order.side)
            return
        self._swap(order, replace(order, lots=lots, shown=min(order.shown, lots)))
        self._say(EventKind.REDUCED, order, lots)

    def _replace(self, c: Command) -> None:
        old = self._known(c.id, c.price, c.lots)
        if old is None:
            return
        order = replace(old, price=c.price, lots=c.lots, stp=c.stp)
        reason = self.too_large(order)
        if c.stp > SelfTrade.DECREMENT or old.market:
            reason = Reason.INVALID_FLAGS
        if reason is None and self.first_maker(order) is None and not self.has_room(order):
            reason = Reason.OVERFLOW
        if reason is not None:
            self._reject(reason, c.id, c.price, c.lots, old.owner, old.side)
            return
        self._say(EventKind.REPLACED, order, c.lots)
        if c.price == old.price and c.lots <= old.lots:
            stp = c.stp if old.peg else SelfTrade.ALLOW
            self._swap(old, replace(old, lots=c.lots, shown=min(old.shown, c.lots), stp=stp))
            return
        self.resting.remove(old)
        self._enter(order, rests=True)

    def _cancel_all(self, c: Command) -> None:
        by_owner = c.kind == CommandKind.CANCEL_OWNER
        if c.side > BOTH_SIDES:
            self._reject(Reason.INVALID_FLAGS, c.id, owner=c.owner if by_owner else 0)
            return
        for side in (BUY, SELL):
            away = sorted((o for o in self.resting if o.side == side and (o.hidden or o.collected)), key=lambda o: o.since)
            for order in self.orders(side) + away:
                if c.side in (side, BOTH_SIDES) and (not by_owner or order.owner == c.owner):
                    self._end(order, Reason.CANCELED)

    def _uncross(self, reference: int) -> None:
        if not self.in_auction or not self.min_price <= reference <= self.max_price:
            reason = Reason.INVALID_PRICE if self.in_auction else Reason.WRONG_PHASE
            self._reject(reason, 0, reference)
            return
        found = self.indicative(reference)
        price, lots, imbalance, side = found or (0, 0, 0, BUY)
        self.events.append(Event(0, 0, price, lots, imbalance, 0, 0, 0, EventKind.UNCROSSED, side, Reason.NONE))
        while found is not None:
            buys, sells = self.parts(BUY), self.parts(SELL)
            if not buys or not sells or not trades_at(buys[0], price) or not trades_at(sells[0], price):
                break
            self._trade_at(price, buys[0], sells[0])
        self.in_auction = False
        gathered = sorted((order for order in self.resting if order.collected), key=lambda order: order.since)
        for order in gathered:
            if order.market:
                self._end(order, Reason.EXPIRED)
        for order in gathered:
            if not order.market:
                self.resting.remove(order)
                self._put(order)

    def _trade_at(self, price: int, buy: Resting, sell: Resting) -> None:
        lots = min(buy.lots, sell.lots)
        self.events.append(
            Event(
                *(buy.id, sell.id, price, lots, buy.lots - lots, sell.lots - lots, buy.owner, sell.owner),
                *(EventKind.FILL, BUY, Reason.NONE),
            )
        )
        for order in (buy, sell):
            left = replace(order, lots=order.lots - lots)
            left = self._swap(order, replace(left, shown=0 if order.hidden or order.collected else left.peak_lots))
            if left.lots == 0:
                self.resting.remove(left)
