"""The plot of one order: fills on the price, and how much was done by when against the schedule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from metaorder.client import Client

BAR_S = 5
COLOURS = {"price": "#5b6770", "maker": "#2a7f62", "taker": "#c8553d", "done": "#1f4e79", "schedule": "#9aa5ad"}


def write_plot(client: Client, order: dict[str, Any], tca: dict[str, Any], out: Path) -> Path:
    """Draw an order's execution into an HTML file that needs no network; its path."""
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    start, end = order["start_time"], order["end_time"]
    bars = [bar for bar in client.bars(order["session"], BAR_S) if start <= bar["ts"] <= end]
    fills = list(client.fills(order["id"]))
    points = client.schedule(order["id"])["points"]
    titles = (
        f"{order['side']} {order['filled_quantity']} {order['symbol']} by {order['algo']}: fills on the price",
        "quantity done",
    )
    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08, row_heights=[0.62, 0.38], subplot_titles=titles
    )
    price = {"x": [bar["ts"] for bar in bars], "y": [float(bar["close"]) for bar in bars]}
    figure.add_trace(go.Scatter(**price, name="last trade", mode="lines", line={"color": COLOURS["price"], "width": 1}), 1, 1)
    for liquidity in ("maker", "taker"):
        mine = [fill for fill in fills if fill["liquidity"] == liquidity]
        figure.add_trace(
            go.Scatter(
                x=[fill["ts"] for fill in mine],
                y=[float(fill["price"]) for fill in mine],
                name=f"fill, {liquidity}",
                mode="markers",
                marker={
                    "color": COLOURS[liquidity],
                    "size": [4 + min(14, fill["quantity"] ** 0.5 / 3) for fill in mine],
                    "opacity": 0.75,
                },
                text=[f"{fill['quantity']} at {fill['price']}" for fill in mine],
                hoverinfo="text+x",
            ),
            1,
            1,
        )
    _level(figure, tca["arrival_price"], "arrival")
    _level(figure, tca["benchmarks"]["interval_vwap"], "interval VWAP")
    if points:
        planned = {"x": [point["time"] for point in points], "y": [point["quantity"] for point in points]}
        figure.add_trace(
            go.Scatter(**planned, name="schedule", mode="lines", line={"color": COLOURS["schedule"], "dash": "dash"}), 2, 1
        )
    done, total = [0], 0
    for fill in fills:
        total += fill["quantity"]
        done.append(total)
    times = [start, *[fill["ts"] for fill in fills]]
    figure.add_trace(go.Scatter(x=times, y=done, name="done", mode="lines", line={"color": COLOURS["done"], "shape": "hv"}), 2, 1)
    figure.update_yaxes(title_text="price", row=1, col=1)
    figure.update_yaxes(title_text="shares", rangemode="tozero", row=2, col=1)
    figure.update_xaxes(title_text="market time, UTC", row=2, col=1)
    figure.update_layout(
        template="plotly_white", height=760, margin={"l": 70, "r": 30, "t": 60, "b": 60}, legend={"orientation": "h", "y": -0.12}
    )
    out.mkdir(parents=True, exist_ok=True)
    path = out / "demo.html"
    figure.write_html(path, include_plotlyjs=True, full_html=True)
    return path


def _level(figure: Any, price: str | None, name: str) -> None:
    """A benchmark as a line over the price."""
    if price is not None:
        figure.add_hline(
            y=float(price),
            line={"dash": "dot", "width": 1},
            annotation_text=f"{name} {price}",
            annotation_position="top left",
            row=1,
            col=1,
        )
