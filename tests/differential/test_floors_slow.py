"""Several floors in one session equal the slow session of several floors, event by event; a tie in another order is noticed."""

from __future__ import annotations

import random
from typing import Any

import pytest

from differential.slow_floors import SlowFloors
from differential.slow_records import Own, Report, Touch
from differential.slow_replay import SlowReplay
from metaorder import _native
from support.lobster import BUY, CLOSE, OPEN, SELL, random_day
from support.replays import ALL, CLOSED, MILLISECOND, NEVER, REPORT, Recall, Replay, Rows, Send, many, random_actions, rows_of_day

SYMBOLS = (0, 0, 1)
Plan = list[tuple[int, int, Send | Recall]]  # after which event of all floors, to which floor, what


def days(seed: int) -> list[Rows]:
    """Every other time the first two floors have the same day: then all their events are ties."""
    seeds = (seed, seed if seed % 2 else 7_000 + seed, 9_000 + seed)
    return [rows_of_day(random_day(each, rows=60)) for each in seeds]


def planned(seed: int, rows: list[Rows]) -> Plan:
    """Random orders of a floor, at any moment of the session: so an order of one floor waits for events of the others."""
    dice = random.Random(seed)
    plan: Plan = []
    total = sum(len(day.times) for day in rows)
    for floor, day in enumerate(rows):
        for action in random_actions(seed + floor, day, count=25):
            if isinstance(action, Send | Recall):
                plan.append((min(total, 3 * action.index + dice.randrange(3)), floor, action))
    return sorted(plan, key=lambda each: each[0])


class Fast:
    """The native session."""

    def __init__(self, rows: list[Rows], latencies: list[int]) -> None:
        self.session = _native.Session(open=OPEN, close=CLOSE)
        for floor, day in enumerate(rows):
            self.session.add_replay(day.tape, latency=latencies[floor], claim_hidden=True, symbol=SYMBOLS[floor])
        self.said: list[tuple[Report, Touch, Touch]] = []

    def advance(self, index: int = ALL) -> int:
        while True:
            stop = self.session.advance(CLOSE, index, NEVER, False, ALL)
            for row in self.session.take_reports():
                report = Report(*row[:10], Touch(*row[10]), Touch(*row[11]), *row[12:15])
                self.said.append((report, Touch(*row[15]), Touch(*row[16])))
            if stop in (0, CLOSED):
                return int(stop)

    def act(self, floor: int, action: Send | Recall) -> None:
        if isinstance(action, Recall):
            self.session.cancel(action.parent, action.number, floor)
            return
        self.session.submit(
            parent=action.parent,
            number=action.number,
            account=action.account,
            buy=action.side == BUY,
            ioc=action.ioc,
            price=action.price,
            lots=action.lots,
            good_till=action.good_till,
            floor=floor,
        )


def slowly(rows: list[Rows], latencies: list[int]) -> SlowFloors:
    floors = [
        SlowReplay(day.messages, day.books, open_=OPEN, close=CLOSE, latency=latency)
        for day, latency in zip(rows, latencies, strict=True)
    ]
    return SlowFloors(floors, SYMBOLS, open_=OPEN, close=CLOSE)


def test_random_orders_on_several_floors_fare_as_in_the_slow_session() -> None:
    fills = both_sided = 0
    for seed in range(many(30)):
        rows = days(seed)
        latencies = random.Random(seed).choices((1, MILLISECOND, 7 * MILLISECOND), k=len(rows))
        fast, slow = Fast(rows, latencies), slowly(rows, latencies)
        plan = planned(seed, rows)
        for index in range(sum(len(day.times) for day in rows) + 1):
            fast.advance(index)
            slow.advance(index)
            assert (fast.session.index, fast.session.clock) == (slow.index, slow.clock)
            for number, floor in enumerate(slow.floors):
                assert fast.session.touch(number) == floor.venue.touch, f"seed {seed}, floor {number}, event {index}"
            while plan and plan[0][0] == index:
                _, number, action = plan.pop(0)
                fast.act(number, action)
                if isinstance(action, Recall):
                    slow.send(number, (action.parent, action.number))
                else:
                    slow.send(number, Own(**{name: value for name, value in action._asdict().items() if name != "index"}))
        assert fast.advance() == CLOSED
        slow.advance()
        for mine, theirs in zip(fast.said, slow.said, strict=True):
            assert mine == theirs, f"seed {seed}"
        for number, floor in enumerate(slow.floors):
            assert fast.session.quotes(0, floor=number).tolist() == floor.venue.quotes
        fills += sum(report.kind == 2 for report, _, _ in slow.said)
        both_sided += sum(market != report.quote for report, market, _ in slow.said)
    assert fills > 20
    assert both_sided > 20, "what the symbol showed is more than what its floor showed"


def test_recorded_messages_of_one_instant_in_another_order_are_noticed() -> None:
    """Refused by the book file, or another book: nothing but the order of the rows says what came first."""
    refused = other = 0
    for seed in range(many(20)):
        rows = rows_of_day(random_day(seed, rows=80))
        lines = rows.messages.splitlines()
        meant = [what(line) for line in lines]
        ties = [i for i in range(len(lines) - 1) if rows.times[i] == rows.times[i + 1] and meant[i] != meant[i + 1]]
        for i in ties[:6]:
            shuffled = [*lines[:i], lines[i + 1], lines[i], *lines[i + 2 :]]
            changed = Rows("".join(f"{line}\n" for line in shuffled), rows.books, rows.levels, rows.times, rows.book)
            try:
                changed.tape  # noqa: B018
            except _native.DataError:
                refused += 1
                continue
            assert state(rows, i + 2) != state(changed, i + 2) or state(rows, i + 1) != state(changed, i + 1), lines[i : i + 2]
            other += 1
    assert refused > 10
    assert other > 0


def what(line: str) -> list[str]:
    """What a row does to the levels: two states of a halt are one, and so are two orders of one price and size."""
    _, kind, _, *terms = line.split(",")
    return [kind] if kind == "7" else [kind, *terms]


def state(rows: Rows, index: int) -> tuple[Any, ...]:
    replay = Replay(_native.Session.replay(rows.tape, latency=1, claim_hidden=True), rows.times)
    replay.advance(index)
    return replay.session.hash(), replay.session.touch(), replay.session.prints(0).tolist()


@pytest.mark.parametrize("side", [BUY, SELL])
def test_messages_of_ours_of_one_instant_act_in_the_order_of_their_sending(side: int) -> None:
    rows = rows_of_day(random_day(3, rows=60))
    price = int(rows.book[0][2 if side == BUY else 0]) // 100
    ranks = []
    for numbers in ((1, 2), (2, 1)):
        session = _native.Session.replay(rows.tape, latency=MILLISECOND, claim_hidden=True)
        for number in numbers:
            session.submit(
                parent=number, number=1, account=number, buy=side == BUY, ioc=False, price=price, lots=5, good_till=CLOSE
            )
        said = []
        while session.advance(OPEN + 2 * MILLISECOND, ALL, NEVER, False, ALL) == REPORT:
            said += session.take_reports()
        ranks.append([report[2] for report in said])
    assert ranks[0][:2] == [1, 2]
    assert ranks[1][:2] == [2, 1]


def test_a_session_never_goes_back_in_time() -> None:
    rows = rows_of_day(random_day(3, rows=60))
    session = _native.Session.replay(rows.tape, latency=1, claim_hidden=True)
    session.advance(rows.times[30], ALL, NEVER, False, ALL)
    before = (session.clock, session.index, session.hash())
    session.advance(rows.times[5], ALL, NEVER, False, ALL)
    assert (session.clock, session.index, session.hash()) == before
