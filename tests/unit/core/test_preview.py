"""The preview: the engine's own plan where there is one, the algorithm on the expected volume where there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metaorder.core.decide import plan_points
from metaorder.core.events import Happened, ParentAccepted
from metaorder.core.execution import Execution, evolve
from metaorder.core.preview import preview
from metaorder.domain.market import NO_QUOTE, flat_curve
from metaorder.domain.order import Status
from metaorder.domain.state import MarketState
from metaorder.domain.units import SECOND, Lots, Nanos
from support.sessions import DAY, order

MARKET = MarketState(
    now=DAY.open,
    quote=NO_QUOTE,
    halted=False,
    others=Lots(0),
    others_window=Lots(0),
    others_pace=Lots(0),
    others_since_plan=Lots(0),
    curve=flat_curve(DAY.open, DAY.close),
    volume_ahead=None,
)


def execution(**changes: object) -> Execution:
    placed = order("a", **changes)
    return evolve(None, Happened(placed.id, DAY.open, ParentAccepted(order=placed, quote=NO_QUOTE, received_at=Nanos(1))))


def steady(start: Nanos, end: Nanos) -> Lots:
    """Ten lots a second."""
    return Lots(10 * (end - start) // SECOND)


def test_a_plan_is_the_engines_own() -> None:
    drawn = execution(start=Nanos(DAY.open + 60 * SECOND), lots=Lots(2_000))
    assert preview(drawn, MARKET, steady) == plan_points(drawn, MARKET) != ()


def test_what_the_cap_holds_back_of_a_plan_is_done_later_or_never() -> None:
    """Ten lots a second and a fifth of them: two and a half a second; a plan of more is cut, one that begins too soon is late."""
    points = preview(execution(lots=Lots(20_000)), MARKET, steady)
    assert [lots for _, lots in points] == pytest.approx([(time - DAY.open) / SECOND * 2.5 for time, _ in points], abs=3)
    urgent = execution(algo="is", params={"urgency": "0.9"}, lots=Lots(4_000))
    points, free = preview(urgent, MARKET, steady), plan_points(urgent, MARKET)
    assert points[5][1] == pytest.approx(562, abs=3), "of what the cap leaves"
    assert free[5][1] > 1_000
    assert preview(urgent, MARKET, None) == free, "without a forecast nothing is known to bind"


def test_an_algorithm_that_follows_the_market_does_its_share_of_what_is_expected() -> None:
    drawn = execution(algo="pov", params={"target": "0.1"}, lots=Lots(5_000))
    points = preview(drawn, MARKET, steady)
    assert [lots for _, lots in points] == [(time - DAY.open) // SECOND * 10 // 9 for time, _ in points]
    assert points[-1] == (drawn.order.end, 2_000)


def test_it_never_does_more_than_the_order() -> None:
    points = preview(execution(algo="pov", params={"target": "0.1"}, lots=Lots(500)), MARKET, steady)
    assert points[-1][1] == max(lots for _, lots in points) == 500


def test_where_nothing_is_expected_nothing_is_said() -> None:
    drawn = execution(algo="pov")
    assert preview(drawn, MARKET, None) == ()
    assert preview(replace(drawn, status=Status.CANCELED), MARKET, steady) == ()
    assert preview(drawn, replace(MARKET, now=drawn.order.end), steady) == ()
