"""Estimates: the plan that is worked, parts that add up, sources that are named, and nothing that is made up."""

from __future__ import annotations

import math
from dataclasses import replace

import msgspec
import pytest

from metaorder.core.commands import Refusal
from metaorder.core.events import ScheduleSet
from metaorder.domain.order import Side
from metaorder.domain.units import SECOND, Lots, Nanos, time_text
from metaorder.runtime.preview import previewed, scenario_of
from metaorder.usecases.estimate_facts import Facts
from metaorder.usecases.estimates import estimate
from metaorder.usecases.parameters import coefficients
from support.sessions import DAY, accept, order, simulated

START = Nanos(DAY.open + 600 * SECOND)
POWER = {"law": "power", "permanent": 0.3, "temporary": 0.15, "exponent": 0.6}
STATED = {"adv": 4_000_000, "sigma_per_sqrt_day": 0.01, "median_spread": "0.10", "volume_sd": 0.2, "impact": POWER}


def facts(*, blind: bool = False, **changes: object) -> Facts:
    """An order in the simulated market at its open; blind: as a replay without history would see it."""
    hosted = simulated()
    scenario = None if blind else scenario_of(hosted.spec)
    found = previewed(hosted.live, accept(order("a", **changes)), scenario, None)
    assert isinstance(found, Facts)
    return found if not blind else replace(found, so_far=replace(found.so_far, usual_volume=None))


@pytest.mark.parametrize("algo", ["twap", "vwap"])
def test_the_previewed_schedule_is_the_one_that_is_worked(algo: str) -> None:
    hosted = simulated()
    command = accept(order("a", algo=algo, start=START, end=Nanos(START + 1_800 * SECOND)))
    found = previewed(hosted.live, command, scenario_of(hosted.spec), None)
    assert isinstance(found, Facts)
    said = [(each["time"], each["quantity"]) for each in estimate(found, {})["schedule"]]
    hosted.live.apply(command)
    hosted.live.run(until=Nanos(START + SECOND))
    drawn = [step for step in hosted.live.take() if step.type == "schedule"]
    points = hosted.live.wire.read_event(msgspec.json.decode(drawn[0].payload)).event
    assert isinstance(points, ScheduleSet)
    assert said == [(time_text(time), lots) for time, lots in points.points]
    hosted.live.run(until=Nanos(START + 1_800 * SECOND))
    (execution,) = hosted.live.engine.executions.values()
    assert execution.filled >= 0.98 * execution.order.lots


def test_an_order_that_follows_the_market_is_previewed_on_the_expected_volume_and_trades_so() -> None:
    hosted = simulated()
    start, end = START, Nanos(START + 3_600 * SECOND)
    command = accept(order("a", algo="pov", params={"target": "0.1"}, lots=Lots(10**6), start=start, end=end))
    found = previewed(hosted.live, command, scenario_of(hosted.spec), None)
    assert isinstance(found, Facts)
    said = estimate(found, {})
    assert said["schedule_basis"] == "expected_volume"
    assert said["binding_constraint"] == "target"
    hosted.live.apply(command)
    hosted.live.run(until=end)
    (execution,) = hosted.live.engine.executions.values()
    assert execution.filled == pytest.approx(said["expected_quantity"], rel=0.2)


def test_the_parts_add_up_in_basis_points_and_in_money() -> None:
    said = estimate(facts(), {"alpha_bps": 20})
    assert math.fsum(said["parts_bps"].values()) == pytest.approx(said["expected_cost_bps"], abs=1e-5)
    assert sum(float(each) for each in said["parts_amount"].values()) == pytest.approx(
        float(said["expected_cost_amount"]), abs=0.03
    )
    assert said["parts_bps"]["timing"] == pytest.approx(10, rel=0.03)
    assert said["missing"] == {}


def test_a_sell_and_a_buy_feel_a_forecast_with_opposite_signs() -> None:
    buy, sell = (estimate(facts(side=side), {"alpha_bps": 20})["parts_bps"]["timing"] for side in Side)
    assert buy == pytest.approx(-sell)


def test_the_frontier_has_twenty_points_and_more_and_less_risk_always_costs_more() -> None:
    for model in ({}, STATED):
        points = estimate(facts(), model)["frontier"]
        assert len(points) >= 20
        ordered = sorted(points, key=lambda each: each["sd_bps"])
        costs = [each["expected_cost_bps"] for each in ordered]
        assert costs == sorted(costs, reverse=True)


def test_quantiles_are_normal_around_the_expected_cost() -> None:
    said = estimate(facts(), {})
    low, middle, high = (said["quantiles_bps"][at] for at in ("5", "50", "95"))
    assert middle == pytest.approx(said["expected_cost_bps"])
    assert high - middle == pytest.approx(1.6448536 * said["sd_bps"], rel=1e-6)
    assert middle - low == pytest.approx(high - middle, rel=1e-6)


def test_nothing_is_known_of_a_market_without_history_and_each_null_has_its_reason() -> None:
    said = estimate(facts(blind=True), {})
    for name in ("expected_cost_bps", "sd_bps", "frontier", "completion_probability"):
        assert said[name] is None, name
        assert said["missing"][name], name
    assert said["schedule"], "the schedule needs no statistics"
    assert said["model"]["parameters"]["impact"] == {"value": None, "source": None, "error": None}
    assert "model.impact" in said["missing"]["impact"]


def test_what_the_request_states_goes_before_the_profile_and_that_before_the_market() -> None:
    known = replace(facts(), profile={**STATED, "adv": 1_000_000, "source": "desk"})
    said = estimate(known, {"adv": 2_000_000})["model"]["parameters"]
    assert (said["adv"]["value"], said["adv"]["source"]) == (2_000_000, "request")
    assert said["sigma_per_sqrt_day"]["source"] == "profile: desk"
    assert estimate(facts(), {})["model"]["parameters"]["adv"]["source"] == "the scenario's usual day"


def test_stated_errors_become_an_error_of_the_cost() -> None:
    sure = estimate(facts(blind=True), STATED)
    assert sure["expected_cost_error_bps"] is None
    assert sure["missing"]["expected_cost_error_bps"]
    law = {**POWER, "errors": {"temporary": 0.015}}
    unsure = estimate(facts(blind=True), {**STATED, "impact": law})
    assert unsure["expected_cost_error_bps"] == pytest.approx(sure["parts_bps"]["temporary"] / 10, rel=1e-6)


def test_the_square_root_law_costs_what_the_size_says_and_has_no_frontier() -> None:
    law = {"law": "square_root", "coefficient": 0.8, "exponent": 0.5, "errors": {"coefficient": 0.08}}
    found = facts(blind=True)
    said = estimate(found, {**STATED, "impact": law})
    peak = 0.8 * 0.01 * math.sqrt(found.order.lots / 4_000_000) * 1e4
    assert said["parts_bps"]["permanent"] == pytest.approx(peak * 2 / 3, rel=1e-6)
    assert said["parts_bps"]["temporary"] == 0
    assert said["expected_cost_error_bps"] == pytest.approx(said["parts_bps"]["permanent"] / 10, rel=1e-4)
    assert (said["frontier"], said["model"]["law"]) == (None, "square_root")
    assert "speed" in said["missing"]["frontier"]


def test_the_cap_binds_an_order_that_is_too_large_for_its_window() -> None:
    said = estimate(facts(lots=Lots(900_000)), {})
    assert (said["completion_probability"], said["binding_constraint"]) == (0.0, "max_participation")
    assert estimate(facts(), {})["completion_probability"] == 1.0


def test_a_published_law_is_used_only_when_it_is_named() -> None:
    found, errors, why = coefficients({"law": "almgren_2005", "outstanding": 1_728_000_000}, 6_561_000)
    assert why is None
    assert found["gamma"] == pytest.approx(0.314 * (1728 / 6.561) ** 0.25)
    assert errors["eta"] == 0.0062


def test_an_order_that_could_not_be_sent_cannot_be_estimated() -> None:
    hosted = simulated()
    hosted.live.run(until=Nanos(DAY.open + 3_600 * SECOND))
    refused = previewed(hosted.live, accept(order("a")), None, None)
    assert isinstance(refused, Refusal)
    assert refused.code == "window_passed"
