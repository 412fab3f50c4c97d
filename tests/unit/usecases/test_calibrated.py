"""A calibration as a profile: what it identified, with its errors; what it refused is not there."""

from __future__ import annotations

from typing import Any

import pytest

from metaorder.usecases.calibrated import from_calibration


def estimate(name: str, value: float | None, error: float | None = None) -> dict[str, Any]:
    return {"name": name, "value": value, "standard_error": error}


RESULT: dict[str, Any] = {
    "symbol": "ACME",
    "as_of": "2026-03-02T21:00:00Z",
    "sources": [{"volume": 3e6, "session_s": 23_400.0}, {"volume": 5e6, "session_s": 23_400.0}],
    "chosen": {"volatility": {"parameter": "volatility_rogers_satchell", "how": "fallback"}},
    "parameters": [
        estimate("volatility_rogers_satchell", 0.012, 0.001),
        estimate("half_spread_quoted", 0.015, 0.002),
        estimate("volume_share_1", 0.7),
        estimate("volume_share_2", 0.3),
        estimate("sigma", 1.2),
        estimate("eta", 2.34e-6 * 23_400),
        estimate("gamma", 3e-7),
    ],
}


def test_what_was_identified_is_stated_with_its_error() -> None:
    found = from_calibration("c-1", RESULT)
    assert (found["adv"], found["sigma_per_sqrt_day"], found["median_spread"]) == (4_000_000, 0.012, "0.03")
    assert found["errors"] == {"sigma_per_sqrt_day": 0.001, "median_spread": 0.004}
    assert found["curve"] == [700_000, 300_000]
    assert (found["source"], found["calibration_id"], found["as_of"]) == ("calibration c-1", "c-1", RESULT["as_of"])


def test_impact_is_put_into_volatilities_and_days_of_volume() -> None:
    """eta v for a rate v, and gamma X, come out the same in both units."""
    law = from_calibration("c-1", RESULT)["impact"]
    adv, sigma, rate, lots = 4e6, 1.2, 7.0, 5_000
    assert law["temporary"] * sigma * rate * 23_400 / adv == pytest.approx(2.34e-6 * 23_400 * rate)
    assert law["permanent"] * sigma * lots / adv == pytest.approx(3e-7 * lots)
    assert law["exponent"] == 1.0


def test_what_was_refused_is_left_out() -> None:
    bare = {**RESULT, "sources": [], "chosen": {}, "parameters": [estimate(each["name"], None) for each in RESULT["parameters"]]}
    assert set(from_calibration("c-1", bare)) == {"source", "as_of", "calibration_id"}
    signed = [estimate("gamma", -1e-7) if each["name"] == "gamma" else each for each in RESULT["parameters"]]
    assert "impact" not in from_calibration("c-1", {**RESULT, "parameters": signed})


def test_metaorders_give_the_square_root_law_with_its_error() -> None:
    """Where a tape gave eta and gamma these stand; the law of sizes stands in where nothing tells what speed costs."""
    y = [estimate("square_root_Y", 0.8, 0.05), estimate("square_root_power", 0.6)]
    bare = {**RESULT, "as_of": "2026-03-02", "sources": [{"orders": 400}], "chosen": {}, "parameters": y}
    found = from_calibration("c-2", bare)
    law = {"law": "square_root", "coefficient": 0.8, "exponent": 0.5, "errors": {"coefficient": 0.05}}
    assert (found["impact"], found["as_of"]) == (law, "2026-03-02T23:59:59Z")
    assert from_calibration("c-2", {**RESULT, "parameters": RESULT["parameters"] + y})["impact"]["law"] == "power"
    assert "impact" not in from_calibration("c-2", {**bare, "parameters": [estimate("square_root_Y", None)]})
    assert "as_of" not in from_calibration("c-2", {**bare, "as_of": "tuesday"})
