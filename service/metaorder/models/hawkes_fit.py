"""Hawkes processes from data: the parameters that make the events seen most likely, and what they may be wrong by."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from metaorder.domain.errors import Invalid, NotIdentified
from metaorder.models.decayed_sum import decayed_sum, kept_between, sums_within
from metaorder.models.hawkes import Hawkes, event_times
from metaorder.models.hawkes_multivariate import Matrix, Multivariate, excited, kinds
from metaorder.models.inputs import Floats, Numbers, every, matrix, positive, rows

GRID = 80
"""Decays that are tried, evenly in their logarithm, before the best are refined."""

NONE = 1e-6
"""Beside these, a decay so much slower than the slowest: none in effect, likeliest where arrivals speed up for good."""

ROUNDS = 200
"""Newton steps at the most; ten are usual."""


@dataclass(frozen=True, slots=True)
class HawkesFit:
    """The most likely process.

    model: its parameters. loglik: log-likelihood. standard_errors: of mu, alpha and beta from the curvature there; None when
    the events do not identify all three: no self-excitation was found, or its decay lies at the edge of what can be seen.
    events: how many it rests on.
    """

    model: Hawkes
    loglik: float
    standard_errors: tuple[float, float, float] | None
    events: int


def fit(events: Numbers, horizon: float) -> HawkesFit:
    """The process most likely to have made the events of (0, horizon).

    For a given decay the likelihood is concave in mu and alpha, and its maximum is found exactly; over the decay it need not
    have one top, so a grid is tried, no decay and from a hundredth of 1/horizon to ten times the inverse of the shortest gap, and
    the best are refined. alpha may come out as 0, and alpha/beta above 1: nothing is imposed that the data did not say.

    events: never decreasing, in (0, horizon], at least 3 at different times, shape (n,) [time]. horizon: > 0 [time].
    Raises NotIdentified: there are too few events; Invalid: a number breaks its rule.
    Source: Ozaki (1979), with a profile over the decay.
    """
    end = positive("horizon", horizon)
    t = event_times(events, end)
    low, high = _decays([t], end)

    def at(beta: float) -> tuple[float, Floats]:
        return _concave([sums_within(t, beta)], [_spent(t, end, beta)], t.size, end)

    beta, (loglik, rates) = _profile(at, low, high)
    model = Hawkes(float(rates[0]), float(rates[1]), beta)
    inside = model.alpha > 1e-9 * model.mu and low * 1.01 < beta < high / 1.01
    return HawkesFit(model, loglik, _errors(t, end, model) if inside else None, t.size)


@dataclass(frozen=True, slots=True)
class MultivariateFit:
    """model: the most likely process. loglik: log-likelihood."""

    model: Multivariate
    loglik: float


def fit_multivariate(events: Sequence[Numbers], horizon: float, *, beta: Matrix | None = None) -> MultivariateFit:
    """The process of several kinds most likely to have made the events of (0, horizon).

    events: times of each kind, never decreasing, in (0, horizon], d rows of at least 1 [time]. horizon: > 0 [time].
    beta: decays, > 0, shape (d, d) [1/time]; None to fit one for each kind that is excited, the same for all that excite it.
    Given the decays the likelihood is concave, kind by kind. No standard errors.
    Raises NotIdentified: a kind has no event; Invalid: a number breaks its rule.
    """
    end = positive("horizon", horizon)
    times = kinds(rows("events", events, object), end)
    given = None if beta is None else matrix("beta", beta, columns=len(times))
    if given is not None:
        if given.shape[0] != len(times):
            raise Invalid("beta", f"of {len(times)} rows", given.shape[0])
        every("beta", given > 0, "above 0", given)
    for i, own in enumerate(times):
        if own.size == 0:
            raise NotIdentified(f"events.{i}", "at least one event", 0)
    total, mu, alpha, decays = 0.0, np.zeros(len(times)), np.zeros((len(times),) * 2), np.zeros((len(times),) * 2)
    for i in range(len(times)):
        row = None if given is None else given[i]
        decays[i], (loglik, rates) = _row(times, i, end, row)
        total, mu[i], alpha[i] = total + loglik, rates[0], rates[1:]
    return MultivariateFit(Multivariate.of(mu, alpha, decays), total)


def _row(times: list[Floats], i: int, end: float, given: Floats | None) -> tuple[Floats, tuple[float, Floats]]:
    """The decays of row i, and what its fit came to."""

    def at_each(row: Floats) -> tuple[float, Floats]:
        sums = [excited(times, i, j, float(b)) for j, b in enumerate(row)]
        spent = [_spent(other, end, float(b)) for b, other in zip(row, times, strict=True)]
        return _concave(sums, spent, times[i].size, end)

    if given is not None:
        return given, at_each(given)
    beta, found = _profile(lambda b: at_each(np.full(len(times), b)), *_decays(times, end))
    return np.full(len(times), beta), found


def _spent(t: Floats, end: float, beta: float) -> float:
    """What the events have excited by the end, a unit of alpha: sum (1 - e^{-beta (T - t)})/beta."""
    return float(np.sum(-np.expm1(-beta * (end - t)))) / beta


def _decays(times: list[Floats], end: float) -> tuple[float, float]:
    """The slowest and the fastest decay that events could tell from none."""
    gaps = np.diff(np.sort(np.concatenate(times)))
    gaps = gaps[gaps > 0]
    if gaps.size < 2:
        raise NotIdentified("events", "at least 3 events at different times", gaps.size + 1)
    return 0.01 / end, 10 / float(gaps.min())


def _profile(at: Callable[[float], tuple[float, Floats]], low: float, high: float) -> tuple[float, tuple[float, Floats]]:
    """The decay with the highest likelihood, and what the fit is there."""
    grid = np.concatenate([[low * NONE], np.geomspace(low, high, GRID - 1)])
    heights = np.array([at(float(beta))[0] for beta in grid])
    padded = np.concatenate([[-math.inf], heights, [-math.inf]])
    tops = np.flatnonzero((heights >= padded[:-2]) & (heights >= padded[2:]))
    best = (float(grid[int(np.argmax(heights))]), at(float(grid[int(np.argmax(heights))])))
    for top in tops[np.argsort(-heights[tops], kind="stable")][:3]:
        edges = np.log([grid[max(top - 1, 0)], grid[min(top + 1, GRID - 1)]])
        found = minimize_scalar(lambda log: -at(math.exp(log))[0], bounds=edges, method="bounded", options={"xatol": 1e-9})
        beta = math.exp(float(found.x))
        fitted = at(beta)
        if fitted[0] > best[1][0]:
            best = (beta, fitted)
    return best


def _concave(sums: list[Floats], spent: list[float], events: int, end: float) -> tuple[float, Floats]:
    """Maximise sum log(mu + sum_j alpha_j x_j) - mu T - sum_j alpha_j c_j over rates >= 0, by Newton steps on the free ones.

    Rates are taken times their c, so that at the maximum they sum to the number of events. Returns (maximum, rates).
    """
    cost = np.array([end, *spent])
    seen = cost > 0
    features = np.column_stack([np.ones(events), *sums])[:, seen] / cost[seen]
    rates = np.full(features.shape[1], events / features.shape[1])
    height = -math.inf
    for _ in range(ROUNDS):
        intensity = features @ rates
        height = float(np.sum(np.log(intensity))) - float(rates.sum())
        slope = features.T @ (1 / intensity) - 1
        free = (rates > 0) | (slope > 0)
        weighted = features[:, free] / intensity[:, None]
        curve = weighted.T @ weighted
        step = np.zeros_like(rates)
        step[free] = np.linalg.lstsq(curve, slope[free], rcond=1e-13)[0]
        still = float(slope @ step) < 1e-14 * max(abs(height), 1.0)  # what a step promises is less than rounding takes
        better = None if still else _climb(features, rates, step, height)
        if better is None:
            break
        rates = better
    found = np.zeros(cost.size)
    found[seen] = rates / cost[seen]
    return height, found


def _climb(features: Floats, rates: Floats, step: Floats, height: float) -> Floats | None:
    """The rates a step, or a part of it, further up; None when none is higher than rounding tells."""
    size = 1.0
    while size > 1e-12:
        tried = np.maximum(rates + size * step, 0.0)
        intensity = features @ tried
        if intensity.min() > 0:
            gain = float(np.sum(np.log(intensity))) - float(tried.sum()) - height
            if gain > 1e-13 * max(abs(height), 1.0):
                return np.asarray(tried, dtype=np.float64)
        size /= 2
    return None


def _errors(t: Floats, end: float, model: Hawkes) -> tuple[float, float, float] | None:
    """Standard errors from the second derivatives of the log-likelihood; None where it is no top."""
    mu, alpha, beta = model.mu, model.alpha, model.beta
    kept, gaps = kept_between(t, beta), np.diff(t, prepend=t[0])
    zeroth = decayed_sum(kept, kept)
    before = np.concatenate([[0.0], zeroth[:-1] + 1])
    first = decayed_sum(kept, kept * gaps * before)
    shifted = np.concatenate([[0.0], first[:-1]])
    second = decayed_sum(kept, kept * (2 * gaps * shifted + gaps**2 * before))
    intensity = mu + alpha * zeroth
    slopes = np.column_stack([np.ones_like(t), zeroth, -alpha * first]) / intensity[:, None]
    curve = -(slopes.T @ slopes)
    left = end - t
    gone = np.exp(-beta * left)
    mass = -np.expm1(-beta * left) / beta
    mass_1 = (left * gone - mass) / beta
    mass_2 = (-(left**2) * gone - 2 * mass_1) / beta
    mixed = -float(np.sum(first / intensity)) - float(mass_1.sum())
    curve[1, 2] += mixed
    curve[2, 1] += mixed
    curve[2, 2] += alpha * (float(np.sum(second / intensity)) - float(mass_2.sum()))
    values, axes = np.linalg.eigh(-curve)
    if not values[0] > 0:
        return None
    one, two, three = np.sqrt((axes**2 / values).sum(axis=1))
    return float(one), float(two), float(three)
