"""Stochastic control: the inventory of the model's closed form, its limits, the volume it may follow, and what is missing."""

from __future__ import annotations

from typing import Any

import pytest

from metaorder.algos import build
from metaorder.domain.errors import Invalid
from metaorder.domain.state import Basis
from metaorder.domain.units import Lots
from metaorder.models.cj_liquidation import liquidation
from metaorder.models.cj_target_pov import target_pov
from support.core import at
from unit.algos.test_shortfall import FACTS, WINDOW_S, replace, shown

LOTS = 100_000


def done(params: dict[str, Any], seconds: float, **changes: Any) -> int:
    planned = build("stochastic_control", params).planned(shown(**changes), at(seconds))
    assert planned is not None
    return planned


@pytest.mark.parametrize("penalty", [None, 0.05, 1.0])
@pytest.mark.parametrize("phi", [0.0, 1e-6, 1e-4])
def test_what_is_left_is_the_model_s(phi: float, penalty: float | None) -> None:
    times = [300.0, 1_800.0, 3_000.0]
    model = liquidation(LOTS, float(WINDOW_S), times, k=2.0, b=0.01, alpha=penalty, phi=phi)
    params = {"phi": f"{phi:.8f}", "eta": "2", "gamma": "0.01", "terminal_penalty": None if penalty is None else str(penalty)}
    left = [LOTS - done(params, seconds) for seconds in times]
    assert left == pytest.approx(model.inventory.tolist(), abs=1.5)


def test_urgency_is_that_of_the_shortfall_in_continuous_time() -> None:
    is_done = build("is", {"urgency": "0.4"}).planned(shown(), at(900))
    assert done({"urgency": "0.4"}, 900) == pytest.approx(is_done, abs=2)


def test_what_the_penalty_leaves_is_done_at_the_very_end() -> None:
    soft = {"phi": "0", "eta": "2", "gamma": "0", "terminal_penalty": "0.0001"}
    assert done(soft, WINDOW_S - 1) < 0.3 * LOTS
    assert done(soft, WINDOW_S) == LOTS


def test_along_a_share_of_the_volume_it_is_the_model_s_rate() -> None:
    basis = replace(FACTS, ahead=Lots(400_000))
    found = done({"target": "0.1", "tracking": "2"}, 900, basis=basis)
    model = target_pov(LOTS, float(WINDOW_S), [400_000 / WINDOW_S] * 4, chi=1 / 9, k=1.0, b=0.0, alpha=None, phi=2.0)
    assert found == pytest.approx(float(model.rate[0]) * 900, abs=2)


def test_missing_impact_or_volume_degrades_and_the_reason_says_so() -> None:
    lost = shown(basis=Basis())
    for params, word in (({"phi": "1"}, "impact"), ({"target": "0.1"}, "volume"), ({"terminal_penalty": "1"}, "impact")):
        assert word in str(build("stochastic_control", params).on_event(lost).reason["fallback"])
    assert "fallback" not in build("stochastic_control", {}).on_event(lost).reason


def test_bounds_are_named() -> None:
    for params, field in (
        ({"urgency": "0.5", "phi": "1"}, "phi"),
        ({"terminal_penalty": "0"}, "terminal_penalty"),
        ({"target": "1"}, "target"),
        ({"tracking": "-1"}, "tracking"),
    ):
        with pytest.raises(Invalid) as caught:
            build("stochastic_control", params)
        assert caught.value.field == f"params.{field}"
