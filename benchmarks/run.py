"""Runs every benchmark, one after the other, and writes results/bench.json. Names on the command line choose some."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
MODULES = ("book", "replay", "simulate", "decide", "preview", "models", "routing", "journal", "api", "stream", "tca", "aggregate")
BETTER = {"events/s": "more", "rows/s": "more"}


def main(chosen: list[str]) -> None:
    """Measure, show, write."""
    found = {}
    for name in chosen or MODULES:
        found |= importlib.import_module(f"benchmarks.{name}").measure()
    target = ROOT / "results" / "bench.json"
    before = json.loads(target.read_text()) if target.exists() and chosen else {}
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({**before, **found}, indent=2) + "\n")
    table = Table(title="Benchmarks, each beside a reference timed in the same run")
    for column in ("name", "value", "unit", "reference", "ratio", "better"):
        table.add_column(column, justify="left" if column in {"name", "unit", "better"} else "right")
    for name, entry in found.items():
        cells = [_text(entry[key]) for key in ("value", "unit", "reference", "ratio")]
        table.add_row(name, *cells, BETTER.get(entry["unit"], "less"))
    Console(width=110).print(table)


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1_000 else f"{value:,.0f}"
    return "-" if value is None else str(value)


if __name__ == "__main__":
    main(sys.argv[1:])
