"""A block at the end is begun early enough: where the cap binds, an order with blocks is as far as one without."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from contract.test_previewed import RATE, WINDOW_S, expected, facts
from metaorder.core.execution import Execution
from metaorder.domain.units import Lots
from support.core import OPEN, PARENT, at, parent_order, touch
from support.fake_market import FakeMarket, Printed, Quoted

CAP = Fraction(1, 5)
ROOM = RATE * WINDOW_S // 4
"""Lots that the cap has room for, of what the market trades."""


def ended(algo: str, lots: int, traded: Fraction = Fraction(1), params: dict[str, Any] | None = None) -> Execution:
    """The order after its window, in a market that traded so much of what was forecast, and in which each child is filled."""
    printed = int(RATE * traded)
    tape = [Quoted(OPEN, touch()), *(Printed(at(second), touch().bid, Lots(printed)) for second in range(1, WINDOW_S))]  # type: ignore[arg-type]
    market = FakeMarket(tape, ahead=expected, facts=facts)
    market.run(OPEN)
    market.accept(parent_order(algo=algo, params=params or {}, lots=Lots(lots), end=at(WINDOW_S), cap=CAP))
    market.run(at(WINDOW_S + 1))
    return market.engine.executions[PARENT]


@pytest.mark.parametrize("share", [Fraction(9, 10), Fraction(6, 5)])
@pytest.mark.parametrize("params", [{}, {"weight_risk": "1"}], ids=["plain", "averse"])
def test_where_the_cap_binds_it_ends_as_far_as_vwap(share: Fraction, params: dict[str, Any]) -> None:
    lots = int(ROOM * share)
    blocks, even = ended("myopic", lots, params=params).filled, ended("vwap", lots).filled
    assert blocks >= even - lots // 100
    assert even >= min(lots, ROOM) * 0.97


def test_a_market_that_trades_a_little_less_than_expected_is_no_surprise() -> None:
    assert ended("myopic", ROOM * 7 // 10, traded=Fraction(17, 20)).leaves <= ROOM // 100
