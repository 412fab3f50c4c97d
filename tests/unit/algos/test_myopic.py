"""Myopic: Obizhaeva and Wang without a forecast, its own fills held against it, and a price that it moved itself is no signal."""

from __future__ import annotations

import math
from typing import Any

import pytest

from metaorder.algos import build
from metaorder.domain.errors import Invalid
from metaorder.domain.fills import Fills
from metaorder.domain.order import Side
from metaorder.domain.state import NO_FLOW, Basis, Flow, State
from metaorder.domain.units import Lots, Microticks, Ticks
from support.core import OPEN, at, touch
from unit.algos.test_shortfall import FACTS, WINDOW_S, replace, shown

LOTS = 100_000
BETA = math.log(2) / 300


def seen(seconds: float = 600, *, flow: Flow = NO_FLOW, quote: Any = None, basis: Basis = FACTS, **changes: Any) -> State:
    plain = shown(seconds, basis=basis, **changes)
    return replace(plain, market=replace(plain.market, flow=flow, basis=basis, quote=quote or touch()))


def number(state: State, name: str, **params: Any) -> float:
    return float(str(build("myopic", params).on_event(state).reason[name]))


def test_without_a_forecast_the_blocks_are_those_of_obizhaeva_and_wang() -> None:
    block = LOTS / (2 + BETA * WINDOW_S)
    state = seen(0)
    assert number(state, "block") == pytest.approx(block, rel=1e-4)
    assert number(state, "last_block") == pytest.approx(block, rel=1e-4)
    assert number(state, "rate") == pytest.approx(BETA * block, rel=1e-4)


def test_what_it_has_just_traded_is_held_against_it_and_fades() -> None:
    block = LOTS / (2 + BETA * WINDOW_S)
    after = {"filled": Lots(int(block)), "fills": Fills([(at(0), Lots(int(block)))])}
    assert number(seen(0, **after), "block") == pytest.approx(0, abs=2)
    assert number(seen(600, **after), "flow") == pytest.approx(block / 4, rel=1e-3)
    assert number(seen(600, **after), "block") > 0


def test_it_is_done_at_the_end_and_never_wants_more_than_there_is() -> None:
    late = build("myopic", {}).on_event(seen(WINDOW_S - 3, filled=Lots(90_000)))
    assert late.target == LOTS
    planned = build("myopic", {}).planned(seen(0), at(WINDOW_S))
    assert planned == LOTS


def test_what_is_split_has_its_time_before_it_is_late_unless_a_forecast_presses() -> None:
    """Nothing is late in the first minute; later on it is what the plan had done a minute ago, not all that it wants by now."""
    split = build("myopic", {"split_s": 60})
    assert split.on_event(seen(0)).due == 0
    assert build("myopic", {}).on_event(seen(0)).due > 9_000, "the block"
    for second, filled in ((600, 21_500), (WINDOW_S - 40, 90_000)):
        late = split.on_event(seen(second, filled=Lots(filled)))
        assert filled < late.due == split.planned(seen(0), at(second - 60)) < late.target
    pressed = build("myopic", {"split_s": 60, "alpha_model": "curve", "alpha_curve": ["300", "0"]}).on_event(seen(0))
    assert pressed.due > 9_000


@pytest.mark.parametrize("side", Side)
def test_an_order_does_not_chase_a_price_that_it_moved_itself(side: Side) -> None:
    """The twin: the price moved by exactly its own impact is no momentum; the same move by others is."""
    params = {"alpha_model": "momentum", "impact_ticks": "0.01"}
    fills = {"filled": Lots(5_000), "fills": Fills([(at(580), Lots(5_000))]), "side": side}
    own = 0.01 * 5_000 * math.exp(-BETA * 20)
    ago = Flow(mid2=Ticks(20_001 - round(2 * own) * side.sign))
    mine, theirs = seen(flow=ago, **fills), seen(flow=ago, side=side, filled=Lots(5_000))
    assert number(mine, "alpha", **params) == pytest.approx(0, abs=0.5)
    assert number(theirs, "alpha", **params) == pytest.approx(own, rel=0.02)
    assert number(theirs, "wanted_impact", **params) > number(
        seen(filled=Lots(5_000), flow=Flow(mid2=Ticks(20_001))), "wanted_impact", **params
    )


def test_flow_of_others_and_a_stated_curve_are_forecasts_by_side() -> None:
    flow = Flow(imbalance=50, gross=100)
    bought = number(seen(flow=flow), "alpha", alpha_model="imbalance", alpha="10")
    sold = number(seen(flow=flow, side=Side.SELL), "alpha", alpha_model="imbalance", alpha="10")
    assert bought == -sold == pytest.approx(10_000.5 * 5e-4)
    curve = {"alpha_model": "curve", "alpha_curve": ["20", "10", "0", "0"]}
    assert number(seen(0), "alpha", **curve) == pytest.approx(10_000.5 * 20e-4)
    assert number(seen(0, side=Side.SELL), "alpha", **curve) == pytest.approx(-10_000.5 * 20e-4)
    assert number(seen(3_000), "alpha", **curve) == 0


def test_a_regime_scales_impact_and_volume_time_its_fading() -> None:
    regimes = {"regime_above": ["1.5", "3"], "regime_strength": ["2", "5"], "regime_decay": ["0.5", "0.1"]}
    calm, wild = (seen(flow=Flow(sigma=Microticks(sigma))) for sigma in (500_000, 1_000_000))
    assert number(wild, "lambda", **regimes) == pytest.approx(2 * number(calm, "lambda", **regimes), rel=1e-4)
    assert number(wild, "beta", **regimes) == pytest.approx(number(calm, "beta", **regimes) / 2, rel=1e-4)
    busy = seen(600, flow=Flow(volume=Lots(20_000), today=Lots(20_000), open=OPEN))
    assert number(busy, "beta", adaptive_beta=True) == pytest.approx(2 * BETA, rel=1e-4)


def test_without_a_forecast_nothing_is_missed_where_no_impact_is_known() -> None:
    reason = build("myopic", {}).on_event(seen(basis=Basis(ahead=Lots(1_000_000)))).reason
    assert "fallback" not in reason
    assert "chain" not in reason


def test_bounds_are_named() -> None:
    for params, field in (
        ({"half_life_s": "601"}, "half_life_s"),
        ({"concavity": "0.1"}, "concavity"),
        ({"alpha_model": "luck"}, "alpha_model"),
        ({"alpha_model": "curve"}, "alpha_curve"),
        ({"regime_above": ["2", "1"], "regime_strength": ["1", "1"], "regime_decay": ["1", "1"]}, "regime_above"),
        ({"regime_above": ["2"], "regime_strength": [], "regime_decay": ["1"]}, "regime_strength"),
    ):
        with pytest.raises(Invalid) as caught:
            build("myopic", params)
        assert caught.value.field == f"params.{field}"
