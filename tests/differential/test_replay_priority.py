"""A lot at the back of a queue never fills before what is ahead of it, counted from the real files alone."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

from support.data import AAPL, GOOG
from support.lobster import ADD, BUY, CLOSE, EXECUTE, HIDDEN, SELL, TICK
from support.replays import Replay, Rows, Send, many, real_rows, replay_of

FILL = 2


class Ahead:
    """Lots with priority over an order of ours, counted from the files alone."""

    def __init__(self, files: Rows, order: Send, row: int) -> None:
        self.files, self.order = files, order
        self.last_of = dict(files.runs)
        self.later: set[int] = set()
        self.lots = self._at_price(row) or 0
        self.seen = self._at_price(row) is not None

    def _at_price(self, row: int) -> int | None:
        return dict(self._side(row)).get(self.order.price)

    def _side(self, row: int) -> list[tuple[int, int]]:
        at = 0 if self.order.side == SELL else 2
        line = np.asarray(self.files.book[row - 1]).tolist()
        return [(line[4 * k + at] // TICK, line[4 * k + at + 1]) for k in range(self.files.levels)]

    def before_us(self, row: int) -> int:
        """After `row` rows."""
        better = sum(lots for price, lots in self._side(row) if (price - self.order.price) * self.order.side > 0)
        return better + self.lots

    def follow(self, row: int) -> None:
        """Row number `row`, from 1, happens."""
        kind, order, lots, points, side = self.files.parsed[row - 1]
        if side == self.order.side and points == self.order.price * TICK:
            if kind == ADD:
                self.later.add(order)
            elif kind < HIDDEN and order not in self.later:
                self.lots = max(0, self.lots - lots)
        there = self._at_price(row)
        if there is None:
            self.lots, self.seen = 0, False
            self.later.clear()
        elif not self.seen and kind != ADD:
            self.lots, self.seen = there, True  # it comes back into view: all of it is ahead
        self.seen = there is not None


@pytest.mark.parametrize("name", [GOOG, AAPL])
def test_a_lot_at_the_back_never_fills_before_what_is_ahead_of_it(name: str) -> None:
    files = real_rows(name)
    dice = random.Random(8)
    fills = Counter[str]()
    session = replay_of(files)
    row = 0
    for number in range(1, many(150) + 1):
        row += dice.randrange(50, 400)
        if row > len(files.times) - 3_000:
            break
        side = dice.choice((BUY, SELL))
        near = int(files.book[row - 1][2 if side == BUY else 0]) // TICK - side * dice.choice((0, 0, 0, 1, 2))
        order = Send(row, number, 1, number, side, False, near, 100, CLOSE)
        session.advance(row)
        session.act(order)
        said = len(session.reports)
        session.advance(row)
        while len(session.reports) == said:
            row += 1
            session.advance(row)
        accepted = session.reports[said]
        assert accepted[2] == number
        if accepted[12] < 0:
            continue  # it took
        ahead = Ahead(files, order, row)
        assert accepted[12] == ahead.lots
        row = watch(session, ahead, row, fills)
        session.session.cancel(number, 1)
    assert min(fills["sweep"], fills["other"]) > 30


def watch(session: Replay, ahead: Ahead, row: int, fills: Counter[str]) -> int:
    """Follow an order for a while; whatever fills it must have come for more than was before it. Returns the row reached."""
    rows, last_of = ahead.files.parsed, ahead.last_of
    stop, got = row + 1_500, 0
    while row < stop and not got:
        last = last_of.get(row, row) + 1
        came = sum(rows[k][2] for k in range(row, last))
        before = ahead.before_us(row)
        said = len(session.reports)
        session.advance(last)
        got = sum(report[5] for report in session.reports[said:] if report[0] == FILL and report[2] == ahead.order.parent)
        assert got <= max(0, came - before), f"row {row + 1}: {got} lots, {came} came, {before} were before us"
        fills["sweep" if rows[row][0] == EXECUTE else "other"] += got > 0
        for k in range(row, last):
            ahead.follow(k + 1)
        row = last
    return row
