"""Volatility of a day by several estimators, each with its error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from metaorder.calibration.estimate import Estimate, Subject
from metaorder.calibration.flow import Flow
from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Floats
from metaorder.models.realised_volatility import (
    Bars,
    Variance,
    close_to_close,
    garman_klass,
    parkinson,
    rogers_satchell,
    two_scale,
    yang_zhang,
)
from metaorder.models.robust_errors import block_error

BAR_S = 300.0
MIN_BARS = 20
BLOCKS = 13
UNIT = "fraction per sqrt(session)"


def volatilities(flows: Sequence[Flow]) -> list[Estimate]:
    """Volatility of the session, from the mid by returns and ranges and from trades by two scales; variances are means of the
    days.

    Standard errors are from the spread of bars, or of half hours for two scales. Refused: too few bars or trades.
    """
    found = [_from(flows, "close_to_close_60s", lambda flow: _closes(flow, 60.0), 60.0)]
    found.append(_from(flows, "close_to_close_300s", lambda flow: _closes(flow, BAR_S), BAR_S))
    for name, estimator in (
        ("parkinson", parkinson),
        ("garman_klass", garman_klass),
        ("rogers_satchell", rogers_satchell),
        ("yang_zhang", yang_zhang),
    ):
        found.append(_from(flows, name, lambda flow, estimator=estimator: estimator(bars(flow)), BAR_S))
    found.append(_two_scale(flows))
    return found


def bars(flow: Flow, *, length_s: float = BAR_S) -> Bars:
    """Open, high, low and close of the mid in whole intervals, the mid at the start of each among them. Raises Invalid: none."""
    n = int(flow.session_s / length_s * (1 + 1e-12))
    edges: Floats = np.arange(n + 1, dtype=np.float64) * length_s
    marks = flow.mid_before(edges)
    first = int(np.searchsorted(np.isfinite(marks), True)) if np.isfinite(marks).any() else n
    if n - first < 1:
        raise Invalid("bars", "at least one whole interval", 0)
    opened, closed = marks[first:-1], marks[first + 1 :]
    high, low = np.maximum(opened, closed), np.minimum(opened, closed)
    place = np.floor(flow.quote_t / length_s).astype(int) - first
    inside = (place >= 0) & (place < n - first)
    np.maximum.at(high, place[inside], flow.mid[inside])
    np.minimum.at(low, place[inside], flow.mid[inside])
    return Bars(opened, high, low, closed)


def _closes(flow: Flow, step_s: float) -> Variance:
    edges: Floats = np.arange(int(flow.session_s / step_s * (1 + 1e-12)) + 1, dtype=np.float64) * step_s
    marks = flow.mid_before(edges)
    return close_to_close(marks[np.isfinite(marks)])


def _from(flows: Sequence[Flow], name: str, estimate: object, bar_s: float) -> Estimate:
    """A volatility of the session from variances of bars."""
    assert callable(estimate)
    subject = Subject(
        name=f"volatility_{name}", unit=UNIT, model="realised_volatility", method=f"{name}, mid, bars of {bar_s:g} s"
    )
    parts: list[Variance] = []
    for flow in flows:
        if flow.session_s / bar_s < MIN_BARS or flow.quote_t.size < 2:
            whole = int(flow.session_s / bar_s)
            return subject.refused(
                "too_few_bars", f"{whole} bars of {bar_s:g} s on {flow.day}, at least {MIN_BARS} must be", n=whole
            )
        parts.append(estimate(flow))
    n = sum(part.n for part in parts)
    per_day = [part.variance * flow.session_s / bar_s for part, flow in zip(parts, flows, strict=True)]
    errors = [(part.standard_error or 0.0) * flow.session_s / bar_s for part, flow in zip(parts, flows, strict=True)]
    return _root(subject, per_day, errors, n)


def _root(subject: Subject, variances: list[float], errors: list[float], n: int) -> Estimate:
    variance = sum(variances) / len(variances)
    if not variance > 0:
        return subject.refused("no_variation", f"the variance came out as {variance:.3g}", n=n)
    sigma = math.sqrt(variance)
    error = math.sqrt(sum(each**2 for each in errors)) / len(errors)
    return subject.found(sigma, error / (2 * sigma), n=n)


def _two_scale(flows: Sequence[Flow]) -> Estimate:
    subject = Subject(
        name="volatility_two_scale", unit=UNIT, model="realised_volatility", method="two scales, trades, half hours"
    )
    variances, errors, n = [], [], 0
    for flow in flows:
        parts = []
        edges = np.linspace(0, flow.session_s, BLOCKS + 1)
        for start, end in pairwise(edges):
            prices: Floats = flow.price[(flow.t >= start) & (flow.t < end)]
            if prices.size < 50:
                detail = f"{prices.size} trades in a thirteenth of {flow.day}, at least 50 must be"
                return subject.refused("too_few_trades", detail, n=int(prices.size))
            parts.append(two_scale(prices, scale=max(2, round(prices.size ** (2 / 3)))).variance)
            n += prices.size
        mean, error = block_error(parts, np.ones(len(parts)))
        variances.append(mean * BLOCKS)
        errors.append(error * BLOCKS)
    return _root(subject, variances, errors, n)
