"""A scenario is found again from a day that it made, as far as the knobs reach."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.sim.calibrate import KNOBS, counted, fit
from metaorder.sim.messages import simulated_messages
from metaorder.sim.presets import PLAIN
from metaorder.sim.scenario import Scenario, changed
from metaorder.sim.statistics import statistics

SESSION_S = 1_200


def made() -> Scenario:
    """Another market: fewer orders, larger ones, a narrower spread at another price."""
    terms = {
        "start": 20_000,
        "rates": [0.9, 5, 6, 6],
        "half_spread": 7,
        "market_size": 200,
        "limit_size": 150,
        "maker_size": 150,
        "gap": 3,
    }
    return changed(PLAIN, terms)


def test_what_can_be_counted_is_counted() -> None:
    day = simulated_messages(made(), 5, SESSION_S)
    found = counted(day, PLAIN)
    assert found.start == pytest.approx(20_000, abs=20)
    assert found.limit_size == pytest.approx(150, rel=0.1)
    assert found.rates[0] == pytest.approx(0.9, rel=0.5), "a half hour's worth of clusters"
    assert sum(found.activity) == pytest.approx(1, abs=0.01)
    assert (found.own, found.exponent, found.branching) == (PLAIN.own, PLAIN.exponent, PLAIN.branching)


def test_the_rest_is_moved_until_days_agree() -> None:
    day = simulated_messages(made(), 5, SESSION_S)
    wanted, found = statistics(day), fit(day, PLAIN, rounds=4)
    have = [statistics(simulated_messages(found, seed, SESSION_S)) for seed in (1, 2, 3)]
    for name in ("messages", "market orders", "spread [ticks]", "takes the whole best level %", "sign acf, lag 1"):
        assert float(np.mean([each[name] for each in have])) == pytest.approx(wanted[name], rel=0.3), name


def test_every_knob_names_a_statistic_and_makes_a_scenario() -> None:
    known = statistics(simulated_messages(PLAIN, 1, 600))
    hiding = changed(PLAIN, {"hidden": 0.2, "taker_excitation": 0.5})
    for knob in KNOBS:
        assert knob.statistic in known
        changed_terms = knob.turn(hiding, 1.1)
        assert all(getattr(hiding, name) != value for name, value in changed_terms.items())


def test_market_orders_are_as_bunched_as_the_days_however_bunched_all_else_is() -> None:
    hour, name = 3_600, "market order Fano 1 s"
    calm = simulated_messages(changed(made(), {"taker_excitation": 0.3}), 5, hour)
    wanted, found = statistics(calm), fit(calm, PLAIN, rounds=6)
    have = [statistics(simulated_messages(found, seed, hour)) for seed in (1, 2, 3)]
    assert found.taker_excitation < 0.75
    assert float(np.mean([each[name] for each in have])) == pytest.approx(wanted[name], rel=0.4)
    assert float(np.mean([each["market orders"] for each in have])) == pytest.approx(wanted["market orders"], rel=0.3)


def test_hidden_executions_are_fitted_where_a_day_has_some_and_only_there() -> None:
    hiding = simulated_messages(changed(made(), {"hidden": 0.3}), 5, SESSION_S)
    assert counted(simulated_messages(made(), 5, SESSION_S), PLAIN).hidden == 0
    found, name = fit(hiding, PLAIN, rounds=4), "hidden executions %"
    have = [statistics(simulated_messages(found, seed, SESSION_S))[name] for seed in (1, 2, 3)]
    assert float(np.mean(have)) == pytest.approx(statistics(hiding)[name], rel=0.35)


def test_a_day_of_which_only_the_touch_was_recorded_is_held_against_days_seen_alike() -> None:
    day = simulated_messages(made(), 5, SESSION_S, levels=1)
    wanted, found = statistics(day), fit(day, PLAIN, rounds=8)
    have = [statistics(simulated_messages(found, seed, SESSION_S, levels=1)) for seed in (1, 2, 3)]
    for name in ("messages", "market orders", "spread [ticks]", "placed at best %"):
        assert float(np.mean([each[name] for each in have])) == pytest.approx(wanted[name], rel=0.3), name
