"""`metaorder demo`: one order from POST to analysis, live on the terminal."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from metaorder.cli.demo_plot import write_plot
from metaorder.cli.local_server import DidNotStart, local_server
from metaorder.cli.tca_table import tca_tables
from metaorder.client import Client, follow

MARKET = "demo"
SPEED = 200
WINDOW_S = 1_800
DONE = frozenset({"parent.filled", "parent.canceled", "parent.expired"})
SHOWN = 8
REFRESH_S = 0.1


@dataclass
class Progressed:
    """What the stream has told so far."""

    filled: int = 0
    children: int = 0
    fills: int = 0
    passive: int = 0
    value: float = 0.0
    arrival: float | None = None
    over: bool = False
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=SHOWN))

    def hear(self, event: dict[str, Any]) -> None:
        """Take an event in."""
        kind = event["type"]
        if kind == "parent.started":
            self.arrival = (float(event["arrival"]["bid"]) + float(event["arrival"]["ask"])) / 2
        elif kind == "child.submitted":
            self.children += 1
            why = event["reason"]["placement"]
            self.lines.append(f"{_clock(event)}  child {self.children:>3}: {event['quantity']:>5} at {event['price']}  ({why})")
        elif kind == "fill":
            self.fills += 1
            self.filled = event["filled_quantity"]
            self.value += event["quantity"] * float(event["price"])
            self.passive += event["quantity"] if event["liquidity"] == "maker" else 0
            self.lines.append(
                f"{_clock(event)}  [green]fill[/] {event['quantity']:>9} at {event['price']}  ({event['liquidity']})"
            )
        self.over = self.over or kind in DONE


def run_demo(algo: str, quantity: int, out: Path) -> int:
    """Serve, trade, watch, judge; the exit code."""
    console = Console()
    try:
        with local_server() as client:
            return _run(console, client, algo, quantity, out)
    except DidNotStart as error:
        console.print(f"[red]the server did not start:[/] {error}")
        return 1


def _run(console: Console, client: Client, algo: str, quantity: int, out: Path) -> int:
    console.print(
        f"[bold]Metaorder[/] works one parent order on a simulated market, {SPEED} times faster than time ({client.url})"
    )
    market = client.create_market(id=MARKET, kind="simulated", seed=11, date="2026-03-02", speed=SPEED)
    terms = {"client_order_id": "demo-1", "market": MARKET, "symbol": market["symbol"], "side": "buy", "quantity": quantity}
    order = client.submit(**terms, algo=algo, params={}, duration_s=WINDOW_S, tags={"by": "demo"})
    until = order["end_time"][11:19]
    console.print(f"POST /v1/parent-orders -> 201 {order['id']}: buy {quantity} {order['symbol']} by {algo} until {until}")
    client.start_market(MARKET)
    progressed = Progressed()
    _watch(console, client, order, progressed)
    client.set_speed(MARKET, "max")
    _wait_for_close(client)
    tca = client.tca(order["id"])
    for table in tca_tables(tca):
        console.print(table)
    path = write_plot(client, client.order(order["id"]), tca, out)
    console.print(f"Plot: {path}")
    return 0


def _watch(console: Console, client: Client, order: dict[str, Any], progressed: Progressed) -> None:
    """Show the order at work until it is over."""
    listening = threading.Thread(target=_listen, args=(client, progressed), daemon=True)
    listening.start()
    bar = Progress(TextColumn("{task.description}"), BarColumn(bar_width=40), TaskProgressColumn(), MofNCompleteColumn())
    task = bar.add_task("filled", total=order["quantity"])
    with Live(console=console, refresh_per_second=10) as live:
        while listening.is_alive():
            bar.update(task, completed=progressed.filled)
            live.update(Group(bar, _state(client, progressed), _lines(progressed)))
            listening.join(timeout=REFRESH_S)
        bar.update(task, completed=progressed.filled)
        live.update(Group(bar, _state(client, progressed), _lines(progressed)))


def _listen(client: Client, progressed: Progressed) -> None:
    for event in follow(client.url, client.key):
        progressed.hear(event)
        if progressed.over:
            return


def _state(client: Client, progressed: Progressed) -> Table:
    book = client.book(MARKET, depth=1)
    average = progressed.value / progressed.filled if progressed.filled else None
    table = Table.grid(padding=(0, 3))
    touch = " x ".join(level[0]["price"] if level else "-" for level in (book["bids"], book["asks"]))
    cells = [f"clock {book['clock'][11:19]}", f"touch {touch}", f"children {progressed.children}", f"fills {progressed.fills}"]
    if average is not None:
        cells.append(f"average {average:.4f}")
        cells.append(f"passive {progressed.passive / progressed.filled:.0%}")
    if average is not None and progressed.arrival is not None:
        cells.append(f"against arrival {(average / progressed.arrival - 1) * 1e4:+.1f} bps")
    table.add_row(*cells)
    return table


def _lines(progressed: Progressed) -> Panel:
    lines = list(progressed.lines)
    return Panel(
        Text.from_markup("\n".join(lines + [""] * (SHOWN - len(lines)))), title="as the stream tells it", height=SHOWN + 2
    )


def _wait_for_close(client: Client) -> None:
    while client.market(MARKET)["state"] != "closed":
        threading.Event().wait(REFRESH_S)


def _clock(event: dict[str, Any]) -> str:
    return str(event["ts"][11:19])
