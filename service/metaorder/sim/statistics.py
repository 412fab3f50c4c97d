"""What is measured of a day's messages: the statistics by which a simulated market is held against a recorded one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from metaorder.sim.messages import DEPTHS, Floats, Kind, Messages

RETURNS_S = (1, 10, 60, 300)
LAGS = (1, 2, 5, 10, 20, 50, 100)
WINDOWS_S = (1, 10, 60)
AFTER_S = (0.1, 1, 10, 60, 300)
PARTS = 13
"""Parts of the day: half hours."""

BLOCK_S = 1_800
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class MarketOrders:
    """Executions of one instant and side, as the one order that they were.

    side: of the taker. before: the row before the first execution; best: lots at the touch that it met.
    """

    t: Floats
    side: Floats
    lots: Floats
    before: npt.NDArray[np.int64]
    best: Floats


def market_orders(day: Messages) -> MarketOrders:
    """Visible executions, grouped."""
    rows = np.flatnonzero(day.kind == Kind.EXECUTED)
    t, side = day.t[rows], -day.side[rows].astype(np.float64)
    first = np.r_[True, (np.diff(t) > 0) | (np.diff(side) != 0)] if len(rows) else np.zeros(0, dtype=bool)
    starts = np.flatnonzero(first)
    lots = np.add.reduceat(day.lots[rows], starts) if len(rows) else np.zeros(0)
    before = np.maximum(rows[starts] - 1, 0)
    side = side[starts]
    best = np.where(side > 0, day.ask_lots[before], day.bid_lots[before])
    return MarketOrders(t[starts], side, lots, before, best)


def statistics(day: Messages) -> dict[str, float]:
    """Every statistic by name; NaN where the data cannot say."""
    taken = market_orders(day)
    found: dict[str, float] = {}
    for part in (
        _counts(day, taken),
        _touch(day),
        _returns(day),
        _clustering(day, taken),
        _response(day, taken),
        _placement(day),
    ):
        found |= part
    return found


def _counts(day: Messages, taken: MarketOrders) -> dict[str, float]:
    total = len(day.t)
    share = [100 * float((day.kind == kind).sum()) / total for kind in Kind]
    equal = taken.lots == taken.best
    hours = np.minimum(taken.t // 3_600, day.session_s // 3_600).astype(int)
    net = np.bincount(hours, weights=taken.side * taken.lots)
    gross = np.bincount(hours, weights=taken.lots)
    volume = by_part(taken.t, taken.lots, day.session_s)
    return {
        "messages": float(total),
        "added %": share[0],
        "withdrawn %": share[1],
        "executed %": share[2],
        "hidden executions %": share[3],
        "market orders": float(len(taken.t)),
        "mean market order": float(taken.lots.mean()),
        "median market order": float(np.median(taken.lots)),
        "volume": float(taken.lots.sum()),
        "takes the whole best level %": 100 * float(equal.mean()),
        "takes more %": 100 * float((taken.lots > taken.best).mean()),
        "hourly imbalance / volume": float(np.sqrt(np.mean((net / np.maximum(gross, 1)) ** 2))),
        "volume, first half hour": volume[0],
        "volume, last half hour": volume[-1],
    }


def _touch(day: Messages) -> dict[str, float]:
    held = np.diff(np.r_[day.t, day.session_s])
    ok = np.isfinite(day.bid) & np.isfinite(day.ask) & (day.ask > day.bid)
    weight = held * ok
    spread = np.where(ok, day.ask - day.bid, 0)
    mid = np.where(ok, (day.ask + day.bid) / 2, 1)
    best = np.where(ok, (day.bid_lots + day.ask_lots) / 2, 0)
    return {
        "spread [ticks]": float(np.average(spread, weights=weight)),
        "spread [bps]": float(np.average(1e4 * spread / mid, weights=weight)),
        "spread of one tick %": 100 * float(np.average(spread == 1, weights=weight)),
        "depth at best": float(np.average(best, weights=weight)),
        **{f"depth within {ticks} ticks": lots for ticks, lots in zip(DEPTHS, day.depth, strict=True)},
    }


def mids(day: Messages) -> Floats:
    """The mid after each message; where a side is empty, the last one."""
    mid = (day.bid + day.ask) / 2
    good = np.isfinite(mid) & (day.ask > day.bid)
    last = np.maximum.accumulate(np.where(good, np.arange(len(mid)), -1))
    first = int(np.argmax(good))
    filled: Floats = mid[np.where(last < 0, first, last)]
    return filled


def mid_at(day: Messages, mid: Floats, t: Floats) -> Floats:
    """The mid at times."""
    at: Floats = mid[np.maximum(np.searchsorted(day.t, t, side="right") - 1, 0)]
    return at


def log_returns(day: Messages, step_s: float) -> Floats:
    """Logarithmic returns of the mid over a grid, the first minute left out."""
    grid = np.arange(0, day.session_s + 1e-9, step_s)
    made: Floats = np.diff(np.log(mid_at(day, mids(day), grid)))
    return made


def volatility(day: Messages, step_s: float) -> float:
    """Realised volatility of the session from returns over `step_s` [bps]."""
    return 1e4 * float(np.sqrt((log_returns(day, step_s) ** 2).sum()))


def _returns(day: Messages) -> dict[str, float]:
    vols = {step: volatility(day, step) for step in RETURNS_S}
    ten, minute = log_returns(day, 10), log_returns(day, 60)
    squares = by_part(np.arange(len(ten)) * 10 + 5.0, ten**2, day.session_s)
    size = acf(np.abs(minute), (1, 5, 10))
    return {
        **{f"volatility from {step} s [bps]": value for step, value in vols.items()},
        "variance ratio 1 s / 300 s": (vols[1] / vols[300]) ** 2,
        "variance ratio 1 s / 60 s": (vols[1] / vols[60]) ** 2,
        "variance ratio 10 s / 300 s": (vols[10] / vols[300]) ** 2,
        "kurtosis 10 s": kurtosis(ten),
        "kurtosis 60 s": kurtosis(minute),
        **{f"|return| acf, {lag} min": value for lag, value in zip((1, 5, 10), size, strict=True)},
        "variance, first half hour": squares[0],
        "variance, last half hour": squares[-1],
    }


def _clustering(day: Messages, taken: MarketOrders) -> dict[str, float]:
    every, orders = np.unique(day.t), np.unique(taken.t)
    gaps = np.diff(every)
    signs = acf(taken.side, LAGS)
    return {
        **{f"sign acf, lag {lag}": value for lag, value in zip(LAGS, signs, strict=True)},
        "gap cv": float(gaps.std() / gaps.mean()),
        "log gap acf, lag 1": acf(np.log(gaps), (1,))[0],
        **{f"Fano {w} s": fano(every, w, day.session_s) for w in WINDOWS_S},
        "market order gap cv": float(np.diff(orders).std() / np.diff(orders).mean()),
        **{f"market order Fano {w} s": fano(orders, w, day.session_s) for w in WINDOWS_S},
    }


def response(day: Messages, taken: MarketOrders, after_s: Sequence[float]) -> Floats:
    """Mean move of the mid after a market order, in its direction, from just before it [bps]."""
    mid = mids(day)
    start = mid[taken.before]
    means = []
    for tau in after_s:
        inside = taken.t + tau <= day.session_s
        move = taken.side * (mid_at(day, mid, taken.t + tau) / start - 1)
        means.append(1e4 * float(move[inside].mean()))
    return np.array(means)


def _response(day: Messages, taken: MarketOrders) -> dict[str, float]:
    found = {f"response after {tau} s [bps]": float(v) for tau, v in zip(AFTER_S, response(day, taken, AFTER_S), strict=True)}
    for step in (60, 300):
        moves = log_returns(day, step)
        window = np.minimum((taken.t // step).astype(int), len(moves) - 1)
        net = np.bincount(window, weights=taken.side * taken.lots, minlength=len(moves))
        found[f"corr(return, imbalance) {step} s"] = float(np.corrcoef(moves, np.sign(net) * np.sqrt(np.abs(net)))[0, 1])
    return found


def _placement(day: Messages) -> dict[str, float]:
    away = placements(day)
    found = {"placed inside %": 100 * float((away < 0).mean()), "placed at best %": 100 * float((away == 0).mean())}
    behind = away[away > 0]
    return found | {
        "median distance behind [ticks]": float(np.median(behind)) if len(behind) else np.nan,
        "median life of a withdrawn order [s]": float(np.median(lifetimes(day))),
    }


def placements(day: Messages) -> Floats:
    """Of each order added: ticks from its own side's best just before it; negative inside the spread."""
    rows = np.flatnonzero(day.kind == Kind.ADDED)
    rows = rows[rows > 0]
    side = day.side[rows]
    best = np.where(side > 0, day.bid[rows - 1], day.ask[rows - 1])
    away: Floats = (side * (best - day.price[rows]))[np.isfinite(best)]
    return away


def lifetimes(day: Messages) -> Floats:
    """Of each order withdrawn whose arrival was seen: seconds from one to the other."""
    order = np.argsort(day.id, kind="stable")
    kinds, ids, t = day.kind[order], day.id[order], day.t[order]
    added = np.maximum.accumulate(np.where(kinds == Kind.ADDED, np.arange(len(kinds)), -1))
    gone = np.flatnonzero((kinds == Kind.WITHDRAWN) & (added >= 0) & (ids > 0))
    known = gone[ids[added[gone]] == ids[gone]]
    lives: Floats = t[known] - t[added[known]]
    return lives


def by_part(t: Any, weight: Any, session_s: float, parts: int = PARTS) -> Floats:
    """Shares of a weight by equal parts of the day."""
    part = np.minimum((t * parts / session_s).astype(int), parts - 1)
    sums = np.bincount(part, weights=weight, minlength=parts)
    shares: Floats = sums / sums.sum()
    return shares


def acf(x: Any, lags: Sequence[int]) -> list[float]:
    """Autocorrelations at lags."""
    centred = np.asarray(x, dtype=np.float64) - np.mean(x)
    power = float(centred @ centred)
    return [float(centred[lag:] @ centred[:-lag]) / power for lag in lags]


def fano(t: Floats, window_s: float, session_s: float) -> float:
    """Variance of counts in windows over their mean, within half hours, so that the day's shape does not count."""
    counts = np.bincount((t / window_s).astype(int), minlength=int(session_s / window_s))[: int(session_s / window_s)]
    size = int(BLOCK_S / window_s)
    blocks = counts[: len(counts) // size * size].reshape(-1, size)
    if not len(blocks):
        return float("nan")
    return float(blocks.var(axis=1, ddof=1).sum() / blocks.mean(axis=1).sum())


def kurtosis(x: Floats) -> float:
    """Fourth moment over the squared second; 3 of a normal."""
    centred = x - x.mean()
    return float((centred**4).mean() / (centred**2).mean() ** 2)
