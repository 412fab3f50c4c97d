"""Recommendations follow from the numbers: each rule fires beyond its threshold, and not at it."""

from __future__ import annotations

from typing import Any

import pytest

from metaorder.tca.recommendations import DEFAULTS, recommendations

QUIET: dict[str, Any] = {
    "status": "expired",
    "quantity": 1_200,
    "reduced_quantity": 200,
    "filled_quantity": 950,
    "participation_peak": 0.2,
    "assumptions": {"max_participation": 0.2},
    "is_bps": 10.0,
    "components_bps": {"delay": 5.0, "spread": 3.0, "impact": 5.0, "timing": -8.0, "opportunity": 5.0, "fees": 0.0},
    "impact_parts_bps": {"walking": 1.0, "displacement": 4.0},
    "markouts_bps": {"10": -1.0},
    "passive_share": 0.8,
    "forecast": {"z_score": 2.0},
}


def fired(**changes: Any) -> dict[str, str]:
    return {each.rule: each.text for each in recommendations({**QUIET, **changes})}


def parts(**changes: float | None) -> dict[str, Any]:
    return {"components_bps": {**QUIET["components_bps"], **changes}}


def test_the_defaults_are_ten_five_and_five_and_nothing_fires_at_them() -> None:
    assert (DEFAULTS.shortfall_bps, DEFAULTS.impact_bps, DEFAULTS.opportunity_bps) == (10.0, 5.0, 5.0)
    assert fired() == {}


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("high_shortfall", {"is_bps": 10.01}),
        ("high_impact", parts(impact=5.01)),
        ("high_opportunity", parts(opportunity=5.01)),
        ("high_delay", parts(delay=5.01)),
        ("high_spread", parts(spread=3.01)),
        ("picked_off", {"markouts_bps": {"10": -1.01}}),
        ("low_fill_rate", {"filled_quantity": 949}),
        ("above_cap", {"participation_peak": 0.2213}),
        ("worse_than_forecast", {"forecast": {"z_score": 2.01}}),
        ("better_than_forecast", {"forecast": {"z_score": -2.01}}),
    ],
)
def test_each_rule_fires_beyond_its_threshold_and_says_what_it_saw(rule: str, changes: dict[str, Any]) -> None:
    assert list(fired(**changes)) == [rule]
    (found,) = recommendations({**QUIET, **changes})
    assert abs(found.observed) != abs(found.threshold)


def test_what_is_not_known_fires_nothing() -> None:
    nothing = dict.fromkeys(QUIET["components_bps"])
    unknown = {"is_bps": None, "markouts_bps": {"10": None}, "passive_share": None, "participation_peak": None, "forecast": None}
    assert fired(components_bps=nothing, **unknown) == {}


def test_an_order_that_the_client_canceled_is_not_blamed_for_its_fill_rate() -> None:
    assert fired(status="canceled", filled_quantity=100) == {}


def test_what_an_amendment_took_back_was_not_left_by_the_window() -> None:
    assert fired(reduced_quantity=1_199, filled_quantity=1) == {}
    assert fired(reduced_quantity=1_200, filled_quantity=0) == {}


def test_the_advice_names_the_largest_component() -> None:
    assert "impact" in fired(is_bps=30.0, **parts(impact=20.0))["high_shortfall"]
    assert "delay" in fired(is_bps=30.0, **parts(delay=20.0))["high_shortfall"]


def test_walking_the_book_and_moving_it_get_other_advice() -> None:
    walked = {"impact_parts_bps": {"walking": 9.0, "displacement": 1.0}}
    assert "walked the book" in fired(**parts(impact=10.0), **walked)["high_impact"]
    assert "moved the market" in fired(**parts(impact=10.0))["high_impact"]
