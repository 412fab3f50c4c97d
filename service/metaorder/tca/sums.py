"""Exact sums of 64-bit products: money is counted in whole numbers, and they may be larger than 64 bits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

SAFE_BITS = 62
"""Sums below 2**SAFE_BITS stay within 64 bits, with room for the rounding of the bound."""


def weighted(values: Ints, weights: Ints) -> int:
    """Sum of values times weights, exact, whatever its size. weights: lots or spans of time, >= 0.

    The values are cut into digits so short that the sum over one digit fits into 64 bits; as a rule there is one.
    """
    if not len(values):
        return 0
    assert int(weights.min()) >= 0, "weights count something"
    largest = max(int(values.max()), -int(values.min()))
    if (int(weights.max()) * len(weights)).bit_length() + largest.bit_length() <= SAFE_BITS:
        return int(np.dot(values, weights))  # as a rule: one look at the extremes is enough
    digit = SAFE_BITS - int(weights.sum(dtype=np.float64)).bit_length()
    if digit < 1:  # the weights alone fill 64 bits
        return sum(int(value) * int(weight) for value, weight in zip(values, weights, strict=True))
    total, shift, rest = 0, 0, values
    while max(int(rest.max()), -int(rest.min())) >> digit:
        high = rest >> digit
        total += int(np.dot(rest - (high << digit), weights)) << shift
        shift, rest = shift + digit, high
    return total + (int(np.dot(rest, weights)) << shift)


def summed(values: Ints) -> int:
    """The sum of the values, exact, whatever its size."""
    return weighted(values, np.ones(len(values), dtype=np.int64))
