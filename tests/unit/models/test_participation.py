"""Percent of volume: never above the rate, as close as whole shares allow, and the rate that would just finish."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models.participation import clipped, follow, own_by, required, share
from support.examples import examples

RATES = st.fractions(0, Fraction(99, 100), max_denominator=100)
VOLUMES = st.lists(st.integers(0, 10**6), max_size=30)


@settings(max_examples=examples(150))
@given(st.integers(0, 10**6), VOLUMES, RATES)
def test_we_are_never_above_the_rate_and_one_share_more_would_be(shares: int, others: list[int], rate: Fraction) -> None:
    own = follow(shares, others, rate)
    assert len(own) == len(others)
    for done, volume in zip(accumulate(own), accumulate(others), strict=True):
        assert done <= rate * (done + volume)
        assert done == shares or done + 1 > rate * (done + 1 + volume)
    assert all(each >= 0 for each in own)


@settings(max_examples=examples(100))
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_required_rate_just_finishes(left: int, others: int) -> None:
    rate = required(left, others)
    assert 0 <= rate <= 1
    if others:
        assert own_by(others, Fraction(left, left + others)) == left
        assert rate == pytest.approx(left / (left + others))


def test_the_share_counts_our_own_volume_in() -> None:
    assert share(100, 900) == pytest.approx(0.1)
    assert share(0, 0) is None
    assert own_by(900, Fraction(1, 10)) == 100
    assert own_by(899, Fraction(1, 10)) == 99


def test_an_exact_rate_is_exact() -> None:
    """0.15 as a float is below 3/20: it would give 2 here."""
    assert own_by(17, Fraction(3, 20)) == 3


def test_a_rate_is_clipped_to_its_bounds() -> None:
    assert [clipped(rate, 0.05, 0.25) for rate in (0.0, 0.1, 0.9)] == [0.05, 0.1, 0.25]
    assert required(0, 0) == 0
    assert required(5, 0) == 1


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(Invalid, match=r"others\.1"):
        follow(10, [1, -1], Fraction(1, 10))
    with pytest.raises(Invalid, match="shares"):
        follow(-1, [1], Fraction(1, 10))
    with pytest.raises(Invalid, match=r"rate must be in \[0, 1\)"):
        follow(10, [1], Fraction(1))
    with pytest.raises(Invalid, match="others must be"):
        own_by(-1, Fraction(1, 10))
    with pytest.raises(Invalid, match="left"):
        required(-1, 1)
    with pytest.raises(Invalid, match="others_left"):
        required(1, -1)
    with pytest.raises(Invalid, match="lowest"):
        clipped(0.1, 0.5, 0.25)
