"""Several floors in one session: each is, alone, the session that it was, and together they go by one clock."""

from __future__ import annotations

import random
from typing import Any

from metaorder import _native
from support.lobster import CLOSE, OPEN, SECOND, random_day
from support.replays import ALL, MILLISECOND, NEVER, Rows, many, rows_of_day

LATENCIES = ((MILLISECOND, 0, 0), (3 * MILLISECOND, 5 * MILLISECOND, 7 * MILLISECOND))
SYMBOLS = (0, 0, 1)
Send = tuple[int, int, dict[str, Any]]  # when, on which floor, what


def latency(floor: int) -> _native.Latency:
    entry, jitter, report = LATENCIES[floor % 2]
    return _native.Latency(entry, entry_jitter=jitter, report=report, seed=floor + 1)


def days(seed: int) -> list[Rows]:
    return [rows_of_day(random_day(seed * 10 + floor)) for floor in range(len(SYMBOLS))]


def together(rows: list[Rows]) -> Any:
    session = _native.Session(open=OPEN, close=CLOSE)
    for floor, day in enumerate(rows):
        assert session.add_replay(day.tape, latency=latency(floor), claim_hidden=True, symbol=SYMBOLS[floor]) == floor
    return session


def sends(seed: int, rows: list[Rows]) -> list[Send]:
    """Orders of one account a floor, so that nothing but the floor decides what becomes of them."""
    dice, made = random.Random(seed), []
    times = sorted(time for day in rows for time in day.times)
    for number in range(1, 60):
        floor, at = dice.randrange(len(rows)), dice.choice(times)
        book = rows[floor].book[dice.randrange(len(rows[floor].book))]
        price = max(1, int(dice.choice((book[0], book[2]))) // 100)
        order = {
            "parent": floor + 1,
            "number": number,
            "account": floor + 1,
            "buy": dice.random() < 0.5,
            "ioc": dice.random() < 0.3,
            "price": price if price < 10**6 else 1_000,
            "lots": dice.choice((1, 10, 80, 300)),
            "good_till": dice.choice((CLOSE, at + 40 * MILLISECOND, at + 3 * SECOND)),
        }
        made.append((at, floor, order))
    return sorted(made, key=lambda each: each[0])


def worked(session: Any, orders: list[Send], *, alone: bool, dice: random.Random | None = None) -> list[tuple[Any, ...]]:
    """Run a session with orders sent at their times; reports with the time at which they were read."""
    heard: list[tuple[Any, ...]] = []

    def go(until: int) -> None:
        while True:
            some = dice.choice((0, 1, 7, ALL)) if dice is not None else ALL
            stop = session.advance(until, ALL, NEVER, dice.randrange(4) if dice is not None else 0, some)
            heard.extend((session.clock, *row) for row in session.take_reports())
            if stop in (0, 6):
                return

    for parent in range(1, len(SYMBOLS) + 1):
        for floor in range(session.floors):
            session.open_meter(parent=parent, buy=True, limited=False, limit_points=0, floor=floor)
            session.set_meter(parent=parent, active=True, limited=False, limit_points=0, floor=floor)
    for at, floor, order in orders:
        go(at)
        session.submit(**order, floor=0 if alone else floor)
    go(CLOSE)
    return heard


def test_each_floor_is_what_it_is_alone_and_reports_come_by_arrival() -> None:
    fills = 0
    for seed in range(many(25)):
        rows = days(seed)
        orders = sends(seed, rows)
        session = together(rows)
        heard = worked(session, orders, alone=False)
        assert session.index == sum(len(day.times) for day in rows)
        assert [row[0] for row in heard] == sorted(row[0] for row in heard)
        numbered = [row[10] for row in sorted(heard, key=lambda row: row[10]) if row[1] == 2]
        assert numbered == list(range(1, len(numbered) + 1)), "the session numbers its executions"
        for floor, day in enumerate(rows):
            alone = _native.Session.replay(day.tape, latency=latency(floor), claim_hidden=True)
            mine = [each for each in orders if each[1] == floor]
            said = worked(alone, mine, alone=True)
            # all but the number of the execution, the floor, and what the symbol showed over its floors
            assert [(*row[:10], *row[11:15]) for row in heard if row[15] == floor] == [(*row[:10], *row[11:15]) for row in said]
            fills += sum(row[1] == 2 for row in said)
            for name in ("quotes", "prints", "reference_prints"):
                assert getattr(session, name)(0, floor=floor).tobytes() == getattr(alone, name)(0).tobytes()
            assert session.metered(parent=floor + 1, since=-1, floor=floor) == alone.metered(parent=floor + 1, since=-1)
            assert session.touch(floor) == alone.touch()
            assert session.levels(buy=True, most=50, floor=floor) == alone.levels(buy=True, most=50)
    assert fills > 100


def test_what_a_symbol_showed_before_a_fill_is_the_sum_of_its_floors() -> None:
    seen = 0
    for seed in range(many(25)):
        rows = days(seed)
        session = together(rows)
        for row in worked(session, sends(seed, rows), alone=False):
            if row[1] != 2 or SYMBOLS[row[15]] != 0:
                continue
            own, other = row[11], 1 - row[15]
            at = [quote for quote in session.quotes(0, floor=other).tolist() if quote[0] <= row[5]]
            if not at or any(quote[0] == row[5] or quote[3] for quote in at[-1:]):
                continue  # at one instant the order of things decides, and what is halted shows nothing
            bid = max(price for price, lots in ((own[0], own[2]), (at[-1][1][0], at[-1][1][2])) if lots) if own[2] else None
            assert bid is None or not at[-1][1][2] or row[16][0] == bid
            seen += bid is not None
    assert seen > 30


def test_a_session_of_several_floors_may_be_cut_anywhere() -> None:
    for seed in range(many(15)):
        rows = days(seed)
        whole, cut = together(rows), together(rows)
        orders = sends(seed, rows)
        assert worked(whole, orders, alone=False) == worked(cut, orders, alone=False, dice=random.Random(seed))
        assert whole.hash() == cut.hash()
