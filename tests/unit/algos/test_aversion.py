"""Risk of a myopic order: limits that what has been run counts against, weights that have no unit, refusals by name."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from metaorder.algos import build
from metaorder.algos.aversion import exposed
from metaorder.domain.errors import Invalid
from metaorder.domain.fills import Fills
from metaorder.domain.state import Basis, State
from metaorder.domain.units import Lots, Ticks
from support.core import at
from unit.algos.test_myopic import LOTS, seen
from unit.algos.test_shortfall import WINDOW_S, replace

ARRIVAL = Ticks(20_001)


def state(seconds: float = 0, **changes: Any) -> State:
    return replace(seen(seconds, **changes), arrival2=ARRIVAL)


def said(at_state: State, **params: Any) -> dict[str, Any]:
    return dict(build("myopic", params).on_event(at_state).reason)


def risk(at_state: State, **params: Any) -> float:
    return float(said(at_state, **params)["risk_to_come_bps"])


def test_a_limit_is_kept_by_trading_sooner() -> None:
    free = risk(state(), risk_limit_bps="10000")
    bound = said(state(), risk_limit_bps=str(round(free / 2, 4)))
    assert float(bound["risk_to_come_bps"]) == pytest.approx(free / 2, rel=1e-3)
    assert float(bound["risk_to_come_bps"]) <= free / 2
    assert bound["risk_limit"] == "kept"
    assert float(bound["block"]) > float(said(state())["block"])
    limited = build("myopic", {"risk_limit_bps": str(round(free / 2, 4))})
    plain = build("myopic", {})
    for seconds in (300, 900, 1_800, 3_000):
        assert limited.planned(state(), at(seconds)) > plain.planned(state(), at(seconds))  # type: ignore[operator]
    assert limited.planned(state(), at(WINDOW_S)) == LOTS


def test_a_limit_that_does_not_bind_and_weights_of_cost_alone_change_nothing() -> None:
    plain = build("myopic", {}).on_event(state(600))
    for params in ({"risk_limit_bps": "10000"}, {"weight_cost": "3"}):
        found = build("myopic", params).on_event(state(600))
        assert (found.target, found.due, found.pace) == (plain.target, plain.due, plain.pace)


def test_what_has_been_run_is_taken_off_the_limit() -> None:
    free = risk(state(), risk_limit_bps="10000")
    late = said(state(600), risk_limit_bps=str(round(free, 4)))
    run, to_come = float(late["risk_run_bps"]), float(late["risk_to_come_bps"])
    assert run > 0, "nothing was filled for ten minutes"
    assert run**2 + to_come**2 <= free**2 * 1.001
    gone = said(state(3_000), risk_limit_bps=str(round(free / 3, 4)))
    assert "cannot be kept" in gone["risk_limit"]
    assert float(gone["block"]) > 0.9 * LOTS


def test_the_worst_moment_is_held_to_its_own_limit_and_the_narrower_counts() -> None:
    free = risk(state(), risk_limit_bps="10000")
    half = round(free / 2, 4)
    by_end = said(state(), risk_limit_bps=str(half))
    by_worst = said(state(), drawdown_limit_bps=str(Decimal(str(half)) * Decimal("1.959964")))
    both = said(state(), risk_limit_bps=str(half), drawdown_limit_bps="9000")
    assert float(by_worst["aversion"]) == pytest.approx(float(by_end["aversion"]), rel=1e-3)
    assert both["aversion"] == by_end["aversion"]


def test_weights_of_risk_and_of_completion_trade_sooner_the_more_the_larger() -> None:
    blocks = [float(said(state(), weight_risk=weight)["block"]) for weight in ("0", "0.3", "1", "5")]
    assert blocks == sorted(set(blocks))
    assert float(said(state(), weight_completion="1")["block"]) > blocks[0]
    assert float(said(state(), weight_cost="0", weight_risk="1")["block"]) > 0.9 * LOTS
    for params in ({"weight_risk": "0.5"}, {"weight_completion": "0.5"}):
        unseen = seen(basis=Basis(ahead=Lots(1_000_000)))
        assert "fallback" not in said(replace(state(), arrival2=None, plan=unseen.plan, market=unseen.market), **params)


@pytest.mark.parametrize("name", ["risk_limit_bps", "drawdown_limit_bps"])
def test_a_limit_without_what_it_is_measured_by_is_left_out_and_named(name: str) -> None:
    assert "volatility" in said(state(basis=Basis()), **{name: "5"})["fallback"]
    assert "arrival mid" in said(replace(state(), arrival2=None), **{name: "5"})["fallback"]


def test_what_is_left_squared_is_counted_from_the_start_and_rather_too_much_than_too_little() -> None:
    filled = state(600, filled=Lots(40_000), fills=Fills([(at(100), Lots(30_000)), (at(400), Lots(10_000))]))
    whole = 100_000**2 * 100 + 70_000**2 * 300 + 60_000**2 * 200
    assert exposed(filled, at(600)) == pytest.approx(whole)
    assert exposed(filled, at(300)) == pytest.approx(100_000**2 * 100 + 70_000**2 * 200)
    forgotten = replace(filled, fills=Fills(filled.fills[1:]))
    assert exposed(forgotten, at(600)) == pytest.approx(100_000**2 * 400 + 60_000**2 * 200)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"risk_limit_bps": "0"}, "risk_limit_bps"),
        ({"risk_limit_bps": "10001"}, "risk_limit_bps"),
        ({"drawdown_limit_bps": "-1"}, "drawdown_limit_bps"),
        ({"weight_risk": "-0.1"}, "weight_risk"),
        ({"weight_completion": "1001"}, "weight_completion"),
        ({"weight_cost": "0"}, "weight_cost"),
        ({"risk_limit_bps": "5", "concavity": "0.5"}, "concavity"),
        ({"weight_risk": "1", "concavity": "0.5"}, "concavity"),
        ({"risk_limit_bps": "many"}, "risk_limit_bps"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_name(params: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        build("myopic", params)
    assert caught.value.field == f"params.{field}"
