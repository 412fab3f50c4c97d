"""Baskets in the machine: all legs or none, plans drawn jointly, and cash within its band whatever the venue does."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.core.commands import Accept, AcceptBasket, Amend, Cancel, Pause, Rejection, Resume
from metaorder.core.events import ChildSubmitted, Fill, ParentAccepted, ParentRejected, ParentWaiting, ScheduleSet
from metaorder.domain.order import ParentId, ParentOrder, Side, Status, Waiting
from metaorder.domain.units import Lots, Nanos, Ticks
from support.core import LATENCY, OPEN, at, parent_order, touch
from support.examples import examples
from support.fake_market import NEVER_FILLS, FakeMarket, Fate, Printed, Quoted
from support.laws import Laws
from support.scenarios import FATES, STRETCHES, in_turn, shown, tape

BAND = 20_000
PRICE = 100.0


def a_leg(name: str, side: Side, lots: int = 2_000, **changes: Any) -> ParentOrder:
    params = {"urgency": "0.5", "cash_band": str(BAND), **changes.pop("params", {})}
    return parent_order(
        id=ParentId(name), client_order_id=name, side=side, lots=Lots(lots), algo="basket", params=params, basket="B", **changes
    )


def together(*legs: ParentOrder, refused: tuple[int, ...] = ()) -> AcceptBasket:
    no = Rejection(code="max_quantity", detail="too much")
    accepts = [
        Accept(order=leg, rejection=no if n in refused else None, body_hash="", received_at=OPEN) for n, leg in enumerate(legs)
    ]
    return AcceptBasket(basket="B", legs=tuple(accepts))


BUY, SELL = a_leg("p-buy", Side.BUY), a_leg("p-sell", Side.SELL)


def market(*ticks: Any, fates: Any = None, **more: Any) -> FakeMarket:
    script = ticks or (Quoted(OPEN, touch()), *(Printed(at(s), Ticks(10_000), Lots(5_000)) for s in range(0, 600, 10)))
    return FakeMarket(script, fates or (lambda n: Fate()), background=10**6, facts=shown(), **more)


def drawn(found: FakeMarket) -> list[tuple[str, str, Nanos]]:
    return [
        (s.happened.parent, s.happened.event.cause, s.happened.ts)
        for s in found.steps
        if isinstance(s.happened.event, ScheduleSet)
    ]


def test_every_leg_is_taken_in_one_step_and_works() -> None:
    found = market()
    found.apply(together(BUY, SELL))
    assert [type(step.happened.event) for step in found.steps[:2]] == [ParentAccepted, ParentAccepted]
    found.run(at(700))
    assert {found.engine.executions[leg.id].status for leg in (BUY, SELL)} == {Status.FILLED}


def test_one_leg_that_cannot_be_taken_refuses_them_all() -> None:
    found = market()
    late = replace(SELL, end=at(30_000))
    answer = found.apply(together(BUY, late))
    assert not isinstance(answer, list)
    assert answer.code == "window_outside_session"  # type: ignore[union-attr]
    assert [pointer for pointer, _ in answer.errors] == ["/legs/1/start_time", "/legs/1/end_time"]  # type: ignore[union-attr]
    assert found.engine.executions == {}


def test_what_the_ladder_refused_is_recorded_and_never_works() -> None:
    found = market()
    found.apply(together(BUY, SELL, refused=(0, 1)))
    assert all(isinstance(step.happened.event, ParentRejected) for step in found.steps)
    assert found.engine.open_orders(BUY.account) == 0


def test_plans_are_drawn_for_all_legs_when_one_of_them_starts_resumes_or_is_amended() -> None:
    found = market(fates=lambda n: NEVER_FILLS)
    found.apply(together(BUY, SELL))
    found.run(at(60))
    begun = drawn(found)
    assert begun[-2:] == [("p-buy", "started: ACME", OPEN), ("p-sell", "started", OPEN)]
    found.apply(Pause(parent=BUY.id))
    found.run(at(120))
    assert drawn(found) == begun, "a pause draws nothing: the band holds the other side"
    found.apply(Resume(parent=BUY.id))
    assert drawn(found)[len(begun) :] == [("p-buy", "resumed", at(120)), ("p-sell", "resumed: ACME", at(120))]
    found.apply(Amend(parent=SELL.id, expected_version=1, body_hash="", lots=Lots(3_000)))
    assert [cause for _, cause, _ in drawn(found)[-2:]] == ["amended: ACME", "amended"]


def test_a_leg_that_is_paused_holds_the_other_side_at_the_band() -> None:
    found = market()
    found.apply(together(BUY, SELL))
    found.apply(Pause(parent=SELL.id, cancel_open=True))
    found.run(at(500))
    bought = found.engine.executions[BUY.id]
    assert BAND / PRICE - 5 <= bought.filled <= BAND / PRICE + 1
    assert bought.waiting is Waiting.BASKET
    assert any(isinstance(s.happened.event, ParentWaiting) and s.happened.event.waiting is Waiting.BASKET for s in found.steps)
    found.apply(Cancel(parent=SELL.id))
    found.run(at(700))
    assert found.engine.executions[BUY.id].filled > bought.filled + 100, "a leg that is over has nothing left to be balanced with"


def test_each_child_names_the_basket() -> None:
    found = market()
    found.apply(together(BUY, SELL))
    found.run(at(300))
    reasons = [s.happened.event.reason for s in found.steps if isinstance(s.happened.event, ChildSubmitted)]
    assert reasons
    assert {(reason["basket"], reason["legs"]) for reason in reasons} == {("B", 2)}
    assert {reason["leg"] for reason in reasons} == {1, 2}
    assert all("cash_bound" in reason and "cash_imbalance" in reason for reason in reasons)


@settings(max_examples=examples(8), deadline=None)
@given(stretches=STRETCHES, fates=FATES, band=st.sampled_from([0, 2_000, 20_000]), pause=st.none() | st.integers(1, 500))
def test_purchases_and_sales_stay_within_the_band_whatever_happens(
    stretches: Any, fates: list[Fate], band: int, pause: int | None
) -> None:
    """Both sides in one book, so that every law of an order holds beside; what is out counts as done."""
    found = FakeMarket(tape(stretches, 700), in_turn(fates), facts=shown(), watchers=[Laws(LATENCY)])
    legs = [a_leg(name, side, 1_500, params={"cash_band": str(band)}, cap=Fraction(1, 2)) for name, side in SIDES]
    found.apply(together(*legs))
    if pause is not None:
        found.run(at(pause))
        found.apply(Pause(parent=legs[1].id, cancel_open=True))
    found.run(at(800))
    spent = {Side.BUY: 0.0, Side.SELL: 0.0}
    for step in found.steps:
        event, order = step.happened.event, step.after.order
        if isinstance(event, Fill):
            spent[order.side] += event.lots * event.price / 100
        if isinstance(event, Fill) and step.after.status is not Status.PENDING_CANCEL:
            apart = abs(spent[Side.BUY] - spent[Side.SELL])
            assert apart <= 1.02 * band + 2 * PRICE * 1.02, "the band, prices that moved, and a smallest child each way"
    assert all(found.engine.executions[leg.id].status.terminal for leg in legs)


SIDES = (("p-buy", Side.BUY), ("p-sell", Side.SELL))


def test_the_points_that_are_shown_are_those_that_would_be_drawn() -> None:
    found = market(fates=lambda n: NEVER_FILLS)
    found.apply(together(BUY, SELL))
    found.run(at(60))
    shown_points = found.engine.points(BUY.id)
    found.apply(Pause(parent=SELL.id))
    found.apply(Resume(parent=SELL.id))
    last = next(
        s.happened.event
        for s in reversed(found.steps)
        if s.happened.parent == BUY.id and isinstance(s.happened.event, ScheduleSet)
    )
    assert last.points == shown_points


@pytest.mark.parametrize("basket", [None, "B"])
def test_an_order_without_a_basket_is_planned_as_it_always_was(basket: str | None) -> None:
    found = market()
    order = replace(BUY, basket=basket)
    found.accept(order)
    found.run(at(10))
    event = next(s.happened.event for s in found.steps if isinstance(s.happened.event, ChildSubmitted))
    assert (event.reason["basket"], event.reason["legs"]) == (basket, 1)
