"""Laws of every format but LOBSTER's, which has its own: what stays the same with us in it, what adds up, what latency costs."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from differential.slow_prices import Bar
from differential.test_replay_coarse import by_price, orders
from metaorder import _native
from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.market_data import FORMATS
from metaorder.ports.market_data import RecordedDay, Wanted
from support.data import ES_SESSION, SPOT, USDM, real
from support.degraded import POINTS, prices, streams, ten_levels
from support.lobster import BUY, CLOSE, SECOND, SELL, TICK
from support.replays import ALL, MILLISECOND, Action, Replay, Send, many

FILL, OWN_MAKER = 2, 4
Made = tuple[Callable[[], Replay], list[Action], int]


def ten(seed: int) -> Made:
    coarse = ten_levels(seed)
    return _leveled(coarse, seed)


def live(seed: int) -> Made:
    coarse = streams(seed)
    return _leveled(coarse, seed)


def _leveled(coarse: Any, seed: int) -> Made:
    def make() -> Replay:
        return Replay(_native.Session.by_level(coarse.tape, latency=MILLISECOND, queue=seed % 3), coarse.times)

    return make, orders(seed, coarse.times, coarse.book, count=40), coarse.tape.close


def trades(seed: int) -> Made:
    return _priced(seed, bars=False)


def bars(seed: int) -> Made:
    return _priced(seed, bars=True)


def _priced(seed: int, *, bars: bool) -> Made:
    rows = [Bar(*row) for row in prices(seed, rows=60, bars=bars)]
    touch = [((row.open // POINTS + 1) * TICK, 1, row.open // POINTS * TICK, 1) for row in rows]
    times = [row.ts for row in rows]

    def make() -> Replay:
        made = by_price(rows, latency=MILLISECOND, spread=2, ppm=200_000, bars=bars)
        return Replay(made.session, times)

    return make, orders(seed, times, touch, count=40), CLOSE


KINDS = [ten, live, trades, bars]


def run(made: Made, actions: list[Action]) -> Replay:
    make, _, close = made
    session = make()
    for action in sorted(actions, key=lambda each: each.index):
        if action.index:
            session.advance(until=session.times[action.index - 1])
        session.act(action)
    session.advance(until=close)
    return session


@pytest.mark.parametrize("kind", KINDS)
def test_a_lot_far_away_changes_nothing(kind: Callable[[int], Made]) -> None:
    for seed in range(many(15)):
        made = kind(seed)
        far: list[Action] = [
            Send(1, 9, 1, 9, BUY, False, 1, 1, CLOSE + SECOND),
            Send(1, 9, 2, 9, SELL, False, 90_000_000, 1, CLOSE + SECOND),
        ]
        without, with_us = run(made, made[1]), run(made, [*far, *made[1]])
        assert [row for row in with_us.reports if row[2] != 9] == without.reports
        assert with_us.session.counters() == without.session.counters()
        for name in ("quotes", "prints", "reference_prints"):
            assert getattr(with_us.session, name)(0).tobytes() == getattr(without.session, name)(0).tobytes()
        assert [row[0] for row in with_us.reports if row[2] == 9] == [0, 0, 4, 4]


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_executed_is_ours_others_or_starved_and_the_recording_never_knows(kind: Callable[[int], Made]) -> None:
    ours = 0
    for seed in range(many(15)):
        made = kind(seed)
        untouched, session = run(made, []), run(made, made[1])
        recorded, prints, counters = session.session.reference_prints(0), session.session.prints(0), session.session.counters()
        assert recorded.tobytes() == untouched.session.reference_prints(0).tobytes()
        others = int(prints["lots"][prints["parent"] == 0].sum())
        if kind in (ten, live):
            mine = int(prints["lots"][(prints["flags"] & OWN_MAKER) > 0].sum())
            mine += counters["starved"] - counters["created_prints"]
        else:  # no book: what we take is of what traded too; two of ours may trade with each other, beside it
            mine = int(prints["lots"][(prints["parent"] > 0) & (prints["counterparty"] == 0)].sum())
        assert int(recorded["lots"].sum()) == others + mine
        ours += mine
    assert ours > 500


@pytest.mark.parametrize("kind", KINDS)
def test_an_advance_may_be_cut_anywhere(kind: Callable[[int], Made]) -> None:
    for seed in range(many(15)):
        made = kind(seed)
        whole, cut, dice = run(made, made[1]), made[0](), random.Random(seed)
        for action in sorted(made[1], key=lambda each: each.index):
            while action.index and cut.session.clock < cut.times[action.index - 1]:
                to = min(cut.times[action.index - 1], cut.session.clock + dice.choice((1, MILLISECOND, SECOND)))
                cut.advance(cut.session.index + dice.randrange(1, 4), until=to)
            if action.index:
                cut.advance(until=cut.times[action.index - 1])
            cut.act(action)
        cut.advance(ALL, until=made[2])
        assert cut.told() == whole.told()


# --- latency, on real days ---------------------------------------------------------------------------------------------------


@cache
def day(kind: str) -> RecordedDay:
    name = {"dbn": ES_SESSION, "binance-usdm": USDM, "binance-spot": SPOT}[kind]
    return FORMATS[kind](real(name), Wanted(symbol="ESH4" if kind == "dbn" else "BTCUSDT"), ExchangeCalendars())


def passive_rate(kind: str, latency: int, *, life: int, seeds: range) -> float:
    """Of lots sent to the near touch at random moments, the share that rested and was taken."""
    native, count, lots = day(kind).tape.native, 300, 2
    session = _session(native, latency)
    session.advance(until=native.close)
    quotes = session.session.quotes(0)
    usable = np.flatnonzero(
        (quotes["reference"]["bid_lots"] > 0) & (quotes["reference"]["ask_lots"] > 0) & (quotes["halted"] == 0)
    )
    filled = 0
    for seed in seeds:
        dice = random.Random(seed)
        session = _session(native, latency)
        for number, at in enumerate(sorted(dice.sample(usable[: -len(usable) // 20].tolist(), count)), 1):
            side, ts = dice.choice((BUY, SELL)), int(quotes["ts"][at])
            near = int(quotes["reference"]["bid" if side == BUY else "ask"][at])
            session.advance(until=ts)
            session.act(Send(0, number, 1, number, side, False, near, lots, ts + life))
        session.advance(until=native.close)
        filled += sum(report[5] for report in session.reports if report[0] == FILL and report[7])
    return filled / (lots * count * len(seeds))


def _session(native: Any, latency: int) -> Replay:
    if isinstance(native, _native.Tape):
        return Replay(_native.Session.replay(native, latency=latency, claim_hidden=True), [])
    return Replay(_native.Session.by_level(native, latency=latency, queue=1), [])


LONGER = [pytest.param(kind, 5, marks=pytest.mark.gauntlet) for kind in ("binance-usdm", "binance-spot")]


@pytest.mark.parametrize(("kind", "life_s"), [("dbn", 60), *LONGER])
def test_more_latency_never_raises_the_passive_fill_rate_on_average(kind: str, life_s: int) -> None:
    latencies = [1, 50 * MILLISECOND, SECOND, 3 * SECOND]
    rates = [passive_rate(kind, latency, life=life_s * SECOND, seeds=range(many(2))) for latency in latencies]
    assert all(slower <= faster for faster, slower in pairwise(rates)), rates
    assert rates[-1] < rates[0] - 0.02, rates
