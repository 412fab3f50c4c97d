"""What the slow replay speaks of: orders, reports, prints and quotes as plain tuples, and a book as a list of orders."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

BUY, SELL = 1, -1
ADD, CUT, DELETE, EXECUTE, HIDDEN, CROSS, HALT = range(1, 8)
ACCEPTED, REJECTED, FILL, CANCELED, EXPIRED, REPLACED, REPLACE_REJECTED = range(7)
HALTED, CLOSED, SELF, _, ASKED, TIME, UNMATCHED, BEYOND, LATE, DELETED = range(1, 11)
WOULD_CROSS, UNKNOWN, FILLED = 13, 15, 16
INVALID = 4
IS_HIDDEN, IS_AUCTION, OWN_MAKER, OWN_TAKER, BOUGHT, SOLD = 1, 2, 4, 8, 16, 32
TICK = 100


class Touch(NamedTuple):
    bid: int
    ask: int
    bid_lots: int
    ask_lots: int

    @property
    def prices(self) -> tuple[int | None, int | None]:
        return (self.bid if self.bid_lots else None, self.ask if self.ask_lots else None)

    @property
    def two_sided(self) -> bool:
        return self.bid_lots > 0 and self.ask_lots > 0 and self.bid < self.ask


class Print(NamedTuple):
    ts: int
    points: int
    lots: int
    parent: int
    counterparty: int
    flags: int


class Report(NamedTuple):
    kind: int
    reason: int
    parent: int
    number: int
    ts: int
    lots: int
    price: int
    maker: bool
    certain: bool
    execution: int
    quote: Touch
    reference: Touch
    ahead: int
    known: int
    floor: int = 0


class Quote(NamedTuple):
    ts: int
    live: Touch
    reference: Touch
    halted: int


class Row(NamedTuple):
    ts: int
    type: int
    order: int
    lots: int
    points: int
    side: int

    @property
    def price(self) -> int:
        return self.points // TICK


@dataclass
class Own:
    """A child order of ours."""

    parent: int
    number: int
    account: int
    side: int
    ioc: bool
    price: int
    lots: int
    good_till: int
    post_only: bool = False


class Move(NamedTuple):
    """What a child order of ours shall be: its limit, and its whole with what has filled."""

    parent: int
    number: int
    price: int
    lots: int


@dataclass
class Resting:
    """An order in a book. key: an order's id, or ("depth", n) for what a level held unseen. own: whose, if it is ours."""

    key: object
    side: int
    price: int
    lots: int
    arrival: int
    own: Own | None = None


@dataclass
class Meter:
    """Others' volume that counts for one parent, print by print."""

    side: int
    limit: int | None
    active: bool = False
    counted: list[tuple[int, int]] = field(default_factory=list)


def better(side: int, a: int, b: int) -> bool:
    """Whether somebody on `side` rests at a more eager price with `a` than with `b`."""
    return (a - b) * side > 0


def nanos(text: str) -> int:
    second, _, digits = text.partition(".")
    return int(second) * 1_000_000_000 + int((digits + "0" * 9)[:9])


def front(book: list[Resting], side: int) -> list[Resting]:
    """One side by price, then by place in the queue: the order of the list."""
    return sorted((order for order in book if order.side == side), key=lambda order: -side * order.price)


def remove(book: list[Resting], order: Resting) -> None:
    """That very order, not one that looks like it."""
    del book[next(i for i, each in enumerate(book) if each is order)]


def touch_of(book: list[Resting]) -> Touch:
    found = []
    for side in (BUY, SELL):
        queue = front(book, side)
        price = queue[0].price if queue else 0
        found.append((price, sum(order.lots for order in queue if order.price == price)))
    return Touch(found[0][0], found[1][0], found[0][1], found[1][1])


def levels_of(book: list[Resting], side: int) -> list[tuple[int, int]]:
    """Price and lots, best first."""
    total: dict[int, int] = {}
    for order in front(book, side):
        total[order.price] = total.get(order.price, 0) + order.lots
    return list(total.items())
