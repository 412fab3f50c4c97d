"""The impact formula: what it says of simple orders, how it adds up, and that no round trip in it earns money."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.sim.impact import Traded, cost, impact
from metaorder.sim.presets import LARGE_TICK, SMALL_TICK
from metaorder.sim.scenario import Scenario
from support.examples import examples

PERCENT = 0.01 * SMALL_TICK.adv
UNIT = SMALL_TICK.impact_bps * 1e-4 * SMALL_TICK.start
DAY_S = 23_400

schedules = st.lists(st.tuples(st.floats(0, DAY_S), st.integers(-50_000, 50_000).filter(bool)), min_size=1, max_size=12).map(
    lambda rows: [Traded(t, lots) for t, lots in rows]
)


def test_one_trade_moves_by_the_power_of_its_size_and_is_forgotten_but_for_the_permanent_part() -> None:
    trade = [Traded(100, PERCENT)]
    at_once = impact(SMALL_TICK, trade, 100)
    assert at_once == pytest.approx(UNIT * 0.01**0.6 * sum(SMALL_TICK.own))
    assert impact(SMALL_TICK, trade, 99.9) == 0
    assert impact(SMALL_TICK, trade, 108) < at_once
    assert impact(SMALL_TICK, trade, 100 + 1e6) == pytest.approx(UNIT * 0.01**0.6 * SMALL_TICK.own[-1])
    assert impact(SMALL_TICK, [Traded(100, 2**5 * PERCENT)], 100) == pytest.approx(2**3 * at_once)


@given(schedules, st.floats(0, DAY_S))
@settings(max_examples=examples(60))
def test_selling_is_buying_upside_down(trades: list[Traded], t: float) -> None:
    mirrored = [Traded(each.t, -each.lots) for each in trades]
    assert impact(SMALL_TICK, mirrored, t) == pytest.approx(-impact(SMALL_TICK, trades, t), abs=1e-9)


@given(schedules)
@settings(max_examples=examples(40), deadline=None)
def test_the_cost_is_the_impact_integrated_over_each_trade(trades: list[Traded]) -> None:
    """Each trade in a hundred pieces of one instant, each at the impact half-way through it."""
    pieces, total = 100, 0.0
    done: list[Traded] = []
    for trade in sorted(trades, key=lambda each: each.t):
        for i in range(pieces):
            total += trade.lots / pieces * impact(SMALL_TICK, [*done, Traded(trade.t, trade.lots * (i + 0.5) / pieces)], trade.t)
        done.append(trade)
    scale = sum(abs(each.lots) for each in trades) * UNIT * 0.01
    assert cost(SMALL_TICK, trades) == pytest.approx(total, rel=2e-2, abs=1e-2 * scale)


def round_trips(count: int, seed: int) -> list[list[Traded]]:
    """Random schedules that end flat: few or many trades, in seconds or hours, coarse and fine."""
    dice = random.Random(seed)
    made = []
    for _ in range(count):
        span = math.exp(dice.uniform(math.log(1), math.log(DAY_S)))
        rows = [
            Traded(dice.uniform(0, span), dice.choice((-1, 1)) * math.exp(dice.uniform(0, 12)))
            for _ in range(dice.randrange(1, 12))
        ]
        rows.append(Traded(span, -sum(row.lots for row in rows)))
        made.append(rows)
    return made


@pytest.mark.parametrize(
    "scenario", [SMALL_TICK, LARGE_TICK, Scenario(exponent=0.5, own=(0.4, 0.4, 0.4, 0.3, 0.6)), Scenario(exponent=1)]
)
def test_no_random_round_trip_earns_money_in_the_kernel(scenario: Scenario) -> None:
    for trades in round_trips(3_000, 1):
        assert cost(scenario, trades) >= -1e-9 * sum(abs(each.lots) for each in trades) * UNIT


def test_an_order_split_over_accounts_would_have_more_impact_which_is_why_they_are_few() -> None:
    whole = impact(SMALL_TICK, [Traded(0, PERCENT)], 0)
    parts = 8 * impact(SMALL_TICK, [Traded(0, PERCENT / 8)], 0)
    assert parts / whole == pytest.approx(8**0.4)


def test_the_forgotten_power_could_be_cheated_which_is_why_it_is_not_used() -> None:
    """EMA(h(q)) in the place of h(EMA(q)): some round trips earn money, so the test above can fail."""

    def cheated(trades: list[Traded]) -> float:
        taus, flows, total, last = (*SMALL_TICK.memory, math.inf), [0.0] * 5, 0.0, 0.0
        for trade in sorted(trades, key=lambda each: each.t):
            kick = math.copysign(abs(trade.lots / SMALL_TICK.adv) ** 0.6, trade.lots)
            for k, tau in enumerate(taus):
                flows[k] *= math.exp((last - trade.t) / tau)
                total += SMALL_TICK.own[k] * (flows[k] + kick / 2) * trade.lots
                flows[k] += kick
            last = trade.t
        return total

    assert sum(cheated(trades) < 0 for trades in round_trips(3_000, 1)) > 30
