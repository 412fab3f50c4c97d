"""Ratios of hyperbolic functions: the textbook's values where it can be evaluated, and sense where it cannot."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from metaorder.models.hyperbolic import cosh_pace, hump, sinh_share, sinh_steps
from support.examples import examples

S = np.linspace(0, 1, 7)
U = st.floats(1e-6, 300)


@settings(max_examples=examples(100))
@given(U)
@example(1e-4)
def test_they_are_what_the_textbook_says(u: float) -> None:
    assert sinh_share(u, S) == pytest.approx(np.sinh(u * S) / math.sinh(u), rel=1e-12, abs=0)
    assert cosh_pace(u, S) == pytest.approx(u * np.cosh(u * S) / math.sinh(u), rel=1e-12)
    textbook = 1 - (np.sinh(u * S) + np.sinh(u * (1 - S))) / math.sinh(u)
    assert hump(u, S) * u**2 == pytest.approx(textbook, abs=1e-12)


@settings(max_examples=examples(100))
@given(st.floats(0, 5_000), st.integers(1, 50))
def test_the_steps_are_the_falls_of_the_share(u: float, periods: int) -> None:
    left = 1 - np.arange(periods + 1) / periods
    steps = sinh_steps(u, periods)
    assert steps.shape == (periods,)
    assert steps == pytest.approx(-np.diff(sinh_share(u, left)), abs=1e-12)
    assert steps.sum() == pytest.approx(1)
    assert (np.diff(steps) <= 1e-15).all()


def test_no_urgency_is_a_straight_line_and_a_little_is_close_to_it() -> None:
    for u in (0.0, 1e-200, 1e-9):
        assert sinh_share(u, S) == pytest.approx(S)
        assert cosh_pace(u, S) == pytest.approx(1)
        assert hump(u, S) == pytest.approx(S * (1 - S) / 2)
        assert sinh_steps(u, 4) == pytest.approx(0.25)


def test_where_sinh_overflows_the_ratio_is_an_exponential() -> None:
    assert sinh_share(3_000, np.array([0.0, 0.999, 1.0])) == pytest.approx([0, math.exp(-3), 1], rel=1e-9)
    assert cosh_pace(3_000, np.array([1.0]))[0] == pytest.approx(3_000)
    assert hump(3_000, np.array([0.5]))[0] * 3_000**2 == pytest.approx(1)
    assert sinh_steps(3_000, 10) == pytest.approx([1, *[0] * 9])


def test_arrays_of_urgencies_broadcast() -> None:
    u = np.array([0.0, 2.0, 3_000.0])
    assert sinh_steps(u, 5).shape == (3, 5)
    for row, each in zip(sinh_share(u[:, None], S[None, :]), u, strict=True):
        assert row == pytest.approx(sinh_share(float(each), S))
