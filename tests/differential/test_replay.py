"""Replays equal the files without us, and the slow replay with us: level by level, report by report, print by print."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from differential.slow_records import Meter, Own, Report, Touch, levels_of
from differential.slow_replay import SlowReplay
from support.data import AAPL, GOOG
from support.lobster import BUY, CLOSE, OPEN, SECOND, SELL, TICK, random_day
from support.replays import Action, Recall, Replay, Rows, Send, many, random_actions, real_rows, replay_of, rows_of_day, tuples

LATENCIES = (1, 1_000, 500_000, 1_000_000, 5_000_000, 50_000_000)
HIDDEN = 1


def file_levels(row: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
    """The levels of a row of the book file, in ticks; asks first in the file."""
    asks, bids = zip(row[0::4], row[1::4], strict=True), zip(row[2::4], row[3::4], strict=True)
    return {side: [(price // TICK, lots) for price, lots in levels if lots] for side, levels in ((SELL, asks), (BUY, bids))}


# --- without us --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "rows"), [(GOOG, 147_916), (AAPL, 118_497)])
def test_a_real_day_without_us_is_its_file_on_every_level_of_every_row(name: str, rows: int) -> None:
    files = real_rows(name)
    assert len(files.times) == rows
    replay = replay_of(files)
    for i, row in enumerate(np.asarray(files.book).tolist()):
        replay.advance(i + 1)
        expected = file_levels(row)
        for side in (BUY, SELL):
            assert replay.depth(side) == expected[side], f"live book, row {i + 1}"
            assert replay.depth(side, recorded=True) == expected[side], f"recorded book, row {i + 1}"
    assert set(replay.session.counters().items()) >= {("starved", 0), ("displaced", 0), ("shrunk", 0), ("crossed", 0)}


def test_the_volume_and_spread_of_aapl_are_its_published_figures() -> None:
    files = real_rows(AAPL)
    replay = replay_of(files)
    replay.advance()
    prints = replay.session.reference_prints(0)
    hidden = (prints["flags"] & HIDDEN) > 0
    assert (int((~hidden).sum()), int(hidden.sum())) == (23_658, 11_332)
    assert int(prints["lots"].sum()) == 2_850_140
    assert (prints["points"] * prints["lots"]).sum() / prints["lots"].sum() / 10_000 == pytest.approx(582.7244, abs=5e-5)
    assert replay.session.prints(0)[["ts", "points", "lots"]].tolist() == prints[["ts", "points", "lots"]].tolist()
    quotes = replay.session.quotes(0)
    held = np.append(quotes["ts"][1:], CLOSE) - quotes["ts"]
    live = quotes["live"]
    there = (live["bid_lots"] > 0) & (live["ask_lots"] > 0)  # at level 1 nobody knows the bid before the first one comes
    assert held[~there].sum() < SECOND // 100
    spread = (live["ask"] - live["bid"])[there] / 100
    assert (spread * held[there]).sum() / held[there].sum() == pytest.approx(0.1513, abs=5e-5)


def test_a_third_of_aapls_executed_shares_were_nobodys_that_had_been_seen() -> None:
    seen: set[str] = set()
    unknown = total = 0
    for line in real_rows(AAPL).messages.splitlines():
        _, kind, order, lots, _, _ = line.split(",")
        if kind == "1":
            seen.add(order)
        elif kind == "4":
            total += int(lots)
            unknown += int(lots) * (order not in seen)
    assert unknown / total == pytest.approx(0.37, abs=0.005)


# --- with us -----------------------------------------------------------------------------------------------------------------


def act(slow: SlowReplay, action: Action) -> None:
    if isinstance(action, Send):
        slow.submit(Own(**{name: value for name, value in action._asdict().items() if name != "index"}))
    elif isinstance(action, Recall):
        slow.cancel(action.parent, action.number)
    else:
        meter = slow.venue.meters.setdefault(action.parent, Meter(action.side, None))
        meter.active, meter.limit = action.active, action.limit


def reports(replay: Replay) -> list[Report]:
    return [Report(*row[:10], Touch(*row[10]), Touch(*row[11]), *row[12:15]) for row in replay.reports]


def both(files: Rows, actions: list[Action], *, latency: int, claim_hidden: bool) -> tuple[Replay, SlowReplay]:
    """A day with orders of ours in both replays, compared at every row and in everything at the end."""
    fast = replay_of(files, latency=latency, claim_hidden=claim_hidden)
    slow = SlowReplay(files.messages, files.books, open_=OPEN, close=CLOSE, latency=latency, claim_hidden=claim_hidden)
    waiting = sorted(actions, key=lambda each: each.index, reverse=True)
    for row in range(len(files.times) + 1):
        fast.advance(row)
        slow.advance(row)
        assert (fast.session.index, fast.session.clock) == (slow.index, slow.venue.clock)
        for side in (BUY, SELL):
            assert fast.depth(side) == levels_of(slow.venue.live, side), f"live book, row {row}"
            assert fast.depth(side, recorded=True) == slow.recorded_levels(side), f"recorded book, row {row}"
        assert (fast.session.touch(), fast.session.reference()) == (slow.venue.touch, slow.venue.reference), f"touch, row {row}"
        while waiting and waiting[-1].index == row:
            action = waiting.pop()
            fast.act(action)
            act(slow, action)
    fast.advance()
    slow.advance()
    for mine, theirs in zip(reports(fast), slow.venue.reports, strict=True):
        assert mine == theirs
    assert fast.session.counters() == slow.counters
    assert tuples(fast.session.prints(0)) == slow.venue.prints
    assert tuples(fast.session.reference_prints(0)) == slow.recorded_prints
    assert fast.session.quotes(0).tolist() == slow.venue.quotes
    for parent in slow.venue.meters:
        for since in (-1, OPEN, OPEN + SECOND, files.times[len(files.times) // 2]):
            assert fast.session.metered(parent, since) == slow.venue.metered(parent, since)
    return fast, slow


@pytest.mark.parametrize("block", range(10))
def test_random_orders_on_random_days_fare_as_in_the_slow_replay(block: int) -> None:
    for seed in range(block, many(400), 10):
        dice = random.Random(seed)
        files = rows_of_day(random_day(seed, rows=dice.choice((60, 200, 300))))
        actions = random_actions(seed, files, count=dice.choice((5, 30, 60)))
        both(files, actions, latency=dice.choice(LATENCIES), claim_hidden=dice.random() < 0.7)


@pytest.mark.parametrize(("name", "rows"), [(GOOG, 6_000), (AAPL, 6_000)])
def test_random_orders_on_a_real_morning_fare_as_in_the_slow_replay(name: str, rows: int) -> None:
    files = real_rows(name).first(rows)
    fast, slow = both(files, random_actions(1, files, count=800), latency=1_000_000, claim_hidden=True)
    assert sum(report.lots for report in slow.venue.reports if report.maker) > 500
    assert all(fast.session.counters()[rule] > 0 for rule in ("displaced", "starved", "shrunk", "created_prints"))


def test_the_random_days_meet_every_rule() -> None:
    met: dict[str, int] = {}
    said: set[Any] = set()
    for seed in range(80):
        files = rows_of_day(random_day(seed))
        replay = replay_of(files).run(random_actions(seed, files, count=60))
        for rule, count in replay.session.counters().items():
            met[rule] = met.get(rule, 0) + count
        said |= {row[:2] for row in replay.reports}
    assert all(met.values()), met
    rejections, ends = {(1, 1), (1, 9)}, {(3, 3), (3, 5), (4, 6), (4, 7), (4, 8)}
    assert said >= rejections | ends | {(0, 0), (2, 0)}
