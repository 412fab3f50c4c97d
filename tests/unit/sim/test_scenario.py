"""The simulated market's scenario: its parameters reach the market, what makes none has a name, and it knows its usual day."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from metaorder import _native
from metaorder.domain.calendar import TradingDay
from metaorder.domain.errors import Invalid
from metaorder.domain.units import SECOND, Nanos, Ticks
from metaorder.sim.messages import Kind
from metaorder.sim.record import HIDDEN
from metaorder.sim.scenario import PARTS, Scenario, changed, document, history, simulate
from support.core import OPEN
from support.replays import ALL, CLOSED, NEVER

SHORT = TradingDay(date="2026-03-02", open=OPEN, close=Nanos(OPEN + PARTS * 60 * SECOND))
"""A day of a minute a part: as a whole one, but soon over."""


def over(session: _native.Session, day: TradingDay = SHORT) -> _native.Session:
    assert session.advance(time=day.close, index=ALL, wake=NEVER, on_quote=False, budget=ALL) == CLOSED
    return session


def lived(seed: int, scenario: Scenario = Scenario(), day: TradingDay = SHORT) -> _native.Session:  # noqa: B008
    return over(simulate(scenario, seed, day, latency=Nanos(1), points_per_tick=2), day)


def other(value: Any) -> Any:
    """Another value of a parameter that its rule allows."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return "both"
    if isinstance(value, tuple):
        return tuple(each * 0.99 for each in value)
    if 0 <= value <= 1:
        return 0.35
    return value + 1


def test_every_parameter_reaches_the_market() -> None:
    for each in fields(Scenario):
        if each.name in {"tick_size", "venues"}:
            continue
        plain = getattr(Scenario(), each.name)
        scenario = replace(Scenario(), **{each.name: other(plain)})
        config = scenario.config(42, SHORT)
        assert (config.seed, config.open, config.close) == (42, SHORT.open, SHORT.close)
        reached = getattr(config, each.name)
        assert (tuple(reached) if isinstance(reached, list) else reached) == getattr(scenario, each.name) != plain, each.name


def test_the_defaults_are_the_cores() -> None:
    config, scenario = _native.MarketConfig(), Scenario()
    for each in fields(Scenario):
        if each.name not in {"tick_size", "venues"}:
            default = getattr(config, each.name)
            assert (tuple(default) if isinstance(default, list) else default) == getattr(scenario, each.name), each.name


@pytest.mark.parametrize(
    ("terms", "field", "rule"),
    [
        ({"tick_size": Decimal(0)}, "tick_size", "greater than 0"),
        ({"start": Ticks(99)}, "start", "in [100"),
        ({"value_bps": -1.0}, "value_bps", "in [0"),
        ({"rates": (1.8, 9, -11, 11)}, "rates", "in (0"),
        ({"rates": (1.8, 9, 11)}, "rates", "like (1.8"),
        ({"branching": (0.7, 0.25, 0.05)}, "branching", "stable"),
        ({"taker_activity": (1, 1, 0.01, 1)}, "taker_activity", "near enough to activity"),
        ({"activity": ()}, "activity", "1 to 1000 weights"),
        ({"sweep": 1.5}, "sweep", "a probability"),
        ({"half_spread": float("nan")}, "half_spread", "in [0"),
        ({"makers": 0}, "makers", "in [1"),
        ({"adv": 0}, "adv", "in [1"),
        ({"exponent": 1.2}, "exponent", "in [0.1, 1]"),
        ({"memory": (8, 90, 900, 0)}, "memory", "in [0.1"),
        ({"auctions": "noon"}, "auctions", "none, open, close or both"),
        ({"auctions": "close", "call": 601.0}, "call", "in [1, 600]"),
        ({"auction_share": (0.1, 0.0)}, "auction_share", "of shares in (0"),
        ({"hidden": 1.0}, "hidden", "in [0, 0.9]"),
    ],
)
def test_what_makes_no_market_is_refused_by_name(terms: dict[str, Any], field: str, rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        Scenario(**terms)
    assert (refused.value.field, refused.value.value) == (field, str(terms[field]) if field == "tick_size" else terms[field])
    assert refused.value.rule.startswith(rule)


def test_a_document_is_read_back_as_the_scenario_that_wrote_it() -> None:
    scenario = Scenario(tick_size=Decimal("0.05"), start=Ticks(1_234), rates=(0.5, 2, 3, 4), anonymous=True, gap=7.5)
    written = json.loads(json.dumps(document(scenario)))
    assert changed(Scenario(), written) == scenario
    assert changed(scenario, {}) == scenario


@pytest.mark.parametrize(
    ("parameters", "field", "rule"),
    [
        ({"spread": 3}, "parameters.spread", "a parameter of a scenario"),
        ({"gap": "6"}, "parameters.gap", "a number"),
        ({"gap": True}, "parameters.gap", "a number"),
        ({"makers": 4.5}, "parameters.makers", "a whole number"),
        ({"auctions": 1}, "parameters.auctions", "a word"),
        ({"makers": 2**40}, "parameters.makers", "a whole number"),
        ({"start": "57000"}, "parameters.start", "a whole number of ticks"),
        ({"rates": 3}, "parameters.rates", "a list of numbers"),
        ({"rates": "1234"}, "parameters.rates", "a list of numbers"),
        ({"own": [1, 2, None, 4, 5]}, "parameters.own", "a list of numbers"),
        ({"anonymous": 1}, "parameters.anonymous", "true or false"),
        ({"tick_size": 0.01}, "parameters.tick_size", "a decimal in quotes"),
        ({"tick_size": "0"}, "parameters.tick_size", "greater than 0"),
        ({"tick_size": "1e5"}, "parameters.tick_size", "a decimal in quotes"),
        ({"exponent": 2}, "parameters.exponent", "in [0.1, 1]"),
    ],
)
def test_a_document_that_breaks_a_rule_is_refused_where_it_does(parameters: dict[str, Any], field: str, rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        changed(Scenario(), parameters)
    assert (refused.value.field, refused.value.rule) == (field, rule)


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
    assert ask - bid < 40


def test_twice_the_events_are_about_twice_the_volume() -> None:
    rates = (1.8, 9, 11, 11)
    slow, fast = (int(lived(7, Scenario(rates=tuple(k * r for r in rates))).prints(0)["lots"].sum()) for k in (1, 2))
    assert 1.5 < fast / slow < 2.5


def test_hidden_orders_are_seen_when_they_trade_and_not_before() -> None:
    scenario = Scenario(hidden=0.15)
    kept = over(simulate(scenario, 7, SHORT, latency=Nanos(1), points_per_tick=2, keep_messages=True))
    prints, messages, counters = kept.prints(0), kept.messages(), kept.counters()
    unseen = (prints["flags"] & HIDDEN) != 0
    assert 0.15 < unseen.mean() < 0.5
    assert int(unseen.sum()) == counters["hidden"] == int((messages["kind"] == Kind.HIDDEN).sum())
    assert messages["lots"][messages["kind"] >= Kind.EXECUTED].tolist() == prints["lots"].tolist()
    shown = messages["kind"] < Kind.EXECUTED
    added, gone = (messages["lots"][messages["kind"] == kind].sum() for kind in (Kind.ADDED, Kind.WITHDRAWN))
    executed = messages["lots"][messages["kind"] == Kind.EXECUTED].sum()
    resting = sum(lots for buy in (True, False) for _, lots, _ in kept.levels(buy, 10_000))
    assert (int(added - gone - executed), bool(shown.any())) == (resting, True)
    inside = messages[messages["kind"] == Kind.HIDDEN]
    touch = inside["after"]
    assert np.mean((inside["price"] > touch["bid"]) & (inside["price"] < touch["ask"])) > 0.5, "most were inside the spread"


def test_messages_are_kept_where_they_are_asked_for() -> None:
    assert len(lived(7).messages()) == 0
    kept = over(simulate(Scenario(), 7, SHORT, latency=Nanos(1), points_per_tick=2, keep_messages=True))
    messages, counters = kept.messages(), kept.counters()
    assert [int((messages["kind"] == kind).sum()) for kind in range(3)] == [
        counters[n] for n in ("added", "withdrawn", "executed")
    ]
    assert kept.hash() == lived(7).hash(), "and change nothing"
    executed = messages[messages["kind"] == 2]
    assert executed["lots"].tolist() == kept.prints(0)["lots"].tolist()
    assert bool((np.diff(messages["ts"]) >= 0).all())


def test_the_usual_day_is_the_scenarios_and_not_a_days() -> None:
    past = history(Scenario(activity=(1.0, 1.0), taker_activity=(1.0, 1.0)), SHORT)
    assert (past.curve.edges[0], past.curve.edges[-1], len(past.curve.edges)) == (SHORT.open, SHORT.close, PARTS + 1)
    assert set(past.curve.weights) == {1_000_000}
    assert past.volume == round(4_200_000 * PARTS * 60 / 23_400)
    week = 7 * 86_400 * SECOND
    later = TradingDay(date="2026-03-09", open=Nanos(SHORT.open + week), close=Nanos(SHORT.close + week))
    assert history(Scenario(), later).curve.weights == history(Scenario(), SHORT).curve.weights


def test_volume_falls_as_the_usual_day_says() -> None:
    whole = TradingDay(date="2026-03-02", open=OPEN, close=Nanos(OPEN + 23_400 * SECOND))
    traded = np.zeros(PARTS)
    for seed in (1, 2, 3):
        prints = lived(seed, day=whole).prints(0)
        part = (prints["ts"] - OPEN) * PARTS // (23_400 * SECOND)
        traded += np.bincount(part, weights=prints["lots"], minlength=PARTS)
    past = history(Scenario(), whole)
    usual = np.array(past.curve.weights) / sum(past.curve.weights)
    assert float(np.abs(traded / traded.sum() - usual).sum()) < 0.15, "half of what is in the wrong part"
    assert traded.sum() / 3 == pytest.approx(past.volume, rel=0.1)


def test_a_day_that_does_not_divide_into_its_parts_is_covered_to_its_close() -> None:
    odd = TradingDay(date="2026-03-02", open=OPEN, close=Nanos(OPEN + 300 * SECOND + 7))
    past = history(Scenario(), odd)
    assert (past.curve.edges[0], past.curve.edges[-1]) == (odd.open, odd.close)
    assert past.volume == round(4_200_000 * 300 / 23_400)
    lived(7, day=odd)
