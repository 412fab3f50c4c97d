"""Levels only: ten levels made of a market-by-order day replay to those levels, and bracket what orders cost on that day."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from differential.slow_mbo import SlowMbo
from metaorder import _native
from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.market_data.dbn import load
from metaorder.ports.market_data import Wanted
from metaorder.sim.rules import QueueRule
from support.data import ES_SESSION, real
from support.dbn import LAST, MBP10, Header, Mbp, events, mbo_records, written
from support.lobster import BUY, SECOND, SELL
from support.replays import Replay, Send, many

TICK = 250_000_000
FILL = 2
STARTS = 1_703_545_202 * SECOND  # two seconds after the open
ENDS = 1_703_548_800 * SECOND


@cache
def degraded() -> tuple[list[Mbp], list[list[list[tuple[int, int]]]]]:
    """Ten levels and trades, as a subscriber to them would have seen the day; the levels of both sides after each event."""
    slow = SlowMbo()
    records: list[Mbp] = []
    after: list[list[list[tuple[int, int]]]] = []
    shown: tuple[tuple[int, int, int, int], ...] = ()
    for group in events(mbo_records(real(ES_SESSION))):
        ts = group[-1].ts
        trades = [record for record in group if record.action == "T"] if ts >= STARTS and shown else []
        records += [Mbp(ts, trade.price, trade.size, "T", trade.side, shown, 0) for trade in trades]
        for record in group:
            slow.apply(record)
        if ts < STARTS:
            continue
        levels = [slow.levels(side, 10) for side in "BA"]
        now = tuple((*(p for p, _ in pair), *(n for _, n in pair)) for pair in zip(*levels, strict=True))
        if now != shown or trades:
            records.append(Mbp(ts, levels[0][0][0], 1, "A", "B", now, LAST))  # type: ignore[arg-type]
            after.append(levels)
        shown = now  # type: ignore[assignment]
    return records, after


@cache
def tape() -> _native.LevelTape:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder) / "levels.dbn.zst", degraded()[0], Header(schema=MBP10, version=2))
        native = load(path, Wanted(symbol="ESH4"), ExchangeCalendars()).tape.native
    assert isinstance(native, _native.LevelTape)
    return native


def by_level(rule: QueueRule) -> Replay:
    return Replay(_native.Session.by_level(tape(), latency=1_000_000, queue=rule), [])


def by_order() -> Replay:
    native = load(real(ES_SESSION), Wanted(symbol="ESH4"), ExchangeCalendars()).tape.native
    return Replay(_native.Session.replay(native, latency=1_000_000, claim_hidden=True), [])  # type: ignore[arg-type]


def test_ten_levels_replay_to_the_files_levels_at_every_event() -> None:
    session = by_level(QueueRule.CENTRAL)
    records, after = degraded()
    times = [record.ts for record in records if record.flags & LAST]
    assert tape().events == len(after) - 1  # the first one is the book at the open
    for index, (levels, ts) in enumerate(zip(after, times, strict=True)):
        session.advance(index, until=ts)
        for side, wanted in zip((BUY, SELL), levels, strict=True):
            expected = [(price // TICK, lots) for price, lots in wanted]
            assert session.depth(side, recorded=True) == expected
            assert session.depth(side) == expected


class Cost(NamedTuple):
    """Of buying and selling, in ticks and lots: against the mid before each order. passive: lots that rested."""

    cost: float
    passive: int
    lots: int


def cost_of(session: Replay, *, lots: int, hold_s: int, count: int) -> Cost:
    """Join the touch, wait, and take what is left: the same orders at the same times on every session."""
    cost, passive, done = 0.0, 0, 0
    for number in range(1, count + 1):
        session.advance(until=STARTS + number * (hold_s + 5) * SECOND)
        bid, ask, *_ = session.session.reference()
        side = BUY if number % 2 else SELL
        said = len(session.reports)
        session.act(Send(0, number, 1, number, side, False, bid if side == BUY else ask, lots, ENDS))
        session.advance(until=session.session.clock + hold_s * SECOND)
        session.session.cancel(number, 1)
        session.advance(until=session.session.clock + 2_000_000)
        rested = sum(report[5] for report in session.reports[said:] if report[0] == FILL)
        if rested < lots:
            far = session.session.reference()[1 if side == BUY else 0] + side * 20
            session.act(Send(0, number, 2, number, side, True, far, lots - rested, ENDS))
            session.advance(until=session.session.clock + 2_000_000)
        fills = [report for report in session.reports[said:] if report[0] == FILL]
        assert sum(report[5] for report in fills) == lots
        cost += sum(side * (report[6] - (bid + ask) / 2) * report[5] for report in fills)
        passive += rested
        done += lots
    return Cost(cost, passive, done)


@pytest.mark.parametrize(("lots", "hold_s"), [(1, 20), (6, 40)])
def test_what_it_cost_order_by_order_is_inside_the_bounds_of_the_levels(lots: int, hold_s: int) -> None:
    count = min(3_400 // (hold_s + 5), many(100))
    true = cost_of(by_order(), lots=lots, hold_s=hold_s, count=count)
    pessimistic, central, optimistic = (cost_of(by_level(rule), lots=lots, hold_s=hold_s, count=count) for rule in QueueRule)
    assert pessimistic.passive <= true.passive <= optimistic.passive
    assert pessimistic.cost >= true.cost >= optimistic.cost
    assert pessimistic.passive <= central.passive <= optimistic.passive
    assert pessimistic.cost >= central.cost >= optimistic.cost
    assert 0 < pessimistic.passive < optimistic.passive
