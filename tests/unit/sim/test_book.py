"""The Python face of the book: what goes in exactly, what comes out as arrays, and what raises."""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path

import numpy as np
import pytest

import metaorder
from metaorder import _native
from metaorder.sim.book import (
    COMMAND,
    EVENT,
    LEVEL,
    ORDER,
    Book,
    BookSide,
    CommandKind,
    EventKind,
    Flags,
    Peg,
    Reason,
    Rows,
    SelfTrade,
    Tif,
    commands,
    only,
)

MOST = 2**63 - 1
BUY, SELL = BookSide.BUY, BookSide.SELL


@pytest.fixture
def book() -> Book:
    book = Book()
    for order_id, side, price, lots in ((1, BUY, 100, 5), (2, BUY, 100, 6), (3, BUY, 99, 7), (4, SELL, 105, 8)):
        assert book.submit(order_id, side, price, lots, owner=order_id)
    return book


def kinds(events: Rows) -> list[EventKind]:
    return [EventKind(kind) for kind in events["kind"].tolist()]


def test_a_call_says_whether_it_was_accepted_and_events_say_what_it_caused(book: Book) -> None:
    assert book.submit(9, SELL, 99, 13, owner=3)
    events = book.events()
    assert events.dtype == EVENT
    assert kinds(events) == [EventKind.ACCEPTED, EventKind.FILL, EventKind.FILL, EventKind.FILL, EventKind.DONE]
    fills = only(events, EventKind.FILL)
    assert fills["maker"].tolist() == [1, 2, 3]
    assert fills["lots"].tolist() == [5, 6, 2]
    assert fills["price"].tolist() == [100, 100, 99]
    assert fills["maker_remaining"].tolist() == [0, 0, 5]
    assert fills["maker_owner"].tolist() == [1, 2, 3]
    assert not book.cancel(9)
    assert book.events()["reason"].tolist() == [Reason.UNKNOWN_ID]


def test_events_are_those_of_the_last_call_alone(book: Book) -> None:
    kept = book.events()
    book.cancel(1)
    assert kept["id"].tolist() == [4]
    assert kinds(book.events()) == [EventKind.DONE]


def test_queries_answer_with_numbers_and_rows(book: Book) -> None:
    assert (book.best(BUY), book.best(SELL), len(book)) == (100, 105, 4)
    assert book.level(BUY, 100) == (11, 2)
    assert book.level(BUY, 98) == (0, 0)
    assert book.levels(BUY, 1).tolist() == [(100, 11, 2)]
    assert book.levels(BUY, 9).dtype == LEVEL
    assert book.orders(BUY)["id"].tolist() == [1, 2, 3]
    assert book.queue(BUY, 100).tolist() == [(1, 100, 5, 1, BUY), (2, 100, 6, 2, BUY)]
    assert book.queue(BUY, 100).dtype == ORDER
    assert book.order(2) == (BUY, 100, 6, 2)
    assert book.ahead(2) == (5, 1)
    assert book.lots_within(BUY, 99) == 18
    assert Book().best(BUY) is None
    assert book.order(9) is None
    assert book.ahead(9) is None


def test_flags_and_times_in_force_reach_the_book(book: Book) -> None:
    assert not book.submit(9, BUY, 105, 1, flags=Flags.POST_ONLY)
    assert book.events()["reason"][0] == Reason.WOULD_CROSS
    assert not book.submit(9, BUY, 105, 9, tif=Tif.FOK)
    assert book.events()["reason"][0] == Reason.NOT_FILLABLE
    assert book.submit(9, BUY, 0, 9, flags=Flags.MARKET)
    assert book.events()[["reason", "lots"]][-1].tolist() == (Reason.EXPIRED, 1)


def test_a_batch_is_the_calls_in_order(book: Book) -> None:
    batch = commands(4)
    batch["id"] = (7, 1, 2, 3)
    batch["kind"] = list(CommandKind)[:4]
    batch["price"] = (101, 0, 0, 98)
    batch["lots"] = (4, 0, 1, 2)
    events = book.apply(batch)
    assert kinds(events) == [EventKind.ACCEPTED, EventKind.DONE, EventKind.REDUCED, EventKind.REPLACED]
    assert book.orders(BUY)["id"].tolist() == [7, 2, 3]
    assert len(book.apply(commands(0))) == 0


def test_the_events_of_a_batch_outlive_the_book() -> None:
    book = Book()
    events = book.apply(commands(1_000))
    del book
    assert set(events["reason"].tolist()) == {Reason.INVALID_ID}


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 10**30])
@pytest.mark.parametrize(
    "call",
    [
        lambda book, value: book.submit(9, BUY, value, 1),
        lambda book, value: book.submit(9, BUY, 100, value),
        lambda book, value: book.submit(9, BUY, 100, 1, owner=value),
        lambda book, value: book.submit(9, value, 100, 1),
        lambda book, value: book.submit(9, BUY, 100, 1, tif=value),
        lambda book, value: book.submit(9, BUY, 100, 1, flags=value),
        lambda book, value: book.reduce(1, value),
        lambda book, value: book.replace(1, value, 1),
        lambda book, value: book.replace(1, 100, value),
        lambda book, value: book.level(BUY, value),
        lambda book, value: book.lots_within(value, 0),
        lambda book, value: book.cancel(-abs(value)),
        lambda book, value: book.order(2 * abs(value)),
    ],
)
def test_what_does_not_fit_is_an_overflow_and_changes_nothing(
    book: Book, call: Callable[[Book, int], object], value: int
) -> None:
    before = book.snapshot()
    with pytest.raises(OverflowError, match=r"must fit an? (un)?signed integer of \d+ bits, was -?\d+"):
        call(book, value)
    assert book.snapshot() == before


@pytest.mark.parametrize("value", [1.0, "1", None, np.float64(1)])
def test_only_whole_numbers_are_taken(book: Book, value: object) -> None:
    before = book.hash()
    with pytest.raises(TypeError, match="price must be an int, was"):
        book.submit(9, BUY, value, 1)  # type: ignore[arg-type]
    assert book.hash() == before
    assert book.submit(np.uint64(9), BUY, np.int32(100), np.int64(1))
    assert book.submit(2**64 - 1, BUY, -(2**62), 2)


def test_a_side_is_0_or_1(book: Book) -> None:
    with pytest.raises(ValueError, match=r"side must be 0 \(buy\) or 1 \(sell\), was 2"):
        book.best(2)
    assert not book.submit(9, 2, 100, 1)  # a command is answered, not raised
    assert book.events()["reason"][0] == Reason.INVALID_FLAGS


def test_a_batch_of_another_dtype_or_shape_is_refused(book: Book) -> None:
    before = book.hash()
    wrong = np.zeros(3, dtype=[("id", "u8"), ("price", "i8")])
    with pytest.raises(TypeError, match="commands must have the dtype COMMAND, was"):
        book.apply(wrong)
    with pytest.raises(TypeError, match="commands must have the dtype COMMAND, was"):
        book.apply(np.zeros(3, dtype=COMMAND.newbyteorder()))
    with pytest.raises(TypeError, match="incompatible function arguments"):
        book.apply([(1, 2, 3)])  # type: ignore[arg-type]
    shifted = np.zeros(3 * COMMAND.itemsize + 1, dtype=np.uint8)[1:].view(COMMAND)
    for bad in (commands(4)[::2], commands(4)[::-1], commands(4).reshape(2, 2), shifted):
        with pytest.raises(ValueError, match="commands must be one contiguous, aligned dimension"):
            book.apply(bad)
    assert book.hash() == before
    assert len(book.apply(commands(4)[1:3])) == 2


def test_a_config_out_of_bounds_is_refused() -> None:
    assert Book(min_price=0, max_price=9, window=64, max_orders=3).config == (0, 9, 64, 3)
    for bad in ({"window": 100}, {"min_price": 1, "max_price": 0}, {"max_price": MOST}, {"max_orders": 0}):
        with pytest.raises(ValueError, match="must"):
            Book(**bad)


def test_a_book_comes_back_from_its_bytes(book: Book) -> None:
    again = Book.restore(book.snapshot())
    assert again.snapshot() == book.snapshot()
    assert again.hash() == book.hash()
    for bad in (b"", book.snapshot()[:-8], book.snapshot()[::-1]):
        with pytest.raises(ValueError, match="snapshot"):
            Book.restore(bad)


def refusals_during_a_batch() -> set[str]:
    """What another thread was told while a batch ran; empty if it never came to ask."""
    book = Book()
    batch = commands(400_000)
    batch["id"] = np.arange(1, len(batch) + 1)
    batch["lots"] = 1
    refusals = set()
    worker = threading.Thread(target=book.apply, args=(batch,))
    worker.start()
    while worker.is_alive():
        try:
            book.best(BUY)
        except RuntimeError as error:
            refusals.add(str(error))
    worker.join()
    assert len(book) == len(batch)
    return refusals


def test_a_second_thread_is_refused_while_a_batch_runs() -> None:
    tries = (refusals_during_a_batch() for _ in range(50))
    assert next(filter(None, tries)) == {"the book works on a batch in another thread"}


def header() -> str:
    return (Path(metaorder.__file__).parents[2] / "native/include/lob/command.hpp").read_text()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (CommandKind, "CommandKind"),
        (Tif, "TimeInForce"),
        (SelfTrade, "SelfTrade"),
        (Peg, "Peg"),
        (EventKind, "EventKind"),
        (Reason, "Reason"),
    ],
)
def test_the_words_are_those_of_the_header_in_their_order(words: type[IntEnum], name: str) -> None:
    body = header().split(f"enum class {name}")[1].split("{")[1].split("}")[0]
    lines = [line.split("//")[0] for line in body.splitlines()]
    names = [part.split("=")[0].strip() for part in "".join(lines).split(",")]
    assert [word.name.lower() for word in words] == names


def test_the_stub_names_what_the_module_has() -> None:
    stub = ast.parse((Path(metaorder.__file__).parent / "_native.pyi").read_text())
    declared = next(node for node in stub.body if isinstance(node, ast.ClassDef) and node.name == "Book")
    names = {node.name for node in declared.body if isinstance(node, ast.FunctionDef)}
    public = {name for name in vars(_native.Book) if not name.startswith("_")}
    assert names - {"__init__", "__len__"} == public
