"""Covariance of several symbols: correlation of their bars with errors, and the matrix that a basket is planned on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from metaorder.calibration.estimate import Estimate, Subject, Z
from metaorder.calibration.flow import Flow
from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Floats, positive
from metaorder.models.shrunk_correlation import Correlations, correlations, shrink

BAR_S = 60.0
MIN_BARS = 30
MODEL = "covariance"


@dataclass(frozen=True)
class Matrix:
    """What a basket takes. correlation: shrunk, in the order of `symbols`. covariance: of returns of a session.

    shrinkage: how far the correlation was drawn towards none. bar_s: [seconds]. bars: in which all symbols were quoted.
    """

    symbols: tuple[str, ...]
    correlation: Floats
    covariance: Floats
    shrinkage: float
    bar_s: float
    bars: int


def covariance(days: Sequence[tuple[str, Flow]], *, bar_s: float = BAR_S) -> tuple[list[Estimate], Matrix | None]:
    """Volatility of each symbol, correlation of each pair, and the matrix, None where it is refused.

    From log returns of the mid over bars of the clock, on days that all symbols have. Short bars find too little: a quote that
    is not yet renewed does not move with the others (Epps 1979).

    days: symbol and day; a symbol's days in any order. Refused: fewer than 30 bars in which all are quoted, a mid that never
    moves, sessions of different lengths, and a matrix that is not positive definite.
    Raises Invalid: fewer than two symbols, the same day of a symbol twice, or bar_s is not above 0.
    """
    step = positive("bar_s", bar_s)
    by_day: dict[str, dict[str, Flow]] = {}
    for symbol, flow in days:
        if symbol in by_day.setdefault(flow.day, {}):
            raise Invalid("sources", "each day of a symbol once", f"{symbol} {flow.day}")
        by_day[flow.day][symbol] = flow
    symbols = tuple(dict.fromkeys(symbol for symbol, _ in days))
    if len(symbols) < 2:
        raise Invalid("symbols", "at least two", list(symbols))
    subjects = _subjects(symbols, step)
    common = [found for _, found in sorted(by_day.items()) if len(found) == len(symbols)]
    for found in common:
        lengths = sorted({flow.session_s for flow in found.values()})
        if len(lengths) > 1:
            detail = f"sessions of {lengths[0]:g} s and {lengths[-1]:g} s are not of the same hours"
            return [each.refused("sessions_differ", detail) for each in subjects], None
    rows, group = _returns(common, symbols, step)
    n = len(rows)
    if n < MIN_BARS:
        detail = f"{n} bars of {step:g} s in which all are quoted, at least {MIN_BARS} must be"
        return [each.refused("too_few_bars", detail, n=n) for each in subjects], None
    still = [symbol for symbol, column in zip(symbols, rows.T, strict=True) if not np.ptp(column) > 0]
    if still:
        return [each.refused("no_variation", f"the mid of {still[0]} does not move", n=n) for each in subjects], None
    sessions = float(common[0][symbols[0]].session_s) / step
    return _estimates(subjects, symbols, correlations(rows, group=group), step, sessions)


def _subjects(symbols: Sequence[str], step: float) -> list[Subject]:
    method = f"log returns of the mid over {step:g} s, influence function with HAC errors"
    pairs = [
        Subject(name=f"correlation_{one}_{other}", unit="1", model=MODEL, method=method)
        for one, other in combinations(symbols, 2)
    ]
    return [
        *(Subject(name=f"sigma_{each}", unit="fraction per sqrt(session)", model=MODEL, method=method) for each in symbols),
        *pairs,
        Subject(name="shrinkage", unit="1", model=MODEL, method="towards none, by the errors of the pairs"),
    ]


def _returns(days: Sequence[dict[str, Flow]], symbols: Sequence[str], step: float) -> tuple[Floats, Floats]:
    """Log returns of the bars in which every symbol is quoted, shape (bars, symbols), and the number of each bar's day."""
    rows, group = [np.empty((0, len(symbols)))], [np.empty(0)]
    for number, day in enumerate(days):
        flows = [day[symbol] for symbol in symbols]
        edges: Floats = np.arange(int(flows[0].session_s / step * (1 + 1e-12)) + 1, dtype=np.float64) * step
        moves = np.diff(np.log(np.column_stack([flow.mid_before(edges) for flow in flows])), axis=0)
        kept = np.isfinite(moves).all(axis=1)
        rows.append(moves[kept])
        group.append(np.full(int(kept.sum()), float(number)))
    return np.concatenate(rows), np.concatenate(group)


def _estimates(
    subjects: Sequence[Subject], symbols: tuple[str, ...], found: Correlations, step: float, bars: float
) -> tuple[list[Estimate], Matrix | None]:
    """Every estimate of what was measured. bars: of a session."""
    p, scale = len(symbols), math.sqrt(bars)
    made = [
        subject.found(float(sigma) * scale, float(error) * scale, n=found.n)
        for subject, sigma, error in zip(subjects[:p], found.sigma, found.sigma_errors, strict=True)
    ]
    for subject, (i, j) in zip(subjects[p:-1], combinations(range(p), 2), strict=True):
        r, error = float(found.value[i, j]), float(found.errors[i, j])
        made.append(subject.found(r, error, n=found.n, r2=r**2, interval=_fisher(r, error)))
    try:
        shrunk, share = shrink(found)
    except Invalid as wrong:
        detail = f"the least eigenvalue is {wrong.value:.2g}: one of the symbols is made up by others"
        return [*made, subjects[-1].refused("not_positive_definite", detail, n=found.n)], None
    made.append(subjects[-1].found(share, None, n=found.n, note="chosen, not measured: it has no error"))
    sigma = found.sigma * scale
    return made, Matrix(symbols, shrunk, shrunk * np.outer(sigma, sigma), share, step, found.n)


def _fisher(r: float, error: float) -> tuple[float, float]:
    """The 95 % interval, symmetric in atanh r and so within -1 and 1."""
    if abs(r) >= 1:
        return r, r
    half = Z * error / (1 - r**2)
    return math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)
