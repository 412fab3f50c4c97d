"""The venue of the slow replay: a live book with orders of ours in it, searched from the front, and what it says to us."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from differential.slow_records import (
    ACCEPTED,
    ASKED,
    BEYOND,
    CANCELED,
    EXPIRED,
    FILL,
    FILLED,
    HALTED,
    INVALID,
    IS_AUCTION,
    LATE,
    OWN_MAKER,
    OWN_TAKER,
    REJECTED,
    REPLACE_REJECTED,
    REPLACED,
    SELF,
    TICK,
    UNKNOWN,
    UNMATCHED,
    WOULD_CROSS,
    Meter,
    Move,
    Own,
    Print,
    Quote,
    Report,
    Resting,
    Touch,
    better,
    front,
    remove,
    touch_of,
)


class SlowVenue:
    """live: the book with us. waiting: what may not stand in it now. consumed: what trades took that the tape still shows.

    edges: the last recorded price of each side, if there is one. tick: points in one.
    no_book: only prices are known: orders of ours wait, IOCs too, and the touch is the one that is stated.
    """

    def __init__(self, open_: int, *, tick: int = TICK, no_book: bool = False) -> None:
        self.tick, self.no_book = tick, no_book
        self.live: list[Resting] = []
        self.waiting: list[Resting] = []
        self.consumed: Counter[object] = Counter()
        self.edges: dict[int, int | None] = {}
        self.meters: dict[int, Meter] = {}
        self.prints: list[Print] = []
        self.quotes: list[Quote] = []
        self.reports: list[Report] = []
        self.clock, self.halted = open_, False
        self.filled: Counter[tuple[int, int]] = Counter()
        self.whole: dict[tuple[int, int], int] = {}
        self.arrivals = self.executions = self.truncated = 0
        self.touch = self.reference = self.before = self.before_reference = Touch(0, 0, 0, 0)

    def begin(self, ts: int) -> None:
        """Something is about to happen: what is seen now is what was seen before it."""
        self.clock = max(self.clock, ts)
        self.before, self.before_reference = self.touch, self.reference

    def arrival(self) -> int:
        self.arrivals += 1
        return self.arrivals

    # --- the market's side -------------------------------------------------------------------------------------------------

    def market_order(self, key: object) -> Resting | None:
        return next((order for order in self.live + self.waiting if order.key == key and order.own is None), None)

    def take_away(self, key: object, lots: int | None) -> int:
        """Lots of a recorded order leave the live market, as far as they are there; None: all of them."""
        order = self.market_order(key)
        if order is None:
            return 0
        taken = order.lots if lots is None else min(lots, order.lots)
        order.lots -= taken
        if order.lots == 0:
            remove(self.waiting if any(order is each for each in self.waiting) else self.live, order)
        return taken

    def rest(self, order: Resting) -> bool:
        """At the back of its queue, but before orders of ours that came after it; whether there were any."""
        later = [o for o in self.live if o.own and o.side == order.side and o.price == order.price and o.arrival > order.arrival]
        for ours in later:
            remove(self.live, ours)
        self.live += [order, *later]
        return bool(later)

    def match(self, side: int, limit: int, lots: int) -> int:
        """A taker of the market on `side`: fills by price, then by place in the queue; what it does not find goes away."""
        left = lots
        for order in front(self.live, -side):
            if left == 0 or better(side, order.price, limit):
                break
            traded = min(left, order.lots)
            left -= traded
            self.trade(order, traded, certain=True)
        return lots - left

    def trade(self, maker: Resting, lots: int, *, certain: bool) -> None:
        """The market takes lots of a resting order."""
        maker.lots -= lots
        if maker.lots == 0:
            remove(self.live, maker)
        if maker.own is None:
            self.consumed[maker.key] += lots
            self.print(maker.price * self.tick, lots)
        else:
            self.print(maker.price * self.tick, lots, parent=maker.own.parent, flags=OWN_MAKER)
            self.fill(maker.own, maker.price, lots, maker=True, certain=certain)

    def ours_first(self, side: int, limit: int, lots: int, *, certain: bool) -> int:
        """What of ours stands at the very front, at `limit` or better."""
        left = lots
        while left and not self.halted:
            queue = front(self.live, side)
            if not queue or queue[0].own is None or better(side, limit, queue[0].price):
                break
            traded = min(left, queue[0].lots)
            left -= traded
            self.trade(queue[0], traded, certain=certain)
        return lots - left

    # --- our side ----------------------------------------------------------------------------------------------------------

    def ours(self) -> list[Own]:
        return [order.own for order in self.live if order.own]

    def drop(self, which: Callable[[Own], bool], kind: int, reason: int) -> None:
        """Orders of ours leave, first come first."""
        for order in sorted((o for o in self.live if o.own and which(o.own)), key=lambda o: o.arrival):
            assert order.own
            remove(self.live, order)
            self.report(kind, reason, order.own, order.lots)

    def arrive(self, own: Own) -> None:
        if self.halted or self.clock >= own.good_till:
            self.report(REJECTED, HALTED if self.halted else LATE, own, own.lots)
            return
        self.whole[own.parent, own.number] = own.lots
        self._enter(own, ACCEPTED)

    def replace(self, move: Move) -> None:
        """Another price or quantity for an order at work, in its place or as if it came anew."""
        name = move.parent, move.number
        order = next((o for o in self.live if o.own and (o.own.parent, o.own.number) == name), None)
        done = self.filled[name]
        if order is None:
            gone = Own(*name, account=0, side=0, ioc=False, price=0, lots=0, good_till=0)
            self.report(REPLACE_REJECTED, FILLED if done and done == self.whole[name] else UNKNOWN, gone, 0)
            return
        assert order.own
        refused = INVALID if move.lots <= 0 else LATE if self.clock >= order.own.good_till else 0
        left = move.lots - done
        stays = move.price == order.price and left <= order.lots
        if not refused and left > 0 and not stays and self.halted:
            refused = HALTED
        if refused:
            self.report(REPLACE_REJECTED, refused, order.own, order.lots, price=order.price)
        elif left <= 0:
            self.drop(lambda own: (own.parent, own.number) == name, CANCELED, ASKED)
        elif stays:
            order.lots = left
            before = [each for each in self.live if each.side == order.side and each.price == order.price]
            ahead, known = _queue(before[: next(k for k, each in enumerate(before) if each is order)])
            self.whole[name] = move.lots
            self.report(REPLACED, 0, order.own, left, price=order.price, ahead=ahead, known=known)
        else:
            self.whole[name] = move.lots
            remove(self.live, order)
            self._enter(replace(order.own, price=move.price, lots=left), REPLACED)

    def _enter(self, own: Own, kind: int) -> None:
        edge = self.edges.get(-own.side)
        past = edge is not None and better(own.side, own.price, edge)
        limit = edge if edge is not None and past else own.price
        facing = front(self.live, -own.side)
        if own.post_only and (past or (facing and not better(own.side, facing[0].price, limit))):
            self.report(REJECTED if kind == ACCEPTED else CANCELED, WOULD_CROSS, own, own.lots)
            return
        said = {"price": own.price} if kind == REPLACED else {}
        self._prevent_self_trades(own, limit)
        queue = front(self.live, -own.side)
        rests = (not own.ioc or self.no_book) and not past
        if rests and not self.no_book and not (queue and not better(own.side, queue[0].price, limit)):
            before = [order for order in self.live if order.side == own.side and order.price == own.price]
            ahead, known = _queue(before)
            self.report(kind, 0, own, own.lots, ahead=ahead, known=known, **said)
        else:
            self.report(kind, 0, own, own.lots, **said)
        arrival = self.arrival()
        left = self._take(own, queue, limit)
        if left and rests:
            self.live.append(Resting((own.parent, own.number), own.side, own.price, left, arrival, own))
        elif left:
            self.report(EXPIRED, BEYOND if past else UNMATCHED, own, left)
            self.truncated += left if past else 0

    def _take(self, own: Own, queue: list[Resting], limit: int) -> int:
        """Ours takes what it reaches; returns what is left of it."""
        left = own.lots
        for maker in queue:
            if left == 0 or better(own.side, maker.price, limit):
                break
            lots = min(left, maker.lots)
            left -= lots
            maker.lots -= lots
            if maker.lots == 0:
                remove(self.live, maker)
            counterparty = maker.own.parent if maker.own else 0
            self.print(maker.price * self.tick, lots, parent=own.parent, counterparty=counterparty, flags=OWN_TAKER)
            if maker.own:
                self.fill(maker.own, maker.price, lots, maker=True, certain=True)
            else:
                self.consumed[maker.key] += lots
            self.fill(own, maker.price, lots, maker=False, certain=True)
        return left

    def _prevent_self_trades(self, own: Own, limit: int) -> None:
        """What of the same account the order would come to trade with is canceled, one by one, the best first."""
        for order in front(self.live, -own.side):
            queue = front(self.live, -own.side)
            place = next(k for k, each in enumerate(queue) if each is order)
            reached = sum(each.lots for each in queue[:place]) < own.lots and not better(own.side, order.price, limit)
            if reached and order.own and order.own.account == own.account:
                remove(self.live, order)
                self.report(CANCELED, SELF, order.own, order.lots)

    # --- what is said ------------------------------------------------------------------------------------------------------

    def fill(self, own: Own, price: int, lots: int, *, maker: bool, certain: bool) -> None:
        self.executions += 1
        self.filled[own.parent, own.number] += lots
        self.report(FILL, 0, own, lots, price=price, maker=maker, certain=certain, execution=self.executions)

    def report(
        self,
        kind: int,
        reason: int,
        own: Own,
        lots: int,
        *,
        price: int = 0,
        maker: bool = False,
        certain: bool = True,
        execution: int = 0,
        ahead: int = -1,
        known: int = -1,
    ) -> None:
        quotes = self.before, self.before_reference
        who = own.parent, own.number
        self.reports.append(Report(kind, reason, *who, self.clock, lots, price, maker, certain, execution, *quotes, ahead, known))

    def print(self, points: int, lots: int, *, parent: int = 0, counterparty: int = 0, flags: int = 0) -> None:
        self.prints.append(Print(self.clock, points, lots, parent, counterparty, flags))
        for key, meter in self.meters.items():
            inside = meter.limit is None or (points - meter.limit) * meter.side <= 0
            if meter.active and inside and not self.halted and key not in (parent, counterparty) and not flags & IS_AUCTION:
                meter.counted.append((self.clock, lots))

    def metered(self, parent: int, since: int) -> int:
        meter = self.meters.get(parent)
        return 0 if meter is None else sum(lots for ts, lots in meter.counted if ts > since)

    def halt(self, halted: bool) -> None:
        if halted != self.halted:
            self.halted = halted
            self.quotes.append(Quote(self.clock, self.touch, self.reference, int(halted)))

    def say(self, reference: Touch) -> None:
        """The touches from now on; while the recorded market is locked or crossed, its own is shown."""
        locked = reference.bid_lots > 0 and reference.ask_lots > 0 and reference.bid >= reference.ask
        live = reference if locked or self.no_book else touch_of([order for order in self.live if not order.own])
        moved = not self.quotes or live.prices != self.touch.prices or reference.prices != self.reference.prices
        self.touch, self.reference = live, reference
        if not moved:
            return
        quote = Quote(self.clock, live, reference, int(self.halted))
        if self.quotes and self.quotes[-1].ts == self.clock:
            self.quotes[-1] = quote
        else:
            self.quotes.append(quote)


def _queue(before: list[Resting]) -> tuple[int, int]:
    """Lots of those, and of them what was seen to arrive or is ours."""
    return sum(o.lots for o in before), sum(o.lots for o in before if not isinstance(o.key, tuple) or o.own)
