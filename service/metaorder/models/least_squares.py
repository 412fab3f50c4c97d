"""Ordinary least squares: coefficients, what they may be wrong by, and a refusal when the data cannot tell them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metaorder.domain.errors import NotIdentified
from metaorder.models.inputs import Floats, Numbers, matrix, vector

TELLS_APART = 1e-11
"""Smallest singular value of the columns, each scaled to length 1, at which their coefficients are still told apart."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted line or plane.

    coefficients: one a column of x, shape (p,). covariance: of their errors, homoskedastic, shape (p, p); nan when there is
    nothing to judge by, as many observations as parameters. intercept: 0.0 when none was asked for. r2: share of the
    variation that is explained, about the mean with an intercept and about 0 without; None when y does not vary.
    n: observations. residuals: y less the fit, shape (n,).
    """

    coefficients: Floats
    covariance: Floats
    intercept: float
    r2: float | None
    n: int
    residuals: Floats

    @property
    def standard_errors(self) -> Floats:
        """Standard error of each coefficient, shape (p,)."""
        return np.asarray(np.sqrt(np.diag(self.covariance)), dtype=np.float64)

    @property
    def slope(self) -> float:
        """The first coefficient, of a fit that has one."""
        return float(self.coefficients[0])

    @property
    def slope_error(self) -> float:
        """The standard error of the first coefficient."""
        return float(self.standard_errors[0])

    @property
    def t(self) -> float | None:
        """The first coefficient over its standard error; None when the fit is exact or has no error to divide by."""
        return self.slope / self.slope_error if self.slope_error > 0 else None


def enough(field: str, values: Floats, least: int) -> Floats:
    """`values`, if there are so many. Raises NotIdentified."""
    if values.size < least:
        raise NotIdentified(field, f"at least {least} numbers", values.size)
    return values


def line(x: Numbers, y: Numbers, *, intercept: bool = True) -> Fit:
    """Fit y = a + b x, or y = b x. x, y: shape (n,). Raises Invalid as `plane`."""
    return plane(vector("x", x)[:, None], y, intercept=intercept)


def plane(x: Floats, y: Numbers, *, intercept: bool) -> Fit:
    """Fit y = a + x b, or y = x b, by the smallest sum of squares.

        b = (x'x)^{-1} x'y,   var b = s^2 (x'x)^{-1},   s^2 = |y - a - x b|^2 / (n - parameters)

    x: shape (n, p), p >= 1. y: shape (n,). With an intercept both are taken about their means, which keeps the digits of a
    small slope on a large level.
    Raises NotIdentified: fewer observations than parameters, or columns that the data do not tell apart (a column that does not
    vary, or that the others make up); Invalid: a number that is not finite, or lengths that differ.
    """
    design = matrix("x", x)
    n, p = design.shape
    target = vector("y", y, length=n)
    parameters = p + intercept
    if n < parameters:
        raise NotIdentified("x", f"at least {parameters} observations", n)
    mean_x, mean_y = (design.mean(axis=0), float(target.mean())) if intercept else (np.zeros(p), 0.0)
    about, rest = design - mean_x, target - mean_y
    size = np.sqrt((about**2).sum(axis=0))
    level = np.sqrt((design**2).sum(axis=0))
    if p == 0 or not bool(np.all(size > 1e-13 * level)):
        raise NotIdentified("x", "columns that vary", design[:1].tolist())
    left, values, right = np.linalg.svd(about / size, full_matrices=False)
    if values[-1] < TELLS_APART * values[0]:
        raise NotIdentified("x", "columns that the others do not make up", float(values[-1] / values[0]))
    inverse = right.T / values
    coefficients = (inverse @ (left.T @ rest)) / size
    residuals = rest - about @ coefficients
    squares, total = float(residuals @ residuals), float(rest @ rest)
    free = n - parameters
    spread = (inverse @ inverse.T) / np.outer(size, size)
    flat = total <= 1e-26 * float(target @ target)
    return Fit(
        coefficients=coefficients,
        covariance=spread * (squares / free if free > 0 else np.nan),
        intercept=mean_y - float(mean_x @ coefficients) if intercept else 0.0,
        r2=None if flat else 1 - squares / total,
        n=n,
        residuals=residuals,
    )
