"""The ladder at admission: each rule by its name, its limit and what was seen, at the last value that passes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from metaorder.domain.market import NO_QUOTE, Quote
from metaorder.domain.order import ParentOrder, Side
from metaorder.domain.units import Ticks
from metaorder.risk.ladder import Refused, Standing, admit, worst_notional
from metaorder.risk.limits import Limits
from support.core import INSTRUMENT, parent_order, touch

LIMITS = Limits(max_quantity=1_000, max_notional=Decimal(100_010), max_open_orders=3)


def ask(order: ParentOrder, quote: Quote | None = None, open_orders: int = 0, limits: Limits = LIMITS) -> Refused | None:
    return admit(order, INSTRUMENT, touch() if quote is None else quote, Standing(open_orders=open_orders), limits)


def test_an_order_at_every_limit_is_admitted() -> None:
    assert ask(parent_order(lots=1_000), open_orders=2) is None


def test_a_lot_more_than_the_quantity_is_refused_with_the_numbers() -> None:
    assert ask(parent_order(lots=1_001)) == Refused(
        code="max_quantity", detail="the quantity is 1001, the limit is 1000", limit="1000", observed="1001"
    )


def test_the_quantity_is_counted_in_units_not_in_lots() -> None:
    hundred = replace(INSTRUMENT, lot_size=100)
    assert admit(parent_order(lots=10), hundred, NO_QUOTE, Standing(), LIMITS) is None
    refused = admit(parent_order(lots=11), hundred, NO_QUOTE, Standing(), LIMITS)
    assert refused is not None
    assert (refused.code, refused.observed) == ("max_quantity", "1100")


def test_a_cent_more_than_the_value_is_refused_with_the_numbers() -> None:
    refused = ask(parent_order(lots=1_000), touch(10_000, 10_002))
    assert refused == Refused(
        code="max_notional",
        detail="the value at the worst price is 100020.00, the limit is 100010",
        limit="100010",
        observed="100020.00",
    )


def test_one_open_order_more_is_refused_and_the_rules_are_asked_in_their_order() -> None:
    refused = ask(parent_order(lots=1_000), open_orders=3)
    assert refused is not None
    assert (refused.code, refused.limit, refused.observed) == ("max_open_orders", "3", "3")
    both = ask(parent_order(lots=1_001), open_orders=3)
    assert both is not None
    assert both.code == "max_quantity"


@pytest.mark.parametrize(
    ("side", "limit", "quote", "ticks"),
    [
        (Side.BUY, None, touch(10_000, 10_001), 10_001),
        (Side.BUY, 9_000, touch(10_000, 10_001), 9_000),
        (Side.BUY, 11_000, touch(10_000, 10_001), 11_000),
        (Side.BUY, 9_000, NO_QUOTE, 9_000),
        (Side.BUY, None, touch(10_000, None), 10_000),
        (Side.SELL, None, touch(10_000, 10_001), 10_001),
        (Side.SELL, 9_000, touch(10_000, 10_001), 10_001),
        (Side.SELL, 11_000, touch(10_000, 10_001), 11_000),
    ],
)
def test_a_buyer_pays_the_limit_at_most_and_a_seller_may_sell_at_the_touch(
    side: Side, limit: int | None, quote: Quote, ticks: int
) -> None:
    order = parent_order(lots=7, side=side, limit=limit)
    assert worst_notional(order, INSTRUMENT, quote) == Fraction(7 * ticks, 100)


def test_an_order_whose_price_nobody_knows_has_no_value_to_judge() -> None:
    assert worst_notional(parent_order(), INSTRUMENT, NO_QUOTE) is None
    assert ask(parent_order(lots=1_000), NO_QUOTE) is None


def test_value_counts_lots_and_multiplier() -> None:
    future = replace(INSTRUMENT, lot_size=10, multiplier=50)
    assert worst_notional(parent_order(lots=2, limit=Ticks(300)), future, NO_QUOTE) == 2 * 10 * 50 * 3
