"""The closing auction of an order: what is kept for it, what may go there, and in which children."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from metaorder.core import closing
from metaorder.core.events import ChildSubmitted
from metaorder.core.execution import Execution
from metaorder.domain.child import TimeInForce
from metaorder.domain.market import Closing
from metaorder.domain.order import AtClose
from metaorder.domain.state import Basis, MarketState
from metaorder.domain.units import SECOND, Lots, Ticks
from metaorder.domain.venue_rule import VenueRule
from support.core import CLOSE, OPEN, at, fold, market_state, started, submitted

CROSS = Closing("XTEST", at(540), at(600), Lots(6_000))


DAY_S = (CLOSE - OPEN) // SECOND
USUAL = Basis(adv=Lots(24_000 * DAY_S // 540))
"""24,000 lots in the nine minutes until the call, on a flat curve."""


def asking(basis: Basis = USUAL, **terms: Any) -> Execution:
    """An order that asks for the auction, as its plan was drawn."""
    return replace(started(**{"at_close": AtClose.MARKET, **terms}), basis=basis)


def market(seconds: float = 0, **changes: Any) -> MarketState:
    return replace(market_state(now=at(seconds), closing=CROSS), **changes)


def test_what_is_kept_is_the_orders_part_of_the_volume_there() -> None:
    assert closing.kept(asking(), market()) == 1_000 * 6_000 // 30_000
    assert closing.kept(replace(asking(), plan_done=Lots(500)), market()) == 100
    assert closing.kept(asking(at_close=AtClose.NONE), market()) == 0
    assert closing.kept(asking(Basis()), market()) == 0, "nobody knows the volume before it"


def test_no_more_is_kept_than_its_share_of_the_auction_and_nothing_that_is_too_small_for_a_child() -> None:
    assert closing.kept(asking(auction_share=Fraction(1, 100)), market()) == 60
    assert closing.kept(asking(min_child=Lots(200)), market()) == 200
    assert closing.kept(asking(min_child=Lots(201)), market()) == 0


def test_one_for_the_close_keeps_all_that_may_trade_there() -> None:
    assert closing.kept(asking(algo="close"), market()) == 600
    assert closing.kept(asking(algo="close", lots=Lots(300)), market()) == 300
    assert closing.all_kept(asking(algo="close", lots=Lots(300)), market())
    assert not closing.all_kept(asking(algo="close"), market())


def test_once_the_call_begins_nothing_is_kept_and_all_that_is_left_may_go() -> None:
    execution = replace(asking(), filled=Lots(550))
    assert closing.kept(execution, market(540)) == 0
    events = closing.in_call(execution, market(540, halted=True))
    assert [(e.lots, e.time_in_force, e.venue, e.good_till) for e in events if isinstance(e, ChildSubmitted)] == [
        (450, TimeInForce.CLS, "XTEST", at(600))
    ]
    for early_or_late in (539, 600):
        assert closing.in_call(execution, market(early_or_late, halted=True)) == []


def test_what_is_there_already_is_not_sent_again() -> None:
    there = fold(submitted(lots=Lots(400), time_in_force=TimeInForce.CLS), start=asking())
    assert closing.there(there) == 400
    assert closing.room(there, market(545)) == 200
    assert [e.lots for e in closing.in_call(there, market(545, halted=True)) if isinstance(e, ChildSubmitted)] == [200]


def test_a_child_has_the_limit_or_the_collar() -> None:
    def price(**terms: Any) -> int:
        (event,) = closing.in_call(asking(**terms), market(545, halted=True))
        assert isinstance(event, ChildSubmitted)
        return event.price

    assert price(at_close=AtClose.LIMIT, limit=Ticks(10_002)) == 10_002
    assert price() == 10_200, "two percent from the mid"


@pytest.mark.parametrize(
    ("terms", "facts", "why"),
    [
        ({}, {"closing": None}, closing.NO_AUCTION),
        ({"end": at(599)}, {}, closing.TOO_SOON),
        ({"venues": VenueRule(deny=("XTEST",))}, {}, closing.NOT_THERE),
        ({"blackouts": ((at(530), at(560)),)}, {}, closing.BLACKED_OUT),
        ({"blackouts": ((at(550), at(560)),)}, {}, closing.BLACKED_OUT),
        ({"blackouts": ((at(100), at(540)),)}, {}, None),
    ],
)
def test_why_it_has_no_part_in_it(terms: Any, facts: Any, why: str | None) -> None:
    execution, seen = asking(**terms), market(**facts)
    assert closing.why_not(execution.order, seen) == why
    assert closing.noted(execution, seen)["auction"] == why
    assert (closing.kept(execution, seen) > 0) is (why is None)


def test_continuous_trading_ends_with_the_window_or_as_the_call_begins() -> None:
    assert closing.trading_ends(asking().order, market()) == at(540)
    assert closing.trading_ends(asking(end=at(300)).order, market()) == at(300)
    assert closing.trading_ends(asking().order, market(closing=None)) == at(600)


def test_a_schedule_is_shown_with_it() -> None:
    points = ((at(0), Lots(0)), (at(540), Lots(800)))
    assert closing.shown(points, asking(), market(basis=USUAL)) == (*points, (at(600), Lots(1_000)))
    assert closing.shown(points, asking(at_close=AtClose.NONE), market()) == points
