"""Prices, quantities and times as integers, and the exact way in and out of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NewType

from metaorder.domain.errors import Invalid, OffLot, OffTick

Lots = NewType("Lots", int)
"""A quantity in the instrument's smallest tradable unit; never negative."""

Ticks = NewType("Ticks", int)
"""A price in steps of the instrument's tick size."""

Points = NewType("Points", int)
"""A price in steps of the tape: an even number of them makes a tick, so that a mid is exact."""

Microticks = NewType("Microticks", int)
"""A price difference in millionths of a tick: a spread's mean or a volatility, which no price grid holds."""

Nanos = NewType("Nanos", int)
"""A time in nanoseconds since 1970-01-01T00:00Z, or a span of time."""

MICRO = 1_000_000
"""Microticks in a tick."""

MILLISECOND = Nanos(1_000_000)
SECOND = Nanos(1_000_000_000)
MINUTE = Nanos(60 * SECOND)

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", re.ASCII)
_DECIMAL = re.compile(r"-?(\d+)(?:\.(\d+))?", re.ASCII)
_MOST_DIGITS = 30

MOST_TICKS = 10**12
"""No price is further from zero: prices, and money made of them, fit 64 bits with room to spare."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ticks(price: Decimal, *, tick_size: Decimal, field: str = "price") -> Ticks:
    """Convert a decimal price to ticks, exactly.

    Raises:
        OffTick: `price` lies between two ticks.
        Invalid: `price` is not a finite number, or beyond MOST_TICKS.
    """
    if not price.is_finite():
        raise Invalid(field, "a finite decimal", str(price))
    ratio = Fraction(price) / Fraction(tick_size)
    if abs(ratio) > MOST_TICKS:
        raise Invalid(field, f"at most {MOST_TICKS} ticks of {tick_size}", str(price))
    if ratio.denominator != 1:
        raise OffTick(field, f"a multiple of the tick size {tick_size}", str(price))
    return Ticks(ratio.numerator)


def to_lots(quantity: int, *, lot_size: int, field: str = "quantity") -> Lots:
    """Convert a quantity to lots, exactly.

    Raises:
        OffLot: `quantity` is not a multiple of the lot size.
    """
    lots, rest = divmod(quantity, lot_size)
    if rest:
        raise OffLot(field, f"a multiple of the lot size {lot_size}", quantity)
    return Lots(lots)


@lru_cache(maxsize=64)
def _scale(step: Decimal) -> tuple[int, int]:
    """`step` as (whole number of units, digits after the point)."""
    exponent = step.normalize().as_tuple().exponent
    assert isinstance(exponent, int), f"the step {step} is finite"
    digits = max(0, -exponent)
    return int(step.scaleb(digits)), digits


def price_text(ticks: int, step: Decimal) -> str:
    """`ticks` steps of `step` as a decimal string, exact: (57951, 0.01) is "579.51"."""
    units, digits = _scale(step)
    value = ticks * units
    if digits == 0:
        return str(value)
    sign = "-" if value < 0 else ""
    text = str(abs(value)).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}"


def ratio_text(value: Fraction, digits: int) -> str:
    """A ratio as a decimal string with `digits` digits, rounded half-even: for averages, which no price grid holds."""
    return quotient_text(value.numerator, value.denominator, digits)


def quotient_text(part: int, whole: int, digits: int) -> str:
    """Part / whole as `ratio_text` says it, without a fraction in lowest terms on the way. whole: positive."""
    return price_text(_nearest(part, whole, digits), Decimal(1).scaleb(-digits))


def rounded(value: Fraction, digits: int) -> float:
    """A ratio as a float with `digits` decimal digits, rounded half-even: for basis points and shares in replies."""
    return quotient(value.numerator, value.denominator, digits)


def quotient(part: int, whole: int, digits: int) -> float:
    """Part / whole as `rounded` says it, without a fraction in lowest terms on the way. whole: not 0."""
    scale: int = 10**digits
    return _nearest(part, whole, digits) / scale if whole > 0 else quotient(-part, -whole, digits)


def _nearest(numerator: int, denominator: int, digits: int) -> int:
    """The ratio in units of the last digit, half-even. denominator: positive."""
    scale: int = 10**digits
    whole, rest = divmod(numerator * scale, denominator)
    twice = 2 * rest
    return whole + (twice > denominator or (twice == denominator and whole % 2 == 1))


@lru_cache(maxsize=4096)
def _second_text(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).replace(tzinfo=None).isoformat()


def time_text(nanos: int) -> str:
    """A time as RFC 3339 in UTC with nine digits: 2012-06-21T13:30:00.000000000Z."""
    second, rest = divmod(nanos, SECOND)
    return f"{_second_text(second)}.{rest:09d}Z"


def to_nanos(text: str, *, field: str = "time") -> Nanos:
    """Read an RFC 3339 time with an offset, to the nanosecond.

    Raises:
        Invalid: not RFC 3339, without an offset, or no such time.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        raise Invalid(field, "RFC 3339 with an offset, like 2012-06-21T14:00:00Z", text)
    seconds, fraction, offset = match.groups()
    try:
        moment = datetime.fromisoformat(seconds + ("+00:00" if offset == "Z" else offset)).astimezone(UTC)
    except (ValueError, OverflowError):  # the latter: in UTC it would be before year 1 or after 9999
        raise Invalid(field, "an existing date, time and offset", text) from None
    span = moment - _EPOCH
    whole = (span.days * 86_400 + span.seconds) * SECOND
    return Nanos(whole + int((fraction or "0").ljust(9, "0")))


def to_share(value: Decimal, *, field: str) -> Fraction:
    """Read a share of a whole, strictly between 0 and 1.

    Raises:
        Invalid: outside (0, 1), not a finite number, or finer than nine decimals.
    """
    if not value.is_finite() or not 0 < value < 1 or value != round(value, 9):
        raise Invalid(field, "a number between 0 and 1, both excluded, with at most nine decimals", str(value))
    return Fraction(value)


@lru_cache(maxsize=4096)
def share_text(share: Fraction) -> str:
    """A share as the decimal string that it was read from: shares at the doors are finite decimals."""
    digits = 0
    while (share * 10**digits).denominator != 1:
        digits += 1
        assert digits <= _MOST_DIGITS, f"the share {share} came in as a decimal"
    return price_text(int(share * 10**digits), Decimal(1).scaleb(-digits))


def mid_text(bid: int, ask: int, step: Decimal) -> str:
    """The mid of two prices in ticks as a decimal string, exact."""
    return price_text(bid + ask, step / 2)


def to_decimal(text: str, *, field: str) -> Decimal:
    """Read a plain decimal string. Exponents, spaces, signs of infinity and underscores are refused.

    Raises:
        Invalid: not a plain decimal of at most 30 digits.
    """
    match = _DECIMAL.fullmatch(text)
    if match is None or sum(map(len, match.groups(default=""))) > _MOST_DIGITS:
        raise Invalid(field, "a plain decimal string of at most 30 digits", text)
    return Decimal(text)
