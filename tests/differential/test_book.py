"""The native book, called and in batches, equals the slow one: every event in order, and the book that is left."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from differential.slow_book import BUY, MOST, SELL, Command, Event, SlowBook
from metaorder.sim.book import COMMAND, Book, BookSide, CommandKind, EventKind, Flags, Rows, Tif

LOWEST = -MOST - 1
NARROW = {"min_price": -MOST, "max_price": MOST - 1, "window": 64}
SMALL = {"min_price": -3, "max_price": 4, "max_orders": 5}

prices = st.one_of(st.integers(-200, 200), st.sampled_from([LOWEST, -MOST, -(2**62), 2**62, MOST - 1, MOST]))
quantities = st.one_of(st.integers(1, 12), st.sampled_from([LOWEST, -1, 0, MOST // 2, MOST - 3, MOST]))
ids = st.one_of(st.integers(0, 12), st.sampled_from([4_096, 2**40, 2**64 - 1]))
kinds, sides, bytes_ = st.integers(0, 3), st.integers(0, 1), st.sampled_from([0, 1, 2, 3, 4, 255])

# A few ids at a few prices: most commands meet an order, most queues have several. Half of the new orders simply rest.
few = (st.integers(1, 6), st.integers(0, 3), st.one_of(st.integers(1, 6), st.sampled_from([MOST - 1, MOST])))
crowd = st.builds(Command, *few, st.integers(0, 2), kinds, sides, st.just(0), st.just(0))
special = st.builds(Command, *few, st.integers(0, 2), st.just(0), sides, st.integers(0, 2), st.integers(0, 2))
anything = st.builds(Command, ids, prices, quantities, st.integers(0, 2**32 - 1), bytes_, bytes_, bytes_, bytes_)
streams = st.one_of(
    st.lists(anything, max_size=10),
    st.lists(st.one_of(crowd, crowd, special), min_size=20, max_size=60),
    st.lists(st.one_of(crowd, special, anything), min_size=20, max_size=60),
)


def rows(commands: Sequence[Command]) -> Rows:
    return np.array(list(commands), dtype=COMMAND)


def events(rows: Rows) -> list[Event]:
    return [Event(*row) for row in rows.tolist()]


def call(book: Book, command: Command) -> bool:
    match command.kind:
        case CommandKind.SUBMIT:
            c = command
            return book.submit(c.id, c.side, c.price, c.lots, c.tif, c.flags, c.owner)
        case CommandKind.CANCEL:
            return book.cancel(command.id)
        case CommandKind.REDUCE:
            return book.reduce(command.id, command.lots)
        case CommandKind.REPLACE:
            return book.replace(command.id, command.price, command.lots)
    raise AssertionError("no call for an unknown kind")


def assert_same_state(book: Book, slow: SlowBook, order_ids: Sequence[int]) -> None:
    for side in (BUY, SELL):
        expected = [(order.id, order.price, order.lots, order.owner, order.side) for order in slow.orders(side)]
        assert book.orders(side).tolist() == expected
        levels = slow.levels(side)
        assert book.levels(side, len(expected)).tolist() == levels
        assert book.best(side) == (levels[0][0] if levels else None)
        for price, lots, count in levels:
            assert book.level(side, price) == (lots, count)
            assert book.queue(side, price).tolist() == [row for row in expected if row[1] == price]
            assert book.lots_within(side, price) == slow.lots_within(side, price)
    for order_id in order_ids:
        assert book.ahead(order_id) == slow.ahead(order_id)
    assert len(book) == len(slow.resting)


def check(commands: Sequence[Command], config: dict[str, int]) -> None:
    called, batched = Book(**config), Book(**config)
    slow = SlowBook(**{name: value for name, value in config.items() if name != "window"})
    expected: list[Event] = []
    for command in commands:
        answer = slow.apply(command)
        expected += answer
        if command.kind > CommandKind.REPLACE:
            assert events(called.apply(rows([command]))) == answer
            continue
        assert call(called, command) == (answer[0].kind != EventKind.REJECTED)
        assert events(called.events()) == answer
    assert events(batched.apply(rows(commands))) == expected
    assert_same_state(called, slow, [command.id for command in commands])
    assert batched.snapshot() == called.snapshot()
    assert batched.hash() == called.hash()
    assert Book.restore(called.snapshot()).snapshot() == called.snapshot()


@pytest.mark.parametrize("config", [{}, NARROW, SMALL], ids=["usual", "narrow window", "small"])
@settings(max_examples=400, deadline=None)
@given(commands=streams)
def test_equals_the_slow_book_on_any_stream(config: dict[str, int], commands: list[Command]) -> None:
    check(commands, config)


def active_stream(count: int, seed: int, spread: int) -> list[Command]:
    """Orders around a price that wanders, with the ids of a real engine: most of them rest, many are taken."""
    dice = random.Random(seed)
    centre, stream = 0, [Command(1, 0, 1, 0, CommandKind.SUBMIT, BUY, Tif.REST, Flags.NONE)]
    for order_id in range(2, count + 1):
        centre += dice.choice((-3, 0, 0, 3)) if dice.random() < 0.9 else dice.randint(-spread, spread)
        kind = dice.choices(list(CommandKind), (50, 20, 10, 20))[0]
        lots, owner = dice.randint(1, 30), dice.randint(0, 2)
        if kind != CommandKind.SUBMIT:
            named = dice.choice(stream[-100:])
            price = named.price if dice.random() < 0.5 else centre + dice.randint(-spread, spread)
            stream.append(named._replace(kind=kind, price=price, lots=lots))
            continue
        side = dice.choice((BookSide.BUY, BookSide.SELL))
        away = dice.randint(-spread // 4, spread) * (-1 if side == BUY else 1)
        tif = dice.choices(list(Tif), (90, 5, 5))[0]
        flags = dice.choices((Flags.NONE, Flags.MARKET, Flags.POST_ONLY), (90, 5, 5))[0]
        stream.append(Command(order_id, centre + away, lots, owner, kind, side, tif, flags))
    return stream


@pytest.mark.parametrize("spread", [8, 60, 500])
def test_equals_the_slow_book_over_an_active_day(spread: int) -> None:
    check(active_stream(3_000, seed=spread, spread=spread), {"window": 64})


@pytest.mark.gauntlet
@pytest.mark.parametrize("seed", range(20))
def test_equals_the_slow_book_over_many_active_days(seed: int) -> None:
    check(active_stream(6_000, seed=seed, spread=10 + 40 * seed), {"window": 64})
