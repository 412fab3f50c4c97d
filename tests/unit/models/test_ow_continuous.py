"""Obizhaeva and Wang: two blocks and a rate that keep the impact level, and the bill that they come to."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.ow_continuous import Refilling, optimal

ORDER = Refilling(shares=1e5, horizon=1.0, resilience=2.2231, depth=5_000.0, permanent=1e-4, spread=0.02, price=100.0)


def test_everything_is_bought_and_the_impact_stays_level() -> None:
    found = optimal(ORDER)
    assert 2 * found.block + found.rate * ORDER.horizon == pytest.approx(ORDER.shares)
    impact = ORDER.kappa * found.block
    assert ORDER.resilience * impact == pytest.approx(ORDER.kappa * found.rate)


def test_the_bill_is_what_the_path_pays_step_by_step() -> None:
    found, steps = optimal(ORDER), 100_000
    trades = np.concatenate([[found.block], np.full(steps, found.rate / steps), [found.block]])
    fade, impact, bought, paid = math.exp(-ORDER.resilience / steps), 0.0, 0.0, 0.0
    for number, trade in enumerate(trades):
        price = ORDER.price + ORDER.spread / 2 + ORDER.permanent * (bought + trade / 2) + impact + ORDER.kappa * trade / 2
        paid += price * trade
        bought += trade
        impact = (impact + ORDER.kappa * trade) * (fade if number < steps else 1)
    assert found.payment == pytest.approx(paid, rel=1e-7)
    assert found.slippage == pytest.approx(found.payment - ORDER.price * ORDER.shares)


def test_without_resilience_it_is_two_blocks_and_with_a_lot_a_steady_rate() -> None:
    dead = optimal(replace(ORDER, resilience=0.0))
    assert (dead.block, dead.rate) == (5e4, 0)
    quick = optimal(replace(ORDER, resilience=1e9))
    assert quick.rate == pytest.approx(1e5)
    assert quick.transient == pytest.approx(0, abs=1e-3)


def test_where_all_impact_stays_the_path_is_free() -> None:
    assert optimal(replace(ORDER, permanent=1 / 5_000)).transient == 0


def test_a_sale_pays_the_spread_and_the_impact_too() -> None:
    bought, sold = optimal(ORDER), optimal(replace(ORDER, shares=-1e5))
    assert (sold.block, sold.rate) == (-bought.block, -bought.rate)
    assert sold.slippage == pytest.approx(bought.slippage)
    assert sold.payment == pytest.approx(-100.0 * 1e5 + sold.slippage)
    assert optimal(replace(ORDER, shares=0.0)).payment == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("shares", math.inf),
        ("horizon", 0.0),
        ("resilience", -1.0),
        ("depth", 0.0),
        ("permanent", 3e-4),
        ("permanent", -1e-5),
        ("spread", -0.01),
        ("price", math.nan),
    ],
)
def test_an_order_that_cannot_be_is_refused(field: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        replace(ORDER, **{field: value})
    assert refused.value.field == field
