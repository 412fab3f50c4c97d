"""Units: exact in, exact out, and a refusal that names field, rule and value where that is not possible."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid, OffLot, OffTick
from metaorder.domain.units import (
    MOST_TICKS,
    SECOND,
    mid_text,
    price_text,
    quotient,
    ratio_text,
    rounded,
    share_text,
    time_text,
    to_decimal,
    to_lots,
    to_nanos,
    to_share,
    to_ticks,
)

STEPS = st.sampled_from([Decimal(text) for text in ("0.01", "0.0001", "0.005", "0.25", "1", "5", "0.010", "1E+1", "1E-9")])
INTEGERS = st.integers(-(10**15), 10**15)
FIRST, LAST = to_nanos("0001-01-01T00:00:00Z"), to_nanos("9999-12-31T23:59:59.999999999Z")


@pytest.mark.parametrize(
    ("ticks", "step", "text"),
    [
        (57_951, "0.01", "579.51"),
        (7, "0.01", "0.07"),
        (-7, "0.01", "-0.07"),
        (0, "0.01", "0.00"),
        (3, "0.005", "0.015"),
        (3, "5", "15"),
        (3, "1E+1", "30"),
        (-1, "0.25", "-0.25"),
        (100, "0.010", "1.00"),
    ],
)
def test_a_price_is_written_with_the_digits_of_its_step(ticks: int, step: str, text: str) -> None:
    assert price_text(ticks, Decimal(step)) == text


@given(st.integers(-MOST_TICKS, MOST_TICKS), STEPS)
def test_a_price_comes_back_from_its_text(ticks: int, step: Decimal) -> None:
    assert to_ticks(Decimal(price_text(ticks, step)), tick_size=step) == ticks


@pytest.mark.parametrize("ticks", [MOST_TICKS + 1, -MOST_TICKS - 1, 10**40])
def test_a_price_that_no_market_has_is_refused(ticks: int) -> None:
    with pytest.raises(Invalid, match="at most 1000000000000 ticks"):
        to_ticks(Decimal(ticks), tick_size=Decimal(1))


@given(INTEGERS, STEPS)
def test_the_text_of_a_price_is_its_exact_value(ticks: int, step: Decimal) -> None:
    assert Fraction(price_text(ticks, step)) == ticks * Fraction(step)


def test_a_price_between_two_ticks_is_refused_and_never_rounded() -> None:
    with pytest.raises(OffTick) as caught:
        to_ticks(Decimal("579.515"), tick_size=Decimal("0.01"), field="limit_price")
    assert (caught.value.field, caught.value.value) == ("limit_price", "579.515")
    assert str(caught.value) == "limit_price must be a multiple of the tick size 0.01, was '579.515'"


def test_a_price_off_the_grid_by_the_thirtieth_digit_is_refused() -> None:
    with pytest.raises(OffTick):
        to_ticks(Decimal("100.0000000000000000000000000001"), tick_size=Decimal("0.01"))


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_a_price_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="price must be a finite decimal, was"):
        to_ticks(Decimal(text), tick_size=Decimal("0.01"))


@given(st.integers(0, 10**12), st.integers(1, 1_000))
def test_lots_are_whole_or_refused(quantity: int, lot_size: int) -> None:
    if quantity % lot_size == 0:
        assert to_lots(quantity, lot_size=lot_size) * lot_size == quantity
        return
    with pytest.raises(OffLot) as caught:
        to_lots(quantity, lot_size=lot_size)
    assert (caught.value.field, caught.value.value) == ("quantity", quantity)


@given(st.fractions(-1_000, 1_000), st.integers(0, 9))
def test_a_ratio_is_rounded_to_the_nearest_and_never_further_than_half_a_digit(value: Fraction, digits: int) -> None:
    assert abs(Fraction(ratio_text(value, digits)) - value) * 2 <= Fraction(1, 10**digits)


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction(1, 8), "0.12"), (Fraction(3, 8), "0.38"), (Fraction(-1, 8), "-0.12"), (Fraction(-3, 8), "-0.38")],
)
def test_a_ratio_half_way_goes_to_the_even_digit(value: Fraction, text: str) -> None:
    assert ratio_text(value, 2) == text
    assert rounded(value, 2) == float(text)


def test_a_ratio_that_rounds_to_zero_has_no_sign() -> None:
    assert ratio_text(Fraction(-1, 1_000), 2) == "0.00"


@given(st.integers(FIRST, LAST))
def test_a_time_comes_back_from_its_text(nanos: int) -> None:
    assert to_nanos(time_text(nanos)) == nanos


@pytest.mark.parametrize(
    ("text", "nanos"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000000001Z", 1),
        ("1969-12-31T23:59:59.5Z", -SECOND // 2),
        ("2012-06-21T09:30:00-04:00", 1_340_285_400 * SECOND),
        ("2012-06-21T13:30:00.25+00:00", 1_340_285_400 * SECOND + SECOND // 4),
    ],
)
def test_a_time_is_read_to_the_nanosecond_with_its_offset(text: str, nanos: int) -> None:
    assert to_nanos(text) == nanos


def test_a_time_is_written_in_utc_with_nine_digits() -> None:
    assert time_text(1_340_285_400 * SECOND + 7) == "2012-06-21T13:30:00.000000007Z"


def test_an_early_year_is_written_with_four_digits() -> None:
    assert time_text(to_nanos("0500-01-02T03:04:05Z")) == "0500-01-02T03:04:05.000000000Z"


@pytest.mark.parametrize(
    "text",
    [
        "2012-06-21T14:00:00",
        "2012-06-21 14:00:00Z",
        "2012-06-21T14:00:00.0000000001Z",
        "2012-06-21T14:00:00.Z",
        "2012-06-21T14:00:00+04",
        "2012-06-21T14:00:00Z\n",
        "٢٠١٢-06-21T14:00:00Z",
        "2012-06-21T14:00:00.٣Z",
        "",
    ],
)
def test_a_time_that_is_not_rfc_3339_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        to_nanos(text, field="start_time")
    assert (caught.value.field, caught.value.value) == ("start_time", text)
    assert caught.value.rule == "RFC 3339 with an offset, like 2012-06-21T14:00:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "2012-02-30T14:00:00Z",
        "2012-06-21T25:00:00Z",
        "2012-06-21T14:00:60Z",
        "2012-06-21T14:00:00+25:00",
        "0001-01-01T00:00:00+10:00",
        "9999-12-31T23:59:59-10:00",
    ],
)
def test_a_time_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="time must be an existing date, time and offset, was"):
        to_nanos(text)


@given(st.integers(1, 10**9 - 1))
def test_a_share_comes_back_from_its_text(billionths: int) -> None:
    share = Fraction(billionths, 10**9)
    assert to_share(Decimal(share_text(share)), field="cap") == share


@pytest.mark.parametrize("text", ["0", "1", "-0.1", "1.1", "0.1234567891", "NaN", "Infinity"])
def test_a_share_outside_its_bounds_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        to_share(Decimal(text), field="max_participation")
    assert (caught.value.field, caught.value.value) == ("max_participation", text)


@given(st.integers(0, 10**30), st.integers(0, 30))
def test_a_decimal_at_the_door_of_any_length_has_a_text(numerator: int, digits: int) -> None:
    share = Fraction(numerator, 10**digits)
    assert Fraction(share_text(share)) == share


def test_a_whole_share_is_written_without_a_point() -> None:
    assert [share_text(Fraction(each)) for each in ("0", "1", "0.20", "0.02")] == ["0", "1", "0.2", "0.02"]


@given(st.integers(1, 10**9), st.integers(1, 10**9), STEPS)
def test_a_mid_is_exact(bid: int, ask: int, step: Decimal) -> None:
    assert Fraction(mid_text(bid, ask, step)) == Fraction(bid + ask, 2) * Fraction(step)


@pytest.mark.parametrize(
    "text", ["1e3", " 1", "1 ", "+1", ".5", "5.", "1_000", "NaN", "Infinity", "", "1,5", "٣", "1" * 31, "1\n"]
)
def test_a_decimal_that_is_not_plain_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        to_decimal(text, field="limit_price")
    assert (caught.value.field, caught.value.value) == ("limit_price", text)
    assert caught.value.rule == "a plain decimal string of at most 30 digits"


@pytest.mark.parametrize("text", ["1" * 30, "-" + "1" * 30, "0." + "1" * 29, "-0." + "1" * 29, "-0", "007.50"])
def test_a_plain_decimal_of_thirty_digits_is_read_exactly(text: str) -> None:
    assert Fraction(to_decimal(text, field="x")) == Fraction(text)


@given(st.integers(-(10**20), 10**20), st.integers(1, 10**15), st.integers(0, 8))
def test_a_quotient_is_the_rounded_ratio(part: int, whole: int, digits: int) -> None:
    ratio = Fraction(part, whole)
    assert quotient(part, whole, digits) == quotient(-part, -whole, digits) == rounded(ratio, digits)
    assert rounded(ratio, digits) == float(ratio_text(ratio, digits))
