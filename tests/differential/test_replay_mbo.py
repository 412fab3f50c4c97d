"""Market by order: the replayed book is the file's at every event, crosses in the pre-open alone; the laws with us in it."""

from __future__ import annotations

import random
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from differential.slow_mbo import SlowMbo
from metaorder import _native
from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.market_data.dbn import load
from metaorder.ports.market_data import RecordedDay, Wanted
from support.data import ES_SESSION, ES_SNAPSHOT, real
from support.dbn import SECOND, SNAPSHOT, Mbo, events, mbo_records
from support.lobster import BUY, SELL
from support.replays import ALL, Replay, Send, many, tuples

TICK = 250_000_000
PRE_OPEN = 1_703_543_940 * SECOND  # 22:39Z
OPENS = 1_703_545_200 * SECOND  # 23:00Z
LEVELS = 12
OWN = 4


@cache
def day(name: str) -> RecordedDay:
    return load(real(name), Wanted(symbol="ESH4"), ExchangeCalendars())


@cache
def groups(name: str) -> list[list[Mbo]]:
    return list(events(mbo_records(real(name))))


def replay(name: str, **options: object) -> Replay:
    tape = day(name).tape.native
    return Replay(_native.Session.replay(tape, latency=1_000_000, claim_hidden=True), [])  # type: ignore[arg-type]


def ticks(levels: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(price // TICK, lots) for price, lots in levels]


def check_book(session: Replay, slow: SlowMbo, most: int, *, live: bool) -> None:
    for side, letter in ((BUY, "B"), (SELL, "A")):
        wanted = ticks(slow.levels(letter, most))
        shown = session.session.recorded_levels(side == BUY, most)
        assert [level[:2] for level in shown] == wanted
        if most > LEVELS:
            assert [level[2] for level in shown[:5]] == [len(slow.queue(letter, price)) for price, _ in slow.levels(letter, 5)]
        if live:
            assert [level[:2] for level in session.session.levels(side == BUY, most)] == wanted


def test_a_snapshot_alone_is_a_book_that_never_trades() -> None:
    session, slow = replay(ES_SNAPSHOT), SlowMbo()
    for record in groups(ES_SNAPSHOT)[0]:
        slow.apply(record)
    check_book(session, slow, 10_000, live=True)
    session.advance(until=day(ES_SNAPSHOT).tape.day.close)
    assert session.session.halted
    assert not len(session.session.prints(0))


def test_the_book_is_the_files_at_every_event_and_crosses_in_the_pre_open_alone() -> None:
    tape = day(ES_SESSION).tape.native
    session, slow = replay(ES_SESSION), SlowMbo()
    opening, *rest = groups(ES_SESSION)
    assert all(record.flags & SNAPSHOT for record in opening)
    for record in opening:
        slow.apply(record)
    check_book(session, slow, 10_000, live=True)
    ends = tape.ends  # type: ignore[union-attr]
    assert len(ends) == len(rest)
    crossed, halted = [], []
    for number, (group, end) in enumerate(zip(rest, ends.tolist(), strict=True)):
        for record in group:
            slow.apply(record)
        session.advance(end - tape.opening, until=group[-1].ts)  # type: ignore[union-attr]
        check_book(session, slow, 10_000 if number % 2_000 == 0 else LEVELS, live=not slow.crossed)
        if slow.crossed:
            crossed.append(group[-1].ts)
        if session.session.halted:
            halted.append(group[-1].ts)
    assert len(crossed) == 891
    assert PRE_OPEN <= crossed[0] <= crossed[-1] < OPENS
    assert max(halted) < OPENS, "the pre-open ends with the uncross"
    check_book(session, slow, 10_000, live=True)


def test_an_orders_place_in_its_queue_is_the_files() -> None:
    tape = day(ES_SESSION).tape.native
    session, slow = replay(ES_SESSION), SlowMbo()
    opening, *rest = groups(ES_SESSION)
    for record in opening:
        slow.apply(record)
    ends = tape.ends.tolist()  # type: ignore[union-attr]
    dice = random.Random(5)
    chosen = set(dice.sample(range(2_000, len(rest)), many(40)))
    asked = 0
    for number, (group, end) in enumerate(zip(rest, ends, strict=True)):
        for record in group:
            slow.apply(record)
        if number not in chosen:
            continue
        session.advance(end - tape.opening, until=group[-1].ts)  # type: ignore[union-attr]
        side = dice.choice((BUY, SELL))
        price, lots = slow.levels("B" if side == BUY else "A", 1)[0]
        asked += 1
        session.act(Send(end, asked, 1, asked, side, False, price // TICK, 1, day(ES_SESSION).tape.day.close))
        said = len(session.reports)
        session.advance(end - tape.opening, until=group[-1].ts + 1_000_000)  # type: ignore[union-attr]
        if number + 1 < len(rest) and rest[number + 1][0].ts > group[-1].ts + 1_000_000:
            accepted = session.reports[said]
            assert (accepted[0], accepted[12], accepted[13]) == (0, lots, lots), "all ahead of us, all of it seen to arrive"
        session.session.cancel(asked, 1)
    assert asked == len(chosen)


def run_with_orders(seed: int, *, far: bool) -> Replay:
    session = replay(ES_SESSION)
    dice = random.Random(seed)
    close = day(ES_SESSION).tape.day.close
    session.advance(until=OPENS + SECOND)
    for number in range(1, many(120) + 1):
        bid, ask, *_ = session.session.touch()
        side = dice.choice((BUY, SELL))
        near, other = (bid, ask) if side == BUY else (ask, bid)
        price = near - side * 900 if far else dice.choice((near, near, near - side, other, other + side))
        session.act(
            Send(0, number, 1, 1 + number % 3, side, not far and dice.random() < 0.3, price, dice.choice((1, 3, 20)), close)
        )
        session.advance(until=session.session.clock + dice.randrange(20) * SECOND)
    session.advance(until=close)
    return session


def test_executed_is_own_passive_and_others_and_starved() -> None:
    session = run_with_orders(3, far=False)
    counters = session.session.counters()
    prints, recorded = session.session.prints(0), session.session.reference_prints(0)
    volume = int(recorded["lots"][(recorded["flags"] & 2) == 0].sum())
    passive = int(prints["lots"][prints["flags"] & OWN != 0].sum())
    others = int(prints["lots"][(prints["parent"] == 0) & (prints["flags"] & 2 == 0)].sum())
    assert passive > 50
    assert volume == passive - counters["created_prints"] + others + counters["starved"]


def test_far_away_lots_change_nothing() -> None:
    untouched, with_us = replay(ES_SESSION), run_with_orders(4, far=True)
    untouched.advance(until=day(ES_SESSION).tape.day.close)
    assert tuples(untouched.session.prints(0)) == tuples(with_us.session.prints(0))
    for name in ("live", "reference"):
        assert np.array_equal(untouched.session.quotes(0)[name], with_us.session.quotes(0)[name])
    assert not any(report[0] == 2 for report in with_us.reports)


def test_prints_are_the_files_trades() -> None:
    session = replay(ES_SESSION)
    session.advance(until=day(ES_SESSION).tape.day.close)
    recorded = session.session.reference_prints(0)
    trades = [record for group in groups(ES_SESSION) for record in group if record.action == "T"]
    assert int(recorded["lots"].sum()) == sum(record.size for record in trades)
    auction = recorded[(recorded["flags"] & 2) != 0]
    assert [(row["points"] * TICK // 2, row["lots"]) for row in auction] == [(4_800_250_000_000, 44)]
    assert all(a <= b for a, b in pairwise(recorded["ts"].tolist()))


@pytest.mark.parametrize("latency", [1, 50_000_000])
def test_cut_anywhere_it_is_the_same(latency: int) -> None:
    tape = day(ES_SESSION).tape.native
    whole, cut = (Replay(_native.Session.replay(tape, latency=latency, claim_hidden=True), []) for _ in range(2))  # type: ignore[arg-type]
    close = day(ES_SESSION).tape.day.close
    whole.advance(ALL, until=close)
    dice = random.Random(latency)
    while not cut.session.closed:
        cut.advance(cut.session.index + dice.randrange(3_000), until=close)
    assert cut.told() == whole.told()
