"""The simulated market's scenario: its parameters reach the market, its days differ, and its history is of other days."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from metaorder import _native
from metaorder.domain.calendar import TradingDay
from metaorder.domain.errors import Invalid
from metaorder.domain.units import SECOND, Nanos, Ticks
from metaorder.sim.scenario import HISTORY_DAYS, PARTS, Scenario, day_seed, history, simulate
from support.core import OPEN
from support.replays import ALL, CLOSED, NEVER

SHORT = TradingDay(date="2026-03-02", open=OPEN, close=Nanos(OPEN + PARTS * 60 * SECOND))
"""A day of a minute a part: as a whole one, but soon over."""


def over(session: _native.Session, day: TradingDay = SHORT) -> _native.Session:
    assert session.advance(time=day.close, index=ALL, wake=NEVER, on_quote=False, budget=ALL) == CLOSED
    return session


def lived(seed: int, scenario: Scenario = Scenario(), day: TradingDay = SHORT) -> _native.Session:  # noqa: B008
    return over(simulate(scenario, seed, day, latency=Nanos(1), points_per_tick=2), day)


def test_every_parameter_reaches_the_market() -> None:
    scenario = Scenario(
        start=Ticks(5_000), sigma_bps=90.0, events_per_s=3.0, market_share=0.2, cancel_share=0.3, half_spread=2.0, depth_scale=7.0
    )
    config = scenario.flow(42, SHORT)
    assert (config.seed, config.open, config.close) == (42, SHORT.open, SHORT.close)
    for each in fields(Scenario):
        assert getattr(scenario, each.name) != each.default, "a default would prove nothing"
        assert getattr(config, each.name) == getattr(scenario, each.name), each.name


@pytest.mark.parametrize(
    ("terms", "rule"),
    [
        ({"start": Ticks(99)}, "start must be in"),
        ({"sigma_bps": -1.0}, "sigma_bps must be in"),
        ({"events_per_s": 0.0}, "events_per_s must be in"),
        ({"market_share": 0.0}, "market_share and cancel_share must be positive"),
        ({"market_share": 0.6}, "leave room for limit orders"),
        ({"half_spread": float("nan")}, "half_spread must be in"),
        ({"depth_scale": 0.0}, "depth_scale must be in"),
    ],
)
def test_a_parameter_without_meaning_is_refused_by_name(terms: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        simulate(Scenario(**terms), 1, SHORT, latency=Nanos(1), points_per_tick=2)


def test_orders_take_time_to_arrive() -> None:
    with pytest.raises(ValueError, match="latency must be greater than 0"):
        simulate(Scenario(), 1, SHORT, latency=Nanos(0), points_per_tick=2)


def test_the_same_seed_is_the_same_day_and_another_is_not() -> None:
    assert lived(7).hash() == lived(7).hash()
    assert lived(7).hash() != lived(8).hash()


def test_the_market_opens_with_two_sides_around_its_start() -> None:
    session = simulate(Scenario(start=Ticks(2_000)), 7, SHORT, latency=Nanos(1), points_per_tick=2)
    bid, ask, *_ = session.touch()
    assert bid < 2_000 < ask
    assert ask - bid < 20


def test_twice_the_events_are_about_twice_the_volume() -> None:
    slow, fast = (int(lived(7, Scenario(events_per_s=rate)).prints(0)["lots"].sum()) for rate in (6.0, 12.0))
    assert 1.5 < fast / slow < 2.5


def test_the_seed_of_a_day_is_its_markets_and_its_numbers_and_never_changes() -> None:
    assert day_seed(7, -1) == 6_443_999_983_355_603_128
    seeds = {day_seed(seed, number) for seed in (0, 1, 11, 2**64 - 1) for number in range(-HISTORY_DAYS, HISTORY_DAYS)}
    assert len(seeds) == 4 * 2 * HISTORY_DAYS
    assert day_seed(1, 11) != day_seed(11, 1) != day_seed(111, 0)
    assert all(0 <= seed < 2**64 for seed in seeds)


def test_history_is_the_mean_of_twenty_other_days_by_part() -> None:
    past = history(Scenario(), 7, SHORT)
    totals = [0] * PARTS
    for back in range(1, HISTORY_DAYS + 1):
        for ts, _, lots, *_ in lived(day_seed(7, -back)).prints(0).tolist():
            totals[min((ts - SHORT.open) // (60 * SECOND), PARTS - 1)] += lots
    assert list(past.curve.weights) == totals
    assert past.volume == sum(totals) // 20
    assert (past.curve.edges[0], past.curve.edges[-1], len(past.curve.edges)) == (SHORT.open, SHORT.close, 27)
    assert past.curve.source == "mean of 20 other days"


def test_volume_falls_at_the_ends_of_the_day_as_the_market_trades() -> None:
    weights = history(Scenario(), 7, SHORT).curve.weights
    ends, middle = sum(weights[:3]) + sum(weights[-3:]), sum(weights[10:16])
    assert ends > 1.5 * middle


def test_history_is_the_markets_own_whatever_the_date() -> None:
    week = 7 * 86_400 * SECOND
    later = TradingDay(date="2026-03-09", open=Nanos(SHORT.open + week), close=Nanos(SHORT.close + week))
    now, then = history(Scenario(), 7, SHORT), history(Scenario(), 7, later)
    assert (now.curve.weights, now.volume) == (then.curve.weights, then.volume)
    assert then.curve.edges == tuple(edge + week for edge in now.curve.edges)
    assert history(Scenario(), 8, SHORT).curve.weights != now.curve.weights


def test_a_day_that_does_not_divide_into_its_parts_is_covered_to_its_close() -> None:
    odd = TradingDay(date="2026-03-02", open=OPEN, close=Nanos(OPEN + 300 * SECOND + 7))
    past = history(Scenario(), 7, odd)
    assert (past.curve.edges[0], past.curve.edges[-1]) == (odd.open, odd.close)
    assert past.volume == sum(past.curve.weights) // 20 > 0


def test_a_market_in_which_nothing_trades_has_no_history() -> None:
    with pytest.raises(Invalid, match="scenario must be a market that trades"):
        history(Scenario(events_per_s=1e-9), 7, SHORT)
