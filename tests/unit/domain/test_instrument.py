"""Instruments: a grid on which every price, mid and fee is exact."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.domain.instrument import FeeUnit, Instrument
from metaorder.domain.units import Lots, Ticks

PLAIN: dict[str, Any] = {"symbol": "ACME", "mic": "XNAS", "currency": "USD", "tick_size": Decimal("0.01")}


def test_fees_are_whole_points_of_the_tape_per_lot_and_a_rebate_is_negative() -> None:
    instrument = Instrument(**PLAIN, taker_fee=Decimal("0.0030"), maker_fee=Decimal("-0.0020"))
    assert instrument.point_size == Decimal("0.0001")
    assert (instrument.fee(Ticks(1), Lots(7), maker=False), instrument.fee(Ticks(99), Lots(7), maker=True)) == (210, -140)


def money(instrument: Instrument, price: int, lots: int, *, maker: bool = False) -> Decimal:
    return instrument.fee(Ticks(price), Lots(lots), maker=maker) * instrument.money_size


def test_a_fee_per_unit_is_money_whatever_the_lot_and_the_multiplier() -> None:
    future = Instrument(**PLAIN, points_per_tick=10, lot_size=5, multiplier=50, taker_fee=Decimal("0.85"), maker_fee=Decimal(0))
    assert money(future, 540_000, 3) == Decimal("0.85") * 15
    with pytest.raises(Invalid, match=r"a multiple of the tape's price step 0\.050"):
        Instrument(**PLAIN, points_per_tick=10, multiplier=50, taker_fee=Decimal("0.01"))


def test_a_fee_in_basis_points_is_a_share_of_the_notional() -> None:
    bps = {"fee_unit": FeeUnit.BPS, "taker_fee": Decimal("0.3"), "maker_fee": Decimal("-0.1")}
    instrument = Instrument(**PLAIN, lot_size=10, **bps)
    assert money(instrument, 58_000, 4) == Decimal("580.00") * 40 * Decimal("0.00003")
    assert money(instrument, 58_000, 4, maker=True) == -Decimal("580.00") * 40 * Decimal("0.00001")
    assert money(instrument, -58_000, 4) == money(instrument, 58_000, 4), "a negative price is a notional all the same"


@given(price=st.integers(1, 10**7), lots=st.integers(1, 10**6), bps=st.decimals("-100", "100", places=4), maker=st.booleans())
def test_a_fee_in_basis_points_is_off_by_half_a_money_step_at_most(price: int, lots: int, bps: Decimal, maker: bool) -> None:
    instrument = Instrument(**PLAIN, fee_unit=FeeUnit.BPS, taker_fee=bps, maker_fee=bps)
    exact = Fraction(price, 100) * lots * Fraction(bps) / 10_000
    assert abs(Fraction(money(instrument, price, lots, maker=maker)) - exact) <= Fraction(instrument.money_size) / 2


def test_a_fee_that_lies_between_two_money_steps_goes_to_the_even_one() -> None:
    instrument = Instrument(**PLAIN, points_per_tick=2, fee_unit=FeeUnit.BPS, taker_fee=Decimal(1))
    points = [instrument.fee(Ticks(price), Lots(1), maker=False) for price in (2_500, 7_500, 12_500)]
    assert points == [0, 2, 2], "0.5, 1.5 and 2.5 points"


def test_money_is_counted_in_a_point_of_a_lot() -> None:
    instrument = Instrument(**PLAIN, lot_size=100, multiplier=5)
    assert instrument.money_size == Decimal("0.0500")
    assert instrument.points(Ticks(3)) == 300


def has_a_decimal(value: Fraction) -> bool:
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


@given(st.sampled_from(["0.01", "0.0001", "0.25", "1", "5"]), st.integers(1, 600).map(lambda half: 2 * half))
def test_the_points_of_a_tick_are_worth_the_tick_exactly_or_the_instrument_is_refused(tick: str, points: int) -> None:
    def instrument() -> Instrument:
        return Instrument(**{**PLAIN, "tick_size": Decimal(tick)}, points_per_tick=points)

    if has_a_decimal(Fraction(tick) / points):
        assert Fraction(instrument().point_size) * points == Fraction(tick)
        return
    with pytest.raises(Invalid, match="points_per_tick must be a divisor of the tick size"):
        instrument()


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"tick_size": Decimal(0)}, "tick_size", "greater than 0"),
        ({"tick_size": Decimal("-0.01")}, "tick_size", "greater than 0"),
        ({"tick_size": Decimal("NaN")}, "tick_size", "greater than 0"),
        ({"tick_size": Decimal("Infinity")}, "tick_size", "greater than 0"),
        ({"unit_size": Decimal(0)}, "unit_size", "greater than 0"),
        ({"unit_size": Decimal("NaN")}, "unit_size", "greater than 0"),
        ({"lot_size": 0}, "lot_size", "at least 1"),
        ({"points_per_tick": 0}, "points_per_tick", "even and at least 2"),
        ({"points_per_tick": 99}, "points_per_tick", "even and at least 2"),
        ({"multiplier": 0}, "multiplier", "at least 1"),
        ({"min_child": 0}, "min_child", "at least 1"),
        ({"taker_fee": Decimal("0.00005")}, "taker_fee", "a multiple of the tape's price step 0.0001"),
        ({"maker_fee": Decimal("-0.00205")}, "maker_fee", "a multiple of the tape's price step 0.0001"),
        ({"taker_fee": Decimal("NaN")}, "taker_fee", "a multiple of the tape's price step 0.0001"),
        ({"maker_fee": Decimal("Infinity")}, "maker_fee", "a multiple of the tape's price step 0.0001"),
        ({"maker_fee": Decimal("NaN"), "fee_unit": FeeUnit.BPS}, "maker_fee", "between -10000 and 10000 bps, both excluded"),
        ({"taker_fee": Decimal(10_000), "fee_unit": FeeUnit.BPS}, "taker_fee", "between -10000 and 10000 bps, both excluded"),
    ],
)
def test_a_grid_that_cannot_be_exact_is_refused(changes: dict[str, Any], field: str, rule: str) -> None:
    with pytest.raises(Invalid) as caught:
        Instrument(**{**PLAIN, **changes})
    assert (caught.value.field, caught.value.rule) == (field, rule)


def test_a_unit_may_be_a_part_of_the_asset() -> None:
    coin = Instrument(**{**PLAIN, "tick_size": Decimal("0.1"), "points_per_tick": 2, "unit_size": Decimal("0.001"), **FREE})
    assert (coin.unit_value, coin.money_size) == (Decimal("0.001"), Decimal("0.00005"))


def test_a_fee_is_per_unit_and_counted_in_what_a_point_is_worth() -> None:
    contract = Instrument(
        **{**PLAIN, "tick_size": Decimal("0.25"), "points_per_tick": 50, "multiplier": 50, **FREE, "taker_fee": Decimal("1.25")}
    )
    assert contract.money_size == Decimal("0.25")
    assert (contract.fee(Ticks(1), Lots(1), maker=False), contract.fee(Ticks(1), Lots(1), maker=True)) == (5, 0)


FREE = {"taker_fee": Decimal(0), "maker_fee": Decimal(0)}
