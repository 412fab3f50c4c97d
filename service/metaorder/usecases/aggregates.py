"""Costs over many orders: what may be asked, and the answer as a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from metaorder.ports.queries import Asked, Cell, Values
from metaorder.tca.aggregate import QUANTILES, Comparison, Spread, compare, spread
from metaorder.tca.forecasts import Score
from metaorder.usecases.errors import Unprocessable
from metaorder.usecases.kept_analyses import FIGURES

GROUPS = ("algo", "symbol", "venue", "side", "size_bucket", "day", "tag", "market", "status", "currency")
FILTERS = ("algo", "symbol", "venue", "side", "market", "size_bucket", "currency")
MOST_GROUPS = 2_000
MOST_COMPARED = 12
DIGITS = 6

Doc = dict[str, Any]


def asked(
    group_by: str, metric: str, where: Mapping[str, str], days: tuple[str | None, str | None], tag: str | None, *, final: bool
) -> Asked:
    """The question, checked. The currency always is a key: amounts of two currencies are not added.

    Raises:
        Unprocessable: a group or a metric that there is not.
    """
    names = [name for name in group_by.split(",") if name]
    for name in names:
        if name not in GROUPS:
            _refuse("group_by", f"is some of {', '.join(GROUPS)}")
    if metric not in FIGURES:
        _refuse("metric", f"is one of {', '.join(FIGURES)}")
    keys = tuple(dict.fromkeys([*names, "currency"]))
    return Asked(group_by=keys, figure=metric, where=dict(where), first_day=days[0], last_day=days[1], tag=tag, final=final)


def aggregate(question: Asked, found: Values, cells: Sequence[Cell]) -> Doc:
    """Every group with its spread of costs, and groups of one currency held against each other."""
    if len(found.groups) > MOST_GROUPS:
        _refuse("group_by", f"makes {len(found.groups)} groups, at most {MOST_GROUPS} may be asked; filter or group by less")
    return {
        "metric": question.figure,
        "group_by": list(question.group_by),
        "groups": _groups(question, found),
        "comparisons": _comparisons(question, cells),
    }


def flat(doc: Doc) -> list[Doc]:
    """The groups as rows of a table."""
    rows = []
    for group in doc["groups"]:
        plain = {name: value for name, value in group.items() if not isinstance(value, dict | list)}
        quantiles = {f"p{name}": value for name, value in group["quantiles"].items()}
        interval = {f"interval_{name}": value for name, value in group["interval"].items()}
        rows.append({**group["key"], "metric": doc["metric"], **plain, **quantiles, **interval})
    return rows


def _groups(question: Asked, found: Values) -> list[Doc]:
    """Values sorted into their groups by number, and each group summarised."""
    number = {key: at for at, (key, _, _) in enumerate(found.groups)}
    n = len(question.group_by)
    columns = list(zip(*found.rows, strict=True)) if found.rows else [()] * (n + 3)
    which = np.fromiter(map(number.__getitem__, zip(*columns[:n], strict=True)), dtype=np.int64, count=len(found.rows))
    values, weights = (np.array(column, dtype=np.float64) for column in columns[n : n + 2])
    order = np.argsort(which, kind="stable")
    edges = np.searchsorted(which[order], np.arange(len(found.groups) + 1))
    documents = []
    for at, (key, orders, notional) in enumerate(found.groups):
        mine = order[edges[at] : edges[at + 1]]
        made = spread(values[mine], weights[mine]) if len(mine) else None
        document = {"key": dict(zip(question.group_by, key, strict=True)), "orders": orders, "notional": round(notional, 2)}
        documents.append(document | _shown(made, [columns[n + 2][mine[at]] for at, _ in made.outliers] if made else []))
    return documents


def _shown(found: Spread | None, parents: Sequence[str]) -> Doc:
    """A group's figures; null of a group in which no order has one."""
    names = [f"{level * 100:g}" for level in QUANTILES]
    if found is None:
        empty: Doc = dict.fromkeys(("mean", "weighted_mean", "median", "sd", "sharpe", "win_rate"))
        empty |= {"quantiles": dict.fromkeys(names), "interval": {"low": None, "high": None}}
        return {"count": 0, **empty, "outliers": [], "outlying": 0, "says": "no order has this figure"}
    return {
        "count": found.count,
        "mean": _digits(found.mean),
        "weighted_mean": _digits(found.weighted),
        "median": _digits(found.quantiles[QUANTILES.index(0.5)]),
        "sd": _digits(found.sd),
        "sharpe": _digits(found.sharpe),
        "win_rate": _digits(found.win_rate),
        "quantiles": {name: _digits(value) for name, value in zip(names, found.quantiles, strict=True)},
        "interval": {"low": _digits(found.low), "high": _digits(found.high)},
        "outliers": [
            {"parent_id": parent, "modified_z": _digits(score)}
            for parent, (_, score) in zip(parents, found.outliers, strict=True)
        ],
        "outlying": found.outlying,
        "says": found.says,
    }


def _comparisons(question: Asked, cells: Sequence[Cell]) -> list[Doc]:
    """Each pair of groups on the market days, symbols and sides that both worked in."""
    by_group: dict[tuple[Any, ...], dict[tuple[Any, ...], float]] = {}
    for cell in cells:
        by_group.setdefault(cell.key, {})[cell.shared] = cell.mean
    if not 2 <= len(by_group) <= MOST_COMPARED:
        return []
    currency = question.group_by.index("currency")
    documents = []
    for first, second in combinations(by_group, 2):
        if first[currency] != second[currency]:
            continue
        common = [shared for shared in by_group[first] if shared in by_group[second]]
        made = compare([by_group[first][each] for each in common], [by_group[second][each] for each in common])
        documents.append(_compared(question, first, second, made))
    return documents


def _compared(question: Asked, first: tuple[Any, ...], second: tuple[Any, ...], made: Comparison) -> Doc:
    name = question.group_by
    difference = made.difference
    return {
        "first": dict(zip(name, first, strict=True)),
        "second": dict(zip(name, second, strict=True)),
        "pairs": made.pairs,
        "difference": None if difference is None else _digits(difference.t.mean),
        "t_interval": {"low": None, "high": None} if difference is None else _interval(difference.t),
        "bootstrap_interval": {"low": None, "high": None} if difference is None else _interval(difference.bootstrap),
        "says": made.says,
    }


def _interval(found: Any) -> Doc:
    return {"low": _digits(found.low), "high": _digits(found.high)}


def _digits(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)


def _refuse(field: str, rule: str) -> None:
    raise Unprocessable("validation", f"{field} {rule}", errors=[(field, rule)])


def shown_score(found: Score | None) -> Doc:
    """The score of forecasts as a document."""
    if found is None:
        empty: Doc = dict.fromkeys(("bias", "bias_error", "dispersion", "uniform_p"))
        says = "not enough data to say: no order that is over referred to an estimate"
        return {"count": 0, "bands": [], "histogram": [], **empty, "faults": [], "says": says}
    return {
        "count": found.count,
        "bands": [
            {"level": band.level, "covered": _digits(band.covered), "low": _digits(band.low), "high": _digits(band.high)}
            for band in found.bands
        ],
        "histogram": list(found.histogram),
        "bias": _digits(found.bias),
        "bias_error": _digits(found.bias_error),
        "dispersion": _digits(found.dispersion),
        "uniform_p": _digits(found.uniform),
        "faults": list(found.faults),
        "says": found.says,
    }
