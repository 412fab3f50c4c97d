"""How an order says that its schedule moves with the price: what is taken and what is refused by name."""

from __future__ import annotations

from fractions import Fraction

import pytest

from metaorder.domain.adaptation import AdaptationMode, PriceAdaptation
from metaorder.domain.errors import Invalid
from support.core import parent_order

PLAIN = PriceAdaptation(mode=AdaptationMode.AGGRESSIVE, slope_per_bp=Fraction(1, 100), max_shift=Fraction(1, 10))


@pytest.mark.parametrize("name", ["slope_per_bp", "max_shift"])
@pytest.mark.parametrize("value", [Fraction(0), Fraction(-1, 10), Fraction(101, 100)])
def test_what_moves_nothing_or_more_than_the_order_is_refused_by_name(name: str, value: Fraction) -> None:
    terms = {"slope_per_bp": Fraction(1), "max_shift": Fraction(1), name: value}
    with pytest.raises(Invalid) as caught:
        PriceAdaptation(mode=AdaptationMode.PASSIVE, **terms)
    assert caught.value.field == f"price_adaptation.{name}"


def test_the_two_modes_are_opposites() -> None:
    assert AdaptationMode("aggressive_in_the_money").sign == 1
    assert AdaptationMode("passive_in_the_money").sign == -1


def test_a_leg_of_a_basket_has_none() -> None:
    assert parent_order(adaptation=PLAIN).adaptation == PLAIN
    with pytest.raises(Invalid, match="price_adaptation"):
        parent_order(adaptation=PLAIN, basket="b-1")
