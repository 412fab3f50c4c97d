"""Laws of a replay with us in it: what stays the same, what adds up, what latency costs, where an advance may be cut."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from support.data import AAPL, GOOG
from support.lobster import BUY, CLOSE, OPEN, SECOND, SELL, TICK, random_day
from support.replays import (
    ALL,
    MILLISECOND,
    NEVER,
    Action,
    Replay,
    Send,
    Watch,
    many,
    random_actions,
    real_rows,
    replay_of,
    rows_of_day,
)

IS_AUCTION, OWN_MAKER, OWN_TAKER = 2, 4, 8
FILL = 2


def replay(name: str, *, latency: int = MILLISECOND) -> Replay:
    return replay_of(real_rows(name), latency=latency)


def far_away(*, parent: int) -> list[Action]:
    """A lot that nobody will ever come to, on each side."""
    return [
        Send(5, parent, 1, 9, BUY, False, 1, 1, CLOSE),
        Send(5, parent, 2, 9, SELL, False, 90_000_000, 1, CLOSE),
    ]


def told_without(session: Replay, parent: int) -> tuple[object, ...]:
    """All that a session told everybody but one parent; numbers of executions are the session's own."""
    said = [row for row in session.reports if row[2] != parent]
    native = session.session
    arrays = (native.quotes(0), native.prints(0), native.reference_prints(0))
    return (said, native.counters(), native.index, *(array.tobytes() for array in arrays))


@pytest.mark.parametrize("name", [GOOG, AAPL])
def test_a_lot_far_away_changes_nothing_on_a_real_day(name: str) -> None:
    with_others = random_actions(3, real_rows(name), count=1_000)
    for actions in ([], with_others):
        without, with_us = replay(name).run(actions), replay(name).run([*far_away(parent=9), *actions])
        assert told_without(with_us, 9) == told_without(without, 9)
        assert [row[0] for row in with_us.reports if row[2] == 9] == [0, 0, 4, 4]  # accepted, accepted, expired at the close


def test_a_lot_far_away_changes_nothing_on_random_days() -> None:
    for seed in range(many(60)):
        files = rows_of_day(random_day(seed))
        actions = random_actions(seed, files, count=40)
        without, with_us = replay_of(files).run(actions), replay_of(files).run([*far_away(parent=9), *actions])
        assert told_without(with_us, 9) == told_without(without, 9), f"day {seed}"


# --- what adds up ------------------------------------------------------------------------------------------------------------


def others_and_passive(prints: np.ndarray) -> tuple[int, int]:
    continuous = prints[(prints["flags"] & IS_AUCTION) == 0]
    others = continuous["lots"][(continuous["parent"] == 0)].sum()
    passive = continuous["lots"][(continuous["flags"] & OWN_MAKER) > 0].sum()
    return int(others), int(passive)


@pytest.mark.parametrize("name", [GOOG, AAPL])
def test_what_was_executed_is_ours_others_or_starved_in_every_run_and_over_the_day(name: str) -> None:
    """Our passive fills from recorded orders that crossed us were no executions of the tape: they are counted apart."""
    session = replay(name)
    actions = sorted(random_actions(4, real_rows(name), count=2_000), key=lambda each: each.index, reverse=True)
    starved = Counter[str]()
    for first, last in real_rows(name).runs:
        while actions and actions[-1].index <= first:
            session.reach(actions[-1].index)
            session.act(actions.pop())
        session.advance(first)
        before, printed = session.session.counters(), len(session.session.prints(0))
        session.advance(last + 1)
        after, prints = session.session.counters(), session.session.prints(printed)
        others, passive = others_and_passive(prints[(prints["flags"] & OWN_TAKER) == 0])
        recorded = sum(real_rows(name).parsed[k][2] for k in range(first, last + 1))
        assert recorded == passive + others + after["starved"] - before["starved"], f"rows {first + 1} to {last + 1}"
        starved["runs"] += after["starved"] > before["starved"]
    session.run(reversed(actions))
    counters = session.session.counters()
    others, passive = others_and_passive(session.session.prints(0))
    recorded = int(session.session.reference_prints(0)["lots"].sum())
    assert recorded == passive - counters["created_prints"] + others + counters["starved"]
    assert starved["runs"] > 50
    assert passive > 10_000


@pytest.mark.parametrize("name", [GOOG, AAPL])
def test_others_in_the_live_book_are_never_more_than_the_recorded_ones(name: str) -> None:
    """Level by level; the slow replay checks order by order that what is missing is what was consumed."""
    session = replay(name)
    actions = random_actions(5, real_rows(name), count=2_000)
    sides = {(each.parent, each.number): each for each in actions if isinstance(each, Send)}
    waiting = sorted(actions, key=lambda each: each.index, reverse=True)
    short = 0
    for row in range(0, len(real_rows(name).times), 97):
        while waiting and waiting[-1].index <= row:
            session.reach(waiting[-1].index)
            session.act(waiting.pop())
        session.advance(row)
        for side in (BUY, SELL):
            ours = Counter({sides[key].price: 0 for key in sides})
            for key, lots in open_lots(session).items():
                ours[sides[key].price] += lots if sides[key].side == side else 0
            recorded = dict(session.depth(side, recorded=True))
            for price, lots in session.depth(side):
                assert 0 <= lots - ours[price] <= recorded.get(price, 0), f"row {row}, price {price}"
                short += recorded.get(price, 0) - (lots - ours[price])
    assert short > 0


def open_lots(session: Replay) -> dict[tuple[int, int], int]:
    """What reports say still rests, by parent and number."""
    left: dict[tuple[int, int], int] = {}
    for kind, _, parent, number, _, lots, *_ in session.reports:
        if kind == 0:
            left[parent, number] = lots
        elif kind == FILL:
            left[parent, number] -= lots
        else:
            left.pop((parent, number), None)
    return left


def test_nothing_of_ours_is_counted_in_others_volume() -> None:
    session = replay(GOOG)
    watches = [Watch(0, parent, BUY, True, None) for parent in (1, 2, 3, 4)]
    sends = [each for each in random_actions(6, real_rows(GOOG), count=2_000) if not isinstance(each, Watch)]
    session.run([*watches, *sends])
    prints = session.session.prints(0)
    for parent in (1, 2, 3, 4):
        ours = (prints["parent"] == parent) | (prints["counterparty"] == parent)
        assert session.session.metered(parent, -1) == prints["lots"][~ours].sum()
        assert ours.sum() > 50 or parent == 4


# --- what latency costs ------------------------------------------------------------------------------------------------------


def passive_rate(latency: int, *, life: int, seeds: range) -> float:
    """Of lots sent to the near touch at random moments of the day, the share that rested and was taken."""
    files, lots, orders = real_rows(GOOG), 50, 300
    filled = 0
    for seed in seeds:
        dice = random.Random(seed)
        actions: list[Action] = []
        for number in range(1, orders + 1):
            row = dice.randrange(1, len(files.times) - 2_000)
            side = dice.choice((BUY, SELL))
            near = int(files.book[row - 1][2 if side == BUY else 0]) // TICK
            actions.append(Send(row, number, 1, number, side, False, near, lots, files.times[row - 1] + life))
        session = replay(GOOG, latency=latency).run(actions)
        filled += sum(report[5] for report in session.reports if report[0] == FILL and report[7])
    return filled / (lots * orders * len(seeds))


@pytest.mark.parametrize("life_s", [5, 60])
def test_more_latency_never_raises_the_passive_fill_rate_on_average(life_s: int) -> None:
    latencies = [1, MILLISECOND, 20 * MILLISECOND, 200 * MILLISECOND, SECOND, 4 * SECOND]
    rates = [passive_rate(latency, life=life_s * SECOND, seeds=range(many(5))) for latency in latencies]
    assert all(slower <= faster for faster, slower in pairwise(rates)), rates
    assert rates[-1] < rates[0] - 0.02, rates


# --- the same again ----------------------------------------------------------------------------------------------------------


def test_the_same_file_and_orders_give_the_same_bytes() -> None:
    files = real_rows(GOOG).first(30_000)
    actions = random_actions(9, files, count=1_000)
    first, again = (replay_of(files).run(actions).told() for _ in range(2))
    assert first == again
    other = replay_of(files).run(actions[:-1]).told()
    assert other != first


def cut_at_random(session: Replay, dice: random.Random, index: int, until: int) -> None:
    """Towards a stamp by pieces: by time, by event, by budget, by interrupts."""
    native = session.session
    while native.index < index and dice.random() < 0.9:
        native.interrupt(dice.random() < 0.2)
        native.advance(
            time=min(until, native.clock + dice.choice((0, 1, 10_000, 40 * MILLISECOND, SECOND))),
            index=dice.choice((index, min(index, native.index + dice.randrange(4)))),
            wake=dice.choice((NEVER, native.clock)),
            on_quote=dice.random() < 0.1,
            budget=dice.choice((0, 1, 2, 50, ALL)),
        )
        if dice.random() < 0.5:
            session.reports += native.take_reports()
    native.interrupt(False)


def test_an_advance_may_be_cut_anywhere() -> None:
    for seed in range(many(80)):
        files = rows_of_day(random_day(seed))
        actions = sorted(random_actions(seed, files, count=40), key=lambda each: each.index)
        whole = replay_of(files).run(actions)
        dice = random.Random(seed)
        cut = replay_of(files)
        for action in actions:
            cut_at_random(cut, dice, action.index, files.times[action.index - 1] if action.index else OPEN)
            cut.reach(action.index)
            cut.act(action)
        cut_at_random(cut, dice, len(files.times), CLOSE)
        cut.run([])
        assert cut.told() == whole.told(), f"day {seed}"
