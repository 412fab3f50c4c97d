"""Is there anything left of a short-term signal after one's own impact? By horizon, out of the sample that it was learned on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from metaorder.calibration.estimate import Estimate, Reason, Subject
from metaorder.calibration.flow import Cells, Flow, cells
from metaorder.calibration.horizons import HORIZONS, Rules, name_of, slope
from metaorder.models.inputs import Floats
from metaorder.models.least_squares import line
from metaorder.models.robust_errors import long_run, usual_lags

RULES = Rules(min_active=20)


@dataclass(frozen=True)
class NetPnl:
    """One horizon, in money. Sums over the intervals of the second half; None where it was refused.

    net: gross less impact, with its error; after_spread: less the half-spread both times besides. gross: quantity times move.
    impact: own, of going in and out again. spread: of crossing it both times. sharpe: of net, mean over standard deviation of an
    interval. t, cumulative: of net, for a picture.
    """

    horizon: float
    net: Estimate
    after_spread: Estimate
    gross: float | None = None
    impact: float | None = None
    spread: float | None = None
    sharpe: float | None = None
    t: Floats | None = None
    cumulative: Floats | None = None


def by_horizon(flows: Sequence[Flow], decay: Estimate, *, horizons: Sequence[float] = HORIZONS) -> list[NetPnl]:
    """What a trader gets who knows the last interval's flow and pays its own impact.

        alpha_k = b q_{k-1};   Q_k = alpha_k / (2 c);   P&L_k = Q_k dp_k - c Q_k^2,   c = lambda (1 - e^{-beta h})

    In at the start, out at the end of each interval; c is what the round trip costs in dI = -beta I dt + lambda dQ. Where beta
    is not known c = lambda, the most that it can be. b and lambda are learned on the first half of the intervals, and used on the
    second: nothing is known before it has happened. Quantity is in the flow's units, not bounded; the spread is told apart, and
    is not planned for.
    """
    return [_one(flows, cells(flows, horizon), decay) for horizon in horizons]


def _one(flows: Sequence[Flow], grid: Cells, decay: Estimate) -> NetPnl:
    h = grid.horizon
    subject = Subject(
        name=f"net_pnl_{h:g}s", unit="money", model="obizhaeva_wang", method="signal of the last flow, second half, HAC errors"
    )
    follows = np.flatnonzero((grid.day[1:] == grid.day[:-1]) & (np.abs(np.diff(grid.start) - h) < h / 2)) + 1
    half = grid.n // 2
    learned, used = follows[follows < half], follows[follows >= half]
    fitted = slope(grid.only(np.arange(grid.n) < half), name_of(h), RULES)
    crossed = replace(subject, name=f"{subject.name}_after_spread")
    if fitted.value is None:
        return NetPnl(h, subject.because(fitted), crossed.because(fitted))
    if learned.size < 20 or used.size < 20 or np.ptp(grid.flow[learned - 1]) == 0:
        detail = f"{used.size} intervals to trade in, at least 20 must be"
        return NetPnl(
            h,
            subject.refused("too_few_intervals", detail, n=used.size),
            crossed.refused("too_few_intervals", detail, n=used.size),
        )
    b = line(grid.flow[learned - 1], grid.move[learned]).slope
    cost = fitted.value * (1.0 if decay.value is None else -np.expm1(-decay.value * h))
    size = b * grid.flow[used - 1] / (2 * cost)
    gross, impact = size * grid.move[used], cost * size**2
    pnl = gross - impact
    deviation = float(pnl.std())
    half_spreads = np.concatenate(
        [flow.half_spread_before(grid.start[used[grid.day[used] == i]]) for i, flow in enumerate(flows)]
    )
    spread = 2 * np.abs(size) * np.nan_to_num(half_spreads)
    note = None if decay.value is not None else "beta is not known: the round trip is charged the most that it can cost"
    day = grid.day[used]
    return NetPnl(
        h,
        subject.found(float(pnl.sum()), _error(pnl, day), n=pnl.size, note=note),
        crossed.found(float((pnl - spread).sum()), _error(pnl - spread, day), n=pnl.size, note=note),
        float(gross.sum()),
        float(impact.sum()),
        float(spread.sum()),
        float(pnl.mean()) / deviation if deviation > 0 else None,
        grid.start[used] + day * max(flow.session_s for flow in flows),
        np.cumsum(pnl),
    )


def _error(pnl: Floats, day: Floats) -> float:
    """Standard error of the sum."""
    return float(np.sqrt(long_run((pnl - pnl.mean())[:, None], lags=usual_lags(pnl.size), group=day)[0, 0]))


def best(found: Sequence[NetPnl]) -> NetPnl | Reason:
    """The horizon with the highest P&L after impact and spread that is above 0 by two errors, or why there is none."""
    sure = [each for each in found if each.after_spread.value is not None and (each.after_spread.t or 0.0) >= 2]
    if not sure:
        return Reason(
            "not_significant", "at no horizon is anything left by two standard errors after one's own impact and the spread"
        )
    return max(sure, key=lambda each: each.after_spread.value or 0.0)
