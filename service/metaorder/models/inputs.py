"""What every model asks of its inputs, said so that the caller can mend them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from metaorder.domain.errors import Invalid

Floats = npt.NDArray[np.float64]
Numbers = Sequence[float] | npt.NDArray[np.floating] | npt.NDArray[np.integer]
"""A list of numbers, as a caller may have it."""


LARGEST = 1e60
"""No quantity of a market is larger, nor is one that is divided by smaller than one over it: powers of it are still numbers."""


def finite(field: str, value: float | Fraction) -> float:
    """`value`, if it is a finite number. Raises Invalid."""
    return _number(field, value, "a finite number")


def positive(field: str, value: float) -> float:
    """`value`, if it is finite and above 0. Raises Invalid."""
    number = _number(field, value, "a finite number above 0")
    if number <= 0:
        raise Invalid(field, "a finite number above 0", value)
    if number < 1 / LARGEST:
        raise Invalid(field, f"at least {1 / LARGEST}", value)
    return number


def not_negative(field: str, value: float | Fraction) -> float:
    """`value`, if it is finite and 0 or more. Raises Invalid."""
    number = _number(field, value, "a finite number, 0 or more")
    if number < 0:
        raise Invalid(field, "a finite number, 0 or more", value)
    return number


def whole(field: str, value: float, *, least: int = 1, most: int = 1_000_000) -> int:
    """`value` as a whole number from `least` to `most`. Raises Invalid."""
    rule = f"a whole number from {least} to {most}"
    number = _number(field, value, rule)
    if number % 1 or not least <= number <= most:
        raise Invalid(field, rule, value)
    return int(value)


def decimal(field: str, value: float) -> Fraction:
    """`value` exactly as it is written: 0.1 is a tenth, and no binary number beside it. Raises Invalid: it is not finite."""
    finite(field, value)
    exact: Any = value
    return Fraction(str(exact)) if isinstance(exact, float) else Fraction(exact)


def rows(field: str, values: Any, kind: type) -> list[Any]:
    """Rows of one kind. Raises Invalid with the place of the first that is none."""
    if not isinstance(values, Iterable) or isinstance(values, str):
        raise Invalid(field, "rows", values)
    found = list(values)
    for place, each in enumerate(found):
        if not isinstance(each, kind):
            raise Invalid(f"{field}.{place}", f"a {kind.__name__.lower()}", each)
    return found


def numbers(field: str, values: Numbers | float) -> Floats:
    """Finite numbers of any shape, or one. Raises Invalid."""
    return _all_finite(field, _array(field, values, "numbers"))


def vector(field: str, values: Numbers, *, least: int = 0, length: int | None = None) -> Floats:
    """A vector of finite numbers.

    least: how many there must be at the least; length: how many there must be.
    Raises Invalid: it is not one row of numbers, too short, of another length, or holds a number that is not finite.
    """
    array = _array(field, values, "one row of numbers")
    if array.ndim != 1:
        raise Invalid(field, "one row of numbers", array.shape)
    if array.size < least:
        raise Invalid(field, f"at least {least} numbers", array.size)
    if length is not None and array.size != length:
        raise Invalid(field, f"{length} numbers, as many as those it belongs to", array.size)
    return _all_finite(field, array)


def most(field: str, values: Numbers, *, length: int) -> Floats:
    """What is allowed of each, 0 or more, infinite where nothing is said. Raises Invalid."""
    array = _array(field, values, "one row of numbers")
    if array.shape != (length,):
        raise Invalid(field, f"{length} numbers, as many as those it belongs to", array.shape)
    return every(field, array >= 0, "0 or more", array)


def flags(field: str, values: npt.ArrayLike, *, length: int) -> npt.NDArray[np.bool_]:
    """Yes or no for each. Raises Invalid."""
    found = values if isinstance(values, np.ndarray) else np.array(rows(field, values, bool), dtype=np.bool_)
    if found.dtype != np.bool_ or found.shape != (length,):
        raise Invalid(field, f"{length} flags, as many as there are periods", found.shape)
    return found


def matrix(field: str, values: Sequence[Numbers] | npt.NDArray[np.floating], *, columns: int | None = None) -> Floats:
    """A matrix of finite numbers, with `columns` columns.

    Raises Invalid: its rows differ in length, it has another number of columns, or holds a number that is not finite.
    """
    array = _array(field, values, "rows of equal length, of numbers")
    if array.ndim != 2:
        raise Invalid(field, "rows of equal length", array.shape)
    if columns is not None and array.shape[1] != columns:
        raise Invalid(field, f"rows of {columns} numbers", array.shape[1])
    return _all_finite(field, array)


def every(field: str, holds: npt.NDArray[np.bool_], rule: str, values: Floats) -> Floats:
    """`values`, if the rule holds for each of them. Raises Invalid with the first that breaks it, and its place."""
    if not holds.all():
        place = tuple(int(step) for step in np.argwhere(~holds)[0])
        raise Invalid(".".join([field, *map(str, place)]), rule, float(values[place]))
    return values


def increasing(field: str, times: Floats, *, strictly: bool) -> Floats:
    """`times`, if they never go back. Raises Invalid."""
    steps = np.diff(times)
    holds = np.concatenate([[True], steps > 0 if strictly else steps >= 0])[: times.size]
    return every(field, holds, "later than the one before" if strictly else "no earlier than the one before", times)


def _all_finite(field: str, array: Floats) -> Floats:
    every(field, np.isfinite(array), "a finite number", array)
    return every(field, np.abs(array) <= LARGEST, f"at most {LARGEST} in size", array)


def _number(field: str, value: object, rule: str) -> float:
    if isinstance(value, bool | np.bool_) or not isinstance(value, (float, int, np.floating, np.integer, Fraction, Decimal)):
        raise Invalid(field, rule, value)
    try:
        number = float(value)
    except OverflowError as error:
        raise Invalid(field, f"at most {LARGEST} in size", value) from error
    if not math.isfinite(number):
        raise Invalid(field, rule, value)
    if abs(number) > LARGEST:
        raise Invalid(field, f"at most {LARGEST} in size", value)
    return number


def _array(field: str, values: Any, rule: str) -> Floats:
    """The numbers as an array. Text that reads like a number is text, and null is no number."""
    try:
        found = np.asarray(values)
    except ValueError as error:
        raise Invalid(field, rule, "rows of different lengths") from error
    if found.dtype == np.object_:
        _elements(field, values, rule)
    if found.size and found.dtype.kind not in "fiuO":
        raise Invalid(field, rule, values)
    try:
        return found.astype(np.float64, copy=False)
    except (TypeError, ValueError, OverflowError) as error:
        raise Invalid(field, rule, values) from error


def _elements(field: str, values: Any, rule: str) -> None:
    """Raises Invalid with the place of the first element that is no number."""
    if not isinstance(values, Iterable) or isinstance(values, str):
        raise Invalid(field, rule, values)
    for place, each in enumerate(values):
        if isinstance(each, Iterable) and not isinstance(each, str):
            _elements(f"{field}.{place}", each, rule)
        else:
            _number(f"{field}.{place}", each, "a finite number")
