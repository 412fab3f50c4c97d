"""The page of a calibration: pictures first, then every estimate and every refusal."""

from __future__ import annotations

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from metaorder.cli.realism_page import RECORDED, SAID, SIMULATED, STYLE

Doc = Mapping[str, Any]
TITLES = (
    "Lambda by horizon [price per unit]",
    "Decay: log-likelihood lost by beta [1/s]",
    "Propagator: what is left of a unit of flow",
    "P&L after own impact, second half, by horizon",
    "Net P&L over time, each scaled to 1",
    "Lambda by volatility before the fact",
    "Volatility of the session",
    "Volume curve",
)
EXTRA = "td:nth-child(2),td:nth-child(3),th:nth-child(2){text-align:left} table{font-size:13px} p{max-width:80ch}"


def write_page(doc: Doc, out: Path) -> Path:
    """Write the page as one file that needs no network; its path."""
    title = f"Calibration of {doc['symbol'] or 'tables'}, {doc['kind']}"
    text = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>
<style>{STYLE}{EXTRA}</style></head><body><h1>{html.escape(title)}</h1>{_summary(doc)}
{_figure(doc).to_html(full_html=False, include_plotlyjs=True)}
<h2>Estimates</h2>{_estimates(doc)}<h2>Refused</h2>{_refusals(doc)}</body></html>"""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text)
    return out


def _summary(doc: Doc) -> str:
    sources = "".join(
        f"<li>{html.escape(str(each['source']))} ({html.escape(str(each.get('date', each.get('days', each.get('orders')))))}), "
        f"{each.get('trades', '–')} trades, sha256 {html.escape(str(each['digest'])[:12])}</li>"
        for each in doc["sources"]
    )
    chosen = "; ".join(f"{name}: {html.escape(each['parameter'])} ({each['how']})" for name, each in doc["chosen"].items())
    best = doc["best_horizon"]
    left = ""
    if best is not None:
        said = best["reason"]["detail"] if best["reason"] else f"most is left at {best['horizon_s']:g} s"
        left = f"<p><b>After own impact and spread:</b> {html.escape(said)}.</p>"
    return (
        f"<p>Data up to {html.escape(doc['as_of'])}. {len(doc['parameters']) - doc['refused']} estimates, "
        f"{doc['refused']} refused: "
        f"what the data do not identify has no value and no default.</p><ul>{sources}</ul>"
        f"<p><b>To be used:</b> {chosen or 'nothing'}.</p>{left}"
    )


def _figure(doc: Doc) -> Any:
    """Eight pictures; one that was not asked for, or was refused, stays empty and says so."""
    from plotly.subplots import make_subplots

    figure = make_subplots(rows=4, cols=2, subplot_titles=TITLES, vertical_spacing=0.08, horizontal_spacing=0.09)
    known = {each["name"]: each for each in doc["parameters"]}
    drawn = [
        _lambdas(figure, doc, known),
        _decay(figure, doc),
        _kernel(figure, doc),
        _pnl(figure, doc, known),
        _paths(figure, doc),
        _bars(figure, [known[each["parameter"]] for each in doc["regimes"]], 3, 2),
        _bars(figure, [each for name, each in known.items() if name.startswith("volatility_")], 4, 1),
        _bars(figure, [each for name, each in known.items() if name.startswith("volume_share_")], 4, 2),
    ]
    for number, full in enumerate(drawn):
        if not full:
            axes = "" if number == 0 else str(number + 1)
            figure.add_scatter(x=[None], y=[None], row=number // 2 + 1, col=number % 2 + 1)  # axes without a line are not drawn
            place = {"xref": f"x{axes} domain", "yref": f"y{axes} domain", "x": 0.5, "y": 0.5}
            figure.add_annotation(text="refused, or not asked for", showarrow=False, font={"color": "#9aa5b1"}, **place)
    figure.update_layout(height=1500, template="plotly_white", showlegend=False, margin={"t": 60, "l": 60, "r": 20})
    return figure


def _points(
    figure: Any, rows: list[Any], xs: list[Any], place: tuple[int, int], colour: str, mode: str = "markers+lines"
) -> bool:
    """Values with their intervals; refused ones are left out."""
    kept = [(x, each) for x, each in zip(xs, rows, strict=True) if each["value"] is not None]
    if not kept:
        return False
    low = [each["value"] - each["low"] if each["low"] is not None else 0 for _, each in kept]
    high = [each["high"] - each["value"] if each["high"] is not None else 0 for _, each in kept]
    figure.add_scatter(
        x=[x for x, _ in kept],
        y=[each["value"] for _, each in kept],
        error_y={"type": "data", "array": high, "arrayminus": low, "symmetric": False},
        mode=mode,
        line={"color": colour, "width": 1},
        marker={"size": 7, "color": colour},
        row=place[0],
        col=place[1],
    )
    return True


def _lambdas(figure: Any, doc: Doc, known: Doc) -> bool:
    xs = [row["horizon_s"] for row in doc["horizons"]]
    drawn = [
        _points(figure, [known[row[which]] for row in doc["horizons"]], xs, (1, 1), colour)
        for which, colour in (("plain", RECORDED), ("corrected", SIMULATED))
    ]
    figure.update_xaxes(type="log", title="horizon [s]; black plain, red corrected for decay", row=1, col=1)
    figure.update_yaxes(rangemode="tozero", row=1, col=1)
    return any(drawn)


def _decay(figure: Any, doc: Doc) -> bool:
    profile = doc["decay_profile"]
    if profile is None:
        return False
    figure.add_scatter(x=profile["beta"], y=profile["log_likelihood_lost"], mode="lines", line={"color": RECORDED}, row=1, col=2)
    figure.add_hline(y=1.92, line={"color": SAID, "dash": "dash"}, row=1, col=2)
    figure.update_xaxes(type="log", title="beta; below the line is the 95 % region", row=1, col=2)
    top = min(max(profile["log_likelihood_lost"]), 40)
    figure.update_yaxes(range=[-0.05 * top, 1.05 * top + 0.1], row=1, col=2)
    return True


def _kernel(figure: Any, doc: Doc) -> bool:
    kernel = doc["kernel"]
    if kernel is None:
        return False
    bars = {"type": "data", "array": [1.96 * each for each in kernel["standard_error"]]}
    line = {"color": RECORDED, "width": 1}
    figure.add_scatter(x=kernel["after_s"], y=kernel["value"], error_y=bars, mode="markers+lines", line=line, row=2, col=1)
    figure.update_xaxes(type="log", title="after [s]", row=2, col=1)
    figure.update_yaxes(rangemode="tozero", row=2, col=1)
    return True


def _pnl(figure: Any, doc: Doc, known: Doc) -> bool:
    """In standard errors: horizons differ by orders of magnitude in money."""
    drawn = False
    for which, colour in (("net", RECORDED), ("after_spread", SIMULATED)):
        rows = [(each, known[each[which]]) for each in doc["net_pnl"] if known[each[which]]["value"] is not None]
        ratios = [found["value"] / found["standard_error"] if found["standard_error"] else 0 for _, found in rows]
        if rows:
            drawn = True
            figure.add_bar(x=[f"{each['horizon_s']:g} s" for each, _ in rows], y=ratios, marker={"color": colour}, row=2, col=2)
    figure.update_yaxes(title="standard errors above 0; red after spread", row=2, col=2)
    return drawn


def _paths(figure: Any, doc: Doc) -> bool:
    rows = [each for each in doc["net_pnl"] if each["cumulative"]]
    for number, each in enumerate(rows):
        size = max(max(abs(value) for value in each["cumulative"]), 1e-300)
        shade = f"hsl({200 - 25 * number}, 55%, 45%)"
        figure.add_scatter(
            x=each["t_s"],
            y=[value / size for value in each["cumulative"]],
            mode="lines",
            line={"color": shade, "width": 1.5},
            name=f"{each['horizon_s']:g} s",
            row=3,
            col=1,
        )
        figure.add_annotation(
            x=each["t_s"][-1],
            y=each["cumulative"][-1] / size,
            text=f"{each['horizon_s']:g} s",
            font={"size": 10, "color": shade},
            showarrow=False,
            xanchor="left",
            row=3,
            col=1,
        )
    figure.update_xaxes(title="[s]", row=3, col=1)
    return bool(rows)


def _bars(figure: Any, rows: list[Any], row: int, column: int) -> bool:
    names = [each["name"].removeprefix("volatility_").removeprefix("volume_share_").removeprefix("lambda_") for each in rows]
    drawn = _points(figure, rows, names, (row, column), RECORDED, "markers")
    figure.update_yaxes(rangemode="tozero", row=row, col=column)
    return drawn


def _estimates(doc: Doc) -> str:
    rows = ""
    for each in doc["parameters"]:
        if each["value"] is None:
            continue
        numbers = [each["value"], each["standard_error"], each["low"], each["high"], each["r2"]]
        cells = "".join(f"<td>{'' if value is None else f'{value:.4g}'}</td>" for value in numbers)
        words = [each["name"], each["unit"], each["model"]]
        rows += "<tr>" + "".join(f"<td>{html.escape(word)}</td>" for word in words) + cells
        rows += f"<td>{each['n']:,}</td><td>{html.escape(each['method'])}</td></tr>"
    head = ("parameter", "unit", "model", "value", "s.e.", "low", "high", "R2", "n", "method")
    return f"<table><tr>{''.join(f'<th>{name}</th>' for name in head)}</tr>{rows}</table>"


def _refusals(doc: Doc) -> str:
    rows = "".join(
        f"<tr><td>{html.escape(each['name'])}</td><td class=off>{html.escape(each['reason']['code'])}</td>"
        f"<td>{html.escape(each['reason']['detail'])}</td></tr>"
        for each in doc["parameters"]
        if each["value"] is None
    )
    return f"<table><tr><th>parameter</th><th>reason</th><th>because</th></tr>{rows}</table>" if rows else "<p>Nothing.</p>"
