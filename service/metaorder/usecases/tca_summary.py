"""What many orders cost by day or by algorithm: means with intervals, outliers, best and worst, forecasts scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from metaorder.ports.queries import Asked, Values
from metaorder.tca.forecasts import FEWEST
from metaorder.usecases.aggregates import aggregate
from metaorder.usecases.page_frame import BLUE, INK, Panel, document, layout, panels, table
from metaorder.usecases.tca_terms import NONE, share, signed

Doc = dict[str, Any]

BY = ("day", "algo")
MEASURES: Mapping[str, str] = {
    "is_bps": "cost against the decision",
    "arrival_bps": "slippage against the arrival",
    "vwap_bps": "slippage against the window's VWAP",
}
NAMED = 3
"""Orders that are named as best and as worst of a group."""

HEAD = ("group", "orders", "notional", "mean, bps", "95 % interval", "median", "won", "outliers", "what it says")
NOTE = (
    "Costs are positive when worse for you. Means are weighted by notional, with an interval at 95 % by bootstrap; won is the "
    "share of orders that cost less than nothing; an outlier's modified z-score is beyond 3.5."
)


def summarise(by: str, asked: Mapping[str, Asked], found: Mapping[str, Values], score: Doc) -> Doc:
    """The summary as a document. asked, found: by measure. score: of the forecasts of the same orders."""
    tables = {name: aggregate(asked[name], found[name], ()) for name in MEASURES}
    ranked = _ranked(asked["is_bps"], found["is_bps"])
    groups = []
    for at, group in enumerate(tables["is_bps"]["groups"]):
        measures = {}
        for name, each in tables.items():
            its = each["groups"][at]
            kept = ("count", "mean", "weighted_mean", "median", "interval", "win_rate", "outlying", "outliers", "says")
            measures[name] = {field: its[field] for field in kept}
        best, worst = ranked.get(tuple(group["key"].values()), ([], []))
        head = {name: group[name] for name in ("key", "orders", "notional")}
        groups.append({**head, "measures": measures, "best": best, "worst": worst})
    return {"by": by, "orders": sum(group["orders"] for group in groups), "groups": groups, "forecasts": score}


def summary_markdown(doc: Doc) -> str:
    """The summary as Markdown."""
    parts = [f"# {_title(doc)}", "", _lead(doc), ""]
    for name, says in MEASURES.items():
        parts += [f"## {_heading(says)}", "", *_lines(HEAD, _rows(doc, name)), ""]
    parts += ["## Best and worst", "", *_lines(("group", "best", "worst"), _named(doc)), ""]
    parts += ["## Forecasts", "", *_forecasts(doc), "", NOTE]
    return "\n".join(parts) + "\n"


def summary_page(doc: Doc) -> str:
    """The summary as a page."""
    plots = [_plot(doc, name) for name in MEASURES]
    numbers = {1, 2, 3, 4, 5, 6, 7}
    tables = "".join(
        f"<h2>{escape(_heading(says))}</h2>{table(HEAD, _rows(doc, name), numbers)}" for name, says in MEASURES.items()
    )
    forecasts = "".join(f"<p>{escape(line.removeprefix('* '))}</p>" for line in _forecasts(doc))
    body = (
        f'<h1>{escape(_title(doc))}</h1><p class="lead">{escape(_lead(doc))}</p>{tables}<h2>Pictures</h2>{panels(plots)}'
        f"<h2>Best and worst</h2>{table(('group', 'best', 'worst'), _named(doc), set())}<h2>Forecasts</h2>{forecasts}"
        f'<p class="note">{escape(NOTE)}</p>'
    )
    return document(_title(doc), body, plots)


def _ranked(question: Asked, found: Values) -> dict[tuple[Any, ...], tuple[list[Doc], list[Doc]]]:
    """Of each group the orders that cost least and most; none is both."""
    n = len(question.group_by)
    by_group: dict[tuple[Any, ...], list[tuple[float, str]]] = {}
    for row in found.rows:
        by_group.setdefault(tuple(row[:n]), []).append((float(row[n]), str(row[n + 2])))
    ranked = {}
    for key, orders in by_group.items():
        orders.sort()
        few = min(NAMED, len(orders) // 2)
        named = [{"parent_id": parent, "is_bps": round(cost, 6)} for cost, parent in orders]
        ranked[key] = (named[:few], named[::-1][:few])
    return ranked


def _title(doc: Doc) -> str:
    return "What orders cost, by " + {"day": "day", "algo": "algorithm"}[doc["by"]]


def _heading(words: str) -> str:
    return words[0].upper() + words[1:]


def _lead(doc: Doc) -> str:
    groups = doc["groups"]
    if not groups:
        return "Not enough data to say: no order that is over was found."
    sure = [group for group in groups if not group["measures"]["is_bps"]["says"].startswith(("not enough", "no order"))]
    said = f"{doc['orders']:,} orders that are over, in {len(groups):,} {'group' if len(groups) == 1 else 'groups'}."
    if not sure:
        return f"{said} Not enough data to say of any group whether it costs."
    most = max(sure, key=lambda group: float(group["measures"]["is_bps"]["weighted_mean"]))
    its = most["measures"]["is_bps"]
    about = f"Of those with enough data, {_name(most)} costs most: {signed(its['weighted_mean'])} bps {_interval(its)}."
    return f"{said} {about} Of {len(groups) - len(sure):,} there is not enough data to say."


def _rows(doc: Doc, measure: str) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for group in doc["groups"]:
        its = group["measures"][measure]
        counts = (f"{group['orders']:,}", f"{group['notional']:,.0f} {group['key']['currency']}")
        figures = (signed(its["weighted_mean"]), _interval(its), signed(its["median"]), share(its["win_rate"]))
        rows.append((_name(group), *counts, *figures, f"{its['outlying']:,}", its["says"]))
    return rows


def _named(doc: Doc) -> list[tuple[str, ...]]:
    def told(orders: Sequence[Doc]) -> str:
        return ", ".join(f"{each['parent_id']} {signed(each['is_bps'])}" for each in orders) or NONE

    return [(_name(group), told(group["best"]), told(group["worst"])) for group in doc["groups"]]


def _name(group: Doc) -> str:
    return " · ".join(value for name, value in group["key"].items() if name != "currency")


def _interval(its: Doc) -> str:
    low, high = its["interval"]["low"], its["interval"]["high"]
    return NONE if low is None or high is None else f"{signed(low)} to {signed(high)}"


def _forecasts(doc: Doc) -> list[str]:
    score = doc["forecasts"]
    lines = [f"* {score['says'].capitalize()}" + (f": {score['count']:,} forecasts." if score["count"] >= FEWEST else ".")]
    if score["count"] < FEWEST:
        return lines
    bands = (f"{band['level']:.0%} band: {band['covered']:.1%} of what came" for band in score["bands"])
    return [*lines, *(f"* {said}" for said in bands), *(f"* {fault}" for fault in score["faults"])]


def _plot(doc: Doc, measure: str) -> Panel:
    """Means with their intervals, one beneath the other."""
    known = [group for group in doc["groups"] if group["measures"][measure]["weighted_mean"] is not None][-40:]
    title = f"{_heading(MEASURES[measure])}, bps"
    if not known:
        return Panel(name=measure, title=title, note="No order has this figure.", figure=None)
    its = [group["measures"][measure] for group in known]
    mean = [each["weighted_mean"] for each in its]
    reach = {
        "type": "data",
        "symmetric": False,
        "array": [0 if each["interval"]["high"] is None else each["interval"]["high"] - each["weighted_mean"] for each in its],
        "arrayminus": [0 if each["interval"]["low"] is None else each["weighted_mean"] - each["interval"]["low"] for each in its],
        "color": INK,
        "thickness": 1.2,
    }
    names = [f"{_name(group)} ({each['count']:,})" for group, each in zip(known, its, strict=True)]
    trace = {"type": "scatter", "mode": "markers", "x": mean, "y": names, "error_x": reach, "marker": {"color": BLUE, "size": 9}}
    zero = {"type": "line", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1, "line": {"color": INK, "width": 1}}
    axes = layout({"title": "bps, + is a cost", "showgrid": True}, {"type": "category", "autorange": "reversed"}, shapes=[zero])
    note = "Mean by notional with its interval at 95 %; in brackets, orders. The newest 40 groups at most."
    return Panel(name=measure, title=title, note=note, figure={"data": [{**trace, "showlegend": False}], "layout": axes})


def _lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
