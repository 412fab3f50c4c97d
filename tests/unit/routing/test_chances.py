"""Chances: what is said of a child's queue is the mean of exponential outflows, and own outcomes move it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from metaorder.domain.child import ChildType, TimeInForce
from metaorder.domain.order import Placement
from metaorder.domain.state import MarketState, Outcome
from metaorder.domain.units import MICRO, SECOND, Lots, Microticks, Nanos, Ticks
from metaorder.routing.chances import chances, weighed, with_outflow
from metaorder.routing.placement import Place
from support.core import OPEN, at, child, market_state
from unit.routing.test_placement import SELLER, wish
from unit.routing.test_venues import view


def market(**changes: Any) -> MarketState:
    """Three thousand lots in the last five minutes: five a second on either side."""
    plain = market_state(now=at(600))
    flow = replace(plain.flow, volume=Lots(3_000), open=OPEN, sigma=Microticks(0), **changes)
    return replace(plain, flow=flow)


def said(place: Place, outcomes: dict[str, Outcome] | None = None, seen: MarketState | None = None, **changes: Any) -> Any:
    only = view("A", bid_size=50, ask_size=40)
    return weighed(place, wish(**changes), only, [only], market() if seen is None else seen, outcomes or {}, at(6_000))


def resting(price: int = 100, lots: int = 100) -> Place:
    return Place(Ticks(price), Lots(lots), TimeInForce.GTD, "because")


@pytest.mark.parametrize(("stands", "lots", "mean"), [(0, 10, 50.0), (80, 100, 300.0), (500, 20, 100.0)])
def test_chances_are_those_of_an_exponential_outflow(stands: int, lots: int, mean: float) -> None:
    drawn = -mean * np.log1p(-(np.arange(200_000) + 0.5) / 200_000)
    whole, expected = chances(stands, lots, mean)
    assert whole == pytest.approx(float((drawn >= stands + lots).mean()), abs=1e-3)
    assert expected == pytest.approx(float(np.clip(drawn - stands, 0, lots).mean()), rel=1e-3)


def test_the_outflow_is_looked_at_where_a_child_is_outbid_and_nowhere_else() -> None:
    resting_child = child(1, price=Ticks(99), ahead=Lots(5))
    assert with_outflow(wish(), [resting_child], market(), at(6_000)).mean == pytest.approx(300)
    assert with_outflow(wish(), [resting_child], market(), at(610)).mean == pytest.approx(50)
    for asked, out, seen in (
        (wish(), [replace(resting_child, price=Ticks(100))], market()),
        (wish(), [replace(resting_child, ahead=None)], market()),
        (wish(style=Placement.JOIN), [resting_child], market()),
        (wish(), [resting_child], market_state()),
    ):
        assert with_outflow(asked, out, seen, at(6_000)) == asked


def test_a_queue_that_nothing_leaves_fills_nothing() -> None:
    assert chances(0, 10, 0.0) == (0.0, 0.0)


def test_a_child_says_its_queue_its_chance_and_what_the_other_ways_cost() -> None:
    reason = said(resting())
    assert (reason["horizon_s"], reason["queue_ahead"]) == (60, 50)
    assert float(reason["fill_probability"]) == pytest.approx(math.exp(-150 / 300), rel=1e-3)
    assert reason["expected_fill"] == int(300 * math.exp(-50 / 300) * (1 - math.exp(-100 / 300)))
    ways = {each["way"]: each for each in reason["candidates"]}
    assert ways.keys() == {"join", "improve", "cross"}
    assert (ways["improve"]["price"], ways["improve"]["queue_ahead"]) == (101, 0)
    assert float(ways["cross"]["cost_ticks"]) == 1.0
    part = reason["expected_fill"] / 100
    assert float(ways["join"]["cost_ticks"]) == pytest.approx(-part + (1 - part), abs=0.02)
    costs = [float(each["cost_ticks"]) for each in reason["candidates"]]
    assert costs == sorted(costs)


def test_a_seller_stands_on_the_other_side() -> None:
    ways = {each["way"]: each for each in said(resting(102), **SELLER)["candidates"]}
    assert (ways["join"]["price"], ways["improve"]["price"], ways["cross"]["price"]) == (102, 101, 100)
    assert ways["join"]["queue_ahead"] == 40


def joined(reason: Any) -> float:
    return next(float(each["cost_ticks"]) for each in reason["candidates"] if each["way"] == "join")


def test_a_move_against_a_child_that_does_not_fill_makes_resting_dearer() -> None:
    assert joined(said(resting(), seen=market_wild())) > joined(said(resting()))


def market_wild() -> MarketState:
    plain = market()
    return replace(plain, flow=replace(plain.flow, sigma=Microticks(MICRO)))


def test_own_outcomes_move_the_chance_both_ways_and_within_bounds() -> None:
    plain = float(said(resting())["fill_probability"])
    slow = float(said(resting(), {"A": Outcome(expected=Lots(9_000), filled=Lots(10))})["fill_probability"])
    fast = float(said(resting(), {"A": Outcome(expected=Lots(10), filled=Lots(9_000))})["fill_probability"])
    elsewhere = float(said(resting(), {"B": Outcome(expected=Lots(9_000))})["fill_probability"])
    assert slow < plain < fast
    assert elsewhere == plain
    assert slow == pytest.approx(math.exp(-150 / (300 * 0.25)), rel=1e-3)


def test_where_nobody_knows_the_volume_the_chance_is_null_and_no_way_is_held_against_another() -> None:
    reason = said(resting(), seen=market_state())
    assert reason["fill_probability"] is None
    assert "candidates" not in reason
    assert "expected_fill" not in reason


def test_what_takes_and_what_is_at_the_midpoint_has_no_queue() -> None:
    taking = Place(Ticks(102), Lots(10), TimeInForce.IOC, "because")
    pooled = replace(resting(), type=ChildType.MIDPOINT)
    assert "queue_ahead" not in said(taking)
    assert "queue_ahead" not in said(pooled)
    assert {each["way"] for each in said(taking)["candidates"]} == {"join", "improve", "cross"}


def test_a_child_near_the_end_has_what_is_left_of_the_window() -> None:
    only = view("A")
    late = weighed(resting(), wish(), only, [only], market(), {}, Nanos(at(600) + 10 * SECOND))
    assert late["horizon_s"] == 10
    assert float(late["fill_probability"]) == pytest.approx(math.exp(-150 / 50), rel=1e-3)
