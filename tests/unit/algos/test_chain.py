"""The fallback chain: myopic, traditional, twap; each step in the reason, and the schedule is the one that it names."""

from __future__ import annotations

from typing import Any

from metaorder.algos import build
from metaorder.domain.state import NO_FLOW, Basis, Flow, Intent, State
from metaorder.domain.units import Lots, Microticks
from support.core import OPEN, at
from unit.algos.test_myopic import seen

FORECAST = {"alpha_model": "momentum"}
KNOWN = Flow(volume=Lots(3_000), open=OPEN)
FIRST = {"algo": "myopic", "missing": "volatility and usual volume", "instead": "traditional"}
SECOND = {"algo": "traditional", "missing": "the market's volume", "instead": "twap"}


def intent(algo: str, state: State, **params: Any) -> Intent:
    return build(algo, params).on_event(state)


def test_a_forecast_without_impact_is_worked_as_traditional_and_split() -> None:
    state = seen(basis=Basis(), flow=KNOWN)
    found, plain = intent("myopic", state, **FORECAST), intent("traditional", state)
    assert found.reason["chain"] == [FIRST]
    assert str(found.reason["fallback"]).startswith("myopic without volatility and usual volume: worked as traditional")
    assert (found.target, found.due, found.split) == (plain.target, plain.due, plain.split)
    assert found.split is not None
    mine, theirs = build("myopic", dict(FORECAST)), build("traditional", {})
    assert [mine.planned(state, at(s)) for s in (600, 900)] == [theirs.planned(state, at(s)) for s in (600, 900)]


def test_without_the_markets_volume_too_it_is_worked_as_twap_and_each_step_is_named() -> None:
    state = seen(basis=Basis(), flow=NO_FLOW)
    found, plain = intent("myopic", state, **FORECAST), intent("twap", state, interval_s=120)
    assert found.reason["chain"] == [FIRST, SECOND]
    assert "worked as traditional; traditional without the market's volume: worked as twap" in str(found.reason["fallback"])
    assert (found.target, found.due, found.wake, found.split) == (plain.target, plain.due, plain.wake, None)
    assert found.reason["slices"] == plain.reason["slices"]


def test_what_is_known_is_never_fallen_back_from() -> None:
    assert "chain" not in intent("myopic", seen(flow=KNOWN), **FORECAST).reason
    assert "chain" not in intent("myopic", seen(basis=Basis(), flow=KNOWN), **FORECAST, impact_ticks="0.01").reason
    assert "chain" not in intent("traditional", seen(basis=Basis(), flow=KNOWN)).reason


def test_twap_exceeds_no_stated_size_and_trades_through_no_spread_that_a_check_is_passed_over_for() -> None:
    sized = intent("traditional", seen(0, basis=Basis(), flow=NO_FLOW), size=70)
    assert sized.target == 70
    assert "chain" not in sized.reason
    wide = intent("traditional", seen(0, basis=Basis(spread=Microticks(1)), flow=NO_FLOW))
    assert wide.target == 0
    assert str(wide.reason["skipped"]).startswith("spread")
