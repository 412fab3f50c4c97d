"""Adaptive: each signal moves the order the way it says, within the band, and a signal that is missing is named."""

from __future__ import annotations

from typing import Any

import pytest

from metaorder.algos import build
from metaorder.domain.errors import Invalid
from metaorder.domain.order import Side
from metaorder.domain.state import NO_FLOW, Flow, State
from metaorder.domain.units import Lots, Microticks, Ticks
from support.core import OPEN, touch
from unit.algos.test_shortfall import FACTS, WINDOW_S, Basis, replace, shown

CALM = Flow(imbalance=0, gross=100, sigma=FACTS.sigma, volume=Lots(30_000), today=Lots(180_000), mid2=Ticks(20_001), open=OPEN)
ZERO = dict.fromkeys(("volume", "spread", "imbalance", "volatility", "result"), "0")


def seen(flow: Flow = CALM, quote: Any = None, seconds: float = 1_800, **changes: Any) -> State:
    plain = shown(seconds, **changes)
    return replace(plain, market=replace(plain.market, flow=flow, basis=FACTS, quote=quote or touch()))


def moved(state: State, **weights: str) -> int:
    algo = build("adaptive", {"base": "twap", "ahead": "0.1", "behind": "0.2", **ZERO, **weights})
    return algo.on_event(state).target - build("twap", {}).on_event(state).target


def test_a_market_that_is_as_usual_is_traded_on_schedule() -> None:
    assert moved(seen(), volume="1", spread="1", imbalance="1", volatility="1") == 0


@pytest.mark.parametrize(
    ("name", "flow", "quote", "shift"),
    [
        ("volume", replace(CALM, volume=Lots(60_000)), None, 10_000),
        ("volume", replace(CALM, volume=Lots(15_000)), None, -10_000),
        ("spread", CALM, touch(10_000, 10_002), -20_000),
        ("imbalance", replace(CALM, imbalance=50), None, 5_000),
        ("imbalance", replace(CALM, imbalance=-100), None, -20_000),
        ("volatility", replace(CALM, sigma=Microticks(750_000)), None, 5_000),
    ],
)
def test_each_signal_moves_the_order_its_way(name: str, flow: Flow, quote: Any, shift: int) -> None:
    assert moved(seen(flow, quote), **{name: "1"}) == shift
    if shift in {5_000, 10_000}:
        assert moved(seen(flow, quote), **{name: "-1"}) == -2 * shift


def test_flow_against_a_seller_is_flow_for_a_buyer() -> None:
    flow = replace(CALM, imbalance=50)
    assert moved(seen(flow, side=Side.BUY), imbalance="1") == 5_000
    assert moved(seen(flow, side=Side.SELL), imbalance="1") == -10_000


def test_a_cost_so_far_speeds_up_and_a_gain_slows_down_if_asked_to() -> None:
    filled = {"filled": Lots(10_000), "arrival2": Ticks(20_000)}
    dear, cheap = (seen(**filled, notional=10_000 * price) for price in (10_001, 9_999))
    assert moved(dear, result="0.5") == 5_000
    assert moved(cheap, result="0.5") == -10_000


def test_the_band_bounds_the_sum_and_closes_at_the_end() -> None:
    wild = replace(CALM, imbalance=100, volume=Lots(10**6), sigma=Microticks(10**8))
    assert moved(seen(wild), volume="1", imbalance="1", volatility="1") == 10_000
    assert 0 < moved(seen(wild, seconds=WINDOW_S * 0.9), imbalance="1") < 10_000
    last = build("adaptive", {"base": "twap"}).on_event(seen(replace(wild, imbalance=-100), seconds=WINDOW_S))
    assert last.target == 100_000


def test_a_signal_that_is_missing_is_named_and_left_out() -> None:
    state = seen(NO_FLOW)
    algo = build("adaptive", {"base": "twap"})
    intent = algo.on_event(state)
    assert "volume, imbalance, volatility" in str(intent.reason["fallback"])
    assert intent.target == build("twap", {}).on_event(state).target
    assert "fallback" not in algo.on_event(seen()).reason
    assert algo.planned(shown(basis=Basis()), OPEN) == 0


def test_bounds_are_named() -> None:
    for params, field in (({"base": "pov"}, "base"), ({"ahead": "0.6"}, "ahead"), ({"volume": "1.1"}, "volume")):
        with pytest.raises(Invalid) as caught:
            build("adaptive", params)
        assert caught.value.field == f"params.{field}"
