"""Beta, the speed at which impact fades: by maximum likelihood of the mid's moves given the signed flow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from metaorder.calibration.estimate import Estimate, Subject, Z
from metaorder.calibration.flow import Cells, Flow
from metaorder.domain.errors import NotIdentified
from metaorder.models.decayed_sum import decayed_sum, kept_between
from metaorder.models.inputs import Floats
from metaorder.models.least_squares import plane
from metaorder.models.robust_errors import sandwich, usual_lags

GRID = 48
STEP = 1e-4
MIN_ACTIVE = 100
MOST_LOG_ERROR = 0.75
"""A beta that is known to less than a factor of about 4 to each side is not known."""

LIKELIER = 1.92
"""Half of chi-squared's 95 % point for one parameter: by so much beta must be likelier than a bound."""


@dataclass(frozen=True)
class DecayFit:
    """The likeliest decay.

    beta: [1/s]. transient: of lambda, price per unit. permanent: price per unit, None where there is none in the model.
    covariance: of (transient, permanent if any, ln beta), HAC. low, high: bounds of beta. profile: betas tried and the
    log-likelihood lost against the best at each, scaled for errors that hang together.
    """

    beta: float
    transient: float
    permanent: float | None
    covariance: Floats
    r2: float | None
    n: int
    low: float
    high: float
    profile: tuple[Floats, Floats]

    @property
    def log_error(self) -> float:
        """Standard error of ln beta."""
        return float(np.sqrt(self.covariance[-1, -1]))

    @property
    def transient_error(self) -> float:
        """Standard error of the transient part."""
        return float(np.sqrt(self.covariance[0, 0]))


def decayed_moves(flows: Sequence[Flow], grid: Cells, beta: float) -> Floats:
    """By how much the decayed flow changes in each interval: dJ, with dJ = -beta J dt + dq, from 0 at each open.

    grid: intervals of the same days. beta: >= 0 [1/s]. Returns shape (n,) [units].
    """
    moves = np.zeros(grid.n)
    for number, flow in enumerate(flows):
        mine = grid.day == number
        edges = grid.start[mine]
        after = decayed_sum(kept_between(flow.t, beta), flow.signed)
        moves[mine] = _left(flow.t, after, edges + grid.horizon, beta) - _left(flow.t, after, edges, beta)
    return moves


def _left(t: Floats, after: Floats, times: Floats, beta: float) -> Floats:
    """What is left of the flow just before each time."""
    last = np.searchsorted(t, times, side="left") - 1
    if not t.size:
        return np.zeros_like(times)
    seen = np.maximum(last, 0)
    return np.where(last >= 0, after[seen] * np.exp(-beta * np.maximum(times - t[seen], 0.0)), 0.0)


def fit_decay(flows: Sequence[Flow], grid: Cells, *, permanent: bool) -> DecayFit | None:
    """The beta under which normal errors make the moves likeliest; None where the intervals cannot be fitted at all.

        dp_k = lambda dJ_k(beta) [+ gamma q_k] + e_k

    For a given beta it is least squares, so that the likelihood is a profile in beta alone: a grid, and the best of it refined.
    beta lies between two over the longest day and one over an interval: what is slower is permanent, what is faster is unseen.
    """
    if grid.n < 10 or grid.active < 3:
        return None
    low, high = 2 / max(flow.session_s for flow in flows), 1 / grid.horizon
    if not high > 4 * low:
        return None

    def columns(log: float) -> Floats:
        decayed = decayed_moves(flows, grid, math.exp(log))
        return np.column_stack([decayed, grid.flow] if permanent else [decayed])

    def squares(log: float) -> float:
        x = columns(log)
        rest = grid.move - x @ np.linalg.lstsq(x.T @ x, x.T @ grid.move, rcond=None)[0]
        return float(rest @ rest)

    logs = np.linspace(math.log(low), math.log(high), GRID)
    heights = np.array([squares(float(log)) for log in logs])
    best = int(np.argmin(heights))
    edges = (float(logs[max(best - 1, 0)]), float(logs[min(best + 1, GRID - 1)]))
    found = minimize_scalar(squares, bounds=edges, method="bounded", options={"xatol": 1e-7})
    log = float(found.x) if found.fun < heights[best] else float(logs[best])
    x = columns(log)
    try:
        fit = plane(x, grid.move, intercept=False)
    except NotIdentified:
        return None
    slopes = (columns(log + STEP)[:, 0] - columns(log - STEP)[:, 0]) / (2 * STEP)
    gradient = np.column_stack([x, fit.slope * slopes])
    if not (float(fit.residuals @ fit.residuals) > 0 and fit.slope != 0):
        return None
    covariance = sandwich(gradient, fit.residuals, lags=usual_lags(grid.n), group=grid.day)
    plain = sandwich(gradient, np.full(grid.n, np.sqrt(np.mean(fit.residuals**2))), lags=0)
    surer = min(1.0, float(plain[-1, -1] / covariance[-1, -1]))
    return DecayFit(
        beta=math.exp(log),
        transient=fit.slope,
        permanent=float(fit.coefficients[1]) if permanent else None,
        covariance=covariance,
        r2=fit.r2,
        n=grid.n,
        low=low,
        high=high,
        profile=(np.exp(logs), surer * grid.n / 2 * np.log(heights / min(float(heights.min()), squares(log)))),
    )


def beta(fit: DecayFit | None, grid: Cells, *, name: str = "beta") -> Estimate:
    """The decay as an estimate; its interval is symmetric in ln beta.

    Refused: too few trades, a transient impact that is not significant, beta at a bound, or hardly likelier than one.
    """
    subject = Subject(
        name=name, unit="1/s", model="obizhaeva_wang", method=f"profile likelihood, {grid.horizon:g} s intervals, HAC errors"
    )
    if grid.active < MIN_ACTIVE:
        detail = f"{grid.active} intervals of {grid.horizon:g} s have signed trades, at least {MIN_ACTIVE} must"
        return subject.refused("too_few_trades", detail, n=grid.active)
    if fit is None:
        return subject.refused("no_variation", "the moves cannot be fitted by the flow", n=grid.n)
    t = fit.transient / fit.transient_error
    if not t >= Z:
        detail = f"the impact that is to fade is {fit.transient:.3g}, t = {t:.2f}: without it nothing fades"
        return subject.refused("not_significant", detail, n=fit.n, r2=fit.r2)
    lost = fit.profile[1]
    for bound, loss, what in (
        (fit.low, lost[0], "does not fade within the day"),
        (fit.high, lost[-1], "fades within an interval"),
    ):
        if abs(math.log(fit.beta / bound)) < 0.02 or loss < LIKELIER:
            detail = f"beta = {fit.beta:.3g}; that the impact {what} ({bound:.3g}) is as likely, within {LIKELIER}: {loss:.2f}"
            return subject.refused("at_bound", detail, n=fit.n, r2=fit.r2)
    if fit.log_error > MOST_LOG_ERROR:
        detail = f"beta = {fit.beta:.3g} times or over {math.exp(Z * fit.log_error):.1f}: the data do not say which"
        return subject.refused("not_identified", detail, n=fit.n, r2=fit.r2)
    spread = math.exp(Z * fit.log_error)
    return subject.found(fit.beta, fit.beta * fit.log_error, n=fit.n, r2=fit.r2, interval=(fit.beta / spread, fit.beta * spread))
