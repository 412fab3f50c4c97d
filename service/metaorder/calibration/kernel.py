"""The propagator's kernel: where the mid stands, some time after a unit of flow, and how fast that fades."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import minimize_scalar

from metaorder.calibration.estimate import Estimate, Subject, Z
from metaorder.calibration.flow import Cells
from metaorder.models.inputs import Floats
from metaorder.models.least_squares import plane
from metaorder.models.robust_errors import sandwich, usual_lags

EDGES = (0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 300)
"""Lags at which parts of the kernel begin and end, in intervals: as fine as it bends."""

MIN_ACTIVE = 300
MOST_LOG_ERROR = 1.0
MIN_T = 3.0
"""Errors by which something must fade: more than for one number, because the speed is chosen to make it the most."""


@dataclass(frozen=True)
class Kernel:
    """after: time since the flow [s]. value: of the mid's move by then, price per unit; errors: of each, HAC; shape (m,).

    steps: what the mid moves in each part, covariance: of the steps; starts: where each part begins [s].
    """

    after: Floats
    value: Floats
    errors: Floats
    steps: Floats
    covariance: Floats
    starts: Floats
    r2: float | None
    n: int


def kernel(grid: Cells, *, edges: Sequence[int] = EDGES) -> Kernel | Estimate:
    """What a unit of flow does to the mid by and by, whatever else is traded before and after.

        dp_k = sum_j kappa_j sum_{lags l of part j} q_{k-l} + e_k;   G = running sum of kappa_j (lags of part j)

    grid: intervals, in order. Unlike the mean response to a trade it does not count what later trades on the same side do.
    Returns the kernel, or the refusal: too few trades, or lags that the flow does not tell apart.
    """
    subject = Subject(name="kernel", unit="price per unit", model="propagator", method="distributed lags by OLS, HAC errors")
    if grid.active < MIN_ACTIVE or grid.n < 3 * edges[-1]:
        detail = (
            f"{grid.active} intervals with trades, at least {MIN_ACTIVE} must be; {grid.n} intervals, at least {3 * edges[-1]}"
        )
        return subject.refused("too_few_trades", detail, n=grid.active)
    widths = np.diff(edges).astype(np.float64)
    columns, whole = _lagged(grid, edges)
    design, moves = columns[whole], grid.move[whole]
    if not bool(np.all(np.ptp(design, axis=0) > 0)):
        return subject.refused("no_variation", "some part of the past flow never changes", n=int(whole.sum()))
    fit = plane(design, moves, intercept=False)
    covariance = sandwich(design, fit.residuals, lags=usual_lags(fit.n), group=grid.day[whole])
    steps, spread = fit.coefficients * widths, covariance * np.outer(widths, widths)
    total = np.tril(np.ones((widths.size, widths.size)))
    return Kernel(
        after=np.array(edges[1:]) * grid.horizon,
        value=np.cumsum(steps),
        errors=np.sqrt(np.diag(total @ spread @ total.T)),
        steps=steps,
        covariance=spread,
        starts=np.array(edges[:-1]) * grid.horizon,
        r2=fit.r2,
        n=fit.n,
    )


def _lagged(grid: Cells, edges: Sequence[int]) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Flow of each part of the past, and which intervals have that much past in their own day."""
    running = np.concatenate([[0.0], np.cumsum(grid.flow)])
    place = np.arange(grid.n)

    def through(lag: int) -> Floats:
        return running[np.maximum(place + 1 - lag, 0)]

    columns = np.column_stack([through(a) - through(b) for a, b in pairwise(edges)])
    first = np.searchsorted(grid.day, grid.day, side="left")
    return columns, place - first >= edges[-1] - 1


def response_beta(found: Kernel) -> Estimate:
    """Beta from the shape of the kernel: what fades of it, fades exponentially.

        G(t) = permanent + transient e^{-beta t}

    Fitted to the steps after the first by generalised least squares, which do not know of the permanent part. Refused: nothing
    fades by three errors, or no speed is likelier than the others.
    """
    subject = Subject(
        name="beta_response", unit="1/s", model="propagator", method="exponential fitted to the kernel's steps, GLS"
    )
    steps, starts, ends = found.steps[1:], found.starts[1:], found.after[1:]
    weight = np.linalg.inv(found.covariance[1:, 1:])

    def shape(log: float) -> Floats:
        rate = math.exp(log)
        return np.asarray(np.exp(-rate * ends) - np.exp(-rate * starts), dtype=np.float64)

    def lost(log: float) -> float:
        x = shape(log)
        size = float(x @ weight @ steps) / float(x @ weight @ x)
        rest = steps - max(size, 0.0) * x
        return float(rest @ weight @ rest)

    low, high = math.log(0.5 / ends[-1]), math.log(2 / found.starts[1])
    logs = np.linspace(low, high, 60)
    heights = np.array([lost(float(log)) for log in logs])
    best = int(np.argmin(heights))
    edges = (float(logs[max(best - 1, 0)]), float(logs[min(best + 1, logs.size - 1)]))
    log = float(minimize_scalar(lost, bounds=edges, method="bounded").x)
    x = shape(log)
    size = float(x @ weight @ steps) / float(x @ weight @ x)
    error = 1 / math.sqrt(float(x @ weight @ x))
    if not size > MIN_T * error:
        return subject.refused("not_significant", f"what fades is {size:.3g}, with a standard error of {error:.2g}", n=found.n)
    tangent = size * (shape(log + 1e-4) - shape(log - 1e-4)) / 2e-4
    pair = np.column_stack([x, tangent])
    log_error = math.sqrt(float(np.linalg.inv(pair.T @ weight @ pair)[1, 1]))
    if min(log - low, high - log) < 0.02 or min(heights[0], heights[-1]) - lost(log) < Z**2:
        return subject.refused("at_bound", f"beta = {math.exp(log):.3g} is hardly likelier than a bound", n=found.n)
    if log_error > MOST_LOG_ERROR:
        return subject.refused("not_identified", f"ln beta has a standard error of {log_error:.2f}", n=found.n)
    rate, spread = math.exp(log), math.exp(Z * log_error)
    return subject.found(rate, rate * log_error, n=found.n, r2=found.r2, interval=(rate / spread, rate * spread))
