"""Traditional: a parcel a check, nothing where conditions are unfavourable, and never on a memory of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from metaorder.algos.traditional import Traditional
from metaorder.domain.errors import Invalid
from metaorder.domain.fills import Fills
from metaorder.domain.state import Basis, Flow, State
from metaorder.domain.units import Lots, Microticks
from support.core import OPEN, at, market_state, touch
from support.core import state_at as plain_at


def state_at(seconds: float, **changes: Any) -> State:
    """The plain order in a market whose volume is known."""
    flow = Flow(volume=Lots(3_000), open=OPEN)
    return plain_at(seconds, **{"market": replace(market_state(), now=at(max(seconds, 60)), flow=flow), **changes})


def test_a_check_wants_what_is_left_over_the_checks_that_are_left() -> None:
    assert Traditional(order_freq_s=120).on_event(state_at(0)).target == 200
    assert Traditional(order_freq_s=120).on_event(state_at(240, filled=Lots(100))).target == 400
    assert Traditional(order_freq_s=120, size=70).on_event(state_at(240, filled=Lots(100))).target == 170


def test_between_checks_it_goes_on_with_its_parcel_and_begins_none() -> None:
    assert (
        Traditional().on_event(state_at(30, working=Lots(50), filled=Lots(150), fills=Fills([(at(20), Lots(150))]))).target == 200
    )
    assert Traditional().on_event(state_at(30, filled=Lots(200))).target == 200


@pytest.mark.parametrize(
    ("basis", "flow", "why"),
    [
        (Basis(spread=Microticks(400_000)), {}, "spread"),
        (Basis(sigma=Microticks(1_000)), {"sigma": Microticks(4_000)}, "volatility"),
    ],
)
def test_an_unfavourable_check_is_passed_over_and_says_why(basis: Basis, flow: dict[str, Any], why: str) -> None:
    market = replace(market_state(), basis=basis, flow=Flow(**flow), quote=touch())
    intent = Traditional().on_event(state_at(0, market=market))
    assert intent.target == 0
    assert str(intent.reason["skipped"]).startswith(why)


def test_what_rests_is_called_back_before_the_next_check() -> None:
    intent = Traditional(order_freq_s=120).on_event(state_at(130, filled=Lots(200)))
    assert intent.split is not None
    assert at(130) < intent.split.until < at(240)


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": 0},
        {"order_freq_s": 0},
        {"horizon_s": 0},
        {"scenarios": 1},
        {"lookup_s": 59},
        {"lookup_s": 7_201},
        {"outflow": "normal"},
    ],
)
def test_bad_parameters_are_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=next(iter(wrong))):
        Traditional(**wrong)
