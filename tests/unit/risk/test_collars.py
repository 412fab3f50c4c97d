"""Collars: no child further than a fiftieth from the mid, and never past the limit."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaorder.domain.order import Side
from metaorder.domain.units import Ticks
from metaorder.risk.collars import COLLAR, worst_price
from support.core import touch


@pytest.mark.parametrize(
    ("side", "bid", "ask", "limit", "worst"),
    [
        (Side.BUY, 9_999, 10_001, None, 10_200),
        (Side.SELL, 9_999, 10_001, None, 9_800),
        (Side.BUY, 9_999, 10_000, None, 10_199),
        (Side.SELL, 9_999, 10_000, None, 9_800),
        (Side.BUY, 9_999, 10_001, 10_100, 10_100),
        (Side.SELL, 9_999, 10_001, 9_900, 9_900),
        (Side.BUY, 9_999, 10_001, 10_300, 10_200),
        (Side.SELL, 9_999, 10_001, 9_700, 9_800),
    ],
)
def test_the_worst_price_is_the_limit_or_the_collar_if_that_is_tighter(
    side: Side, bid: int, ask: int, limit: int | None, worst: int
) -> None:
    assert worst_price(side, touch(bid, ask), None if limit is None else Ticks(limit)) == worst


@given(st.sampled_from(Side), st.integers(1, 10**6), st.integers(1, 10**5), st.none() | st.integers(1, 10**6))
def test_the_worst_price_is_inside_both_and_the_next_tick_is_not(side: Side, bid: int, spread: int, limit: int | None) -> None:
    mid = bid + Fraction(spread, 2)
    worst = worst_price(side, touch(bid, bid + spread), None if limit is None else Ticks(limit))
    reach = max(mid * COLLAR, 1)

    def allowed(price: int) -> bool:
        return (price - mid) * side.sign <= reach and side.within(price, limit)

    assert allowed(worst)
    assert not allowed(worst + side.sign)


@pytest.mark.parametrize("side", Side)
def test_the_far_touch_of_the_narrowest_spread_can_be_taken_at_any_price(side: Side) -> None:
    quote = touch(10, 11)
    far = quote.far(side)
    assert far is not None
    assert side.within(far, worst_price(side, quote, None))


@pytest.mark.parametrize(("bid", "ask"), [(None, 5), (5, None), (5, 5), (6, 5)])
def test_a_collar_without_a_mid_is_a_mistake(bid: int | None, ask: int | None) -> None:
    with pytest.raises(AssertionError, match="a collar needs a mid"):
        worst_price(Side.BUY, touch(bid, ask), None)
