"""The native book, called and in batches, equals the slow one: every event in order, and the book that is left."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from differential.slow_book import SlowBook
from differential.slow_orders import BUY, MOST, SELL, Command, Event
from metaorder.sim.book import BOTH_SIDES, COMMAND, Book, BookSide, CommandKind, EventKind, Flags, Peg, Rows, SelfTrade, Tif
from support.examples import examples

LOWEST = -MOST - 1
NARROW = {"min_price": -MOST, "max_price": MOST - 1, "window": 64}
SMALL = {"min_price": -3, "max_price": 4, "max_orders": 5}

prices = st.one_of(st.integers(-200, 200), st.sampled_from([LOWEST, -MOST, -(2**62), 2**62, MOST - 1, MOST]))
quantities = st.one_of(st.integers(1, 12), st.sampled_from([LOWEST, -1, 0, MOST // 2, MOST - 3, MOST]))
ids = st.one_of(st.integers(0, 12), st.sampled_from([4_096, 2**40, 2**64 - 1]))
kinds, sides, bytes_ = st.integers(0, 3), st.integers(0, 1), st.sampled_from([0, 1, 2, 3, 4, 255])

# A few ids at a few prices: most commands meet an order, most queues have several. Half of the new orders simply rest.
few = (st.integers(1, 6), st.integers(0, 3), st.one_of(st.integers(1, 6), st.sampled_from([MOST - 1, MOST])))
nothing = (st.just(0), st.just(0), st.just(0), st.just(0))
crowd = st.builds(Command, *few, st.integers(0, 2), kinds, sides, st.just(0), st.just(0), *nothing)
special = st.builds(Command, *few, st.integers(0, 2), st.just(0), sides, st.integers(0, 2), st.integers(0, 2), *nothing)
anything = st.builds(
    *(Command, ids, prices, quantities, st.integers(0, 2**32 - 1), bytes_, bytes_, bytes_, bytes_, bytes_, bytes_),
    *(st.sampled_from([0, 0, 1, 2**32 - 1]), st.sampled_from([0, 0, 1, -1, MOST])),
)
streams = st.one_of(
    st.lists(anything, max_size=10),
    st.lists(st.one_of(crowd, crowd, special), min_size=20, max_size=60),
    st.lists(st.one_of(crowd, special, anything), min_size=20, max_size=60),
)

# The same crowd with every order type: one term each, now and then two of them.
modes = st.sampled_from([0, 0, *SelfTrade])
typed = (st.integers(1, 9), st.integers(0, 4), st.integers(1, 9), st.integers(0, 2), st.just(0), sides, st.just(0))
icebergs = st.builds(Command, *typed, st.sampled_from([0, 0, 4]), modes, st.just(0), st.integers(1, 3), st.integers(0, 3))
hiddens = st.builds(Command, *typed, st.sampled_from([8, 8, 12, 4]), modes, st.just(0), st.just(0), st.integers(0, 3))
pegs = st.builds(Command, *typed, st.just(0), modes, st.sampled_from(list(Peg)), st.just(0), st.integers(0, 3))
takers = st.builds(Command, *typed[:6], st.integers(1, 2), st.just(0), modes, st.sampled_from(list(Peg)), *nothing[:2])
changes = st.builds(Command, *typed[:4], st.integers(1, 3), sides, st.just(0), st.just(0), modes, *nothing[:3])
others = (st.integers(0, 4), st.just(0), st.integers(0, 2))
sweeps = st.builds(
    Command, st.integers(0, 1), *others, st.integers(4, 9), st.integers(0, 3), *nothing, st.just(0), st.integers(0, 3)
)
phases = st.builds(Command, st.just(0), *others, st.sampled_from([7, 8]), st.just(0), st.just(0), st.just(0), *nothing)
every_type = st.one_of(crowd, special, icebergs, hiddens, pegs, takers, changes)
typed_streams = st.one_of(
    st.lists(every_type, min_size=10, max_size=50),
    st.lists(st.one_of(pegs, pegs, hiddens, crowd, changes), min_size=10, max_size=50),
    st.lists(st.one_of(every_type, every_type, every_type, phases, sweeps), min_size=10, max_size=50),
)


def rows(commands: Sequence[Command]) -> Rows:
    return np.array(list(commands), dtype=COMMAND)


def events(rows: Rows) -> list[Event]:
    return [Event(*row) for row in rows.tolist()]


class Uncallable(Exception):
    """A command that only a batch can hold."""


def call(book: Book, c: Command) -> bool:
    match c.kind:
        case CommandKind.SUBMIT:
            return book.submit(c.id, c.side, c.price, c.lots, c.tif, c.flags, c.owner, c.stp, c.peg, c.peak, c.good_till)
        case CommandKind.CANCEL:
            return book.cancel(c.id)
        case CommandKind.REDUCE:
            return book.reduce(c.id, c.lots)
        case CommandKind.REPLACE:
            return book.replace(c.id, c.price, c.lots, c.stp)
        case CommandKind.EXPIRE:
            return book.expire(c.good_till)
        case CommandKind.START_AUCTION if c.id == 0:
            return book.start_auction()
        case CommandKind.UNCROSS:
            return book.uncross(c.price)
        case CommandKind.CANCEL_OWNER | CommandKind.CANCEL_SIDE if c.side <= BOTH_SIDES:
            owner = c.owner if c.kind == CommandKind.CANCEL_OWNER else None
            return book.cancel_all(owner=owner, side=None if c.side == BOTH_SIDES else c.side)
    raise Uncallable


def answer_of(book: Book, c: Command) -> tuple[bool, list[Event]]:
    """By its call, or as a batch of one where there is no call for it."""
    try:
        return call(book, c), events(book.events())
    except Uncallable:
        told = events(book.apply(rows([c])))
        return not told or told[0].kind != EventKind.REJECTED, told


def assert_same_state(book: Book, slow: SlowBook, order_ids: Sequence[int]) -> None:
    for side in (BUY, SELL):
        expected = [(order.id, order.price, order.shown, order.owner, order.side) for order in slow.orders(side)]
        assert book.orders(side).tolist() == expected
        levels = slow.levels(side)
        assert book.levels(side, len(expected)).tolist() == levels
        assert book.best(side) == (levels[0][0] if levels else None)
        for price, lots, count in levels:
            assert book.level(side, price) == (lots, count)
            assert book.queue(side, price).tolist() == [row for row in expected if row[1] == price]
            assert book.lots_within(side, price) == slow.lots_within(side, price)
        assert book.hidden(side).tolist() == slow.hidden(side)
        gathered = slow.parts(side, collected=True)
        assert book.collected(side).tolist() == [(o.id, o.price, o.lots, o.owner, o.side) for o in gathered]
    for order_id in order_ids:
        assert book.ahead(order_id) == slow.ahead(order_id)
        own = slow.find(order_id)
        assert book.order(order_id) == (None if own is None else (own.side, own.price, own.lots, own.owner))
        terms = None if own is None else (own.shown, own.good_till, own.peak, own.stp, own.peg, own.hidden, own.collected)
        assert book.terms(order_id) == terms
    assert len(book) == len(slow.resting)
    assert book.in_auction == slow.in_auction
    assert book.indicative(2) == (slow.indicative(2) if slow.in_auction else None)


def check(commands: Sequence[Command], config: dict[str, int]) -> None:
    called, batched = Book(**config), Book(**config)
    slow = SlowBook(**{name: value for name, value in config.items() if name != "window"})
    expected: list[Event] = []
    for at, command in enumerate(commands):
        answer = slow.apply(command)
        expected += answer
        if at % 16 == 15:
            called = Book.restore(called.snapshot())
        taken = not answer or answer[0].kind != EventKind.REJECTED
        assert answer_of(called, command) == (taken, answer)
        if at % (8 if len(commands) < 100 else 200) == 0:
            assert_same_state(called, slow, [command.id])
    assert events(batched.apply(rows(commands))) == expected
    assert_same_state(called, slow, [command.id for command in commands])
    assert batched.snapshot() == called.snapshot()
    assert batched.hash() == called.hash()
    assert Book.restore(called.snapshot()).snapshot() == called.snapshot()


@pytest.mark.parametrize("config", [{}, NARROW, SMALL], ids=["usual", "narrow window", "small"])
@settings(max_examples=examples(300), deadline=None)
@given(commands=typed_streams)
def test_equals_the_slow_book_with_every_order_type(config: dict[str, int], commands: list[Command]) -> None:
    check(commands, config)


@pytest.mark.parametrize("config", [{}, NARROW, SMALL], ids=["usual", "narrow window", "small"])
@settings(max_examples=examples(300), deadline=None)
@given(commands=streams)
def test_equals_the_slow_book_on_any_stream(config: dict[str, int], commands: list[Command]) -> None:
    check(commands, config)


def active_stream(count: int, seed: int, spread: int) -> list[Command]:
    """Orders around a price that wanders, with the ids of a real engine: most of them rest, many are taken."""
    dice = random.Random(seed)
    centre, stream = 0, [Command(1, 0, 1, 0, CommandKind.SUBMIT, BUY, Tif.REST, Flags.NONE)]
    for order_id in range(2, count + 1):
        centre += dice.choice((-3, 0, 0, 3)) if dice.random() < 0.9 else dice.randint(-spread, spread)
        kind = dice.choices(list(CommandKind)[:4], (50, 20, 10, 20))[0]
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
@pytest.mark.parametrize("seed", range(8))
def test_equals_the_slow_book_over_many_active_days(seed: int) -> None:
    check(active_stream(6_000, seed=seed, spread=10 + 100 * seed), {"window": 64})
