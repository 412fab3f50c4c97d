"""A simulated market at several venues: it stays one market, our impact is one account's over all of them, the pool is dark."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from metaorder import _native
from metaorder.domain.calendar import TradingDay
from metaorder.domain.units import SECOND, Nanos
from metaorder.sim.impact import Traded, impact
from metaorder.sim.presets import PRESETS
from metaorder.sim.record import HIDDEN, OWN_MAKER, OWN_TAKER
from metaorder.sim.scenario import Scenario, changed, simulate

SPAN_S = 3_600
DAY = TradingDay(date="2026-03-02", open=Nanos(0), close=Nanos(SPAN_S * SECOND))
SHARES = (0.5, 0.3, 0.2)
POOL = len(SHARES)
VENUES = [{"id": f"X{i}", "share": share} for i, share in enumerate(SHARES)] + [{"id": "POOL", "share": 0.2, "dark": True}]
ALL, NEVER = 2**64 - 1, 2**63 - 1
LIMIT, CLOSED = 0, 6
ACCEPTED, REJECTED, FILL, CANCELED, EXPIRED = range(5)
Floats = Any


def several(name: str = "liquid-small-tick", **parameters: Any) -> Scenario:
    return changed(PRESETS[name], {"venues": VENUES, **parameters})


def day(seed: int, scenario: Scenario) -> _native.Session:
    return simulate(scenario, seed, DAY, latency=Nanos(1), points_per_tick=2)


def to(session: _native.Session, seconds: float) -> list[Any]:
    said = []
    while True:
        stop = session.advance(round(seconds * SECOND), ALL, NEVER, 0, ALL)
        said += session.take_reports()
        if stop in (LIMIT, CLOSED):
            return said


def send(session: _native.Session, number: int, *, buy: bool, price: int, lots: int, floor: int, **terms: Any) -> None:
    defaults = {"account": 1, "ioc": False, "good_till": NEVER}
    session.submit(parent=1, number=number, buy=buy, price=price, lots=lots, floor=floor, **{**defaults, **terms})


@cache
def lived(seed: int, name: str = "liquid-small-tick") -> _native.Session:
    session = day(seed, several(name))
    to(session, SPAN_S)
    return session


def touches(session: _native.Session, times: Any) -> list[Any]:
    found = []
    for floor in range(POOL):
        quotes = session.quotes(0, floor)
        found.append(quotes["live"][np.maximum(np.searchsorted(quotes["ts"], times, side="right") - 1, 0)])
    return found


def mids(session: _native.Session, until_s: int = SPAN_S) -> Floats:
    """Of each lit venue, at each whole second."""
    rows = touches(session, np.arange(until_s, dtype=np.int64) * SECOND)
    return np.array([(row["bid"] + row["ask"]) / 2 for row in rows])


def test_one_venue_that_is_named_is_the_market_without_a_name() -> None:
    short = TradingDay(date="2026-03-02", open=Nanos(0), close=Nanos(300 * SECOND))
    named = changed(Scenario(), {"venues": [{"id": "XA", "share": 1}]})
    sessions = [simulate(each, 4, short, latency=Nanos(1), points_per_tick=2) for each in (named, Scenario())]
    for session in sessions:
        to(session, 300)
    assert sessions[0].hash() == sessions[1].hash()


def test_a_seed_is_one_day_and_another_seed_another() -> None:
    again = day(1, several())
    to(again, SPAN_S)
    assert again.hash() == lived(1).hash() != lived(2).hash()


@pytest.mark.parametrize(("name", "ticks"), [("liquid-small-tick", 2.0), ("liquid-large-tick", 0.25)])
def test_the_venues_are_one_market(name: str, ticks: float) -> None:
    """Mids differ by a fraction of the spread, and what is locked or crossed is so for five milliseconds at most."""
    session = lived(1, name)
    paths = mids(session)[:, 60:]
    assert np.sqrt(np.mean((paths - paths[0]) ** 2, axis=1)).max() < ticks
    times = np.unique(np.concatenate([session.quotes(0, floor)["ts"] for floor in range(POOL)]))
    rows = touches(session, times)
    bid = np.max([row["bid"] for row in rows], axis=0)
    ask = np.min([np.where(row["ask_lots"] > 0, row["ask"], 2**40) for row in rows], axis=0)
    apart = bid < ask
    edges = np.flatnonzero(np.diff(np.concatenate([[True], apart, [True]]).astype(int)))
    spells = np.diff(np.append(times, SPAN_S * SECOND)[edges])[::2]
    assert len(spells) > 10, "they do meet"
    assert spells.max() <= 5_000_000
    assert session.counters()["arbitraged"] > 0


def test_volume_falls_by_share() -> None:
    volumes = np.array([lived(1).prints(0, floor)["lots"].sum() for floor in range(POOL + 1)])
    assert volumes[:POOL] / volumes[:POOL].sum() == pytest.approx(SHARES, abs=0.06)
    assert 0.02 < volumes[POOL] / volumes.sum() < 0.25


def test_the_pool_shows_nothing_and_prints_inside_the_touch() -> None:
    session = lived(1)
    prints = session.prints(0, POOL)
    assert set(prints["flags"].tolist()) == {HIDDEN}
    assert session.touch(POOL) == (0, 0, 0, 0)
    rows = touches(session, prints["ts"])
    bid, ask = np.max([row["bid"] for row in rows], axis=0), np.min([row["ask"] for row in rows], axis=0)
    price = prints["points"] // 2
    assert bool(((price >= bid) & (price <= ask)).all())
    assert float(np.abs(2 * price - bid - ask).max()) <= 1, "the tick next to the midpoint"


def test_before_our_first_order_all_floors_are_the_market_without_us() -> None:
    moment = 600
    with_us, alone = day(3, several()), day(3, several())
    for session in (with_us, alone):
        to(session, moment)
    assert with_us.hash() == alone.hash()
    send(with_us, 1, buy=True, price=77_000, lots=3_000, floor=1, ioc=True)
    for session in (with_us, alone):
        to(session, moment + 300)
    assert np.abs(mids(with_us, moment + 300)[:, :moment] - mids(alone, moment + 300)[:, :moment]).max() == 0
    assert (mids(with_us, moment + 300)[:, moment + 30 :] - mids(alone, moment + 300)[:, moment + 30 :]).mean() > 3


def test_our_impact_is_one_accounts_wherever_it_trades() -> None:
    """Twenty minutes of children, in turn on each lit venue: the mid above its twin's is the formula of all of them together."""
    scenario, until = several(), 2_700
    moved, said = [], []
    for seed in (1, 2):
        with_us, alone = day(seed, scenario), day(seed, scenario)
        for number in range(1, 41):
            to(with_us, 300 + 30 * number)
            send(with_us, number, buy=True, price=77_000, lots=200, floor=number % POOL, ioc=True)
        for session in (with_us, alone):
            to(session, until + 60)
        path = (mids(with_us, until + 60) - mids(alone, until + 60)).mean(axis=0)
        own = [row for floor in range(POOL) for row in with_us.prints(0, floor) if row["flags"] & OWN_TAKER]
        trades = [Traded(float(row["ts"]) / SECOND, float(row["lots"])) for row in own]
        assert sum(trade.lots for trade in trades) > 7_800, "of 8,000: an order that finds no more ends"
        moved.append(path[until - 300 : until].mean())
        said.append(np.mean([impact(scenario, trades, second) for second in range(until - 300, until, 10)]))
    assert np.mean(moved) == pytest.approx(np.mean(said), rel=0.04)


def test_our_order_in_the_pool_meets_the_market_at_the_midpoint_within_its_limit() -> None:
    session = day(5, several())
    to(session, 300)
    bid, ask, *_ = session.consolidated(0)
    send(session, 1, buy=True, price=bid - 300, lots=500, floor=POOL)
    send(session, 2, buy=False, price=1, lots=2_000, floor=POOL, account=2)
    send(session, 3, buy=True, price=ask + 300, lots=50_000, floor=POOL, ioc=True, account=3)
    said = to(session, 1_500)
    kinds = {number: [row[0] for row in said if row[3] == number] for number in (1, 2, 3)}
    assert kinds[1] == [ACCEPTED], "nobody pays less than its limit"
    assert kinds[3][-1] == EXPIRED
    assert kinds[2].count(FILL) > 1
    prints = session.prints(0, POOL)
    ours = prints[prints["parent"] == 1]
    assert int(ours["lots"].sum()) == sum(row[5] for row in said if row[0] == FILL)
    assert set(ours["flags"].tolist()) == {OWN_MAKER, OWN_TAKER}
    rows = touches(session, ours["ts"] - 1)
    low, high = np.max([row["bid"] for row in rows], axis=0), np.min([row["ask"] for row in rows], axis=0)
    assert float(np.abs(ours["points"] - low - high).max()) <= 1
    assert all(row[8] for row in said if row[0] == FILL), "certain: it is the market's own rule"


def test_trading_waits_everywhere_while_an_auction_is_held() -> None:
    session = day(6, several(auctions="both"))
    to(session, 30)
    assert [session.halted_on(floor) for floor in range(POOL + 1)] == [True] * (POOL + 1)
    to(session, 60)
    assert [session.halted_on(floor) for floor in range(POOL + 1)] == [False] * (POOL + 1)
    assert all(session.touch(floor)[0] > 0 for floor in range(POOL))
    to(session, SPAN_S)
    prints = [session.prints(0, floor) for floor in range(POOL + 1)]
    assert [int((each["flags"] & 2).astype(bool).sum()) for each in prints] == [2, 0, 0, 0]
    late = [each["ts"][(each["ts"] >= (SPAN_S - 60) * SECOND) & ((each["flags"] & 2) == 0)] for each in prints]
    assert sum(len(each) for each in late) == 0
