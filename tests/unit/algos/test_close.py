"""Target close: as late as the expected volume allows, along the curve where it does not, and a stated end without one."""

from __future__ import annotations

from fractions import Fraction

import pytest

from metaorder.algos import build
from metaorder.domain.errors import Invalid
from metaorder.domain.state import Basis
from metaorder.domain.units import Lots
from support.core import at
from unit.algos.test_shortfall import FACTS, WINDOW_S, replace, shown

AHEAD = replace(FACTS, ahead=Lots(3_600_000))  # a thousand lots a second


def test_what_is_left_is_what_the_rest_of_the_volume_does() -> None:
    algo = build("close", {"rate": "0.1"})
    state = shown(basis=AHEAD)
    assert algo.planned(state, at(0)) == 0
    starts = WINDOW_S - 900  # 100,000 lots at a ninth of a thousand a second take 900 s
    assert algo.planned(state, at(starts - 1)) == 0
    assert algo.planned(state, at(WINDOW_S - 450)) == pytest.approx(50_000, abs=1)
    assert algo.planned(state, at(WINDOW_S)) == 100_000


def test_an_order_that_is_too_large_follows_the_curve_from_the_start() -> None:
    algo = build("close", {"rate": "0.1"})
    state = shown(basis=replace(FACTS, ahead=Lots(360_000)))
    assert algo.planned(state, at(WINDOW_S / 2)) == 50_000


def test_the_rate_is_half_of_the_cap_unless_stated() -> None:
    state = replace(shown(basis=AHEAD), cap=Fraction(1, 5))
    assert build("close", {}).planned(state, at(3_000)) == build("close", {"rate": "0.1"}).planned(state, at(3_000))


def test_without_an_expected_volume_it_takes_the_end_of_the_window_and_the_reason_says_so() -> None:
    algo = build("close", {"last_s": 600})
    state = shown(basis=Basis())
    assert [algo.planned(state, at(s)) for s in (0, 3_000, 3_300, 3_600)] == [0, 0, 50_001, 100_000]
    assert "600 s" in str(algo.on_event(state).reason["fallback"])
    assert "fallback" not in algo.on_event(shown(basis=AHEAD)).reason


def test_bounds_are_named() -> None:
    for params, field in (({"rate": "0"}, "rate"), ({"last_s": 0}, "last_s"), ({"interval_s": 90_000}, "interval_s")):
        with pytest.raises(Invalid) as caught:
            build("close", params)
        assert caught.value.field == f"params.{field}"
