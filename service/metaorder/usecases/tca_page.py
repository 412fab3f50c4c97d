"""The report of an order as one page that needs no network: words, tables, and six plots that read on paper and screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import msgspec
import numpy as np

from metaorder.domain.units import Nanos, time_text, to_nanos
from metaorder.tca.recommendations import Recommendation
from metaorder.usecases.analyse import Case
from metaorder.usecases.tca_words import benchmark_rows, cost_rows, execution_rows, recommended, summary, title

Doc = Mapping[str, Any]

MOST_POINTS = 1_500
INK, BID, ASK, MAKER, TAKER, DONE, PLAN = "#1c2733", "#7a9cc6", "#d3a27f", "#2a7f62", "#c8553d", "#1f4e79", "#9aa5ad"

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1c2733;max-width:1080px;margin:24px auto;padding:0 16px;background:#fff}
h1{font-size:24px;margin:0 0 8px}h2{font-size:17px;margin:28px 0 8px;border-bottom:1px solid #d9dee3}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}td,th{padding:3px 12px 3px 0;text-align:left;vertical-align:top}
th{font-weight:600;border-bottom:1px solid #d9dee3}td.n,th.n{text-align:right}.cols{display:flex;gap:48px;flex-wrap:wrap}
.note{color:#5b6770;font-size:13px}@media print{body{margin:0;max-width:none}h2{break-after:avoid}.plot{break-inside:avoid}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What the plots draw. Times as texts, prices as numbers. quotes: time, bid and ask; fills as the API shows them.

    schedule: times and quantities planned, empty where the schedule follows the market.
    """

    quotes: tuple[list[str], list[float | None], list[float | None]]
    fills: Sequence[Doc]
    schedule: tuple[list[str], list[int]]
    start: str
    end: str


def series(case: Case) -> Series:
    """What the plots of an order need of its case."""
    facts = msgspec.json.decode(case.parent["facts"])
    terms = msgspec.json.decode(case.parent["terms"])
    start, stop = to_nanos(terms["start_time"]), to_nanos(terms["end_time"])
    end = stop if case.parent["ended"] is None else max(int(case.parent["ended"]), start + 1)
    points = facts.get("schedule", {}).get("points", [])
    fills = [msgspec.json.decode(row["doc"]) for row in case.fills]
    return Series(
        quotes=_quotes(case, start, end),
        fills=fills,
        schedule=([time for time, _ in points], [quantity for _, quantity in points]),
        start=time_text(Nanos(start)),
        end=time_text(Nanos(end)),
    )


def page(doc: Doc, order: Doc, found: Sequence[Recommendation], drawn: Series) -> str:
    """The page as HTML."""
    name = escape(title(doc, order))
    words = " ".join(escape(sentence) for sentence in summary(doc, order))
    costs = _table(("component", doc["currency"], "bps", ""), cost_rows(doc), numbers={1, 2})
    held = _table(("benchmark", "price", "slippage, bps", "missing"), benchmark_rows(doc), numbers={1, 2})
    done = _table(("measure", "value"), execution_rows(doc), numbers={1})
    advice = "".join(f"<p>{escape(line.removeprefix('* ')).replace('`', '')}</p>" for line in recommended(found))
    missing = "".join(f"<div><b>{escape(key)}</b>: {escape(why)}</div>" for key, why in sorted(doc["missing"].items()))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name}</title><style>{STYLE}</style></head><body>'
        f"<h1>{name}</h1><p>{words}</p><h2>What it cost</h2>{costs}"
        f'<h2>Pictures</h2><div class="plot">{_plots(doc, drawn)}</div>'
        f'<h2>Recommendations</h2>{advice}<div class="cols"><div><h2>Compared with what</h2>{held}</div>'
        f"<div><h2>How it was done</h2>{done}</div></div>"
        f'<h2>What is not known</h2><div class="note">{missing or "Everything is known."}</div>'
        '<p class="note">Costs are positive when worse for you; markouts and price improvement when better. Basis points of the '
        "decision notional. Times are UTC.</p></body></html>"
    )


def _quotes(case: Case, start: int, end: int) -> tuple[list[str], list[float | None], list[float | None]]:
    """Bid and ask without our own orders at even times of the order's life."""
    rows = case.record.quotes
    times = np.linspace(start, min(end, int(case.record.clock)), MOST_POINTS).astype(np.int64)
    at = np.searchsorted(rows["ts"], times, side="right") - 1
    tick = float(case.instrument.tick_size)
    sides: list[list[float | None]] = []
    for side in ("bid", "ask"):
        prices, lots = rows["live"][side][np.maximum(at, 0)], rows["live"][f"{side}_lots"][np.maximum(at, 0)]
        shown = (at >= 0) & (lots > 0)
        sides.append([float(price) * tick if there else None for price, there in zip(prices, shown, strict=True)])
    return [time_text(Nanos(int(time))) for time in times], sides[0], sides[1]


def _plots(doc: Doc, drawn: Series) -> str:
    """Six plots in one figure."""
    from plotly.subplots import make_subplots

    titles = (
        *("Fills on the price", "Quantity done against the schedule"),
        *("Where the cost comes from, bps", "Markout by horizon, bps (+ is good)"),
        *("Participation", "Sizes of fills"),
    )
    figure = make_subplots(rows=3, cols=2, subplot_titles=titles, vertical_spacing=0.11, horizontal_spacing=0.09)
    _price(figure, doc, drawn)
    _done(figure, drawn)
    _waterfall(figure, doc)
    _markouts(figure, doc)
    _participation(figure, doc)
    _sizes(figure, drawn)
    figure.update_layout(
        template="plotly_white",
        width=1060,
        height=1080,
        margin={"l": 60, "r": 20, "t": 40, "b": 40},
        font={"size": 12, "color": INK},
        legend={"orientation": "h", "y": -0.04},
        barmode="stack",
        bargap=0.1,
    )
    return str(figure.to_html(full_html=False, include_plotlyjs=True, config={"displaylogo": False, "responsive": True}))


def _price(figure: Any, doc: Doc, drawn: Series) -> None:
    import plotly.graph_objects as go

    times, bid, ask = drawn.quotes
    for name, values, colour in (("bid", bid, BID), ("ask", ask, ASK)):
        line = {"color": colour, "width": 1, "shape": "hv"}
        figure.add_trace(go.Scatter(x=times, y=values, name=name, mode="lines", line=line), 1, 1)
    for liquidity, colour in (("maker", MAKER), ("taker", TAKER)):
        mine = [fill for fill in drawn.fills if fill["liquidity"] == liquidity]
        marks = {"color": colour, "opacity": 0.75, "size": [4 + min(10, fill["quantity"] ** 0.5 / 3) for fill in mine]}
        figure.add_trace(
            go.Scatter(
                x=[fill["ts"] for fill in mine],
                y=[float(fill["price"]) for fill in mine],
                name=f"fill, {liquidity}",
                mode="markers",
                marker=marks,
            ),
            1,
            1,
        )
    for name in ("arrival", "window_vwap"):
        if doc["benchmarks"][name] is not None:
            line = {"dash": "dot", "width": 1, "color": INK}
            note = {"annotation_text": name.replace("_", " "), "annotation_position": "top left", "annotation_font_size": 10}
            figure.add_hline(y=float(doc["benchmarks"][name]), line=line, row=1, col=1, **note)


def _done(figure: Any, drawn: Series) -> None:
    import plotly.graph_objects as go

    times, planned = drawn.schedule
    if times:
        line = {"color": PLAN, "dash": "dash"}
        figure.add_trace(go.Scatter(x=times, y=planned, name="schedule", mode="lines", line=line), 1, 2)
    done = np.concatenate([[0], np.cumsum([fill["quantity"] for fill in drawn.fills])]).astype(int).tolist()
    when = [drawn.start, *[fill["ts"] for fill in drawn.fills]]
    line = {"color": DONE, "shape": "hv"}
    figure.add_trace(go.Scatter(x=[*when, drawn.end], y=[*done, done[-1]], name="done", mode="lines", line=line), 1, 2)
    figure.update_yaxes(rangemode="tozero", row=1, col=2)


def _waterfall(figure: Any, doc: Doc) -> None:
    import plotly.graph_objects as go

    known = {name: value for name, value in doc["components_bps"].items() if value is not None}
    if doc["is_bps"] is None:
        return
    values = [*known.values(), doc["is_bps"]]
    figure.add_trace(
        go.Waterfall(
            x=[*known, "total"],
            y=values,
            measure=["relative"] * len(known) + ["total"],
            text=[f"{value:+.2f}" for value in values],
            textposition="outside",
            cliponaxis=False,
            increasing={"marker": {"color": TAKER}},
            decreasing={"marker": {"color": MAKER}},
            totals={"marker": {"color": DONE}},
            connector={"line": {"color": PLAN, "width": 1}},
            showlegend=False,
        ),
        2,
        1,
    )


def _markouts(figure: Any, doc: Doc) -> None:
    import plotly.graph_objects as go

    known = {seconds: value for seconds, value in doc["markouts_bps"].items() if value is not None}
    names = [f"{seconds} s" for seconds in known]
    line, marker = {"color": DONE}, {"size": 7}
    figure.add_trace(
        go.Scatter(x=names, y=list(known.values()), mode="lines+markers", line=line, marker=marker, showlegend=False), 2, 2
    )
    figure.add_hline(y=0, line={"width": 1, "color": PLAN}, row=2, col=2)


def _participation(figure: Any, doc: Doc) -> None:
    import plotly.graph_objects as go

    buckets = [bucket for bucket in doc["participation_buckets"] if bucket["participation"] is not None]
    times, shares = [bucket["start"] for bucket in buckets], [bucket["participation"] for bucket in buckets]
    figure.add_trace(go.Bar(x=times, y=shares, marker={"color": BID}, showlegend=False), 3, 1)
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", row=3, col=1)


def _sizes(figure: Any, drawn: Series) -> None:
    import plotly.graph_objects as go

    for liquidity, colour in (("maker", MAKER), ("taker", TAKER)):
        sizes = [fill["quantity"] for fill in drawn.fills if fill["liquidity"] == liquidity]
        figure.add_trace(go.Histogram(x=sizes, nbinsx=30, marker={"color": colour}, showlegend=False), 3, 2)
    figure.update_xaxes(title_text="quantity", row=3, col=2)
    figure.update_yaxes(title_text="fills", row=3, col=2)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: set[int]) -> str:
    def cell(kind: str, at: int, text: str) -> str:
        plain, bold = text.removeprefix("**").removesuffix("**"), text.startswith("**")
        said = f"<b>{escape(plain)}</b>" if bold else escape(plain)
        return f'<{kind} class="n">{said}</{kind}>' if at in numbers else f"<{kind}>{said}</{kind}>"

    lines = [("th", head), *(("td", row) for row in rows)]
    body = "".join("<tr>" + "".join(cell(kind, at, text) for at, text in enumerate(row)) + "</tr>" for kind, row in lines)
    return f"<table>{body}</table>"
