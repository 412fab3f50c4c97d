"""What every model asks of its inputs, said so that the caller can mend them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from metaorder.domain.errors import Invalid

Floats = npt.NDArray[np.float64]
Numbers = Sequence[float] | npt.NDArray[np.floating] | npt.NDArray[np.integer]
"""A list of numbers, as a caller may have it."""


def finite(field: str, value: float) -> float:
    """`value`, if it is a finite number. Raises Invalid."""
    if not math.isfinite(value):
        raise Invalid(field, "a finite number", value)
    return float(value)


def positive(field: str, value: float) -> float:
    """`value`, if it is finite and above 0. Raises Invalid."""
    if not (math.isfinite(value) and value > 0):
        raise Invalid(field, "a finite number above 0", value)
    return float(value)


def not_negative(field: str, value: float) -> float:
    """`value`, if it is finite and 0 or more. Raises Invalid."""
    if not (math.isfinite(value) and value >= 0):
        raise Invalid(field, "a finite number, 0 or more", value)
    return float(value)


def vector(field: str, values: Numbers, *, least: int = 0, length: int | None = None) -> Floats:
    """A vector of finite numbers.

    least: how many there must be at the least; length: how many there must be.
    Raises Invalid: it is not one row of numbers, too short, of another length, or holds a number that is not finite.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise Invalid(field, "one row of numbers", array.shape)
    if array.size < least:
        raise Invalid(field, f"at least {least} numbers", array.size)
    if length is not None and array.size != length:
        raise Invalid(field, f"{length} numbers, as many as those it belongs to", array.size)
    return _all_finite(field, array)


def matrix(field: str, values: Sequence[Numbers] | npt.NDArray[np.floating], *, columns: int | None = None) -> Floats:
    """A matrix of finite numbers, with `columns` columns.

    Raises Invalid: its rows differ in length, it has another number of columns, or holds a number that is not finite.
    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except ValueError as error:
        raise Invalid(field, "rows of equal length", "rows of different lengths") from error
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
    return every(field, np.isfinite(array), "a finite number", array)
