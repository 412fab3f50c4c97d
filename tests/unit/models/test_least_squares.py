"""Least squares: exact lines, errors that cover the truth, and refusals of what cannot be told."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.least_squares import line, plane


def test_an_exact_line_is_found_and_its_fit_is_whole() -> None:
    fit = line([0.0, 1.0, 2.0], [1.0, 3.0, 5.0])
    assert fit.slope == pytest.approx(2.0)
    assert fit.intercept == pytest.approx(1.0)
    assert fit.r2 == pytest.approx(1.0)


def test_the_textbook_numbers_come_out() -> None:
    fit = line([1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 2.0, 5.0])
    assert fit.slope == pytest.approx(1.1)
    assert fit.slope_error == pytest.approx(np.sqrt(2.7 / 2 / 5))
    assert fit.t == pytest.approx(1.1 / np.sqrt(0.27))
    assert fit.r2 == pytest.approx(1 - 2.7 / 8.75)
    through = line([1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 2.0, 5.0], intercept=False)
    assert through.slope == pytest.approx(33 / 30)
    assert through.r2 == pytest.approx(33**2 / 30 / 39)
    assert through.intercept == 0.0


def test_a_plane_agrees_with_the_normal_equations() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(50, 3)) * [1.0, 1e6, 1e-6], rng.normal(size=50)
    fit = plane(x, y, intercept=False)
    inverse = np.linalg.inv((x / [1.0, 1e6, 1e-6]).T @ (x / [1.0, 1e6, 1e-6]))
    b = inverse @ (x / [1.0, 1e6, 1e-6]).T @ y / [1.0, 1e6, 1e-6]
    assert fit.coefficients == pytest.approx(b, rel=1e-9)
    s2 = float((y - x @ b) @ (y - x @ b)) / 47
    assert fit.standard_errors == pytest.approx(np.sqrt(np.diag(inverse) * s2) / [1.0, 1e6, 1e-6], rel=1e-9)


def test_the_error_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(7)
    inside = 0
    for _ in range(400):
        x = rng.normal(size=60)
        fit = line(x, 0.3 + 2.0 * x + rng.normal(size=60))
        inside += abs(fit.slope - 2.0) < 2.0 * fit.slope_error
    assert 0.92 < inside / 400 < 0.98


def test_a_small_slope_on_a_large_level_keeps_its_digits() -> None:
    x = np.arange(100.0)
    assert line(1e9 + x, 1e9 + 1e-3 * x).slope == pytest.approx(1e-3, rel=1e-3)


def test_what_cannot_be_judged_is_none_or_nan() -> None:
    assert line([0.0, 1.0, 2.0], [4.0, 4.0, 4.0]).r2 is None
    exact = line([0.0, 1.0], [1.0, 2.0])
    assert np.isnan(exact.slope_error)
    assert exact.t is None


@pytest.mark.parametrize(
    ("x", "y"),
    [([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]), ([1.0], [1.0]), ([1.0, 2.0], [1.0]), ([1.0, np.nan, 2.0], [1.0, 2.0, 3.0]), ([], [])],
)
def test_what_the_data_do_not_tell_is_refused(x: list[float], y: list[float]) -> None:
    with pytest.raises(Invalid):
        line(x, y)


def test_columns_that_make_each_other_up_are_refused() -> None:
    x = np.arange(10.0)
    with pytest.raises(Invalid, match="make up"):
        plane(np.column_stack([x, x**2, 3 * x - x**2]), x, intercept=False)
    with pytest.raises(Invalid, match="vary"):
        plane(np.column_stack([x, np.full(10, 2.0)]), x, intercept=True)
