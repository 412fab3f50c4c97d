"""Views of a market: what a replayed morning comes to without us and with us, in the domain's words."""

from __future__ import annotations

import pytest

from metaorder.domain.market import flat_curve
from metaorder.domain.order import ParentId
from metaorder.domain.units import Lots, Nanos, Ticks
from metaorder.domain.venue import Latency
from metaorder.sim.market import NO_INDEX, Market, Stop, replayed
from metaorder.sim.tape import Tape
from support.core import DAY, INSTRUMENT, child, parent_order, touch
from support.lobster import BUY, CLOSE, OPEN, SECOND, SELL, Day
from support.replays import rows_of_day


def morning() -> Market:
    """999 bid by 300, 1001 offered by 200; at 10 s 100 of the bid trade, at 20 s the offer falls to 1000."""
    day = Day(2).resting(1, BUY, 999, 300).resting(2, BUY, 997, 500).resting(3, SELL, 1_001, 200).resting(4, SELL, 1_003, 100)
    day.at(10 * SECOND).execute(1, 100)
    day.at(20 * SECOND).add(5, SELL, 1_000, 70)
    curve = flat_curve(Nanos(OPEN), Nanos(CLOSE))
    return replayed(Tape(rows_of_day(day).tape, DAY), INSTRUMENT, curve=curve, latency=Latency())


def run(market: Market, seconds: float) -> None:
    until = Nanos(OPEN + round(seconds * SECOND))
    while market.advance(until=until, wake=None, on_quote=(), budget=NO_INDEX) is not Stop.LIMIT:
        market.take_reports()


def test_at_the_open_there_is_a_touch_and_nothing_else() -> None:
    others, whole = morning().statistics(depth_ticks=2)
    assert others == whole
    assert (others.quote, others.microprice) == (touch(999, 1_001, 300, 200), pytest.approx((999 * 200 + 1_001 * 300) / 500))
    assert (others.bid_depth, others.ask_depth) == (800, 300), "up to two ticks behind the best price"
    assert (others.last, others.last_ts, others.vwap, others.spread, others.effective_spread) == (None,) * 5
    assert (others.variance_1s, others.variance_60s, others.volume, others.trades) == (None, None, 0, 0)


def test_a_quiet_morning_is_counted_by_time_and_by_trade() -> None:
    market = morning()
    run(market, 40)
    others, whole = market.statistics(depth_ticks=0)
    assert others == whole
    per_tick = INSTRUMENT.points_per_tick
    assert (others.last, others.last_ts) == (999 * per_tick, OPEN + 10 * SECOND)
    assert (others.volume, others.trades, others.vwap) == (100, 1, 99_900)
    assert others.quoted == 40 * SECOND
    assert others.spread == pytest.approx((2 * 20 + 1 * 20) / 40 * per_tick)
    assert (others.quoted_spread, others.effective_spread) == (2 * per_tick, 2 * per_tick)
    assert others.imbalance == -100 - 70, "the bid lost a hundred, a better offer of seventy came"
    assert (others.returns_1s, others.returns_60s) == (39, 0)
    assert others.variance_1s is not None
    assert others.variance_60s is None


def test_our_orders_and_trades_are_in_one_view_alone() -> None:
    market = morning()
    order = parent_order(id=ParentId("p-1"))
    market.watch(order)
    market.submit(
        order, child(1, venue=market.venue, price=Ticks(1_001), lots=Lots(50), good_till=Nanos(CLOSE), sent=market.clock)
    )
    market.submit(
        order, child(2, venue=market.venue, price=Ticks(1_000), lots=Lots(30), good_till=Nanos(CLOSE), sent=market.clock)
    )
    run(market, 5)
    others, whole = market.statistics(depth_ticks=1)
    assert (others.quote, whole.quote) == (touch(999, 1_001, 300, 150), touch(1_000, 1_001, 30, 150))
    assert ((others.bid_depth, whole.bid_depth), (others.volume, whole.volume)) == ((300, 330), (0, 50))
    assert (others.last, whole.vwap) == (None, 100_100)
    seconds = market.seconds()
    assert (len(seconds), seconds["ts"][-1]) == (6, OPEN + 5 * SECOND), "the running second is the last one"
    assert (seconds["others"]["lots"][0], seconds["whole"]["lots"][0]) == (0, 50)
    assert seconds["whole"][["open", "close"]].tolist()[0] == (100_100, 100_100)
