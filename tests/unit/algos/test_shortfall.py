"""Implementation shortfall: the paper's schedule, said in three ways, bent by a forecast, and what happens without the facts."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from metaorder.algos import build
from metaorder.algos.shortfall import FINE, Course
from metaorder.domain.errors import Invalid
from metaorder.domain.order import Side
from metaorder.domain.state import Basis, State
from metaorder.domain.units import Lots, Microticks, Ticks
from support.core import at, state_at

FACTS = Basis(mid2=Ticks(20_001), spread=Microticks(1_000_000), sigma=Microticks(500_000), adv=Lots(1_000_000))
WINDOW_S = 3_600


def shown(seconds: float = 0, basis: Basis = FACTS, lots: int = 100_000, **changes: Any) -> State:
    plain = state_at(seconds, lots=lots, window_s=WINDOW_S, **changes)
    return replace(plain, plan=replace(plain.plan, basis=basis))


def done(params: dict[str, Any], seconds: float = WINDOW_S / 4, **changes: Any) -> int:
    planned = build("is", params).planned(shown(**changes), at(seconds))
    assert planned is not None
    return planned


def test_the_paper_s_schedule_is_reproduced() -> None:
    """X = 1e6, T = N = 5, kappa = .607076: 541,956, 289,854, 147,897 and 62,142 left."""
    course = Course(0.6070761632470627 * 5, 5, None)
    left = [1e6 * (1 - course.done(j, 5) / FINE) for j in range(1, 5)]
    assert left == pytest.approx([541955.554, 289854.219, 147897.488, 62141.802], abs=0.01)


def test_at_urgency_0_it_is_a_straight_line_and_at_1_all_at_once() -> None:
    assert done({"urgency": "0"}) == 25_000
    assert build("is", {"urgency": "1"}).on_event(shown()).target == 100_000


def test_the_three_ways_to_say_how_fast_agree() -> None:
    urgent = build("is", {"urgency": "0.5"}).on_event(shown())
    again = {"risk_aversion": str(float(str(urgent.reason["lambda"])))}
    half_life = {"half_life_s": str(WINDOW_S / 3)}
    assert done(half_life) == pytest.approx(done({"urgency": "0.5"}), abs=1)
    assert done({"risk_aversion": f"{float(again['risk_aversion']):.12f}"}) == pytest.approx(done({"urgency": "0.5"}), abs=5)


def test_without_a_word_the_order_s_urgency_decides() -> None:
    assert done({}) == done({"urgency": "0.5"})


@pytest.mark.parametrize("side", Side)
def test_a_forecast_against_the_order_is_outrun_and_one_for_it_is_waited_for(side: Side) -> None:
    away = 20 * side.sign
    plain = done({"urgency": "0.2"}, side=side)
    assert done({"urgency": "0.2", "alpha_bps": away}, side=side) > plain
    assert done({"urgency": "0.2", "alpha_bps": -away}, side=side) < plain


def test_a_forecast_that_fades_bends_the_start_and_one_that_is_over_bends_nothing() -> None:
    steady, quick = {"alpha_bps": 20}, {"alpha_bps": 20, "alpha_half_life_s": "60"}
    assert done(quick, 300) > done({}, 300)
    assert done(quick, 300) != done(steady, 300)
    late = shown()
    late = replace(late, start=at(-36_000))
    gone = build("is", {**steady, "alpha_horizon_s": 3_600}).planned(late, at(600))
    assert gone == pytest.approx(done({}, 600), abs=1)


def test_missing_facts_degrade_to_a_stated_schedule_and_the_reason_says_so() -> None:
    params = {"risk_aversion": "0.001", "alpha_bps": 50}
    known = build("is", params).on_event(shown())
    assert "fallback" not in known.reason
    for basis, word in ((replace(FACTS, sigma=None), "volatility"), (Basis(), "impact")):
        lost = build("is", params).on_event(shown(basis=basis))
        assert word in str(lost.reason["fallback"])
    plain = build("is", {}).on_event(shown(basis=Basis()))
    assert "fallback" not in plain.reason
    assert plain.reason["lambda"] is None
    assert plain.target == build("is", {}).on_event(shown()).target


def test_two_ways_at_once_and_numbers_out_of_bounds_are_refused() -> None:
    for params, field in (
        ({"urgency": "0.5", "half_life_s": "60"}, "half_life_s"),
        ({"urgency": "1.1"}, "urgency"),
        ({"half_life_s": "0"}, "half_life_s"),
        ({"alpha_bps": "10001"}, "alpha_bps"),
        ({"eta": "0"}, "eta"),
        ({"risk_aversion": "-1"}, "risk_aversion"),
    ):
        with pytest.raises(Invalid) as caught:
            build("is", params)
        assert caught.value.field == f"params.{field}"


def test_the_reason_holds_the_numbers_of_the_schedule() -> None:
    reason = build("is", {"urgency": "0.5"}).on_event(shown()).reason
    assert reason["kappa_t"] == "3"
    assert float(str(reason["eta"])) == pytest.approx(1 * 23_400 / 10_000)
    assert math.isfinite(float(str(reason["lambda"])))
