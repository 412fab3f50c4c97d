"""A day of which only levels are known, with own orders in it, replayed slowly and plainly, in the words of the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from differential.slow_records import BOUGHT, BUY, OWN_MAKER, SELL, SOLD, Print, Resting, Touch, better, front, remove
from differential.slow_venue import SlowVenue

PESSIMISTIC, CENTRAL, OPTIMISTIC = range(3)
RULES = ("displaced", "starved", "created_prints", "reveal_behind", "halts", "crossed", "unseen")


class Set(NamedTuple):
    """What a level holds from now on. revealed: it came into view at the far end of a full window."""

    side: int
    price: int
    lots: int
    revealed: bool = False


class Trade(NamedTuple):
    """A trade. side: of the orders that it took; None: nobody says."""

    side: int | None
    points: int
    lots: int


class Event(NamedTuple):
    """What happened at one instant, trades before levels."""

    ts: int
    rows: Sequence[Set | Trade]


class Update(NamedTuple):
    """A level that is news. before: what it held."""

    side: int
    price: int
    before: int
    revealed: bool


class SlowLevels:
    """shown: what each level holds in the recorded book. gone: what trades took of it in the live one since its last update."""

    def __init__(self, opening: Sequence[Set], events: Sequence[Event], *, open_: int, tick: int, queue: int) -> None:
        self.events, self.queue, self.tick = list(events), queue, tick
        self.venue = SlowVenue(open_, tick=tick)
        self.shown: dict[tuple[int, int], int] = {}
        self.gone: Counter[tuple[int, int]] = Counter()
        self.traded: list[Update] = []
        self.waiting: list[Update] = []
        self.recorded_prints: list[Print] = []
        self.counted = Counter(dict.fromkeys(RULES, 0))
        self.next = self.made = 0
        self._settle([self._record(each) for each in opening])
        self._tell()

    @property
    def counters(self) -> dict[str, int]:
        return {**self.counted, "truncated": self.venue.truncated}

    def recorded_levels(self, side: int) -> list[tuple[int, int]]:
        return sorted(((p, n) for (of, p), n in self.shown.items() if of == side), key=lambda level: -side * level[0])

    def peek(self) -> int | None:
        return self.events[self.next].ts if self.next < len(self.events) else None

    def step(self) -> None:
        event = self.events[self.next]
        self.next += 1
        self.venue.begin(event.ts)
        updates = []
        for row in event.rows:
            if isinstance(row, Trade):
                self._trade(row)
            else:
                updates.append(self._record(row))
        self._settle(updates)
        self._tell()
        self._check()

    def _record(self, row: Set) -> Update:
        at = (row.side, row.price)
        update = Update(row.side, row.price, self.shown.get(at, 0), row.revealed)
        self.gone.pop(at, None)
        if row.lots:
            self.shown[at] = row.lots
        else:
            self.shown.pop(at, None)
        return update

    # --- the live book follows ---------------------------------------------------------------------------------------------

    def _settle(self, updates: list[Update]) -> None:
        """What became less first. With any news of levels, what trades took since is news as well."""
        if updates:
            for each in self.traded:
                self.gone.pop((each.side, each.price), None)
            updates = updates + self.traded
            self.traded = []
        waited, self.waiting = self.waiting, []
        for each in updates:
            self._shrink(each)
        for each in updates:
            self._grow(each)
        for each in waited:
            now = self.shown.get((each.side, each.price), 0)
            self._grow(each._replace(before=now))

    def _wanted(self, side: int, price: int) -> int:
        return self.shown.get((side, price), 0) - self.gone[side, price]

    def _others(self, side: int, price: int) -> list[Resting]:
        return [o for o in self.venue.live if o.own is None and (o.side, o.price) == (side, price)]

    def _shrink(self, update: Update) -> None:
        there = self._others(update.side, update.price)
        total = sum(order.lots for order in there)
        left = total - self._wanted(update.side, update.price)
        if left <= 0:
            return
        if self.queue == OPTIMISTIC:
            takes = [(order, order.lots) for order in there]
        elif self.queue == PESSIMISTIC:
            takes = [(order, order.lots) for order in reversed(there)]
        else:
            shares = [(order, left * order.lots // total) for order in there]
            takes = shares + [(order, order.lots) for order in reversed(there)]
        for order, most in takes:
            taken = min(most, left, order.lots)
            order.lots -= taken
            left -= taken
            if not order.lots and any(order is each for each in self.venue.live):
                remove(self.venue.live, order)

    def _grow(self, update: Update) -> None:
        side, price = update.side, update.price
        there = self._others(side, price)
        more = self._wanted(side, price) - sum(order.lots for order in there)
        if (side, price) not in self.shown or more <= 0:
            return
        other = self.recorded_levels(-side)
        locked = bool(other) and not better(side, other[0][0], price)
        reach = other[0][0] - side if locked else price
        best = front(self.venue.live, -side)
        if best and not better(side, best[0].price, reach) and not update.revealed and not self.venue.halted:
            assert best[0].own, "nothing of the market's is live beyond its recorded touch"
            arrived = min(max(self.shown[side, price] - update.before, 0), more)
            matched = self.venue.match(side, reach, arrived)
            self.counted["created_prints"] += matched
            more -= matched
            if matched and not more:
                return
            best = front(self.venue.live, -side)
        if locked or (best and not better(side, best[0].price, price)):
            self.counted["crossed"] += 1
            self.waiting.append(update._replace(before=self.shown[side, price]))
            return
        if not any(order.own and (order.side, order.price) == (side, price) for order in self.venue.live):
            for order in there:
                more += order.lots
                remove(self.venue.live, order)
        self.made += 1
        arrival = 0 if update.revealed else self.venue.arrival()
        moved = self.venue.rest(Resting(("level", self.made), side, price, more, arrival))
        self.counted["reveal_behind"] += moved and update.revealed

    # --- trades ------------------------------------------------------------------------------------------------------------

    def _trade(self, row: Trade) -> None:
        said = 0 if row.side is None else BOUGHT if row.side == SELL else SOLD
        self.recorded_prints.append(Print(self.venue.clock, row.points, row.lots, 0, 0, said))
        if row.side is None or self.venue.halted:
            self.venue.print(row.points, row.lots)
            return
        side = row.side
        price = row.points // self.tick if side == SELL else -(-row.points // self.tick)
        standing = sum(order.lots for order in self._others(side, price))
        missing = max(0, self._wanted(side, price) - standing) if (side, price) in self.shown else 0
        left, ours = row.lots, 0
        while left:
            queue = front(self.venue.live, side)
            if not queue or better(side, price, queue[0].price):
                break
            at = queue[0].price
            met = (self._meet if at == price else self._pass)(side, at, left)
            left, ours = left - met[0], ours + met[1]
            if at == price:
                break
        starved = min(left, missing)
        self.counted["starved"] += starved
        self.counted["unseen"] += left - starved
        if row.lots > ours + starved:
            self.venue.print(row.points, row.lots - ours - starved)

    def _level(self, side: int, price: int) -> list[Resting]:
        return [order for order in self.venue.live if (order.side, order.price) == (side, price)]

    def _pass(self, side: int, price: int, left: int) -> tuple[int, int]:
        """A trade at a worse price: the market's lots here are gone, ours it takes. Returns what of it is used, ours."""
        ours = gone = 0
        for order in self._level(side, price):
            if ours == left:
                break
            if order.own is None:
                gone += order.lots
                remove(self.venue.live, order)
            else:
                lots = min(left - ours, order.lots)
                self.venue.trade(order, lots, certain=True)
                ours += lots
        self._took(side, price, gone)
        return ours, ours

    def _meet(self, side: int, price: int, left: int) -> tuple[int, int]:
        """A trade at this price, by place in the queue; those behind us whom it would have reached leave too."""
        queue = self._level(side, price)
        before, ours, gone = left, 0, 0
        for order in queue:
            lots = min(left, order.lots)
            left -= lots
            if order.own is None:
                gone += self._leave(order, lots)
            elif lots:
                self.venue.trade(order, lots, certain=self.queue == PESSIMISTIC)
                ours += lots
        behind = ours
        for order in queue:
            if order.own is None and behind:
                taken = self._leave(order, min(behind, order.lots))
                behind -= taken
                self.counted["displaced"] += taken
                gone += taken
        self._took(side, price, gone)
        return before - left, ours

    def _leave(self, order: Resting, lots: int) -> int:
        if lots and order.lots == lots:
            remove(self.venue.live, order)
        order.lots -= lots
        return lots

    def _took(self, side: int, price: int, gone: int) -> None:
        if gone and (side, price) in self.shown:
            self.gone[side, price] += gone
            self.traded.append(Update(side, price, self.shown[side, price], revealed=False))

    # --- what is said and checked ------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        found = []
        for side in (BUY, SELL):
            levels = self.recorded_levels(side)
            self.venue.edges[side] = levels[-1][0] if levels else None
            found.append(levels[0] if levels else (0, 0))
        self.venue.say(Touch(found[0][0], found[1][0], found[0][1], found[1][1]))

    def _check(self) -> None:
        """Executed = own passive + others + starved; the live book, without us, is never more than the recorded one."""
        executed = sum(each.lots for each in self.recorded_prints)
        passive = sum(each.lots for each in self.venue.prints if each.flags & OWN_MAKER and not each.counterparty)
        others = sum(each.lots for each in self.venue.prints if not each.parent)
        assert executed == passive - self.counted["created_prints"] + others + self.counted["starved"]
        for side, price in {(o.side, o.price) for o in self.venue.live if o.own is None}:
            assert sum(o.lots for o in self._others(side, price)) <= self._wanted(side, price), f"side {side}, price {price}"
        bid, ask = front(self.venue.live, BUY), front(self.venue.live, SELL)
        assert not bid or not ask or bid[0].price < ask[0].price
