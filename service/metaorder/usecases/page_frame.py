"""The frame of a page that needs no network: the document around it, tables, and plots with their titles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import msgspec

from metaorder.usecases.page_style import SCRIPT, STYLE

Figure = Mapping[str, Any]
"""A plot as plotly.js takes it: `data` and `layout`."""

INK, BLUE, ORANGE, GREEN, SKY, GREY = "#1c2733", "#0072b2", "#d55e00", "#009e73", "#56b4e9", "#8b949b"
"""Colours that are told apart by the colour-blind, and by their darkness on a grey print (Okabe and Ito, 2008)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A plot with its title and how to read it. figure: None where there is nothing to draw, and `note` says why."""

    name: str
    title: str
    note: str
    figure: Figure | None


def document(title: str, body: str, figures: Sequence[Panel] = ()) -> str:
    """A whole page. plotly.js is in it once, and only where there is a plot."""
    drawn = {each.name: each.figure for each in figures if each.figure is not None}
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
    return (
        f'<!doctype html><html lang="en"><head>{head}<title>{escape(title)}</title><style>{STYLE}</style></head>'
        f"<body>{body}{_scripts(drawn) if drawn else ''}</body></html>"
    )


def panels(figures: Sequence[Panel]) -> str:
    """Plots side by side, each under its title."""
    return '<div class="plots">' + "".join(_panel(each) for each in figures) + "</div>"


def facts(shown: Sequence[tuple[str, str]]) -> str:
    """The few figures that matter most, large: figure and what it is."""
    return (
        '<div class="facts">'
        + "".join(f'<div class="fact"><b>{escape(a)}</b><span>{escape(b)}</span></div>' for a, b in shown)
        + "</div>"
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: set[int]) -> str:
    """A table; columns in `numbers` to the right. A row that begins with ** is the sum of those before it."""
    lines = "".join(_row("td", row, numbers) for row in rows)
    return f'<div class="scroll"><table>{_row("th", head, numbers)}{lines}</table></div>'


def layout(x: Mapping[str, Any], y: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The layout that all plots share: white ground, thin grid, ticks in ink."""
    axis = {
        "gridcolor": "#eef1f3",
        "linecolor": GREY,
        "ticks": "outside",
        "tickcolor": GREY,
        "zeroline": False,
        "automargin": True,
    }
    title = {"font": {"size": 12}, "standoff": 6}
    axes = [{**axis, **each, "title": {**title, "text": each.get("title", "")}} for each in (x, y)]
    return {
        "xaxis": {"showgrid": False, **axes[0], "showline": True},
        "yaxis": axes[1],
        "margin": {"l": 56, "r": 14, "t": 12, "b": 40},
        "font": {"family": "system-ui,DejaVu Sans,sans-serif", "size": 12, "color": INK},
        "paper_bgcolor": "#fff",
        "plot_bgcolor": "#fff",
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 11}, "traceorder": "normal"},
        "hovermode": "closest",
        **more,
    }


def _panel(panel: Panel) -> str:
    plot = "" if panel.figure is None else f'<div class="plot" id="{panel.name}"></div>'
    return f'<div class="panel"><h3>{escape(panel.title)}</h3><p class="note">{escape(panel.note)}</p>{plot}</div>'


def _scripts(drawn: Mapping[str, Figure]) -> str:
    from plotly.offline import get_plotlyjs

    document = msgspec.json.encode(drawn).decode().replace("<", "\\u003c")
    return (
        "<noscript>The plots need JavaScript; the tables have their numbers.</noscript>"
        f'<script type="application/json" id="figures">{document}</script>'
        f"<script>{get_plotlyjs()}</script><script>{SCRIPT}</script>"
    )


def _row(kind: str, row: Sequence[str], numbers: set[int]) -> str:
    cells = [escape(text.removeprefix("**").removesuffix("**")) for text in row]
    shown = (
        f'<{kind} class="n">{cell}</{kind}>' if at in numbers else f"<{kind}>{cell}</{kind}>" for at, cell in enumerate(cells)
    )
    mark = ' class="sum"' if row and row[0].startswith("**") else ""
    return f"<tr{mark}>{''.join(shown)}</tr>"
