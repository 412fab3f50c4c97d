"""The square-root law: Y and the power, from metaorders whose size and impact are known one by one."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import minimize_scalar

from metaorder.calibration.estimate import Estimate, Subject
from metaorder.models.inputs import Numbers, every, vector
from metaorder.models.least_squares import line
from metaorder.models.robust_errors import sandwich

MIN_ORDERS = 30
MIN_RANGE = 4.0
"""The sizes' 95 % point over their 5 % point: with less, a power cannot be told from another."""

POWERS = (0.05, 1.5)


def unlabelled() -> list[Estimate]:
    """What an anonymous tape says of the law: nothing. Its trades do not say which of them are one order."""
    detail = "the tape does not say which trades are of one parent order: labelled metaorders are needed"
    return [each.refused("no_metaorders", detail) for each in _subjects()]


def square_root(sizes: Numbers, impacts: Numbers) -> list[Estimate]:
    """Y of the square-root law, and the power when it is free.

        I/sigma = Y (Q/V)^delta + e

    sizes: Q/V of each metaorder, > 0: its quantity over a day's volume. impacts: I/sigma, from its arrival to its end in its own
    direction, over the day's volatility; they may be negative. Shape (n,). Errors are robust to their variance.
    Refused: fewer than 30 metaorders; an effect that is not significant; for the power, sizes too much alike.
    Raises Invalid: a size that is not above 0, or lengths that differ.
    """
    law, power = _subjects()
    x = vector("sizes", sizes)
    every("sizes", x > 0, "above 0", x)
    y = vector("impacts", impacts, length=x.size)
    if x.size < MIN_ORDERS:
        detail = f"{x.size} metaorders, at least {MIN_ORDERS} must be"
        return [each.refused("too_few_metaorders", detail, n=x.size) for each in (law, power)]
    root = np.sqrt(x)
    fit = line(root, y, intercept=False)
    error = float(np.sqrt(sandwich(root[:, None], fit.residuals, lags=0)[0, 0]))
    if not fit.slope > 2 * error:
        detail = f"Y = {fit.slope:.3g} with a standard error of {error:.2g}"
        return [each.refused("not_significant", detail, n=x.size, r2=fit.r2) for each in (law, power)]
    return [law.found(fit.slope, error, n=x.size, r2=fit.r2), _power(power, x, y)]


def _power(
    subject: Subject, x: np.ndarray[tuple[int], np.dtype[np.float64]], y: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> Estimate:
    low, high = np.quantile(x, (0.05, 0.95))
    if high < MIN_RANGE * low:
        return subject.refused(
            "sizes_alike", f"sizes range over a factor of {high / low:.1f}, at least {MIN_RANGE:g} must be", n=x.size
        )
    found = minimize_scalar(
        lambda d: float((line(x**d, y, intercept=False).residuals ** 2).sum()),
        bounds=POWERS,
        method="bounded",
        options={"xatol": 1e-6},
    )
    delta = float(found.x)
    fit = line(x**delta, y, intercept=False)
    gradient = np.column_stack([x**delta, fit.slope * np.log(x) * x**delta])
    error = math.sqrt(float(sandwich(gradient, fit.residuals, lags=0)[1, 1]))
    if min(delta - POWERS[0], POWERS[1] - delta) < 0.01:
        return subject.refused("at_bound", f"the power is {delta:.2f}, the end of what is tried", n=x.size, r2=fit.r2)
    if error > 0.25:
        return subject.refused(
            "not_identified", f"the power is {delta:.2f} with a standard error of {error:.2f}", n=x.size, r2=fit.r2
        )
    return subject.found(delta, error, n=x.size, r2=fit.r2)


def _subjects() -> tuple[Subject, Subject]:
    method = "least squares over metaorders, robust errors"
    return (
        Subject(name="square_root_Y", unit="1", model="square_root", method=method + ", power 1/2"),
        Subject(name="square_root_power", unit="1", model="power_law", method=method),
    )
