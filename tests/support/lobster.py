"""Synthetic LOBSTER days: messages, and the book file that an exchange with the whole book in its hands would have written."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

BUY, SELL = 1, -1
ADD, CUT, DELETE, EXECUTE, HIDDEN, CROSS, HALT = range(1, 8)
SECOND = 1_000_000_000
OPEN, CLOSE = 34_200 * SECOND, 57_600 * SECOND
DATE = "2012-06-21"
TICK = 100
"""LOBSTER's prices are dollars x 10,000: so many of them make a cent."""

EMPTY = 9_999_999_999
"""The price of an empty ask; an empty bid has it with a minus."""


@dataclass(frozen=True)
class Message:
    """A row of the message file. ts: nanoseconds after midnight. tail: digits finer than that."""

    ts: int
    type: int
    order: int
    lots: int
    points: int
    direction: int
    tail: str = ""

    def text(self) -> str:
        second, rest = divmod(self.ts, SECOND)
        return f"{second}.{rest:09d}{self.tail},{self.type},{self.order},{self.lots},{self.points},{self.direction}"


@dataclass
class Order:
    side: int
    price: int  # ticks
    lots: int


@dataclass
class Day:
    """A day under construction. The book behind it is whole; the files show its best `levels` levels, as LOBSTER's do.

    What happens outside of them is not written: orders leave and re-enter the window unseen. tail: digits of the times that are
    finer than a nanosecond.
    """

    levels: int
    symbol: str = "TEST"
    ts: int = OPEN
    tail: str = ""
    orders: dict[int, Order] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)

    def at(self, ts: int) -> Day:
        """What follows happens at `ts`, in nanoseconds after the open."""
        self.ts = OPEN + ts
        return self

    def resting(self, order: int, side: int, price: int, lots: int) -> Day:
        """An order that was there before the first message."""
        assert not self.messages
        self.orders[order] = Order(side, price, lots)
        return self

    def add(self, order: int, side: int, price: int, lots: int) -> Day:
        assert order not in self.orders
        self.orders[order] = Order(side, price, lots)
        return self._write(ADD, order, lots, price * TICK, side, visible=self._rank(side, price) < self.levels)

    def cut(self, order: int, lots: int) -> Day:
        return self._leave(CUT, order, lots)

    def delete(self, order: int) -> Day:
        return self._leave(DELETE, order, self.orders[order].lots)

    def execute(self, order: int, lots: int) -> Day:
        return self._leave(EXECUTE, order, lots)

    def hidden(self, points: int, lots: int, direction: int = BUY) -> Day:
        return self._write(HIDDEN, 0, lots, points, direction)

    def cross(self, points: int, lots: int) -> Day:
        return self._write(CROSS, -1, lots, points, BUY)

    def halt(self, state: int) -> Day:
        return self._write(HALT, 0, 0, state, SELL)

    def depth(self, side: int) -> list[tuple[int, int]]:
        """The whole book's levels, best first."""
        total: dict[int, int] = {}
        for order in self.orders.values():
            if order.side == side:
                total[order.price] = total.get(order.price, 0) + order.lots
        return sorted(total.items(), key=lambda level: -side * level[0])

    def queue(self, side: int) -> list[int]:
        """Orders of a side by price, then time."""
        found = [order_id for order_id, order in self.orders.items() if order.side == side]
        return sorted(found, key=lambda order_id: -side * self.orders[order_id].price)

    def best(self, side: int) -> int | None:
        levels = self.depth(side)
        return levels[0][0] if levels else None

    def _rank(self, side: int, price: int) -> int:
        return [level[0] for level in self.depth(side)].index(price)

    def _leave(self, kind: int, order_id: int, lots: int) -> Day:
        order = self.orders[order_id]
        assert 0 < lots <= order.lots
        visible = self._rank(order.side, order.price) < self.levels
        order.lots -= lots
        if order.lots == 0:
            del self.orders[order_id]
        return self._write(kind, order_id, lots, order.price * TICK, order.side, visible=visible)

    def _write(self, kind: int, order: int, lots: int, points: int, direction: int, *, visible: bool = True) -> Day:
        if visible:
            self.messages.append(Message(self.ts, kind, order, lots, points, direction, self.tail))
            self.rows.append(self._row())
        return self

    def _row(self) -> list[int]:
        asks, bids = self.depth(SELL), self.depth(BUY)
        row: list[int] = []
        for i in range(self.levels):
            for levels, empty in ((asks, EMPTY), (bids, -EMPTY)):
                row += (levels[i][0] * TICK, levels[i][1]) if i < len(levels) else (empty, 0)
        return row

    def message_file(self) -> str:
        return lines(message.text() for message in self.messages)

    def book_file(self) -> str:
        return lines(",".join(map(str, row)) for row in self.rows)

    def name(self, kind: str) -> str:
        return file_name(kind, symbol=self.symbol, levels=self.levels)

    def zip(self) -> bytes:
        return pack({self.name("message"): self.message_file(), self.name("orderbook"): self.book_file()})

    def write(self, folder: Path) -> Path:
        path = folder / f"{self.symbol}_{self.levels}.zip"
        path.write_bytes(self.zip())
        return path


def lines(rows: Iterable[str]) -> str:
    return "".join(f"{row}\n" for row in rows)


def file_name(kind: str, *, symbol: str = "TEST", date: str = DATE, levels: int = 1) -> str:
    """LOBSTER's name of a file; its times are in milliseconds after midnight."""
    return f"{symbol}_{date}_{OPEN // 1_000_000}_{CLOSE // 1_000_000}_{kind}_{levels}.csv"


def pack(files: dict[str, str]) -> bytes:
    """A zip; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2012, 6, 21, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def random_day(seed: int, *, rows: int = 300, levels: int | None = None) -> Day:
    """A day in which everything happens: see `_Dice`. The same seed gives the same day."""
    return _Dice(seed, levels).day(rows)


_GAPS = (0, 0, 0, 1, 1_000, 300_000, 1_000_000, 5_000_000, 50_000_000, 2_000_000_000)
_SIZES = (1, 7, 10, 50, 100, 100, 100, 200, 300)


class _Dice:
    """Adds, partial cancels, deletes, sweeps with and without a remainder that rests, hidden executions, a stretch in which
    the book is locked or crossed, halts with a cross at their end; now and then an execution that passes a queue over.
    """

    def __init__(self, seed: int, levels: int | None) -> None:
        self.random = random.Random(seed)
        self.order = 1_000
        self.crossed_until = -1  # rows
        self.book = Day(levels or self.random.choice((1, 1, 2, 3, 5, 10)))
        self.book.at(self.random.randrange(SECOND)).tail = self.random.choice(("", "999"))
        for side in (BUY, SELL):
            for _ in range(self.random.randrange(4, 25)):
                self.book.resting(self._id(), side, 1_000 - side * self.random.randrange(1, 14), self.random.choice(_SIZES))

    def day(self, rows: int) -> Day:
        book, dice = self.book, self.random
        steps = ((self._add, 40), (self._delete, 20), (self._cut, 8), (self._sweep, 16), (self._hidden, 8), (self._pass_over, 2))
        while len(book.messages) < rows:
            book.ts += dice.choice(_GAPS) * dice.randrange(1, 4)
            if len(book.messages) >= self.crossed_until:
                self._uncross()
            draw = dice.random()
            if draw < 0.004:
                self._halt()
            elif draw < 0.012:
                self.crossed_until = len(book.messages) + dice.randrange(1, 20)
            else:
                dice.choices([step for step, _ in steps], [weight for _, weight in steps])[0]()
        self._uncross()
        return book

    def _id(self) -> int:
        self.order += self.random.randrange(1, 4)
        return self.order

    def _any(self, side: int | None = None) -> int | None:
        """An order, more likely one near the touch."""
        queue = self.book.queue(side or self.random.choice((BUY, SELL)))
        if not queue:
            return None
        return queue[min(int(self.random.expovariate(0.3)), len(queue) - 1)]

    def _add(self, side: int | None = None) -> None:
        side = side or self.random.choice((BUY, SELL))
        best, other = self.book.best(side), self.book.best(-side)
        base = best if best is not None else 1_000 - 3 * side if other is None else other - 3 * side
        price = base + side * self.random.choice((2, 1, 1, 0, 0, 0, 0, -1, -1, -2, -3, -5, -9))
        crosses = other is not None and (price - other) * side >= 0
        if crosses and len(self.book.messages) >= self.crossed_until:
            price = other - side
        elif not crosses and self.crossed_until > len(self.book.messages) and other is not None and self.random.random() < 0.4:
            price = other + side * self.random.randrange(2)
        self.book.add(self._id(), side, max(price, 2), self.random.choice(_SIZES))

    def _delete(self) -> None:
        order = self._any()
        if order is not None:
            self.book.delete(order)

    def _cut(self) -> None:
        order = self._any()
        if order is not None:
            self.book.cut(order, self.random.randrange(1, self.book.orders[order].lots + 1))

    def _sweep(self) -> None:
        """An aggressor: all that it takes at one instant, hidden shares between, perhaps a remainder that rests."""
        side = self.random.choice((BUY, SELL))  # of the resting orders
        left = self.random.choice(_SIZES) * self.random.choice((1, 1, 1, 2, 6))
        reach = self.random.randrange(4)
        first = self.book.best(side)
        while left and first is not None:
            queue = self.book.queue(side)
            if not queue or (first - self.book.orders[queue[0]].price) * side > reach:
                break
            if self.random.random() < 0.1:
                self._hidden()
            lots = min(left, self.book.orders[queue[0]].lots)
            price = self.book.orders[queue[0]].price
            self.book.execute(queue[0], lots)
            left -= lots
            best = self.book.best(side)
            if (
                left
                and self.random.random() < 0.15
                and self.book.best(-side) != price
                and (best is None or best * side < price * side)
            ):
                self.book.add(self._id(), -side, price, left)
                break
        if len(self.book.queue(side)) < 3:
            for _ in range(6):
                self._add(side)

    def _pass_over(self) -> None:
        """An execution of an order that others at its price had priority over: real files have a few."""
        side = self.random.choice((BUY, SELL))
        best = [order for order in self.book.queue(side) if self.book.orders[order].price == self.book.best(side)]
        if best:
            order = self.random.choice(best)
            self.book.execute(order, self.random.randrange(1, self.book.orders[order].lots + 1))

    def _hidden(self) -> None:
        bid, ask = self.book.best(BUY), self.book.best(SELL)
        if bid is None or ask is None:
            return
        low, high = min(bid, ask) * TICK, max(bid, ask) * TICK
        points = self.random.choice((low, high, (low + high) // 2, self.random.randrange(low, high + 1)))
        self.book.hidden(points, self.random.choice(_SIZES), self.random.choice((BUY, SELL)))

    def _halt(self) -> None:
        """Halted, then quotes that may lock and cross, then the cross, then trading."""
        book, dice = self.book, self.random
        for state in (-1, 0):
            book.halt(state)
            self.crossed_until = len(book.messages) + 30
            for _ in range(dice.randrange(8)):
                book.ts += dice.choice(_GAPS)
                dice.choice((self._add, self._add, self._delete, self._cut))()
        self._uncross()
        book.cross((book.best(BUY) or 1_000) * TICK + 50, dice.choice(_SIZES))
        book.halt(1)
        self.crossed_until = -1

    def _uncross(self) -> None:
        """Orders that lock or cross leave, one by one."""
        while True:
            bid, ask = self.book.best(BUY), self.book.best(SELL)
            if bid is None or ask is None or bid < ask:
                return
            order = self.book.queue(self.random.choice((BUY, SELL)))[0]
            if self.random.random() < 0.3:
                self.book.execute(order, self.book.orders[order].lots)
            else:
                self.book.delete(order)
            self.book.ts += self.random.choice(_GAPS)
