"""The shift of a schedule with the price, worked by hand: its sign, its bounds, its end, and what it goes without."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from metaorder.core.adaptation import Moved, adapted, fade, moved, shift
from metaorder.core.decide import state_of
from metaorder.core.execution import Execution
from metaorder.domain.adaptation import AdaptationMode, PriceAdaptation
from metaorder.domain.market import NO_QUOTE
from metaorder.domain.order import Side
from metaorder.domain.state import NO_BASIS, Basis, Intent, MarketState, State
from metaorder.domain.units import Lots, Microticks, Ticks
from support.core import OPEN, at, market_state, started, touch

AGGRESSIVE = PriceAdaptation(mode=AdaptationMode.AGGRESSIVE, slope_per_bp=Fraction(1, 100), max_shift=Fraction(1, 10))
PASSIVE = replace(AGGRESSIVE, mode=AdaptationMode.PASSIVE)
BASIS = Basis(sigma=Microticks(1_000_000), adv=Lots(234_000_000))
"""A tick in a second, 153 in a day; of 1,000 lots done 0.316 ticks are own impact."""


def execution(adaptation: PriceAdaptation | None = AGGRESSIVE, **changes: Any) -> Execution:
    """A thousand lots in ten minutes that arrived at 100.005."""
    return replace(started(adaptation=adaptation, **changes), arrival2=Ticks(20_001), basis=BASIS)


def seen(ticks: int = 0, second: float = 60, **changes: Any) -> MarketState:
    """The market a minute later, so many ticks up."""
    return market_state(now=at(second), quote=touch(10_000 + ticks, 10_001 + ticks), **changes)


def intent(target: int = 500, due: int = 400) -> Intent:
    return Intent(target=Lots(target), due=Lots(due), pace=Lots(50), wake=at(61), reason={"slice": 1})


def state(ticks: int = 0, second: float = 60, order: Execution | None = None, **changes: Any) -> State:
    return state_of(execution() if order is None else order, seen(ticks, second, **changes))


@pytest.mark.parametrize(
    ("mode", "side", "ticks", "lots"),
    [
        (AGGRESSIVE, Side.BUY, -5, 49),
        (AGGRESSIVE, Side.BUY, 5, -49),
        (AGGRESSIVE, Side.SELL, 5, 49),
        (AGGRESSIVE, Side.SELL, -5, -49),
        (PASSIVE, Side.BUY, -5, -49),
        (PASSIVE, Side.SELL, -5, 49),
        (AGGRESSIVE, Side.BUY, 0, 0),
        (AGGRESSIVE, Side.BUY, -50, 100),
        (AGGRESSIVE, Side.BUY, 50, -100),
    ],
)
def test_five_ticks_are_five_basis_points_and_five_per_cent_of_the_order(
    mode: PriceAdaptation, side: Side, ticks: int, lots: int
) -> None:
    order = execution(mode, side=side)
    made = adapted(order, state(ticks, order=order), intent())
    assert (made.target, made.due) == (500 + lots, 400 + lots)
    assert made.reason["price_shift"] == lots
    assert float(str(made.reason["moved_bps"])) == pytest.approx(-ticks * side.sign, rel=1e-3, abs=1e-9)
    assert (made.pace, made.wake, made.reason["slice"]) == (50, at(61), 1)


def test_it_stays_within_the_order() -> None:
    order = execution()
    assert adapted(order, state(-50), intent(980, 930)).target == 1_000
    low = adapted(order, state(50), intent(60, 20))
    assert (low.target, low.due, low.reason["price_shift"]) == (0, 0, -100)


def test_an_order_that_does_not_ask_for_it_is_as_it_is() -> None:
    plain, wanted = execution(None), intent()
    assert adapted(plain, state(-5, order=plain), wanted) is wanted


def test_own_impact_is_no_move_of_the_price() -> None:
    """A lot in 234,000: 153 sqrt(1 / 234,000) = 0.316 ticks, which a buy has pushed up and a sale down."""
    for side in Side:
        order = replace(execution(side=side), filled=Lots(1_000))
        found = moved(state(0, order=order))
        assert isinstance(found, Moved)
        assert found.bps == pytest.approx(found.own_bps) == pytest.approx(0.316, rel=2e-3)


def test_what_the_plan_rests_on_comes_before_what_the_market_shows_now() -> None:
    other = Basis(sigma=Microticks(2_000_000), adv=Lots(234_000_000))
    done = replace(execution(), filled=Lots(1_000))
    first, later = moved(state(order=done, basis=other)), moved(state(order=replace(done, basis=NO_BASIS), basis=other))
    assert isinstance(first, Moved)
    assert isinstance(later, Moved)
    assert later.own_bps == pytest.approx(2 * first.own_bps)


@pytest.mark.parametrize(
    ("changes", "quote", "missing"),
    [
        ({"arrival2": None}, touch(), "arrival mid"),
        ({}, NO_QUOTE, "mid"),
        ({"basis": replace(BASIS, sigma=None)}, touch(), "volatility"),
        ({"basis": replace(BASIS, adv=None)}, touch(), "usual volume"),
    ],
)
def test_what_is_not_known_moves_nothing_and_is_named(changes: dict[str, Any], quote: Any, missing: str) -> None:
    order = replace(execution(), **changes)
    facts = state_of(order, replace(seen(), quote=quote))
    assert moved(facts) == missing
    made = adapted(order, facts, intent())
    assert (made.target, made.due) == (500, 400)
    assert (made.reason["price_shift"], made.reason["moved_bps"]) == (0, None)
    assert made.reason["fallback"] == f"no {missing} is known: price_adaptation is left out"


@pytest.mark.parametrize(("second", "left"), [(0, 1), (540, 1), (555, 0.5), (567, 0.1), (570, 0), (600, 0)])
def test_it_fades_to_nothing_in_the_last_tenth_of_the_window(second: int, left: float) -> None:
    assert fade(OPEN, at(600), at(second)) == pytest.approx(left)
    assert shift(AGGRESSIVE, Lots(1_000), 50, fade(OPEN, at(600), at(second))) == 100 * left


def test_rounding_is_towards_the_schedule_either_way() -> None:
    assert [shift(AGGRESSIVE, Lots(99), bps, Fraction(1)) for bps in (1.9, -1.9, 1.0, 0.0)] == [1, -1, 0, 0]


def test_what_must_complete_is_not_held_back_in_its_last_stretch() -> None:
    order = execution(must_complete=True, end=at(100))
    assert adapted(order, state(50, 69, order), intent()).reason["price_shift"] == -100
    assert adapted(order, state(50, 71, order), intent()).reason["price_shift"] == 0
    free = execution(end=at(100))
    assert adapted(free, state(50, 71, free), intent()).reason["price_shift"] == -100
