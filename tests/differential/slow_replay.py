"""A recorded day with own orders in it, replayed slowly and plainly, in the words of the rules.

It reads the two CSV files itself and knows nothing of the native core. Every event ends with the books checked against each
other: what is live is what is recorded, less what was consumed.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from differential.slow_records import (
    ADD,
    ASKED,
    BOUGHT,
    BUY,
    CANCELED,
    CLOSED,
    CROSS,
    CUT,
    DELETE,
    EXECUTE,
    EXPIRED,
    HALT,
    HIDDEN,
    IS_AUCTION,
    IS_HIDDEN,
    OWN_MAKER,
    REJECTED,
    SELL,
    SOLD,
    TICK,
    TIME,
    Move,
    Own,
    Print,
    Resting,
    Row,
    better,
    front,
    levels_of,
    nanos,
    remove,
    touch_of,
)
from differential.slow_venue import SlowVenue

RULES = ("sweeps", "displaced", "starved", "shrunk", "created_prints", "hidden_claimed", "reveal_behind", "halts", "crossed")


class SlowReplay:
    """shadow: the recorded book, untouched by us. venue: the live one. left: what the aggressor under way still wants."""

    def __init__(self, messages: str, books: str, *, open_: int, close: int, latency: int, claim_hidden: bool = True) -> None:
        self.rows = [row_of(line) for line in messages.splitlines()]
        self.files = [[int(word) for word in line.split(",")] for line in books.splitlines()]
        self.levels = len(self.files[0]) // 4
        self.close, self.latency, self.claim_hidden = close, latency, claim_hidden
        self.runs = runs_of(self.rows)
        self.shadow: list[Resting] = []
        self.venue = SlowVenue(open_)
        self.recorded_prints: list[Print] = []
        self.messages: list[tuple[int, Own | Move | tuple[int, int]]] = []
        self.index, self.closed = 0, False
        self.depths = self.left = 0
        self._counters = Counter(dict.fromkeys(RULES, 0))
        self._open()

    @property
    def counters(self) -> dict[str, int]:
        return {**self._counters, "truncated": self.venue.truncated}

    # --- the recorded book -------------------------------------------------------------------------------------------------

    def recorded_levels(self, side: int) -> list[tuple[int, int]]:
        return levels_of(self.shadow, side)

    def _recorded_best(self, side: int) -> int | None:
        levels = self.recorded_levels(side)
        return levels[0][0] if levels else None

    def _file_levels(self, i: int, side: int) -> list[tuple[int, int]]:
        row = self.files[i]
        at = 0 if side == SELL else 2
        pairs = [(row[4 * k + at] // TICK, row[4 * k + at + 1]) for k in range(self.levels)]
        return [pair for pair in pairs if pair[1]]

    def _open(self) -> None:
        """What was there before the first row: the first book with the first row undone."""
        row = self.rows[0]
        for side in (BUY, SELL):
            lots = dict(self._file_levels(0, side))
            if row.type <= EXECUTE and row.side == side:
                lots[row.price] = lots.get(row.price, 0) + (-row.lots if row.type == ADD else row.lots)
            there = sorted(((price, n) for price, n in lots.items() if n), key=lambda level: -side * level[0])
            for price, n in there[: self.levels]:
                self._comes_into_view(side, price, n)
        self._tell()

    def _recorded(self, row: Row) -> Resting:
        """The order that a row names; an id whose arrival was not seen is part of the depth that was there."""
        named = [order for order in self.shadow if order.key == row.order]
        at_price = [order for order in self.shadow if order.side == row.side and order.price == row.price]
        return (named + [order for order in at_price if isinstance(order.key, tuple)])[0]

    def _comes_into_view(self, side: int, price: int, lots: int) -> None:
        self.depths += 1
        depth = Resting(("depth", self.depths), side, price, lots, 0)
        self.shadow.append(Resting(depth.key, side, price, lots, 0))
        self._enter(depth)

    def _window(self, i: int) -> None:
        """What leaves the window is forgotten, what was consumed of it too; what comes into view is read from the file."""
        for side in (BUY, SELL):
            inside = {price for price, _ in self.recorded_levels(side)[: self.levels]}
            for order in [order for order in self.shadow if order.side == side and order.price not in inside]:
                remove(self.shadow, order)
                self.venue.take_away(order.key, None)
                del self.venue.consumed[order.key]
        for side in (BUY, SELL):
            known = {price for price, _ in self.recorded_levels(side)}
            for price, lots in self._file_levels(i, side):
                if price not in known:
                    self._comes_into_view(side, price, lots)
            assert self.recorded_levels(side) == self._file_levels(i, side)

    def _reduce_recorded(self, order: Resting, lots: int) -> None:
        assert order.lots >= lots
        order.lots -= lots
        if order.lots == 0:
            remove(self.shadow, order)
            assert not self.venue.consumed[order.key]

    # --- what enters the live book -----------------------------------------------------------------------------------------

    def _must_wait(self, order: Resting) -> bool:
        """The recorded book is locked or crossed by it, or something live would be."""
        recorded, queue = self._recorded_best(-order.side), front(self.venue.live, -order.side)
        bests = [price for price in (recorded, queue[0].price if queue else None) if price is not None]
        return any(not better(order.side, price, order.price) for price in bests)

    def _enter(self, order: Resting) -> None:
        if self._must_wait(order):
            self._counters["crossed"] += 1
            self.venue.waiting.append(order)
        else:
            self._rest(order)

    def _rest(self, order: Resting) -> None:
        moved = self.venue.rest(order)
        self._counters["reveal_behind"] += moved and isinstance(order.key, tuple)

    def _let_in(self) -> None:
        waiting, self.venue.waiting = self.venue.waiting, []
        for order in waiting:
            if self._must_wait(order):
                self.venue.waiting.append(order)
            else:
                self._rest(order)

    # --- the tape ----------------------------------------------------------------------------------------------------------

    def _market_event(self) -> None:
        i, row = self.index, self.rows[self.index]
        self.index += 1
        run = self.runs.get(i)
        if run is None or run[0] == i:
            self.venue.begin(row.ts)
        if row.type == ADD:
            self._added(row)
        elif row.type in {CUT, DELETE}:
            self._withdrawn(row)
        elif row.type == EXECUTE:
            assert run is not None
            if run[0] == i:
                self.left = run[2]
                self._counters["sweeps"] += run[1] > i
            self._executed(row)
        elif row.type == HIDDEN:
            self._hidden(row)
        elif row.type == CROSS:
            self.venue.print(row.points, row.lots, flags=IS_AUCTION)
            self._record(row, IS_AUCTION)
        else:
            self._counters["halts"] += row.points != 1 and not self.venue.halted
            self.venue.halt(row.points != 1)
        self._window(i)
        if run is not None and run[1] == i:
            self._end_of_run(run)
        self._let_in()
        self._tell()
        self._check()

    def _added(self, row: Row) -> None:
        self.shadow.append(Resting(row.order, row.side, row.price, row.lots, 0))
        order = Resting(row.order, row.side, row.price, row.lots, self.venue.arrival())
        other = self._recorded_best(-row.side)
        reach = row.price
        if other is not None and not better(row.side, other, row.price):
            reach = other - row.side  # it did not trade there
        if not self.venue.halted:
            traded = self.venue.match(row.side, reach, row.lots)
            order.lots -= traded
            self.venue.consumed[row.order] += traded
            self._counters["created_prints"] += traded
        if order.lots:
            self._enter(order)

    def _withdrawn(self, row: Row) -> None:
        order = self._recorded(row)
        gone = self.venue.take_away(order.key, row.lots)
        self._counters["shrunk"] += row.lots - gone
        self.venue.consumed[order.key] -= row.lots - gone
        self._reduce_recorded(order, row.lots)

    def _executed(self, row: Row) -> None:
        order = self._recorded(row)
        waits = any(each.key == order.key for each in self.venue.waiting)
        self.left -= self.venue.ours_first(row.side, row.price + row.side * waits, self.left, certain=True)
        gone = self.venue.take_away(order.key, row.lots)
        self.venue.consumed[order.key] -= row.lots - gone
        taken = min(self.left, gone)
        self.left -= taken
        self._counters["displaced"] += gone - taken
        if taken:
            self.venue.print(row.points, taken)
        self._record(row, BOUGHT if row.side == SELL else SOLD)
        self._reduce_recorded(order, row.lots)

    def _end_of_run(self, run: tuple[int, int, int]) -> None:
        rows = [self.rows[k] for k in range(run[0], run[1] + 1) if self.rows[k].type == EXECUTE]
        side = rows[0].side
        worst = max(row.price * -side for row in rows) * -side
        if not self.venue.halted:
            self.left -= self.venue.match(-side, worst, self.left)
        self._counters["starved"] += self.left

    def _hidden(self, row: Row) -> None:
        self._record(row, IS_HIDDEN)
        recorded = touch_of(self.shadow)
        twice_mid = (recorded.bid + recorded.ask) * TICK
        claimed = 0
        if self.claim_hidden and recorded.two_sided and 2 * row.points != twice_mid:
            side = SELL if 2 * row.points > twice_mid else BUY
            as_good = row.points // TICK if side == SELL else -(-row.points // TICK)
            claimed = self.venue.ours_first(side, as_good, row.lots, certain=False)
        self._counters["hidden_claimed"] += claimed
        if claimed < row.lots:
            self.venue.print(row.points, row.lots - claimed, flags=IS_HIDDEN)

    def _record(self, row: Row, flags: int) -> None:
        self.recorded_prints.append(Print(self.venue.clock, row.points, row.lots, 0, 0, flags))

    # --- our messages ------------------------------------------------------------------------------------------------------

    def submit(self, own: Own) -> None:
        self.messages.append((self.venue.clock + self.latency, own))

    def replace(self, move: Move) -> None:
        self.messages.append((self.venue.clock + self.latency, move))

    def cancel(self, parent: int, number: int) -> None:
        self.messages.append((self.venue.clock + self.latency, (parent, number)))

    def advance(self, index: int | None = None) -> None:
        """To the moment before the market event after `index`, or to the end of the day.

        At one instant: the market, then messages of ours, then orders whose time is over, then the close.
        """
        while not self.closed:
            steps = [(self.close, 3)]
            if self.index < len(self.rows):
                steps.append((self.rows[self.index].ts, 0))
            if self.messages:
                steps.append((self.messages[0][0], 1))
            steps += [(own.good_till, 2) for own in self.venue.ours()]
            ts, what = min(steps)
            if what == 0 and self.index == index:
                return
            self.do(ts, what)

    def do(self, ts: int, what: int) -> None:
        """0: the market's next event, 1: our next message, 2: the end of orders whose time is over, 3: the close."""
        if what == 0:
            self._market_event()
            return
        self.venue.begin(ts)
        (self._deliver, self._expire, self._shut)[what - 1]()
        self.venue.say(self.venue.reference)

    def _deliver(self) -> None:
        _, message = self.messages.pop(0)
        if isinstance(message, Own):
            self.venue.arrive(message)
        elif isinstance(message, Move):
            self.venue.replace(message)
        else:
            self.venue.drop(lambda own: (own.parent, own.number) == message, CANCELED, ASKED)

    def _expire(self) -> None:
        self.venue.drop(lambda own: own.good_till <= self.venue.clock, EXPIRED, TIME)

    def _shut(self) -> None:
        self.venue.drop(lambda own: True, EXPIRED, CLOSED)
        for _, message in self.messages:
            if isinstance(message, Own):
                self.venue.report(REJECTED, CLOSED, message, message.lots)
        self.closed = True

    # --- what is said and checked ------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        for side in (BUY, SELL):
            levels = self.recorded_levels(side)
            self.venue.edges[side] = levels[-1][0] if levels else None
        self.venue.say(touch_of(self.shadow))

    def _check(self) -> None:
        """live - own = shadow - consumed, order by order; the live book is in order; executed = passive + others + starved."""
        there: defaultdict[object, int] = defaultdict(int)
        for order in self.venue.live + self.venue.waiting:
            assert order.lots > 0
            if order.own is None:
                there[order.key] += order.lots
        for order in self.shadow:
            assert there.pop(order.key, 0) == order.lots - self.venue.consumed[order.key], (
                f"{order} is live less what was consumed"
            )
        assert not there, f"{dict(there)} is live and was never recorded"
        live = touch_of(self.venue.live)
        assert not live.bid_lots or not live.ask_lots or live.bid < live.ask
        last = self.runs.get(self.index - 1, (0, -1, 0))[1]
        to_come = sum(self.rows[k].lots for k in range(self.index, last + 1) if self.rows[k].type == EXECUTE)
        wanted = self.left if last >= self.index else 0  # its aggressor knows its size from the first row on
        executed = sum(p.lots for p in self.recorded_prints if not p.flags & IS_AUCTION)
        passive = sum(p.lots for p in self.venue.prints if p.flags & OWN_MAKER)
        others = sum(p.lots for p in self.venue.prints if not p.parent and not p.flags & IS_AUCTION)
        assert executed + to_come == passive - self._counters["created_prints"] + others + self._counters["starved"] + wanted


def row_of(line: str) -> Row:
    time, kind, order, lots, points, direction = line.split(",")
    return Row(nanos(time), int(kind), int(order), int(lots), int(points), int(direction))


def runs_of(rows: list[Row]) -> dict[int, tuple[int, int, int]]:
    """Row -> (first row, last row, total) of the aggressor that it is part of.

    Executions of one instant and side, with nothing but hidden ones between them.
    """
    runs: dict[int, tuple[int, int, int]] = {}
    current: list[int] = []
    for i, row in enumerate([*rows, Row(-1, HALT, 0, 0, 0, 0)]):
        if current:
            first = rows[current[0]]
            if row.ts == first.ts and row.type == HIDDEN:
                continue
            if row.ts != first.ts or row.type != EXECUTE or row.side != first.side:
                total = sum(rows[k].lots for k in current)
                for k in range(current[0], current[-1] + 1):
                    runs[k] = (current[0], current[-1], total)
                current = []
        if row.type == EXECUTE:
            current.append(i)
    return runs
