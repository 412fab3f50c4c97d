"""A comparison's numbers: runs by market, size and algorithm, each with intervals, and the algorithms held against the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from metaorder.tca.paired import Interval, mean, paired, terciles

Run = Mapping[str, Any]
Doc = dict[str, Any]
EARNS = "the clairvoyant earns"
"""Why there is no ratio of what was paid to what a clairvoyant would have paid: in all, he pays nothing."""

UNKNOWN = "no clairvoyant"
"""Likewise: no run has both an arrival and a tape that holds the order at its cap."""

CAUTION = "windows of one or two recorded days are a sanity check, not a result: their prices moved once"


def summary(runs: Sequence[Run], algos: Sequence[str], bases: Mapping[str, str] | None = None) -> Doc:
    """The comparison as a document. The first algorithm is the one that the others are held against.

    bases: of an algorithm that is held against another one as well, which.
    """
    pairs = [*((algo, algos[0]) for algo in algos[1:]), *(bases or {}).items()]
    groups: dict[tuple[Any, Any], list[Run]] = {}
    for run in runs:
        groups.setdefault((run["market"], run["size"]), []).append(run)
    rows, differences, regimes = [], [], []
    for (market, size), group in groups.items():
        place = {"market": market, "size": size}
        by = {algo: [run for run in group if run["algo"] == algo and "error" not in run] for algo in algos}
        rows += [{**place, "algo": algo, **_row(by[algo])} for algo in algos]
        differences += [{**place, **each} for each in _differences(by, pairs)]
        regimes += [{**place, **each} for each in _regimes(by, algos)]
    failed = [{name: run[name] for name in ("market", "seed", "size", "algo", "error")} for run in runs if "error" in run]
    made = {"rows": rows, "by_size": _by_size(rows), "differences": differences, "regimes": regimes}
    return {**made, "failed": failed, "caution": CAUTION}


def _by_size(rows: Sequence[Doc]) -> list[Doc]:
    """What each algorithm cost by the size of the order, where there are sizes: own cost is against the twin, run by run."""
    kept = [row for row in rows if row["size"] is not None]
    names = ("market", "algo", "size", "n", "own_cost_bps", "is_bps", "fill_rate", "participation")
    found = [{name: row[name] for name in names} for row in kept]
    order = list(dict.fromkeys((row["market"], row["algo"]) for row in kept))
    return sorted(found, key=lambda row: (order.index((row["market"], row["algo"])), row["size"]))


def _row(runs: Sequence[Run]) -> Doc:
    """What one algorithm came to on one market."""
    vwap = _known(runs, "vwap_bps")
    arrival, oracle = _all_of(runs, "arrival_bps", "oracle_bps")
    paid, best, worst = _all_of(runs, "arrival_bps", "oracle_bps", "worst_bps")
    why = None if sum(oracle) > 0 else EARNS if oracle else UNKNOWN
    sd = float(np.std(vwap, ddof=1)) if len(vwap) > 1 else None
    return {
        "n": len(runs),
        "is_bps": _interval(mean(_known(runs, "is_bps"))),
        "own_cost_bps": _interval(mean(_known(runs, "own_cost_bps"))),
        "cost_per_share": _interval(mean(_known(runs, "cost_per_share"))),
        "timing_quality": _interval(mean(_known(runs, "timing_quality"))),
        "abs_vwap_bps": _interval(mean([abs(each) for each in vwap])),
        "abs_vwap_p90_bps": float(np.quantile(np.abs(vwap), 0.9)) if vwap else None,
        "vwap_own_bps": _middle(runs, "vwap_own_bps", np.mean),
        "abs_vwap_tracking_bps": _middle([{"each": abs(each)} for each in _known(runs, "vwap_tracking_bps")], "each", np.mean),
        "is_sd_bps": float(np.std(_known(runs, "is_bps"), ddof=1)) if len(_known(runs, "is_bps")) > 1 else None,
        "tracking_error_bps": sd,
        "sharpe": -float(np.mean(vwap)) / sd if sd else None,
        "pov_error_end": _middle(runs, "pov_error_end", np.mean),
        "pov_error_marks": _middle(runs, "pov_error_marks", np.median),
        "fill_rate": _middle(runs, "fill_rate", np.mean),
        "completed": sum(run["fill_rate"] == 1 for run in runs),
        "participation": _middle(runs, "participation", np.mean),
        "passive_share": _middle(runs, "passive_share", np.mean),
        "capture_net": _middle(runs, "capture_net", np.mean),
        "capture_gross": _middle(runs, "capture_gross", np.mean),
        "regret_bps": float(np.mean(np.subtract(arrival, oracle))) if oracle else None,
        "decision_efficiency": sum(arrival) / sum(oracle) if why is None else None,
        "range_efficiency": (sum(worst) - sum(paid)) / (sum(worst) - sum(best)) if sum(worst) > sum(best) else None,
        "missing": {} if why is None else {"decision_efficiency": why},
        "impact_bps": _interval(mean(_parts(runs, "impact"))),
        "timing_bps": _interval(mean(_parts(runs, "timing"))),
        "drawdown_bps": _drawdown(vwap),
        "decisions": _middle(runs, "decisions", np.mean),
        "lambda": _middle(runs, "lambda", np.median),
        "beta": _middle(runs, "beta", np.median),
        "schedule_ms": _middle(runs, "schedule_ms", np.median),
        "decision_ms": _middle(runs, "decision_ms", np.median),
    }


def _differences(by: Mapping[str, Sequence[Run]], pairs: Sequence[tuple[str, str]]) -> list[Doc]:
    """The first of each two algorithms less the second, seed by seed: negative = cheaper than the second."""
    found = []
    for algo, against in pairs:
        for measure in ("is_bps", "own_cost_bps"):
            mine, base = _pairs(by[algo], by[against], measure)
            each = paired(mine, base)
            if each is not None:
                intervals = {"t": _interval(each.t), "bootstrap": _interval(each.bootstrap)}
                found.append({"algo": algo, "against": against, "measure": measure, "n": len(mine), **intervals})
    return found


def _regimes(by: Mapping[str, Sequence[Run]], algos: Sequence[str]) -> list[Doc]:
    """Own cost by terciles of the market's volatility and volume in the window, as they were without us."""
    found = []
    for what in ("volatility", "volume"):
        for algo in algos:
            runs = [run for run in by[algo] if run[what] is not None and run["own_cost_bps"] is not None]
            third = terciles([float(run[what]) for run in runs])
            for name in dict.fromkeys(sorted(third, key=("low", "middle", "high", "all").index)):
                costs = [float(run["own_cost_bps"]) for run, each in zip(runs, third, strict=True) if each == name]
                found.append({"by": what, "tercile": name, "algo": algo, "own_cost_bps": _interval(mean(costs))})
    return found


def _pairs(mine: Sequence[Run], base: Sequence[Run], measure: str) -> tuple[list[float], list[float]]:
    other = {run["seed"]: run[measure] for run in base}
    pairs = [(run[measure], other.get(run["seed"])) for run in mine]
    kept = [(float(a), float(b)) for a, b in pairs if a is not None and b is not None]
    return [a for a, _ in kept], [b for _, b in kept]


def _parts(runs: Sequence[Run], part: str) -> list[float]:
    known = [run["components_bps"][part] for run in runs if run["components_bps"] is not None]
    return [float(each) for each in known if each is not None]


def _drawdown(costs: Sequence[float]) -> float | None:
    """The worst stretch of orders, one after the other: the most that their slippage to the window's VWAP summed up to [bps]."""
    if not costs:
        return None
    summed = np.concatenate([[0.0], np.cumsum(costs)])
    return float(np.max(summed - np.minimum.accumulate(summed)))


def _known(runs: Sequence[Run], name: str) -> list[float]:
    return [float(run[name]) for run in runs if run[name] is not None]


def _all_of(runs: Sequence[Run], *names: str) -> list[list[float]]:
    """The values of some measures, of the runs that have all of them."""
    kept = [run for run in runs if all(run[name] is not None for name in names)]
    return [[float(run[name]) for run in kept] for name in names]


def _middle(runs: Sequence[Run], name: str, how: Callable[[list[float]], Any]) -> float | None:
    known = _known(runs, name)
    return float(how(known)) if known else None


def _interval(found: Interval | None) -> Doc | None:
    return None if found is None else {"mean": found.mean, "low": found.low, "high": found.high, "n": found.n}
