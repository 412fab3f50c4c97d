"""Sums of products are exact, whatever their size."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from metaorder.tca.sums import summed, weighted

WORDS, COUNTS = st.integers(-(2**63), 2**63 - 1), st.integers(0, 2**63 - 1)


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)


@given(st.lists(st.tuples(WORDS, COUNTS), max_size=20))
def test_a_weighted_sum_is_that_of_whole_numbers(pairs: list[tuple[int, int]]) -> None:
    values, weights = ints(*(a for a, _ in pairs)), ints(*(b for _, b in pairs))
    assert weighted(values, weights) == sum(a * b for a, b in pairs)
    assert summed(values) == sum(a for a, _ in pairs)


@given(st.lists(st.tuples(st.integers(-(2**34), 2**34), st.integers(0, 10**12)), min_size=1, max_size=50))
def test_huge_lots_at_huge_prices_keep_their_last_unit(pairs: list[tuple[int, int]]) -> None:
    values, weights = ints(*(a for a, _ in pairs)), ints(*(b for _, b in pairs))
    assert weighted(values, weights) == sum(a * b for a, b in pairs)


def test_a_notional_beyond_64_bits_does_not_wrap() -> None:
    price, lots = 5_795_100, 10**12  # a trillion lots at 579.51
    assert price * lots * 3 > 2**63
    assert weighted(ints(price, price, price + 1), ints(lots, lots, lots)) == (3 * price + 1) * lots


def test_nothing_sums_to_nothing() -> None:
    assert weighted(ints(), ints()) == summed(ints()) == 0
