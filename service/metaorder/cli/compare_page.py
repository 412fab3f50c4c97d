"""A comparison as a page: costs, differences, slippage and cost by size, each with its intervals, then the tables."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from metaorder.cli.compare_table import interval, number, percent, where

Doc = Mapping[str, Any]
COLOURS = ("#1f2933", "#c8553d", "#2a7f62", "#2b6cb0", "#b7791f", "#805ad5", "#718096", "#d53f8c", "#319795", "#dd6b20")
STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:1560px;margin:2rem auto;padding:0 1rem;color:#1f2933}
table{border-collapse:collapse;font-size:13px;margin-bottom:1.5rem}td,th{padding:.15rem .5rem;text-align:right;white-space:nowrap;
border-bottom:1px solid #e4e7eb}td:first-child,th:first-child,td:nth-child(2),th:nth-child(2){text-align:left}"""


def write_page(doc: Doc, out: Path) -> Path:
    """Write the page as one file that needs no network; its path."""
    figure = _figure(doc).to_html(full_html=False, include_plotlyjs=True)
    design = ", ".join(f"{name} {value}" for name, value in doc["design"].items() if value not in (None, (), []))
    caution = f"<p><b>Mind:</b> {html.escape(doc['caution'])}.</p>" if any(Path(r["market"]).suffix for r in doc["rows"]) else ""
    failed = "".join(
        f"<li>{html.escape(where(each))}, {html.escape(each['algo'])}: {html.escape(each['error'])}</li>"
        for each in doc["failed"]
    )
    text = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Comparison</title><style>{STYLE}</style></head>
<body><h1>Algorithms on the same markets</h1><p>{html.escape(design)}</p>{caution}{figure}
<h2>Each algorithm</h2>{_rows(doc)}<h2>Paired differences</h2>{_differences(doc)}<h2>Regimes</h2>{_regimes(doc)}
{"<h2>Failed</h2><ul>" + failed + "</ul>" if failed else ""}</body></html>"""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text)
    return out


def _figure(doc: Doc) -> Any:
    from plotly.subplots import make_subplots

    titles = (
        "Own cost [bps]",
        "Paired difference to the first [bps]",
        "Slippage to VWAP [bps]",
        "Own cost by size",
    )
    figure = make_subplots(rows=2, cols=2, subplot_titles=titles, vertical_spacing=0.16, horizontal_spacing=0.09)
    algos = list(dict.fromkeys(row["algo"] for row in doc["rows"]))
    for algo, colour in zip(algos, COLOURS * len(algos), strict=False):
        rows = [row for row in doc["rows"] if row["algo"] == algo and row["own_cost_bps"] is not None]
        _bars(figure, rows, "own_cost_bps", algo, colour, (1, 1))
        pairs = [each for each in doc["differences"] if each["algo"] == algo and each["measure"] == "own_cost_bps"]
        _bars(figure, pairs, "bootstrap", algo, colour, (1, 2))
        runs = [run for run in doc["runs"] if run["algo"] == algo and run.get("vwap_bps") is not None]
        x = [where(run) for run in runs]
        marks = {"line_color": colour, "name": algo, "legendgroup": algo, "showlegend": False, "offsetgroup": algo}
        figure.add_box(x=x, y=[run["vwap_bps"] for run in runs], boxpoints=False, row=2, col=1, **marks)
        for market in dict.fromkeys(row["market"] for row in rows if row["size"] is not None):
            line = [row for row in rows if row["market"] == market]
            figure.add_scatter(
                x=[100 * row["size"] for row in line],
                y=[row["own_cost_bps"]["mean"] for row in line],
                mode="lines+markers",
                line_color=colour,
                name=f"{algo}, {Path(market).name}",
                legendgroup=algo,
                showlegend=False,
                row=2,
                col=2,
            )
    if all(row["size"] is None for row in doc["rows"]):
        figure.add_annotation(text="one size: see --sizes", showarrow=False, xref="paper", yref="paper", x=0.8, y=0.2)
    figure.update_xaxes(title_text="% of a usual day's volume", row=2, col=2)
    figure.update_layout(
        template="plotly_white",
        height=900,
        boxmode="group",
        barmode="group",
        legend={"orientation": "h", "y": 1.08},
        margin={"t": 110},
    )
    return figure


def _bars(figure: Any, rows: Sequence[Doc], measure: str, algo: str, colour: str, cell: tuple[int, int]) -> None:
    """Means as bars with their intervals."""
    found = [row[measure] for row in rows]
    error = {
        "type": "data",
        "symmetric": False,
        "array": [0 if each["high"] is None else each["high"] - each["mean"] for each in found],
        "arrayminus": [0 if each["low"] is None else each["mean"] - each["low"] for each in found],
    }
    figure.add_bar(
        x=[where(row) for row in rows],
        y=[each["mean"] for each in found],
        error_y=error,
        marker_color=colour,
        name=algo,
        legendgroup=algo,
        showlegend=cell == (1, 1),
        row=cell[0],
        col=cell[1],
    )


def _rows(doc: Doc) -> str:
    head = (
        "market",
        "algo",
        "n",
        "IS",
        "sd of IS",
        "own cost",
        "|VWAP|",
        "p90",
        "of it own",
        "|apart|",
        "POV error",
        "median",
        "filled",
        "passive",
    )
    cells = [
        (
            where(row),
            row["algo"],
            str(row["n"]),
            _plain(row["is_bps"]),
            number(row["is_sd_bps"]),
            _plain(row["own_cost_bps"]),
            _plain(row["abs_vwap_bps"]),
            number(row["abs_vwap_p90_bps"]),
            number(row["vwap_own_bps"]),
            number(row["abs_vwap_tracking_bps"]),
            percent(row["pov_error_end"], 2),
            percent(row["pov_error_marks"], 2),
            percent(row["fill_rate"], 2),
            percent(row["passive_share"], 0),
            percent(row["capture_net"], 0),
            number(row["sharpe"]),
            number(row["regret_bps"]),
            number(row["decision_efficiency"]),
            number(row["schedule_ms"]),
            number(row["decision_ms"]),
        )
        for row in doc["rows"]
    ]
    return _table((*head, "capture 10 s", "Sharpe", "regret", "efficiency", "schedule ms", "decision ms"), cells)


def _differences(doc: Doc) -> str:
    cells = [
        (
            where(each),
            f"{each['algo']} - {each['against']}",
            each["measure"],
            str(each["n"]),
            _plain(each["t"]),
            _plain(each["bootstrap"]),
        )
        for each in doc["differences"]
    ]
    return _table(("market", "algorithms", "measure", "n", "Student's t", "bootstrap"), cells)


def _regimes(doc: Doc) -> str:
    cells = [
        (where(each), each["algo"], each["by"], each["tercile"], str(each["own_cost_bps"]["n"]), _plain(each["own_cost_bps"]))
        for each in doc["regimes"]
    ]
    return _table(("market", "algo", "by", "tercile", "n", "own cost"), cells)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th>{html.escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{body}</table>"


def _plain(found: Doc | None) -> str:
    return interval(found).replace("\\", "")
