"""Lambda by regime: in calm, usual and wild parts of the day, and how it goes with the volume just traded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metaorder.calibration.estimate import Estimate, Subject
from metaorder.calibration.flow import Cells, Flow
from metaorder.calibration.horizons import USUAL, Rules, slope
from metaorder.models.inputs import Floats
from metaorder.models.least_squares import line
from metaorder.models.robust_errors import sandwich, usual_lags

WINDOW_S = 300.0
NAMES = ("low", "medium", "high")
EXPONENTS = (-2.0, 3.0)


@dataclass(frozen=True, slots=True)
class Regime:
    """A regime by trailing volatility [fraction per square root of the session], from `above` up to `below`; None = no bound."""

    name: str
    above: float | None
    below: float | None
    share: float
    lambda_: Estimate


def trailing_volatility(flows: Sequence[Flow], grid: Cells, *, window_s: float = WINDOW_S, step_s: float = 10.0) -> Floats:
    """Volatility of the mid over the window that ends where each interval begins: nothing of the interval itself is in it.

    From squared returns over `step_s`. Returns shape (n,) [fraction per square root of the session]; NaN where there is no whole
    window.
    """
    found = np.full(grid.n, np.nan)
    for number, flow in enumerate(flows):
        mine = grid.day == number
        edges: Floats = np.arange(int(flow.session_s / step_s) + 1, dtype=np.float64) * step_s
        squares = np.diff(np.log(flow.mid_before(edges))) ** 2
        running = np.concatenate([[0.0], np.cumsum(np.nan_to_num(squares))])
        missing = np.concatenate([[0], np.cumsum(np.isnan(squares))])
        last = np.floor(grid.start[mine] / step_s + 1e-9).astype(int)
        first = last - round(window_s / step_s)
        whole = (first >= 0) & (missing[last] == missing[np.maximum(first, 0)])
        variance = (running[last] - running[np.maximum(first, 0)]) * (flow.session_s / window_s)
        found[mine] = np.where(whole, np.sqrt(variance), np.nan)
    return found


def by_volatility(
    flows: Sequence[Flow], grid: Cells, *, bounds: Sequence[float] | None = None, rules: Rules = USUAL
) -> list[Regime]:
    """Lambda in calm, usual and wild times, told apart by volatility before the fact.

    bounds: two volatilities, increasing; None for thirds of the intervals. A regime without enough trades is refused by name.
    """
    sigma = trailing_volatility(flows, grid)
    known = np.isfinite(sigma)
    if bounds is None:
        bounds = [float(q) for q in np.quantile(sigma[known], (1 / 3, 2 / 3))] if known.any() else [math.nan, math.nan]
    edges = [-math.inf, *bounds, math.inf]
    found = []
    for name, low, high in zip(NAMES, edges[:-1], edges[1:], strict=True):
        mine = known & (sigma > low) & (sigma <= high)
        fitted = slope(grid.only(mine), f"lambda_{name}_volatility", rules)
        ends = [None if not math.isfinite(edge) else edge for edge in (low, high)]
        found.append(Regime(name, ends[0], ends[1], float(mine.sum() / max(grid.n, 1)), fitted))
    return found


def trailing_volume(flows: Sequence[Flow], grid: Cells, *, window_s: float = WINDOW_S) -> Floats:
    """Volume of the window before each interval over that of an average window; NaN where there is no whole window."""
    found = np.full(grid.n, np.nan)
    usual = sum(float(flow.volume.sum()) for flow in flows) / sum(flow.session_s for flow in flows) * window_s
    for number, flow in enumerate(flows):
        mine = grid.day == number
        start = grid.start[mine]
        running = np.concatenate([[0.0], np.cumsum(flow.volume)])
        volume = running[np.searchsorted(flow.t, start)] - running[np.searchsorted(flow.t, start - window_s)]
        found[mine] = np.where(start >= window_s, volume / usual if usual > 0 else np.nan, np.nan)
    return found


def volume_exponent(flows: Sequence[Flow], grid: Cells) -> Estimate:
    """How lambda goes with volume: the power g of lambda = lambda_0 (V/V_usual)^-g, V traded before the fact.

        dp_k = lambda_0 v_k^{-g} q_k + e_k

    g above 0: what is traded much is moved less by a unit, which is the sign of lambda sigma/ADV, where g = 1. Refused: too few
    trades, a lambda that is not there, or a power whose interval holds 0: then lambda is not adjusted at all.
    """
    subject = Subject(
        name="volume_exponent", unit="1", model="kyle", method=f"least squares over {grid.horizon:g} s intervals, HAC errors"
    )
    ratio = trailing_volume(flows, grid)
    kept = np.isfinite(ratio) & (ratio > 0)
    part, v = grid.only(kept), ratio[kept]
    if part.active < 100:
        detail = f"{part.active} intervals with signed trades after a window of {WINDOW_S:g} s, at least 100 must be"
        return subject.refused("too_few_trades", detail, n=part.active)
    if np.ptp(part.flow) == 0 or np.ptp(part.move) == 0 or np.ptp(v) == 0:
        return subject.refused("no_variation", "the flow, the mid or the volume never changes", n=part.n)
    powers = np.linspace(*EXPONENTS, 501)
    lost = [float((line(part.flow * v**-g, part.move, intercept=False).residuals ** 2).sum()) for g in powers[::10]]
    near = powers[::10][int(np.argmin(lost))]
    fine = powers[np.abs(powers - near) <= 0.1001]
    best = min(fine, key=lambda g: float((line(part.flow * v**-g, part.move, intercept=False).residuals ** 2).sum()))
    fit = line(part.flow * v**-best, part.move, intercept=False)
    gradient = np.column_stack([part.flow * v**-best, -fit.slope * np.log(v) * part.flow * v**-best])
    covariance = sandwich(gradient, fit.residuals, lags=usual_lags(part.n), group=part.day)
    base_error, error = (float(each) for each in np.sqrt(np.diag(covariance)))
    if not fit.slope > 2 * base_error:
        return subject.refused(
            "not_significant", f"lambda itself is {fit.slope:.3g}, with an error of {base_error:.2g}", n=part.n
        )
    if not EXPONENTS[0] < best < EXPONENTS[1]:
        return subject.refused("at_bound", f"the power is {best:.2f}, the end of what is tried", n=part.n)
    if abs(best) < 1.96 * error:
        detail = f"the power is {best:.2f} with a standard error of {error:.2f}: it may be 0"
        return subject.refused("not_significant", detail, n=part.n, r2=fit.r2)
    return subject.found(float(best), error, n=part.n, r2=fit.r2)


def at_volume(lambda_: float, exponent: Estimate, ratio: float) -> float:
    """Lambda when `ratio` times the usual volume trades: less when more does. As it was, where the power was refused."""
    return lambda_ if exponent.value is None else lambda_ * ratio**-exponent.value
