"""Shares of quantities and of volume: rounded down, so that a cap is never passed."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaorder.domain.state import own_for, share_of

RATES = st.fractions(min_value=Fraction(1, 1000), max_value=Fraction(999, 1000), max_denominator=1000)
VOLUMES = st.integers(0, 10**12)


@pytest.mark.parametrize(
    ("others", "rate", "own"), [(900, "0.1", 100), (899, "0.1", 99), (1, "0.5", 1), (0, "0.9", 0), (80, "0.2", 20)]
)
def test_own_volume_at_a_rate_counts_itself_in_the_whole(others: int, rate: str, own: int) -> None:
    assert own_for(others, Fraction(rate)) == own


@given(VOLUMES, RATES)
def test_own_volume_is_the_most_that_stays_at_the_rate(others: int, rate: Fraction) -> None:
    own = own_for(others, rate)
    assert Fraction(own) <= rate * (own + others)
    assert Fraction(own + 1) > rate * (own + 1 + others)


@given(VOLUMES, st.fractions(0, 1))
def test_a_share_of_a_quantity_is_rounded_down(lots: int, share: Fraction) -> None:
    assert share_of(lots, share) <= lots * share < share_of(lots, share) + 1
