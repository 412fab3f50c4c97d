"""Whole lots: what goes in comes out, and no bin, nor what is done by its end, is far from its part."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models.rounding import cumulative, largest_remainder
from support.examples import examples

WEIGHTS = st.lists(st.integers(0, 1_000), min_size=1, max_size=30).filter(any)
SHARES = st.integers(0, 10**7)
LOTS = st.sampled_from([1, 10, 100, 7])


def parts(shares: int, weights: list[int], lot: int) -> list[Fraction]:
    return [Fraction(weight * (shares // lot) * lot, sum(weights)) for weight in weights]


@settings(max_examples=examples(150))
@given(SHARES, WEIGHTS, LOTS)
def test_nothing_is_lost_and_only_the_odd_shares_are_no_lots(shares: int, weights: list[int], lot: int) -> None:
    for rounded in (largest_remainder(shares, weights, lot), cumulative(shares, weights, lot)):
        assert sum(rounded) == shares
        assert all(type(each) is int and each >= 0 for each in rounded)
        odd = [place for place, each in enumerate(rounded) if each % lot]
        assert odd == ([max(place for place, each in enumerate(rounded) if each)] if shares % lot else [])
        if shares % lot == 0:
            assert all(each == 0 for each, weight in zip(rounded, weights, strict=True) if not weight)


@settings(max_examples=examples(150))
@given(SHARES, WEIGHTS, LOTS)
def test_no_bin_is_off_by_a_lot_and_no_progress_by_more_than_half(shares: int, weights: list[int], lot: int) -> None:
    whole, exact = shares - shares % lot, parts(shares, weights, lot)
    for each, part in zip(largest_remainder(whole, weights, lot), exact, strict=True):
        assert abs(each - part) < lot
    for done, due in zip(accumulate(cumulative(whole, weights, lot)), accumulate(exact), strict=True):
        assert abs(done - due) <= Fraction(lot, 2)


def test_among_equals_the_earliest_gets_the_lot() -> None:
    assert largest_remainder(1_000, [1, 1, 1], 100) == [400, 300, 300]
    assert largest_remainder(1_000, [Fraction(1, 3)] * 3) == [334, 333, 333]


def test_what_plain_rounding_loses_is_kept() -> None:
    assert sum(largest_remainder(10_000, [1.0] * 390, 100)) == 10_000
    assert sum(cumulative(10_000, [1.0] * 390, 100)) == 10_000


def test_odd_shares_go_to_the_last_bin_that_trades() -> None:
    assert largest_remainder(250, [1, 1, 0], 100) == [100, 150, 0]
    assert cumulative(50, [1, 1, 0], 100) == [0, 50, 0]
    assert largest_remainder(0, [1, 1], 100) == [0, 0]


@pytest.mark.parametrize(
    ("field", "shares", "weights", "lot"),
    [
        ("shares", -1, [1.0], 1),
        ("shares", 1.5, [1.0], 1),
        ("weights", 1, [0.0, 0.0], 1),
        ("weights", 1, [], 1),
        ("weights.1", 1, [1.0, -1.0], 1),
        ("weights.0", 1, [float("nan")], 1),
        ("lot", 1, [1.0], 0),
    ],
)
def test_what_cannot_be_is_refused(field: str, shares: Any, weights: list[float], lot: int) -> None:
    for rounded in (largest_remainder, cumulative):
        with pytest.raises(Invalid) as refused:
            rounded(shares, weights, lot)
        assert refused.value.field == field
