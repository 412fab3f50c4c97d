"""What every model asks of its inputs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import every, finite, increasing, matrix, not_negative, positive, vector


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
