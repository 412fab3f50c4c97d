"""Where less than every order is known, random orders of ours fare as in the slow replays: ten levels, streams, trades, bars."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from differential.slow_levels import Event, Set, SlowLevels, Trade
from differential.slow_prices import Bar, SlowPrices
from differential.slow_records import Meter, Own, levels_of
from differential.slow_session import SlowSession
from differential.test_replay import reports
from metaorder import _native
from support.degraded import POINTS, Coarse, prices, streams, ten_levels
from support.lobster import BUY, CLOSE, OPEN, SELL, TICK
from support.replays import Action, Recall, Replay, Send, Watch, many, random_actions, tuples

LATENCIES = (1, 1_000, 500_000, 1_000_000, 50_000_000)
RULES = ("pessimistic", "central", "optimistic")
Slow = SlowLevels | SlowPrices


def both(fast: Replay, slow: Slow, actions: list[Action], *, close: int, latency: int) -> dict[str, int]:
    """The same orders in both, compared at every event and in everything at the end. Returns what the rules did."""
    session = SlowSession(slow, close=close, latency=latency)
    waiting = sorted(actions, key=lambda each: each.index, reverse=True)
    events = len(slow.events) if isinstance(slow, SlowLevels) else len(slow.steps)
    for index in range(events + 1):
        fast.advance(index, until=close)
        session.advance(index)
        assert (fast.session.index, fast.session.clock) == (session.index, slow.venue.clock)
        for side in (BUY, SELL):
            assert fast.depth(side) == levels_of(slow.venue.live, side), f"live book, event {index}"
            assert fast.depth(side, recorded=True) == slow.recorded_levels(side), f"recorded book, event {index}"
            counts = {level[2] for level in fast.session.recorded_levels(side == BUY, 20)}
            assert counts <= {-1}, "levels do not say in how many orders"
        assert (fast.session.touch(), fast.session.reference()) == (slow.venue.touch, slow.venue.reference), (
            f"touch, event {index}"
        )
        while waiting and waiting[-1].index == index:
            action = waiting.pop()
            fast.act(action)
            act(session, action)
    fast.advance(until=close)
    session.advance()
    assert reports(fast) == slow.venue.reports
    assert fast.session.counters() == slow.counters
    assert tuples(fast.session.prints(0)) == slow.venue.prints
    assert tuples(fast.session.reference_prints(0)) == slow.recorded_prints
    assert fast.session.quotes(0).tolist() == slow.venue.quotes
    for parent in slow.venue.meters:
        assert fast.session.metered(parent, -1) == slow.venue.metered(parent, -1)
    done = Counter(f"report {report.kind}" for report in slow.venue.reports)
    done.update(maker=sum(r.lots for r in slow.venue.reports if r.kind == 2 and r.maker))
    done.update(assumed=sum(not r.certain for r in slow.venue.reports))
    return {**fast.session.counters(), **done, "events": events}


def act(slow: SlowSession, action: Action) -> None:
    if isinstance(action, Send):
        slow.submit(Own(**{name: value for name, value in action._asdict().items() if name != "index"}))
    elif isinstance(action, Recall):
        slow.cancel(action.parent, action.number)
    else:
        meter = slow.venue.meters.setdefault(action.parent, Meter(action.side, None))
        meter.active, meter.limit = action.active, action.limit


def orders(seed: int, times: list[int], book: Any, *, count: int) -> list[Action]:
    """Random orders at all kinds of prices around the touch; a meter's limit in points of these tapes."""
    found = random_actions(seed, SimpleNamespace(times=times, book=book), count=count)  # type: ignore[arg-type]
    return [_scaled(each) for each in found]


def _scaled(action: Action) -> Action:
    """A meter's limit in points of these tapes; every fourth order far behind the touch, where levels come into view."""
    if isinstance(action, Send) and action.number % 4 == 0 and not action.ioc:
        return action._replace(price=max(1, action.price - action.side * (4 + action.number % 7)))
    if isinstance(action, Watch) and action.limit is not None:
        return action._replace(limit=action.limit * POINTS // TICK)
    return action


def levels(coarse: Coarse, seed: int, *, rule: int, latency: int, count: int) -> dict[str, int]:
    close = coarse.tape.close
    events = [
        Event(ts, [*(Trade(*each) for each in trades), *(Set(*each) for each in told)]) for ts, trades, told in coarse.events
    ]
    slow = SlowLevels([Set(*each) for each in coarse.opening], events, open_=coarse.tape.open, tick=POINTS, queue=rule)
    fast = Replay(_native.Session.by_level(coarse.tape, latency=latency, queue=rule), coarse.times)
    assert coarse.tape.events == len(events)
    return both(fast, slow, orders(seed, coarse.times, coarse.book, count=count), close=close, latency=latency)


@pytest.mark.parametrize("made", [ten_levels, streams])
def test_random_orders_among_levels_fare_as_in_the_slow_replay(made: Callable[..., Coarse]) -> None:
    met: Counter[str] = Counter()
    for seed in range(many(40)):
        dice = random.Random(seed)
        coarse = made(seed, rows=dice.choice((60, 150)))
        met.update(levels(coarse, seed, rule=seed % 3, latency=dice.choice(LATENCIES), count=dice.choice((5, 30, 60))))
    wanted = {"displaced", "starved", "created_prints", "crossed", "unseen", "maker", "assumed", "truncated"}
    wanted |= {"reveal_behind"} if made is ten_levels else set()
    assert all(met[name] > 0 for name in wanted), met


def by_price(rows: list[Bar], *, latency: int, spread: int, ppm: int, bars: bool) -> Replay:
    columns = {name: np.array([getattr(row, name) for row in rows], dtype=np.int64) for name in Bar._fields}
    columns["start"] = columns.pop("ts")
    reader = _native.PriceReader(name="prices", bars=bars, points_per_tick=POINTS)
    reader.feed(1, **columns)
    tape = reader.finish(open=OPEN, close=CLOSE)
    return Replay(_native.Session.by_price(tape, latency=latency, spread=spread, share_ppm=ppm), [])


@pytest.mark.parametrize("bars", [False, True], ids=["trades", "bars"])
def test_random_orders_among_prices_fare_as_in_the_slow_replay(bars: bool) -> None:
    met: Counter[str] = Counter()
    for seed in range(many(60)):
        dice = random.Random(seed)
        rows = [Bar(*row) for row in prices(seed, rows=dice.choice((20, 60)), bars=bars)]
        spread, ppm, latency = dice.choice((1, 2, 3, 7)), dice.choice((1, 100_000, 333_333, 1_000_000)), dice.choice(LATENCIES)
        slow = SlowPrices(rows, open_=OPEN, tick=POINTS, spread=spread, share=Fraction(ppm, 1_000_000), bars=bars)
        times = [row.end if part == "end" else row.ts for row, part in slow.steps]
        touch = [((row.open // POINTS + 1) * TICK, 1, row.open // POINTS * TICK, 1) for row, _ in slow.steps]
        fast = by_price(rows, latency=latency, spread=spread, ppm=ppm, bars=bars)
        met.update(both(fast, slow, orders(seed, times, touch, count=40), close=CLOSE, latency=latency))
    assert all(met[name] > 0 for name in ("takers", "makers", "capped", "assumed", "report 4")), met
