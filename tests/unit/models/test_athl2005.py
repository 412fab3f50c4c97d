"""ATHL 2005: sides mirror each other, nothing costs nothing, and cost grows as its powers say."""

from __future__ import annotations

from typing import Any

import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.athl2005 import impact

IBM: dict[str, Any] = {"adv": 6.561e6, "outstanding": 1.728e9, "sigma": 0.0157}


def test_a_sale_moves_the_price_as_far_down_as_a_purchase_up() -> None:
    bought, sold = impact(656_100, 0.1, **IBM), impact(-656_100, 0.1, **IBM)
    assert (sold.permanent, sold.temporary, sold.realised) == (-bought.permanent, -bought.temporary, -bought.realised)
    assert bought.realised == bought.permanent / 2 + bought.temporary > 0


def test_twice_the_size_doubles_what_stays_and_twice_the_time_eases_what_does_not() -> None:
    one, two, slow = impact(1e5, 0.1, **IBM), impact(2e5, 0.1, **IBM), impact(1e5, 0.2, **IBM)
    assert two.permanent == pytest.approx(2 * one.permanent)
    assert two.temporary == pytest.approx(2**0.6 * one.temporary)
    assert slow.temporary == pytest.approx(one.temporary / 2**0.6)
    assert slow.permanent == one.permanent


def test_nothing_and_a_still_market_cost_nothing() -> None:
    assert impact(0.0, 0.1, **IBM).realised == 0
    assert impact(1e5, 0.1, **{**IBM, "sigma": 0.0}).realised == 0


@pytest.mark.parametrize(
    ("field", "value"), [("adv", 0.0), ("outstanding", -1.0), ("sigma", -0.01), ("gamma", -1.0), ("eta", float("nan"))]
)
def test_a_number_that_cannot_be_is_refused(field: str, value: float) -> None:
    with pytest.raises(Invalid) as refused:
        impact(1e5, 0.1, **{**IBM, field: value})
    assert refused.value.field == field
    with pytest.raises(Invalid, match="horizon"):
        impact(1e5, 0.0, **IBM)
