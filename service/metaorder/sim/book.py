"""The limit order book in process: scalar calls, batches as arrays, queries and snapshots.

Prices, quantities and ids are ints: ticks and lots in 64 bits with a sign, ids in 64 bits without one and never 0.
What does not fit raises OverflowError, what is no int TypeError, and the book is as before. Everything else that a
book refuses is an answer, an event with a `Reason`; the rules are in `native/include/lob/book.hpp`.

    book = Book()
    book.submit(1, BookSide.SELL, 101, 50)
    if book.submit(2, BookSide.BUY, 101, 20):
        fills = only(book.events(), EventKind.FILL)

A scalar call returns whether the command was accepted, and `events()` what the last one caused. A batch takes rows of
`COMMAND` and returns rows of `EVENT`: from some tens of commands on it costs less than a tenth of the calls.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import Final

import numpy as np
import numpy.typing as npt

from metaorder import _native
from metaorder._native import Book

__all__ = [
    "BOTH_SIDES",
    "COMMAND",
    "EVENT",
    "HIDDEN",
    "LEVEL",
    "ORDER",
    "Book",
    "BookSide",
    "CommandKind",
    "EventKind",
    "Flags",
    "Peg",
    "Reason",
    "Rows",
    "SelfTrade",
    "Tif",
    "commands",
    "only",
]

Rows = npt.NDArray[np.void]
"""A structured array."""

COMMAND: Final[np.dtype[np.void]] = _native.COMMAND
"""id, price, lots, owner, kind (`CommandKind`), side (`BookSide`), tif (`Tif`), flags (`Flags`), stp (`SelfTrade`),
peg (`Peg`), peak, good_till."""

EVENT: Final[np.dtype[np.void]] = _native.EVENT
"""id, maker, price, lots, remaining, maker_remaining, owner, maker_owner, kind (`EventKind`), side, reason,
half (1: the price is half a tick above `price`)."""

LEVEL: Final[np.dtype[np.void]] = _native.LEVEL
"""price, lots, orders."""

ORDER: Final[np.dtype[np.void]] = _native.ORDER
"""id, price, lots, owner, side (`BookSide`)."""

HIDDEN: Final[np.dtype[np.void]] = _native.HIDDEN
"""id, limit, lots, price, owner, side, peg, half, priced: it stands at price + half / 2 where `priced` is 1."""


class BookSide(IntEnum):
    """The side of a book; the numbers are the native core's, here and below."""

    BUY = 0
    SELL = 1


class CommandKind(IntEnum):
    """What a row of a batch asks for."""

    SUBMIT = 0
    CANCEL = 1
    REDUCE = 2
    REPLACE = 3
    CANCEL_OWNER = 4
    CANCEL_SIDE = 5
    EXPIRE = 6
    START_AUCTION = 7
    UNCROSS = 8


BOTH_SIDES: Final = 2
"""The `side` of a CANCEL_OWNER or CANCEL_SIDE that spares neither."""


class Tif(IntEnum):
    """What becomes of lots that do not match: they rest, they are gone (IOC), or nothing happens at all (FOK)."""

    REST = 0
    IOC = 1
    FOK = 2


class Flags(IntFlag):
    """How a new order differs from a limit order."""

    NONE = 0
    MARKET = 1
    POST_ONLY = 2
    REPRICE = 4
    HIDDEN = 8


class SelfTrade(IntEnum):
    """What happens where an order meets a resting one of its own owner."""

    ALLOW = 0
    CANCEL_MAKER = 1
    CANCEL_TAKER = 2
    CANCEL_BOTH = 3
    DECREMENT = 4


class Peg(IntEnum):
    """What the price of an order follows, within its limit; a peg is always hidden."""

    NONE = 0
    PRIMARY = 1
    MIDPOINT = 2


class EventKind(IntEnum):
    """What happened."""

    ACCEPTED = 0
    REJECTED = 1
    FILL = 2
    REDUCED = 3
    REPLACED = 4
    DONE = 5
    REFRESHED = 6
    PREVENTED = 7
    UNCROSSED = 8


class Reason(IntEnum):
    """Why an order is done, or why a command was refused."""

    NONE = 0
    FILLED = 1
    CANCELED = 2
    EXPIRED = 3
    DUPLICATE_ID = 4
    UNKNOWN_ID = 5
    INVALID_ID = 6
    INVALID_LOTS = 7
    INVALID_PRICE = 8
    OVERFLOW = 9
    WOULD_CROSS = 10
    NOT_FILLABLE = 11
    INVALID_FLAGS = 12
    INVALID_PEAK = 13
    SELF_TRADE = 14
    WRONG_PHASE = 15


def commands(count: int) -> Rows:
    """A batch of `count` rows to fill in: submits of limit orders with id, price and lots 0."""
    return np.zeros(count, dtype=COMMAND)


def only(events: Rows, kind: EventKind) -> Rows:
    """The events of one kind, in order."""
    found: Rows = events[events["kind"] == kind]
    return found
