"""Own orders for replays, and the native session run with them: by any cut of its advances."""

from __future__ import annotations

import io
import os
import random
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from metaorder import _native
from support.data import real
from support.lobster import BUY, CLOSE, EMPTY, EXECUTE, HIDDEN, OPEN, SECOND, SELL, TICK, Day

EXAMPLES = max(1.0, float(os.environ.get("METAORDER_EXAMPLES", "1")))
"""Longer counts of random tests: a multiplier. Never less than 1: days are counted so that every rule is met on some."""

ALL = 2**64 - 1
NEVER = 2**63 - 1
LIMIT, REPORT, WAKE, QUOTE, HALT, BUDGET, CLOSED = range(7)
MILLISECOND = 1_000_000


def many(count: int) -> int:
    return max(1, round(count * EXAMPLES))


class Send(NamedTuple):
    """A child order, sent after market event `index`."""

    index: int
    parent: int
    number: int
    account: int
    side: int
    ioc: bool
    price: int
    lots: int
    good_till: int


class Recall(NamedTuple):
    """A cancel, sent after market event `index`."""

    index: int
    parent: int
    number: int


class Watch(NamedTuple):
    """A parent's meter, set after market event `index`: within a limit in points, or without one."""

    index: int
    parent: int
    side: int
    active: bool
    limit: int | None


Action = Send | Recall | Watch


@dataclass
class Replay:
    """A native session of a synthetic or real day, and everything that it has reported. times: of the day's rows."""

    session: Any
    times: Sequence[int]
    reports: list[tuple[Any, ...]] = field(default_factory=list)
    open_meters: set[int] = field(default_factory=set)

    def advance(self, index: int = ALL, *, until: int = CLOSE) -> int:
        """To the moment before the event after `index`, however many stops it takes."""
        while True:
            stop: int = self.session.advance(until, index, NEVER, False, ALL)
            if stop == REPORT:
                self.reports += self.session.take_reports()
            elif stop not in (HALT, BUDGET):
                return stop

    def act(self, action: Action) -> None:
        match action:
            case Send():
                self.session.submit(
                    parent=action.parent,
                    number=action.number,
                    account=action.account,
                    buy=action.side == BUY,
                    ioc=action.ioc,
                    price=action.price,
                    lots=action.lots,
                    good_till=action.good_till,
                )
            case Recall():
                self.session.cancel(action.parent, action.number)
            case Watch():
                terms = {"limited": action.limit is not None, "limit_points": action.limit or 0}
                if action.parent not in self.open_meters:
                    self.open_meters.add(action.parent)
                    self.session.open_meter(parent=action.parent, buy=action.side == BUY, **terms)
                self.session.set_meter(parent=action.parent, active=action.active, **terms)

    def reach(self, index: int) -> None:
        """To the instant of row `index`, and no further: a stamp that does not depend on us."""
        self.advance(index, until=self.times[index - 1] if index else OPEN)

    def run(self, actions: Iterable[Action]) -> Replay:
        for action in sorted(actions, key=lambda each: each.index):
            self.reach(action.index)
            self.act(action)
        assert self.advance() == CLOSED
        return self

    def depth(self, side: int, *, recorded: bool = False) -> list[tuple[int, int]]:
        levels = self.session.recorded_levels if recorded else self.session.levels
        return [level[:2] for level in levels(side == BUY, 10_000)]

    def told(self) -> tuple[Any, ...]:
        """All that a session says of itself."""
        session = self.session
        arrays = (session.quotes(0), session.prints(0), session.reference_prints(0))
        return (session.hash(), session.clock, session.index, self.reports, *(array.tobytes() for array in arrays))


@dataclass(eq=False)
class Rows:
    """A day's files, read without the code under test.

    times: nanoseconds after midnight. book: rows of ask, lots, bid, lots, by level.
    """

    messages: str
    books: str
    levels: int
    times: Sequence[int]
    book: Sequence[Sequence[int]]

    @cached_property
    def tape(self) -> _native.Tape:
        reader = _native.LobsterReader(
            message_name="messages",
            book_name="books",
            levels=self.levels,
            points_per_tick=TICK,
            midnight=0,
            open=OPEN,
            close=CLOSE,
        )
        reader.feed_messages(self.messages.encode())
        reader.feed_books(self.books.encode())
        return reader.finish()

    @cached_property
    def parsed(self) -> list[tuple[int, int, int, int, int]]:
        """Type, order, lots, points and direction of each row."""
        return [tuple(int(word) for word in line.split(",")[1:]) for line in self.messages.splitlines()]  # type: ignore[misc]

    @cached_property
    def runs(self) -> list[tuple[int, int]]:
        """First and last row of each aggressor, from 0: executions of one instant and side, hidden ones between them."""
        runs: list[list[int]] = []
        for i, (kind, _, _, _, side) in enumerate(self.parsed):
            if kind != EXECUTE:
                continue
            last = runs[-1][-1] if runs else i
            same = last < i and self.times[last] == self.times[i] and self.parsed[last][4] == side
            if same and all(self.parsed[k][0] == HIDDEN for k in range(last + 1, i)):
                runs[-1].append(i)
            else:
                runs.append([i])
        return [(run[0], run[-1]) for run in runs]

    def first(self, rows: int) -> Rows:
        """The day up to a row: a day of its own."""
        cut = ["".join(text.splitlines(keepends=True)[:rows]) for text in (self.messages, self.books)]
        return Rows(cut[0], cut[1], self.levels, self.times[:rows], self.book[:rows])


@cache
def real_rows(name: str) -> Rows:
    """A real day; without the data the test is skipped."""
    return rows_of_zip(real(name))


def rows_of_day(day: Day) -> Rows:
    return Rows(day.message_file(), day.book_file(), day.levels, [message.ts for message in day.messages], day.rows)


def rows_of_zip(path: Path) -> Rows:
    with zipfile.ZipFile(path) as archive:
        texts = {name.split("_")[4]: archive.read(name).decode() for name in archive.namelist() if name.endswith(".csv")}
    book = np.loadtxt(io.StringIO(texts["orderbook"]), delimiter=",", dtype=np.int64)
    times = [nanos_of(line[: line.index(",")]) for line in texts["message"].splitlines()]
    return Rows(texts["message"], texts["orderbook"], book.shape[1] // 4, times, book)


def nanos_of(text: str) -> int:
    seconds, _, digits = text.partition(".")
    return int(seconds) * SECOND + int(digits.ljust(9, "0")[:9])


def replay_of(rows: Rows, *, latency: int = MILLISECOND, claim_hidden: bool = True) -> Replay:
    return Replay(_native.Session.replay(rows.tape, latency=latency, claim_hidden=claim_hidden), rows.times)


def tuples(array: Any) -> list[tuple[Any, ...]]:
    """A structured array as tuples of six, padding left out."""
    return [row[:6] for row in array.tolist()]


def random_actions(seed: int, rows: Rows, *, count: int, only: int | None = None) -> list[Action]:
    """Orders of three parents in two accounts at all kinds of prices, some cancels, meters that come and go.

    only: a side that all of them are on.
    """
    dice = random.Random(seed)
    sides = {parent: only or dice.choice((BUY, SELL)) for parent in (1, 2, 3)}
    actions: list[Action] = [Watch(0, parent, side, True, None) for parent, side in sides.items()]
    sent: list[Send] = []
    for index in sorted(dice.randrange(len(rows.times)) for _ in range(count)):
        draw = dice.random()
        parent = dice.choice((1, 1, 2, 3))
        if draw < 0.15 and sent:
            old = dice.choice(sent[-6:])
            actions.append(Recall(index, old.parent, old.number))
        elif draw < 0.25:
            limit = dice.choice((None, int(rows.book[index][0]), int(rows.book[index][2]) + 50))
            actions.append(Watch(index, parent, sides[parent], dice.random() < 0.7, limit))
        else:
            side = sides[parent] if only or dice.random() < 0.9 else -sides[parent]  # two of one account may meet
            ends = (CLOSE, CLOSE, rows.times[max(index - 1, 0)] + dice.choice((1, 1_000_000, 20_000_000, 3_000_000_000)))
            order = Send(
                index=index,
                parent=parent,
                number=len(sent) + 1,
                account=1 if parent < 3 else 2,
                side=side,
                ioc=dice.random() < 0.2,
                price=_price(dice, rows.book[index], side),
                lots=dice.choice((1, 5, 30, 100, 100, 250, 1_000)),
                good_till=dice.choice(ends),
            )
            sent.append(order)
            actions.append(order)
    return actions


def _price(dice: random.Random, row: Sequence[int], side: int) -> int:
    """Behind the touch, at it, inside of it, through it, far beyond the window."""
    ask, bid = int(row[0]), int(row[2])
    near, far = (bid, ask) if side == BUY else (ask, bid)
    near = far - side * 2 * TICK if abs(near) == EMPTY else near
    far = near + side * 2 * TICK if abs(far) == EMPTY else far
    if abs(near) > EMPTY // 2:
        near = far = 1_000 * TICK
    base, steps = dice.choice(((near, (0, 0, 0, -1, -2, -5)), (near, (1, 1, 2)), (far, (0, 0, -1, 1, 2)), (far, (4, 9, 15, 60))))
    return max(1, base // TICK + side * dice.choice(steps))
