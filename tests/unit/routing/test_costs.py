"""Costs of children: what was expected, what a fill came to, and what the difference teaches of a venue."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from metaorder.domain.child import Liquidity, TimeInForce
from metaorder.domain.order import Side
from metaorder.domain.state import Outcome
from metaorder.domain.units import Lots, Ticks
from metaorder.routing.costs import PRIOR, achieved, expected, part, surcharge, with_fill
from support.core import INSTRUMENT, touch

GRID = replace(INSTRUMENT, taker_fee=Decimal("0.0030"), maker_fee=Decimal("-0.0020"))
MID2 = Ticks(20_001)  # 100.00 bid, 100.01 offered: half a spread is 50 points
TEN = Lots(10)


@pytest.mark.parametrize("side", Side)
def test_what_takes_pays_half_the_spread_and_the_fee_and_what_rests_earns_them(side: Side) -> None:
    near, far = (Ticks(10_000), Ticks(10_001)) if side is Side.BUY else (Ticks(10_001), Ticks(10_000))
    assert expected(side, far, TEN, TimeInForce.IOC, far, MID2, GRID) == 10 * (50 + 30)
    assert expected(side, near, TEN, TimeInForce.GTD, far, MID2, GRID) == 10 * (-50 - 20)
    assert expected(side, near, TEN, TimeInForce.CLS, far, MID2, GRID) is None


def test_a_sweep_is_expected_to_pay_the_touch_and_not_its_worst_price() -> None:
    assert expected(Side.BUY, Ticks(10_040), TEN, TimeInForce.IOC, Ticks(10_001), MID2, GRID) == 800


def test_what_took_pays_for_what_moved_on_its_way_and_what_rested_for_what_came_through_it() -> None:
    moved = touch(10_002, 10_003)
    taken = achieved(Side.BUY, Ticks(10_003), TEN, 300, Liquidity.TAKER, MID2, moved, GRID)
    assert taken == 10 * (250 + 30), "two ticks beyond the touch that was decided on"
    fallen = touch(9_998, 9_999)
    rested = achieved(Side.BUY, Ticks(10_000), TEN, -200, Liquidity.MAKER, MID2, fallen, GRID)
    assert rested == 10 * (150 - 20), "the mid has fallen below the price that was paid"
    assert achieved(Side.BUY, Ticks(10_000), TEN, 0, Liquidity.MAKER, MID2, touch(None, None), GRID) is None


def test_parts_of_an_amount_are_the_amount() -> None:
    assert part(-700, Lots(5), Lots(10)) == -350
    assert [part(10, Lots(1), Lots(3)), part(-10, Lots(1), Lots(3))] == [3, -3]
    assert part(None, Lots(1), Lots(3)) is None


def test_a_venue_that_cost_more_is_charged_with_it_as_far_as_it_was_seen() -> None:
    seen = with_fill(Outcome(), Lots(40), 4_000, Liquidity.MAKER)
    assert surcharge(seen, 10, maker=True, most=1e9) == 4_000 / (40 + PRIOR * 10)
    assert surcharge(seen, 10, maker=False, most=1e9) == 0
    assert surcharge(None, 10, maker=True, most=1e9) == 0
    wild = with_fill(seen, Lots(40), -(10**9), Liquidity.MAKER)
    assert surcharge(wild, 10, maker=True, most=50) == -50, "half a spread is all that it may move a choice"
    took = with_fill(seen, Lots(8), 80, Liquidity.TAKER)
    assert (took.rested, took.rested_more, took.took, took.took_more) == (40, 4_000, 8, 80)
