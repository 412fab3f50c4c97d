"""Parent orders: sides, states, and terms that are refused by name where they cannot hold."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.domain.order import MAX_CLIENT_ID, MAX_LOTS, TERMINAL, Side, Status
from support.core import OPEN, parent_order


@pytest.mark.parametrize(
    ("side", "price", "limit", "within"),
    [
        (Side.BUY, 100, 101, True),
        (Side.BUY, 101, 101, True),
        (Side.BUY, 102, 101, False),
        (Side.SELL, 102, 101, True),
        (Side.SELL, 101, 101, True),
        (Side.SELL, 100, 101, False),
        (Side.BUY, 10**9, None, True),
        (Side.SELL, 1, None, True),
    ],
)
def test_a_limit_is_the_highest_price_of_a_buyer_and_the_lowest_of_a_seller(
    side: Side, price: int, limit: int | None, within: bool
) -> None:
    assert side.within(price, limit) is within


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_price_past_the_limit_of_one_side_is_inside_that_of_the_other(price: int, limit: int) -> None:
    assert Side.BUY.within(price, limit) or Side.SELL.within(price, limit)
    assert (Side.BUY.within(price, limit) and Side.SELL.within(price, limit)) == (price == limit)


def test_signs_are_those_of_a_position() -> None:
    assert (Side.BUY.sign, Side.SELL.sign) == (1, -1)


def test_only_new_and_partially_filled_orders_may_place() -> None:
    assert {status for status in Status if status.live} == {Status.NEW, Status.PARTIALLY_FILLED}


def test_an_order_ends_filled_canceled_expired_or_rejected() -> None:
    ends = {Status.FILLED, Status.CANCELED, Status.EXPIRED, Status.REJECTED}
    assert {status for status in Status if status.terminal} == ends == TERMINAL


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"lots": 0}, "quantity", f"from 1 to {MAX_LOTS} lots"),
        ({"lots": -5}, "quantity", f"from 1 to {MAX_LOTS} lots"),
        ({"lots": MAX_LOTS + 1}, "quantity", f"from 1 to {MAX_LOTS} lots"),
        ({"client_order_id": ""}, "client_order_id", f"1 to {MAX_CLIENT_ID} characters long"),
        ({"client_order_id": "x" * (MAX_CLIENT_ID + 1)}, "client_order_id", f"1 to {MAX_CLIENT_ID} characters long"),
        ({"end": OPEN}, "end_time", "after start_time"),
        ({"end": OPEN - 1}, "end_time", "after start_time"),
        ({"limit": 0}, "limit_price", "greater than 0"),
        ({"limit": -1}, "limit_price", "greater than 0"),
        ({"cap": Fraction(0)}, "max_participation", "between 0 and 1, both excluded"),
        ({"cap": Fraction(1)}, "max_participation", "between 0 and 1, both excluded"),
        ({"urgency": Fraction(-1, 10)}, "urgency", "from 0 to 1"),
        ({"urgency": Fraction(11, 10)}, "urgency", "from 0 to 1"),
        ({"behind": Fraction(-1, 10)}, "schedule_band.behind", "from 0 to 1"),
        ({"ahead": Fraction(11, 10)}, "schedule_band.ahead", "from 0 to 1"),
        ({"min_child": 0}, "min_child_quantity", "at least one lot"),
        ({"min_child": 10, "max_child": 9}, "max_child_quantity", "at least min_child_quantity"),
    ],
)
def test_terms_that_cannot_hold_are_refused_by_name(changes: dict[str, Any], field: str, rule: str) -> None:
    with pytest.raises(Invalid) as caught:
        parent_order(**changes)
    assert (caught.value.field, caught.value.rule) == (field, rule)


def test_terms_at_their_bounds_are_taken() -> None:
    order = parent_order(lots=MAX_LOTS, client_order_id="x" * MAX_CLIENT_ID, end=OPEN + 1, limit=1, max_child=1)
    assert replace(order, urgency=Fraction(1), behind=Fraction(0), ahead=Fraction(1)).max_child == order.min_child == 1
