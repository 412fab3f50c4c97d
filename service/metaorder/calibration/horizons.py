"""Lambda by horizon: how far the mid moves a unit of signed volume, over a tenth of a second to five minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metaorder.calibration.decay import DecayFit, decayed_moves
from metaorder.calibration.estimate import Estimate, Subject
from metaorder.calibration.flow import Cells, Flow, cells
from metaorder.models.inputs import Floats
from metaorder.models.lambda_decay import decay_bias
from metaorder.models.least_squares import line
from metaorder.models.robust_errors import sandwich, usual_lags

HORIZONS = (0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0)
PREFERRED = (60.0, 30.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When a slope counts. min_active: intervals with trades. min_t: slope over its error. min_r2: of the variation explained."""

    min_active: int = 30
    min_t: float = 2.0
    min_r2: float = 0.01


USUAL = Rules()


@dataclass(frozen=True, slots=True)
class AtHorizon:
    """One horizon [s]. plain: slope of the regression. corrected: lambda without the bias of decay. bias: what the plain slope
    is of lambda for white flow, None where decay is not known.
    """

    horizon: float
    plain: Estimate
    corrected: Estimate
    bias: float | None


def name_of(horizon: float) -> str:
    """What lambda at a horizon is called."""
    return f"lambda_{horizon:g}s"


def by_horizon(
    flows: Sequence[Flow], decay: Estimate, fit: DecayFit | None, *, horizons: Sequence[float] = HORIZONS, rules: Rules = USUAL
) -> list[AtHorizon]:
    """Lambda at each horizon, plain and corrected for decay.

    decay: beta, as estimated; the corrected values are refused for its reason where it was. fit: what it came from.
    """
    found = []
    for horizon in horizons:
        grid = cells(flows, horizon)
        plain = slope(grid, name_of(horizon), rules)
        corrected = _corrected(flows, grid, decay, fit, rules)
        bias = None if decay.value is None else float(decay_bias(decay.value, [horizon])[0])
        found.append(AtHorizon(horizon, plain, corrected, bias))
    return found


def slope(grid: Cells, name: str, rules: Rules = USUAL, *, method: str | None = None) -> Estimate:
    """Lambda of some intervals: moves on their own flow, with an intercept and errors that allow for what hangs together.

        dp_k = a + lambda q_k + e_k

    Refused: too few trades, no variation, a slope that is not above 0 by `min_t` errors, or that explains too little.
    """
    method = method or f"OLS over {grid.horizon:g} s intervals, HAC errors"
    subject = Subject(name=name, unit="price per unit", model="kyle", method=method)
    return regress(subject, grid.flow, grid, rules)


def regress(subject: Subject, flow: Floats, grid: Cells, rules: Rules) -> Estimate:
    """Moves of the intervals on some flow of theirs, judged by the rules."""
    if grid.active < rules.min_active:
        detail = f"{grid.active} of {grid.n} intervals of {grid.horizon:g} s have signed trades, at least {rules.min_active} must"
        return subject.refused("too_few_trades", detail, n=grid.active)
    if np.ptp(flow) == 0 or np.ptp(grid.move) == 0:
        return subject.refused("no_variation", "the flow or the mid never changes", n=grid.n)
    fit = line(flow, grid.move)
    error = float(np.sqrt(sandwich((flow - flow.mean())[:, None], fit.residuals, lags=usual_lags(grid.n), group=grid.day)[0, 0]))
    return _judged(subject, fit.slope, error, fit.r2, grid.n, rules)


def _judged(subject: Subject, value: float, error: float, r2: float | None, n: int, rules: Rules) -> Estimate:
    t = value / error if error > 0 else np.inf
    if not t >= rules.min_t:
        detail = f"{value:.3g} with a standard error of {error:.2g}: t = {t:.2f}, at least {rules.min_t:g} is asked for"
        return subject.refused("not_significant", detail, n=n, r2=r2)
    if r2 is not None and r2 < rules.min_r2:
        detail = f"R2 = {r2:.4f}, at least {rules.min_r2:g} is asked for"
        return subject.refused("explains_too_little", detail, n=n, r2=r2)
    return subject.found(value, error, n=n, r2=r2)


def _corrected(flows: Sequence[Flow], grid: Cells, decay: Estimate, fit: DecayFit | None, rules: Rules) -> Estimate:
    method = f"OLS on the decayed flow over {grid.horizon:g} s intervals, HAC errors, given beta"
    subject = Subject(name=f"{name_of(grid.horizon)}_corrected", unit="price per unit", model="obizhaeva_wang", method=method)
    if decay.value is None or fit is None:
        return subject.because(decay)
    return regress(subject, decayed_moves(flows, grid, decay.value), grid, rules)
