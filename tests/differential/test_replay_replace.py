"""Replaced and post-only orders of ours fare as in the slow replay, whenever the message arrives; one too many is noticed."""

from __future__ import annotations

import random

import pytest

from differential.slow_records import FILL, FILLED, REPLACED, UNKNOWN, WOULD_CROSS, Move, Own, levels_of
from differential.slow_replay import SlowReplay
from differential.test_replay import LATENCIES, reports
from support.lobster import BUY, CLOSE, OPEN, SELL, TICK, random_day
from support.replays import Rows, Send, many, random_actions, replay_of, rows_of_day, tuples

Plan = list[tuple[int, Own | Move]]


def planned(seed: int, files: Rows, count: int) -> Plan:
    """Orders of ours, and for each up to four messages that ask for another price, another quantity, or both."""
    dice = random.Random(seed)
    plan: Plan = []
    for action in random_actions(seed, files, count=count):
        if not isinstance(action, Send):
            continue
        terms = {name: value for name, value in action._asdict().items() if name != "index"}
        plan.append((action.index, Own(**terms, post_only=not action.ioc and dice.random() < 0.3)))
        price, index = action.price, action.index
        for _ in range(dice.randrange(5)):
            index = min(index + dice.choice((0, 1, 3, 10)), len(files.times) - 1)
            ask, bid = int(files.book[index][0]) // TICK, int(files.book[index][2]) // TICK
            price = dice.choice((price, price, price - action.side, price + action.side, bid, ask))
            lots = dice.choice((0, 1, action.lots // 2, action.lots, action.lots + 40, action.lots * 2))
            plan.append((index, Move(action.parent, action.number, max(1, price), lots)))
    return sorted(plan, key=lambda each: each[0])


@pytest.mark.parametrize("block", range(5))
def test_replaced_orders_on_random_days_fare_as_in_the_slow_replay(block: int) -> None:
    kinds: set[tuple[int, int]] = set()
    for seed in range(block, many(150), 5):
        dice = random.Random(seed)
        files = rows_of_day(random_day(seed, rows=dice.choice((60, 200))))
        latency = dice.choice(LATENCIES)
        fast = replay_of(files, latency=latency)
        slow = SlowReplay(files.messages, files.books, open_=OPEN, close=CLOSE, latency=latency)
        plan = planned(seed, files, dice.choice((10, 40)))
        for row in range(len(files.times) + 1):
            fast.advance(row)
            slow.advance(row)
            for side in (BUY, SELL):
                assert fast.depth(side) == levels_of(slow.venue.live, side), f"seed {seed}, live book, row {row}"
            assert fast.session.touch() == slow.venue.touch, f"seed {seed}, row {row}"
            while plan and plan[0][0] == row:
                _, message = plan.pop(0)
                if isinstance(message, Move):
                    fast.session.replace(message.parent, message.number, price=message.price, lots=message.lots)
                    slow.replace(message)
                    continue
                terms = dict(vars(message))
                fast.session.submit(**{k: v for k, v in terms.items() if k != "side"}, buy=message.side == BUY)
                slow.submit(message)
        fast.advance()
        slow.advance()
        for mine, theirs in zip(reports(fast), slow.venue.reports, strict=True):
            assert mine == theirs, f"seed {seed}"
        assert tuples(fast.session.prints(0)) == slow.venue.prints
        assert fast.session.counters() == slow.counters
        kinds |= {(report.kind, report.reason) for report in slow.venue.reports}
    assert {(REPLACED, 0), (6, UNKNOWN), (6, FILLED), (1, WOULD_CROSS), (3, WOULD_CROSS), (FILL, 0)} <= kinds
