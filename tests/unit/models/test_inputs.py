"""What every model asks of its inputs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import every, finite, increasing, matrix, not_negative, numbers, positive, vector, whole


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused_by_name(value: float) -> None:
    for ask in (finite, positive, not_negative):
        with pytest.raises(Invalid, match="sigma must be a finite number"):
            ask("sigma", value)
    with pytest.raises(Invalid, match=r"t\.1 must be a finite number"):
        vector("t", [0.0, value])
    with pytest.raises(Invalid, match=r"v\.1\.0 must be a finite number"):
        matrix("v", [[0.0], [value]])


def test_zero_is_not_negative_and_not_positive() -> None:
    assert not_negative("x", 0.0) == 0.0
    with pytest.raises(Invalid):
        positive("x", 0.0)
    with pytest.raises(Invalid):
        not_negative("x", -1e-300)


def test_a_vector_has_the_length_that_it_should() -> None:
    assert vector("x", [1, 2]).dtype == np.float64
    for bad in ([[1.0]], [1.0]):
        with pytest.raises(Invalid):
            vector("x", bad, least=2)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="3 numbers"):
        vector("x", [1.0, 2.0], length=3)


def test_a_matrix_has_rows_of_one_length() -> None:
    for bad in ([[1.0], [1.0, 2.0]], [1.0, 2.0]):
        with pytest.raises(Invalid, match="equal length"):
            matrix("x", bad)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="rows of 2"):
        matrix("x", [[1.0]], columns=2)


def test_times_that_go_back_are_refused_with_their_place() -> None:
    times = np.array([0.0, 1.0, 1.0, 0.5])
    with pytest.raises(Invalid) as refused:
        increasing("t", times, strictly=False)
    assert (refused.value.field, refused.value.value) == ("t.3", 0.5)
    with pytest.raises(Invalid) as refused:
        increasing("t", times, strictly=True)
    assert refused.value.field == "t.2"
    assert increasing("t", np.zeros(0), strictly=True).size == 0
    assert every("t", np.array([True]), "never", np.array([1.0])) == 1.0


@pytest.mark.parametrize("value", [None, "1", [], True])
def test_what_is_no_number_is_refused_by_name(value: Any) -> None:
    for ask in (finite, positive, not_negative, whole):
        with pytest.raises(Invalid, match="x must be a"):
            ask("x", value)
    if value != []:
        with pytest.raises(Invalid, match=r"x must be"):
            vector("x", value)
    with pytest.raises(Invalid, match=r"x(\.1)? must be"):
        vector("x", [0.5, "1" if value is True else value])
    with pytest.raises(Invalid, match=r"x\.1 must be a finite number, was None"):
        vector("x", [0.5, None])


def test_what_is_so_large_that_its_powers_are_no_numbers_is_refused() -> None:
    for ask in (finite, positive, not_negative):
        assert ask("x", 1e60) == 1e60
        with pytest.raises(Invalid, match="x must be at most 1e"):
            ask("x", 1e61)
        with pytest.raises(Invalid, match="x must be at most 1e"):
            ask("x", 10**400)
    with pytest.raises(Invalid, match=r"x\.1 must be at most"):
        vector("x", [1.0, -1e300])
    with pytest.raises(Invalid, match="x must be at least"):
        positive("x", 1e-300)
    assert not_negative("x", 1e-300) == 1e-300
    with pytest.raises(Invalid, match="q must be at most"):
        numbers("q", 1e300)


def test_a_count_is_a_whole_number_within_its_bounds() -> None:
    assert (whole("n", 3.0), whole("n", 0, least=0), whole("n", 10**18 - 1, most=10**18)) == (3, 0, 10**18 - 1)
    for bad in (0, 1.5, math.nan, 1_000_001):
        with pytest.raises(Invalid, match="n must be a whole number from 1 to 1000000"):
            whole("n", bad)
