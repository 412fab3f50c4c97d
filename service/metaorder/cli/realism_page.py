"""The page that shows a recorded day beside days of a scenario: pictures first, then every number."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from metaorder.sim.messages import Messages
from metaorder.sim.realism import Line
from metaorder.sim.scenario import Scenario
from metaorder.sim.statistics import (
    BLOCK_S,
    PARTS,
    acf,
    by_part,
    fano,
    log_returns,
    market_orders,
    placements,
    response,
    volatility,
)
from metaorder.sim.twins import START_S, around, by_size, formula, moved, twin, volume

RECORDED, SIMULATED, SAID = "#1f2933", "#c8553d", "#2a7f62"
SIGNATURE_S = (1, 2, 5, 10, 20, 30, 60, 120, 300)
LAGS = (1, 2, 3, 5, 8, 13, 20, 30, 50, 80, 120)
AFTER_S = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 120, 300)
WINDOWS_S = (0.1, 0.3, 1, 3, 10, 30, 60)
PART_OF_VOLUME = (0.01, 0.02, 0.05, 0.10, 0.20)
HOUR = 3_600
STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:1180px;margin:2rem auto;padding:0 1rem;color:#1f2933}
table{border-collapse:collapse}td,th{padding:.15rem .8rem;text-align:right;border-bottom:1px solid #e4e7eb}
td:first-child,th:first-child,td:nth-child(5){text-align:left}
.fits{color:#2a7f62}.off{color:#b7791f}.misses{color:#c53030;font-weight:600}.unknown{color:#9aa5b1}"""


@dataclass(frozen=True)
class Page:
    """What the page is made of."""

    recorded_name: str
    scenario_name: str
    scenario: Scenario
    recorded: Messages
    days: list[Messages]
    lines: list[Line]


def write_page(page: Page, out: Path) -> Path:
    """Write the page as one file that needs no network; its path."""
    figures = [_likeness(page), _impact(page)]
    parts = [figure.to_html(full_html=False, include_plotlyjs=i == 0) for i, figure in enumerate(figures)]
    title = f"{page.scenario_name} beside {page.recorded_name}"
    text = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>
<style>{STYLE}</style></head><body><h1>{html.escape(title)}</h1>{_summary(page)}{parts[0]}
<h2>Impact</h2><p>One metaorder of an hour in the scenario, seed 1 against its own twin. The recording has no labelled orders:
nothing in it can confirm or contradict these curves. They are the formula of the model, by account, and not learned from an
anonymous tape.</p>
{parts[1]}<h2>Every number</h2>{_table(page.lines)}</body></html>"""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text)
    return out


def _summary(page: Page) -> str:
    """What fits and what does not, in words."""
    lines = page.lines
    fits, off, misses, unknown = (sum(line.verdict == word for line in lines) for word in ("fits", "off", "misses", "unknown"))
    worst = "; ".join(f"{html.escape(line.name)} ({html.escape(line.by)})" for line in lines if line.verdict == "misses")
    return (
        f"<p>{len(page.days)} simulated days beside one recorded day. Of {len(lines)} statistics {fits} fit (within a "
        f"quarter, or 0.05 of a correlation or share), {off} are off, {misses} miss, {unknown} cannot be "
        "said. One recorded day is itself uncertain by 15 to 30 % in most of them.</p>"
        f"<p><b>What misses:</b> {worst or 'nothing'}.</p>"
    )


def _table(lines: list[Line]) -> str:
    rows = "".join(
        f"<tr><td>{html.escape(line.name)}</td><td>{line.recorded:.4g}</td><td>{line.simulated:.4g}</td>"
        f"<td>{'' if line.error is None else f'{line.error:.2g}'}</td><td class={line.verdict}>{line.verdict}</td>"
        f"<td>{html.escape(line.by)}</td></tr>"
        for line in lines
    )
    head = "".join(f"<th>{name}</th>" for name in ("statistic", "recorded", "simulated", "s.e.", "verdict", "by"))
    return f"<table><tr>{head}</tr>{rows}</table>"


def _likeness(page: Page) -> Any:
    """Nine pictures, the recorded day in black and the simulated days in red."""
    from plotly.subplots import make_subplots

    titles = (
        "Volatility by time step [bps]",
        "Autocorrelation of trade signs",
        "Response to a market order [bps]",
        "Volume by half hour",
        "Variance by half hour",
        "Fano factor of all events",
        "Where orders are placed [ticks behind the touch]",
        "Size of market orders",
        "Mid on the day",
    )
    figure = make_subplots(rows=3, cols=3, subplot_titles=titles, vertical_spacing=0.09, horizontal_spacing=0.07)
    for i, day in enumerate([*page.days, page.recorded]):
        recorded = i == len(page.days)
        for place, (x, y) in enumerate(_curves(day)):
            name = page.recorded_name if recorded else f"{page.scenario_name}, {len(page.days)} days"
            figure.add_scatter(
                x=x,
                y=y,
                mode="lines",
                line={"color": RECORDED if recorded else SIMULATED, "width": 2.4 if recorded else 1},
                opacity=1 if recorded else 0.55,
                name=name,
                legendgroup=name,
                showlegend=place == 0 and (recorded or i == 0),
                row=place // 3 + 1,
                col=place % 3 + 1,
            )
    for row, col in ((1, 1), (1, 2), (1, 3), (2, 3), (3, 2)):
        figure.update_xaxes(type="log", row=row, col=col)
    figure.update_yaxes(type="log", row=2, col=3)
    figure.update_layout(
        template="plotly_white", height=980, margin={"l": 50, "r": 20, "t": 60, "b": 40}, legend={"orientation": "h"}
    )
    return figure


def _curves(day: Messages) -> list[tuple[Any, Any]]:
    """One curve for each picture."""
    taken, ten = market_orders(day), log_returns(day, 10)
    halves = (np.arange(PARTS) + 0.5) * day.session_s / PARTS / HOUR
    away = placements(day)
    edges = np.arange(-12, 41)
    minutes = np.arange(0, day.session_s, 60)
    at = np.maximum(np.searchsorted(day.t, minutes, side="right") - 1, 0)
    mid = (day.bid + day.ask)[at] / 2
    quantiles = np.linspace(0.01, 0.99, 99)
    every = np.unique(day.t)
    windows = [window for window in WINDOWS_S if window <= BLOCK_S]
    return [
        (SIGNATURE_S, [volatility(day, step) for step in SIGNATURE_S]),
        (LAGS, acf(taken.side, LAGS)),
        (AFTER_S, response(day, taken, AFTER_S)),
        (halves, by_part(taken.t, taken.lots, day.session_s)),
        (halves, by_part(np.arange(len(ten)) * 10 + 5.0, ten**2, day.session_s)),
        (windows, [fano(every, window, day.session_s) for window in windows]),
        (edges, [float((away == edge).mean()) for edge in edges]),
        (np.quantile(taken.lots, quantiles), quantiles),
        (minutes / HOUR, 1e4 * (mid / mid[0] - 1)),
    ]


def _impact(page: Page) -> Any:
    """Paths of the mid above its twin's by participation, beside the formula; and the ends of them."""
    from plotly.subplots import make_subplots

    scenario, end, until = page.scenario, START_S + HOUR, START_S + 3 * HOUR
    titles = (
        "Mid above the twin's [ticks]: measured (line) and formula (dots)",
        "At the end of the hour and an hour later [ticks]",
    )
    figure = make_subplots(rows=1, cols=2, subplot_titles=titles)
    market = volume(twin(scenario, 1, until), START_S, end)
    seconds = np.arange(START_S - 300, until - 60, 120)
    ends: dict[str, list[float]] = {"end": [], "an hour later": [], "end, formula": [], "an hour later, formula": []}
    for i, part in enumerate(PART_OF_VOLUME):
        with_us, path = moved(scenario, 1, until, by_size(max(1, round(part * market)), 1))
        measured = [around(path, int(second), 30) for second in seconds]
        said = [formula(scenario, with_us.own, int(second), 0) for second in seconds]
        fade, label = 0.3 + 0.14 * i, f"{part:.0%} of volume"
        hours = seconds / HOUR
        figure.add_scatter(x=hours, y=measured, mode="lines", line={"color": SIMULATED}, opacity=fade, name=label, row=1, col=1)
        marks = {"color": SAID, "size": 4}
        figure.add_scatter(x=hours, y=said, mode="markers", marker=marks, opacity=fade, showlegend=False, row=1, col=1)
        for name, second in (("end", end), ("an hour later", end + HOUR)):
            ends[name].append(around(path, second))
            ends[f"{name}, formula"].append(formula(scenario, with_us.own, second))
    for name, values in ends.items():
        line = {"color": SAID if "formula" in name else SIMULATED, "dash": "dot" if "formula" in name else "solid"}
        figure.add_scatter(x=PART_OF_VOLUME, y=values, mode="lines+markers", line=line, name=name, row=1, col=2)
    figure.update_xaxes(title_text="hours after the open", row=1, col=1)
    figure.update_xaxes(type="log", title_text="participation", row=1, col=2)
    figure.update_yaxes(type="log", row=1, col=2)
    figure.update_layout(template="plotly_white", height=460, margin={"l": 50, "r": 20, "t": 50, "b": 50})
    return figure
