"""The six plots of an order's report, as documents of plotly.js, each with how to read it; or why there is nothing to draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from metaorder.usecases.page_frame import BLUE, GREEN, GREY, INK, ORANGE, SKY, Figure, Panel, layout
from metaorder.usecases.tca_drawn import Series
from metaorder.usecases.tca_terms import signed
from metaorder.usecases.tca_words import wanted

Doc = Mapping[str, Any]
Trace = dict[str, Any]

BINS = 24
ZERO = {"type": "line", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1, "line": {"color": INK, "width": 1}}
NO_FILLS = "Nothing was filled, so there is nothing to draw."


def figures(doc: Doc, drawn: Series) -> list[Panel]:
    """The panels in the order in which they are read: price, trajectory, cost, markouts, participation, sizes."""
    return [
        _price(doc, drawn),
        _trajectory(doc, drawn),
        _waterfall(doc),
        _markouts(doc),
        _participation(doc, drawn),
        _sizes(drawn),
    ]


def _price(doc: Doc, drawn: Series) -> Panel:
    """Fills on the quotes. Shape says how a fill came about, so that a grey print can be read; size grows with quantity."""
    times, bid, ask = drawn.quotes
    seen = [price for price in (*bid, *ask) if price is not None] + [float(fill["price"]) for fill in drawn.fills]
    title, name = "Fills on the price", "price"
    if not seen:
        return Panel(name=name, title=title, note="There was no quote in the order's life.", figure=None)
    edge = {"mode": "lines", "line": {"color": GREY, "width": 0.8, "shape": "hv"}, "hoverinfo": "skip", "showlegend": False}
    traces: list[Trace] = [
        {"x": times, "y": bid, "name": "bid", **edge},
        {"x": times, "y": ask, "name": "ask", "fill": "tonexty", "fillcolor": "rgba(139,148,155,.30)", **edge},
    ]
    for liquidity, colour, shape in (("maker", BLUE, "circle"), ("taker", ORANGE, "triangle-up")):
        mine = [fill for fill in drawn.fills if fill["liquidity"] == liquidity]
        if mine:
            traces.append(_fills(mine, f"{'rested' if liquidity == 'maker' else 'took'}", colour, shape))
    traces += _levels(doc, drawn, min(seen), max(seen))
    thinned = f" {len(drawn.fills):,} of {drawn.all_fills:,} fills are drawn." if len(drawn.fills) < drawn.all_fills else ""
    note = f"Quotes without our own orders, in grey; the larger a mark, the larger the fill.{thinned}"
    if not drawn.fills:
        note = "Nothing was filled; the quotes without our own orders in the order's life."
    y = {"title": f"price, {doc['currency']}", "tickformat": ",.2f" if max(seen) - min(seen) > 0.05 else ",.4f"}
    return Panel(name=name, title=title, note=note, figure=_figure(traces, layout(_time(), y)))


def _fills(mine: Sequence[Doc], name: str, colour: str, shape: str) -> Trace:
    largest = max(fill["quantity"] for fill in mine) ** 0.5
    return {
        "x": [fill["ts"] for fill in mine],
        "y": [float(fill["price"]) for fill in mine],
        "text": [f"{fill['quantity']:,} at {fill['price']}" for fill in mine],
        "name": name,
        "mode": "markers",
        "hoverinfo": "text+x",
        "marker": {
            "color": colour,
            "symbol": shape,
            "opacity": 0.8,
            "size": [round(4 + 6 * fill["quantity"] ** 0.5 / largest, 1) for fill in mine],
            "line": {"color": "#fff", "width": 0.5},
        },
    }


def _levels(doc: Doc, drawn: Series, low: float, high: float) -> list[Trace]:
    """Prices that the order is held against, where they are near enough to the market not to flatten it."""
    room = max(high - low, 1e-9) / 2
    held = doc["benchmarks"]
    vwap = "window_vwap_recorded" if held["window_vwap_recorded"] is not None else "window_vwap"
    found = (
        ("arrival", held["arrival"], "dot", INK),
        ("VWAP", held[vwap], "dash", GREEN),
        ("average", doc["avg_price"], "solid", BLUE),
    )
    levels = [*found, ("limit", drawn.limit, "dashdot", ORANGE)]
    traces = []
    for name, price, dash, colour in levels:
        if price is not None and low - room <= float(price) <= high + room:
            line = {"dash": dash, "width": 1.4, "color": colour}
            x, y = [drawn.start, drawn.end], [float(price)] * 2
            traces.append({"x": x, "y": y, "name": name, "mode": "lines", "line": line, "hoverinfo": "name+y"})
    return traces


def _trajectory(doc: Doc, drawn: Series) -> Panel:
    """Quantity done beside the schedules, each while it was in force, and their band."""
    traces: list[Trace] = []
    lines: list[Trace] = []
    rim = {"mode": "lines", "line": {"width": 0, "color": SKY}, "hoverinfo": "skip"}
    ink = {"mode": "lines", "line": {"color": INK, "dash": "dash", "width": 1.6}}
    for number, curve in enumerate(drawn.schedules):
        x, once = curve.times, {"showlegend": not number}
        traces += [
            {"x": x, "y": curve.least, **rim, "showlegend": False},
            {"x": x, "y": curve.most, "name": "band", "fill": "tonexty", "fillcolor": "rgba(86,180,233,.35)", **rim, **once},
        ]
        lines.append({"x": x, "y": curve.planned, "name": "schedule", **ink, **once})
    line = {"color": BLUE, "shape": "hv", "width": 2}
    traces.append({"x": drawn.done[0], "y": drawn.done[1], "name": "done", "mode": "lines", "line": line})
    traces += lines  # over what was done, or it would be hidden where both are one
    ends = {"x": [drawn.start, drawn.end], "y": [wanted(doc)] * 2, "name": "ordered", "mode": "lines"}
    traces.append({**ends, "line": {"color": GREY, "dash": "dot", "width": 1.2}})
    note = (
        "Each schedule while it was in force, its band, and what was done."
        if drawn.schedules
        else "The schedule follows the market and was not known ahead."
    )
    y = {"title": "quantity", "rangemode": "tozero", "tickformat": ",d"}
    return Panel(name="trajectory", title="Done against the schedule", note=note, figure=_figure(traces, layout(_time(), y)))


def _waterfall(doc: Doc) -> Panel:
    """Components one after another, up to the total. What is known only as a sum is one bar."""
    title, name = "Where the cost comes from", "waterfall"
    if doc["is_bps"] is None:
        why = doc["missing"].get("is_bps", "the decision price is missing")
        return Panel(name=name, title=title, note=f"The cost is not known: {why}.", figure=None)
    parts = dict(doc["components_bps"])
    if parts["impact"] is None and doc["impact_and_timing_bps"] is not None:
        order = ("delay", "spread", "impact", "opportunity", "fees")
        parts = {("impact, timing" if each == "impact" else each): parts[each] for each in order}
        parts["impact, timing"] = doc["impact_and_timing_bps"]
    known = {each: value for each, value in parts.items() if value is not None}
    values = [*known.values(), doc["is_bps"]]
    trace = {
        "type": "waterfall",
        "orientation": "h",
        "y": [*known, "total"],
        "x": values,
        "measure": ["relative"] * len(known) + ["total"],
        "text": [signed(value) for value in values],
        "textposition": "outside",
        "textfont": {"size": 11},
        "cliponaxis": False,
        "increasing": {"marker": {"color": ORANGE}},
        "decreasing": {"marker": {"color": BLUE}},
        "totals": {"marker": {"color": INK}},
        "connector": {"line": {"color": GREY, "width": 1}},
        "showlegend": False,
        "hoverinfo": "y+text",
    }
    low, high = _reach(values[:-1])
    wide = high - low or 1.0  # figures stand beside the bars, and need room on paper too
    left_, right = (wide * (0.32 if there else 0.12) for there in (low < 0, high > 0))
    x = {"title": "bps of the decision notional", "range": [low - left_, high + right], "showgrid": True}
    y = {"autorange": "reversed", "showgrid": False}
    left = sorted(set(parts) - set(known))
    note = "To the right, in orange: a cost. To the left, in blue: a gain." + (f" Not known: {', '.join(left)}." if left else "")
    return Panel(name=name, title=title, note=note, figure=_figure([trace], layout(x, y, shapes=[ZERO])))


def _reach(steps: Sequence[float]) -> tuple[float, float]:
    """The lowest and the highest level that a waterfall passes."""
    levels = [0.0, *np.cumsum(steps).tolist()]
    return min(levels), max(levels)


def _markouts(doc: Doc) -> Panel:
    """The markout curve, with its sign said."""
    title, name = "Markout after a fill", "markouts"
    known = {seconds: value for seconds, value in doc["markouts_bps"].items() if value is not None}
    if not known:
        why = NO_FILLS if not doc["fills"] else "No horizon has a mid: it lies past the close, in a halt, or is still to come."
        return Panel(name=name, title=title, note=why, figure=None)
    covered = [doc["markouts_covered"][seconds] for seconds in known]
    trace = {
        "x": [int(seconds) for seconds in known],
        "y": list(known.values()),
        "text": [
            f"{seconds} s: {signed(known[seconds])} bps, {share:.0%} of lots"
            for seconds, share in zip(known, covered, strict=True)
        ],
        "hoverinfo": "text",
        "mode": "lines+markers",
        "line": {"color": BLUE, "width": 2},
        "marker": {"size": 8},
        "showlegend": False,
    }
    part = [f"{seconds} s: {share:.0%}" for seconds, share in zip(known, covered, strict=True) if share < 1]
    note = "Plus is good: the market went beyond our price afterwards. Minus: we were picked off, or took in vain."
    note += f" Of lots with a mid then: {', '.join(part)}." if part else ""
    ticks = [int(seconds) for seconds in known]
    x = {
        "title": "seconds after the fill (log scale)",
        "type": "log",
        "tickvals": ticks,
        "ticktext": [f"{each:,}" for each in ticks],
    }
    y = {"title": "bps of the mid", "zeroline": True, "zerolinecolor": INK, "rangemode": "tozero"}
    return Panel(name=name, title=title, note=note, figure=_figure([trace], layout(x, y)))


def _participation(doc: Doc, drawn: Series) -> Panel:
    """Our share of the volume by bucket, with the cap and the share of the whole."""
    title, name = "Participation by bucket", "participation"
    buckets = [each for each in doc["participation_buckets"] if each["participation"] is not None]
    if not buckets:
        why = doc["missing"].get("participation", "nobody traded while the order could work")
        return Panel(name=name, title=title, note=f"Not known: {why}.", figure=None)
    starts = np.array([each["start"].rstrip("Z") for each in buckets], dtype="datetime64[ms]").astype(np.int64)
    ends = np.array([each["end"].rstrip("Z") for each in buckets], dtype="datetime64[ms]").astype(np.int64)
    bars = {
        "type": "bar",
        "x": [each["start"] for each in buckets],
        "y": [each["participation"] for each in buckets],
        "width": [int(0.92 * wide) for wide in ends - starts],
        "offset": 0,
        "text": [f"{each['own']:,} of {each['own'] + each['others']:,}" for each in buckets],
        "textposition": "none",
        "hoverinfo": "x+y+text",
        "name": "share of the bucket",
        "marker": {"color": SKY, "line": {"color": BLUE, "width": 1}},
    }
    span = [buckets[0]["start"], buckets[-1]["end"]]
    lines = [("whole order", doc["participation"], INK, "dash")]
    if drawn.cap <= 1.6 * max(each["participation"] for each in buckets):
        lines.append(("cap", drawn.cap, ORANGE, "dashdot"))
    rules = [
        {"x": span, "y": [level] * 2, "name": said, "mode": "lines", "line": {"color": colour, "dash": dash, "width": 1.4}}
        for said, level, colour, dash in lines
        if level is not None
    ]
    note = f"Own ÷ (own + others) while the order could work. The cap is {drawn.cap:.0%}, over a rolling window."
    y = {"title": "share of volume", "tickformat": ".0%", "rangemode": "tozero"}
    return Panel(name=name, title=title, note=note, figure=_figure([bars, *rules], layout(_time(), y)))


def _sizes(drawn: Series) -> Panel:
    """How large children were, and fills."""
    title, name = "Sizes of children and of fills", "sizes"
    if not drawn.children and not drawn.sizes:
        return Panel(name=name, title=title, note="No child order was sent.", figure=None)
    most = max((*drawn.children, *drawn.sizes))
    wide = max(1, -(-most // BINS))
    edges = np.arange(1, most + wide + 1, wide)
    centres = ((edges[:-1] + edges[1:] - 1) / 2).tolist()
    said = [f"{low:,}" if wide == 1 else f"{low:,} to {low + wide - 1:,}" for low in edges[:-1].tolist()]
    traces: list[Trace] = []
    for who, values, colour, pattern in (("children", drawn.children, SKY, ""), ("fills", drawn.sizes, BLUE, "/")):
        counts, _ = np.histogram(np.asarray(values, dtype=np.float64), bins=edges - 0.5)
        marker = {
            "color": colour,
            "pattern": {"shape": pattern, "size": 4, "solidity": 0.5},
            "line": {"color": BLUE, "width": 0.5},
        }
        bars = {"type": "bar", "x": centres, "y": counts.tolist(), "name": f"{who} ({len(values):,})", "marker": marker}
        traces.append({**bars, "text": said, "textposition": "none", "hoverinfo": "text+y+name"})
    x, y = {"title": "quantity", "tickformat": ",d", "rangemode": "tozero"}, {"title": "how many", "rangemode": "tozero"}
    note = (
        "A child that rests may be filled in parts, so fills are smaller."
        if drawn.sizes
        else "Children were sent; none was filled."
    )
    return Panel(name=name, title=title, note=note, figure=_figure(traces, layout(x, y, bargap=0.15)))


def _time() -> dict[str, Any]:
    return {"type": "date", "title": "UTC", "nticks": 5, "tickangle": 0}


def _figure(traces: Sequence[Trace], shape: Mapping[str, Any]) -> Figure:
    return {"data": [{"type": "scatter", **trace} for trace in traces], "layout": shape}
