"""Binance: the snapshot rule's book at every difference, the file's best quotes beside it; the laws with us in it."""

from __future__ import annotations

import random
from bisect import bisect_left, insort
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache

import numpy as np
import pytest

from metaorder import _native
from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.market_data import FORMATS
from metaorder.ports.market_data import RecordedDay, Wanted
from metaorder.sim.rules import QueueRule
from support.binance import File, read
from support.data import SPOT, USDM, real
from support.lobster import BUY, SECOND, SELL
from support.replays import Replay, Send, many, tuples

FILES = {"binance-spot": SPOT, "binance-usdm": USDM}
OWN = 4


@cache
def day(kind: str) -> RecordedDay:
    return FORMATS[kind](real(FILES[kind]), Wanted(symbol="BTCUSDT"), ExchangeCalendars())


@cache
def plain(kind: str) -> File:
    return read(real(FILES[kind]))


def replay(kind: str, rule: QueueRule = QueueRule.CENTRAL, *, latency: int = 1_000_000) -> Replay:
    return Replay(_native.Session.by_level(day(kind).tape.native, latency=latency, queue=rule), [])  # type: ignore[arg-type]


@lru_cache(maxsize=1 << 18)
def steps(text: str, step: Decimal) -> int:
    exact = Fraction(Decimal(text)) / Fraction(step)
    assert exact.denominator == 1
    return exact.numerator


class Book:
    """A dictionary of quantities by price, as Binance's recipe keeps it, in ticks and units."""

    def __init__(self, kind: str) -> None:
        instrument = day(kind).instrument
        self.tick, self.unit = instrument.tick_size, instrument.unit_size
        self.depth: dict[str, dict[int, int]] = {"b": {}, "a": {}}
        self.prices: dict[str, list[int]] = {"b": [], "a": []}

    def set(self, side: str, price: str, quantity: str) -> None:
        at, lots = steps(price, self.tick), steps(quantity, self.unit)
        prices = self.prices[side]
        if not lots:
            if self.depth[side].pop(at, None) is not None:
                del prices[bisect_left(prices, at)]
            return
        if at not in self.depth[side]:
            insort(prices, at)
        self.depth[side][at] = lots

    def levels(self, side: str, most: int) -> list[tuple[int, int]]:
        prices = self.prices[side]
        best = prices[: -most - 1 : -1] if side == "b" else prices[:most]
        return [(price, self.depth[side][price]) for price in best]


@pytest.mark.parametrize("kind", list(FILES))
def test_the_book_is_the_snapshot_rules_at_every_difference(kind: str) -> None:
    session, book, file = replay(kind), Book(kind), plain(kind)
    for each in file.opening:
        book.set(*each)
    checks = crossed = quoted = 0
    ticker = iter(file.tickers)
    now = next(ticker)
    best = (0, "", "", "", "")
    for index, event in enumerate(file.events, 1):
        if event.trade is not None:
            continue
        for each in event.sets:
            book.set(*each)
        session.advance(index, until=event.ts)
        checks += 1
        most = 100_000 if checks % 1_500 == 0 else 5
        for side in "ba":
            wanted = book.levels(side, most)
            for levels in (session.session.recorded_levels, session.session.levels):
                assert [level[:2] for level in levels(side == "b", most)] == wanted
        bid, ask = book.levels("b", 1)[0], book.levels("a", 1)[0]
        crossed += bid[0] >= ask[0]
        while now[0] <= event.update:
            best = now
            now = next(ticker, (2**63, "", "", "", ""))
        if best[0]:  # the last one that this difference holds
            assert bid == (steps(best[1], book.tick), steps(best[2], book.unit))
            assert ask == (steps(best[3], book.tick), steps(best[4], book.unit))
            quoted += 1
    assert checks > 3_000
    assert quoted > 3_000
    assert crossed == 0


def volume(array: np.ndarray, flags: int | None = None, *, parent: bool | None = None) -> int:  # type: ignore[type-arg]
    keep = np.ones(len(array), dtype=bool)
    if flags is not None:
        keep &= (array["flags"] & flags) != 0
    if parent is not None:
        keep &= (array["parent"] > 0) == parent
    return int(array["lots"][keep].sum())


def run_with_orders(kind: str, rule: QueueRule, seed: int, *, far: bool = False, take: bool = True) -> Replay:
    session, dice = replay(kind, rule), random.Random(seed)
    close = day(kind).tape.day.close
    for number in range(1, many(150) + 1):
        bid, ask, *_ = session.session.touch()
        side = dice.choice((BUY, SELL))
        near, other = (bid, ask) if side == BUY else (ask, bid)
        price = (
            near - side * 50_000
            if far
            else dice.choice((near, near, near - side * 7, *((other, other + side * 5) if take else ())))
        )
        session.act(
            Send(0, number, 1, 1, side, take and not far and dice.random() < 0.3, price, dice.choice((1, 20, 500)), close)
        )
        session.advance(until=session.session.clock + 2 * SECOND)
    session.advance(until=close)
    return session


@pytest.mark.parametrize("kind", list(FILES))
def test_executed_is_own_passive_and_others_and_starved(kind: str) -> None:
    for rule in QueueRule:
        session = run_with_orders(kind, rule, 2)
        counters, prints = session.session.counters(), session.session.prints(0)
        passive, others = volume(prints, OWN), volume(prints, parent=False)
        assert passive > 500
        assert volume(session.session.reference_prints(0)) == passive - counters["created_prints"] + others + counters["starved"]


@pytest.mark.parametrize("kind", list(FILES))
def test_far_away_lots_change_nothing(kind: str) -> None:
    untouched, with_us = replay(kind), run_with_orders(kind, QueueRule.CENTRAL, 4, far=True)
    untouched.advance(until=day(kind).tape.day.close)
    assert tuples(untouched.session.prints(0)) == tuples(with_us.session.prints(0))
    for name in ("live", "reference"):
        assert np.array_equal(untouched.session.quotes(0)[name], with_us.session.quotes(0)[name])


@pytest.mark.parametrize("kind", list(FILES))
def test_the_recorded_book_never_knows_of_us(kind: str) -> None:
    untouched, with_us = replay(kind), run_with_orders(kind, QueueRule.OPTIMISTIC, 5)
    untouched.advance(until=day(kind).tape.day.close)
    assert tuples(untouched.session.reference_prints(0)) == tuples(with_us.session.reference_prints(0))
    assert untouched.session.recorded_levels(True, 10_000) == with_us.session.recorded_levels(True, 10_000)


@pytest.mark.parametrize("kind", list(FILES))
def test_an_order_that_only_rests_fills_no_later_the_kinder_the_queue(kind: str) -> None:
    filled = []
    for rule in QueueRule:
        total = 0
        for seed in range(many(2)):
            session = run_with_orders(kind, rule, seed, take=False)
            total += volume(session.session.prints(0), OWN)
        filled.append(total)
    assert filled == sorted(filled)
    assert filled[0] < filled[2], "the rules differ"
