"""A comparison as a page: costs, differences, slippage, sizes, regimes and sensitivity as pictures, then the report's tables."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from metaorder.cli.compare_rows import plain, scaled, tables
from metaorder.cli.compare_table import efficiency, number, percent, where

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
        f"<li>{html.escape(where(each))}, seed {each['seed']}, {html.escape(each['algo'])}: {html.escape(each['error'])}</li>"
        for each in doc["failed"]
    )
    text = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Comparison</title><style>{STYLE}</style></head>
<body><h1>Algorithms on the same markets</h1><p>{html.escape(design)}</p>{caution}{figure}
<h2>Benchmarks and speed</h2>{_rows(doc)}{"".join(_shown(*each) for each in tables(doc))}
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
        "Own cost by the window's volatility [bps]",
        "Own cost of the myopic mode, lambda or beta scaled [bps]",
    )
    figure = make_subplots(rows=3, cols=2, subplot_titles=titles, vertical_spacing=0.11, horizontal_spacing=0.09)
    algos = list(dict.fromkeys(row["algo"] for row in doc["rows"]))
    for algo, colour in zip(algos, COLOURS * len(algos), strict=False):
        rows = [row for row in doc["rows"] if row["algo"] == algo and row["own_cost_bps"] is not None]
        _bars(figure, rows, "own_cost_bps", algo, colour, (1, 1))
        held = (algo, algos[0], "own_cost_bps")
        pairs = [each for each in doc["differences"] if (each["algo"], each["against"], each["measure"]) == held]
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
        _regimes(figure, [each for each in doc["regimes"] if each["algo"] == algo], algo, colour)
    _sensitivity(figure, doc)
    if all(row["size"] is None for row in doc["rows"]):
        _without(figure, "one size: see --sizes", (2, 2))
    if not scaled(doc):
        _without(figure, "nothing is scaled: see --sensitivity", (3, 2))
    figure.update_xaxes(title_text="factor", type="log", row=3, col=2)
    figure.update_xaxes(title_text="% of a usual day's volume", row=2, col=2)
    figure.update_layout(
        template="plotly_white",
        height=1_300,
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


def _regimes(figure: Any, regimes: Sequence[Doc], algo: str, colour: str) -> None:
    """Own cost of an algorithm by thirds of volatility, market by market."""
    kept = [each for each in regimes if each["by"] == "volatility" and each["own_cost_bps"] is not None]
    named = [{**each, "market": f"{where({**each, 'size': None})}, {each['tercile']}"} for each in kept]
    _bars(figure, named, "own_cost_bps", algo, colour, (3, 1))


def _sensitivity(figure: Any, doc: Doc) -> None:
    """A line for lambda and one for beta on each market, through the mode as it is at a factor of one."""
    lines: dict[tuple[str, str], dict[float, float]] = {}
    for what, factor, row, base in scaled(doc):
        line = lines.setdefault((where(row), what), {})
        for by, each in ((float(factor), row), (1.0, base)):
            if each is not None and each["own_cost_bps"] is not None:
                line[by] = each["own_cost_bps"]["mean"]
    for place, ((market, what), line) in enumerate(lines.items()):
        at = sorted(line)
        style = {"line_color": COLOURS[place % len(COLOURS)], "line_dash": "solid" if what == "lambda" else "dot"}
        named = {"name": f"{what}, {market}", "row": 3, "col": 2}
        figure.add_scatter(x=at, y=[line[factor] for factor in at], mode="lines+markers", **style, **named)


def _without(figure: Any, text: str, cell: tuple[int, int]) -> None:
    figure.add_scatter(x=[1], y=[0], text=[text], mode="text", showlegend=False, row=cell[0], col=cell[1])


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
            plain(row["is_bps"]),
            number(row["is_sd_bps"]),
            plain(row["own_cost_bps"]),
            plain(row["abs_vwap_bps"]),
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
            efficiency(row),
            percent(row["range_efficiency"], 0),
            number(row["schedule_ms"]),
            number(row["decision_ms"]),
        )
        for row in doc["rows"]
    ]
    return _table((*head, "capture 10 s", "Sharpe", "regret", "efficiency", "of the range", "schedule ms", "decision ms"), cells)


def _shown(title: str, said: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return f"<h2>{html.escape(title)}</h2><p>{html.escape(said)}</p>{_table(head, rows)}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th>{html.escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{body}</table>"
