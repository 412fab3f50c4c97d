"""A comparison's numbers: pairs by their seed, differences to the first, nulls left out, failures by name."""

from __future__ import annotations

from typing import Any

import pytest

from metaorder.usecases.comparison import summary

EMPTY = [
    "cost_per_share",
    "timing_quality",
    "own_cost_bps",
    "vwap_bps",
    "vwap_own_bps",
    "vwap_tracking_bps",
    "arrival_bps",
    "oracle_bps",
    "worst_bps",
    "pov_error_end",
    "pov_error_marks",
    "participation",
    "passive_share",
    "capture_net",
    "capture_gross",
    "schedule_ms",
    "decision_ms",
    "volatility",
    "volume",
    "components_bps",
    "decisions",
    "lambda",
    "beta",
]


def run(algo: str, seed: int, is_bps: float | None, **more: Any) -> dict[str, Any]:
    plain = {"market": "thin", "size": None, "algo": algo, "seed": seed, "is_bps": is_bps, "fill_rate": 1.0}
    return {**dict.fromkeys(EMPTY), **plain, **more}


def test_pairs_are_made_by_seed_whatever_the_order_of_the_runs() -> None:
    runs = [run("a", 1, 10.0), run("a", 2, 100.0), run("b", 2, 101.0), run("b", 1, 11.0)]
    (found,) = (each for each in summary(runs, ("a", "b"))["differences"] if each["measure"] == "is_bps")
    assert (found["algo"], found["against"], found["n"]) == ("b", "a", 2)
    assert (found["t"]["low"], found["t"]["high"]) == (1.0, 1.0)


def test_an_algorithm_may_be_held_against_another_than_the_first_as_well() -> None:
    runs = [run(algo, seed, value + seed) for algo, value in (("a", 10.0), ("b", 20.0), ("b*2", 24.0)) for seed in (1, 2)]
    found = summary(runs, ("a", "b", "b*2"), {"b*2": "b"})["differences"]
    said = [(each["algo"], each["against"], each["t"]["mean"]) for each in found if each["measure"] == "is_bps"]
    assert said == [("b", "a", 10.0), ("b*2", "a", 14.0), ("b*2", "b", 4.0)]


def test_a_seed_that_one_of_the_two_did_not_finish_is_no_pair() -> None:
    failed = {"market": "thin", "size": None, "algo": "b", "seed": 2, "error": "Invalid: no"}
    doc = summary([run("a", 1, 1.0), run("a", 2, 2.0), run("b", 1, 3.0), failed], ("a", "b"))
    assert [each["n"] for each in doc["differences"]] == [1]
    assert doc["failed"] == [failed]
    assert [row["n"] for row in doc["rows"]] == [2, 1]


def test_slippage_is_absolute_for_its_mean_and_signed_for_its_spread() -> None:
    (row,) = summary([run("a", 1, None, vwap_bps=3.0), run("a", 2, None, vwap_bps=-5.0)], ("a",))["rows"]
    assert row["is_bps"] is None
    assert row["abs_vwap_bps"]["mean"] == 4.0
    assert row["tracking_error_bps"] == pytest.approx(32**0.5)
    assert row["sharpe"] == pytest.approx(1 / 32**0.5)


def test_slippage_to_the_vwap_is_told_apart_into_own_impact_and_timing() -> None:
    runs = [
        run("a", 1, None, vwap_own_bps=4.0, vwap_tracking_bps=-2.0),
        run("a", 2, None, vwap_own_bps=6.0, vwap_tracking_bps=1.0),
    ]
    (row,) = summary([*runs, run("a", 3, None)], ("a",))["rows"]
    assert (row["vwap_own_bps"], row["abs_vwap_tracking_bps"]) == (5.0, 1.5)


def test_efficiency_says_that_the_clairvoyant_earns_and_where_in_the_range_was_paid() -> None:
    (row,) = summary([run("a", 1, None, arrival_bps=3.0, oracle_bps=-5.0, worst_bps=11.0)], ("a",))["rows"]
    assert (row["decision_efficiency"], row["regret_bps"]) == (None, 8.0)
    assert row["missing"] == {"decision_efficiency": "the clairvoyant earns"}
    assert row["range_efficiency"] == 0.5, "8 of the 16 between the dearest and the cheapest"


def test_efficiency_is_a_ratio_of_sums_so_that_a_clairvoyant_near_nought_does_not_rule() -> None:
    days = [(30.0, 20.0, 40.0), (2.0, -4.0, 4.0), (9.0, 0.001, 12.0)]
    runs = [run("a", i, None, arrival_bps=a, oracle_bps=b, worst_bps=c) for i, (a, b, c) in enumerate(days)]
    (row,) = summary([*runs, run("a", 9, None, arrival_bps=500.0)], ("a",))["rows"]
    assert row["decision_efficiency"] == pytest.approx(41 / 16.001)
    assert row["range_efficiency"] == pytest.approx((56 - 41) / (56 - 16.001))
    assert row["missing"] == {}
    (none,) = summary([run("a", 1, 1.0)], ("a",))["rows"]
    assert (none["decision_efficiency"], none["range_efficiency"]) == (None, None)
    assert none["missing"] == {"decision_efficiency": "no clairvoyant"}


def test_regimes_are_thirds_of_the_market_as_it_was_without_us() -> None:
    runs = [run("a", seed, None, own_cost_bps=float(seed), volume=seed, volatility=None) for seed in range(1, 7)]
    found = {each["tercile"]: each["own_cost_bps"]["mean"] for each in summary(runs, ("a",))["regimes"]}
    assert found == {"low": 1.5, "middle": 3.5, "high": 5.5}


def test_costs_stand_by_size_smallest_first_where_sizes_were_asked_for() -> None:
    runs = [run(algo, 1, None, size=size, own_cost_bps=100 * size) for size in (0.2, 0.01, 0.05) for algo in ("a", "b")]
    found = summary(runs, ("a", "b"))["by_size"]
    assert [(row["algo"], row["size"]) for row in found] == [(algo, size) for algo in ("a", "b") for size in (0.01, 0.05, 0.2)]
    assert [row["own_cost_bps"]["mean"] for row in found[:3]] == [1.0, 5.0, 20.0]
    assert summary([run("a", 1, 1.0)], ("a",))["by_size"] == []


def test_what_was_decided_and_what_it_was_decided_on_stand_beside_the_costs() -> None:
    parts = [{"impact": 2.0, "timing": -3.0}, {"impact": 4.0, "timing": None}]
    more = {"cost_per_share": 0.02, "timing_quality": -0.5}
    runs = [run("a", 1, 1.0, vwap_bps=3.0, decisions=10, beta=0.5, components_bps=parts[0], **more)]
    runs += [run("a", 2, 1.0, vwap_bps=-5.0, decisions=20, components_bps=parts[1]), run("a", 3, 1.0, vwap_bps=4.0)]
    (row,) = summary(runs, ("a",))["rows"]
    assert (row["decisions"], row["beta"], row["lambda"]) == (15.0, 0.5, None)
    assert (row["impact_bps"]["mean"], row["timing_bps"]["mean"]) == (3.0, -3.0)
    assert row["drawdown_bps"] == 4.0
    assert (row["cost_per_share"]["mean"], row["timing_quality"]["mean"], row["timing_quality"]["n"]) == (0.02, -0.5, 1)
