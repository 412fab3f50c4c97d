"""A day of which only trades or bars are known, with own orders in it, replayed slowly and plainly, in the words of the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from differential.slow_records import BUY, EXPIRED, OWN_MAKER, OWN_TAKER, UNMATCHED, Own, Print, Resting, Touch, better, remove
from differential.slow_venue import SlowVenue


class Bar(NamedTuple):
    """A trade is a bar that ends where it begins. Prices in points."""

    ts: int
    end: int
    open: int
    high: int
    low: int
    close: int
    lots: int


class SlowPrices:
    """last: the last price [points]. share: of what trades, that all of ours may get. spread: of the profile [ticks]."""

    def __init__(self, rows: Sequence[Bar], *, open_: int, tick: int, spread: int, share: Fraction, bars: bool) -> None:
        self.steps = [(row, part) for row in rows for part in (("begin", "end") if bars else ("both",))]
        self.tick, self.spread, self.share = tick, spread, share
        self.venue = SlowVenue(open_, tick=tick, no_book=True)
        self.recorded_prints: list[Print] = []
        self.counted = Counter({"takers": 0, "makers": 0, "capped": 0})
        self.next = self.there = self.left = self.ours = 0
        self.touch = Touch(0, 0, 0, 0)
        self.venue.say(self.touch)

    @property
    def counters(self) -> dict[str, int]:
        return {**self.counted, "truncated": self.venue.truncated}

    def recorded_levels(self, side: int) -> list[tuple[int, int]]:
        """Nothing is recorded but prices."""
        assert side
        return []

    def peek(self) -> int | None:
        if self.next == len(self.steps):
            return None
        row, part = self.steps[self.next]
        return row.end if part == "end" else row.ts

    def step(self) -> None:
        row, part = self.steps[self.next]
        self.venue.begin(row.end if part == "end" else row.ts)
        self.next += 1
        if part != "end":
            self.left, self.ours = floor(row.lots * self.share), 0
            self._takers(row.open)
            self.there = self.venue.arrivals  # what has come up to now was there before the rest of the row
            self._show(row.open)
        if part != "begin":
            self._makers(row)
            self._show(row.close)
            if row.lots > self.ours:
                self.venue.print(row.close, row.lots - self.ours)
            if row.lots:
                self.recorded_prints.append(Print(self.venue.clock, row.close, row.lots, 0, 0, 0))
            assert self.ours <= row.lots * self.share, "no more than the share of what traded"
        self.venue.say(self.touch)

    def _show(self, points: int) -> None:
        bid = floor(Fraction(points, self.tick) - Fraction(self.spread, 2))
        lots = max(1, self.left)
        self.touch = Touch(bid, bid + self.spread, lots, lots)

    def _ours(self) -> list[Resting]:
        return sorted(self.venue.live, key=lambda order: order.arrival)

    def _takers(self, points: int) -> None:
        """What has come since the last price, as far as it would have taken from the touch that it saw."""
        for order in self._ours():
            own = order.own
            assert own
            if order.arrival <= self.there:
                continue
            far = self.touch.ask if own.side == BUY else self.touch.bid
            takes = own.ioc or (self.touch.two_sided and not better(own.side, far, own.price))
            half = Fraction(self.spread, 2) * own.side
            price = (ceil if own.side == BUY else floor)(Fraction(points, self.tick) + half)
            if takes and not better(own.side, price, own.price):
                self._fill(order, own, price, maker=False)
            if own.ioc and order.lots:
                remove(self.venue.live, order)
                self.venue.report(EXPIRED, UNMATCHED, own, order.lots)

    def _makers(self, row: Bar) -> None:
        """What the market traded through by a tick, if it was there when the row began."""
        for order in self._ours():
            own = order.own
            assert own
            if own.ioc or order.arrival > self.there:
                continue
            if (row.low if own.side == BUY else row.high) * own.side <= (own.price - own.side) * self.tick * own.side:
                self._fill(order, own, own.price, maker=True)

    def _fill(self, order: Resting, own: Own, price: int, *, maker: bool) -> None:
        lots = min(order.lots, self.left)
        self.counted["capped"] += order.lots - lots
        if not lots:
            return
        self.left -= lots
        self.ours += lots
        order.lots -= lots
        if not order.lots:
            remove(self.venue.live, order)
        self.counted["makers" if maker else "takers"] += lots
        self.venue.print(price * self.tick, lots, parent=own.parent, flags=OWN_MAKER if maker else OWN_TAKER)
        self.venue.fill(own, price, lots, maker=maker, certain=False)
