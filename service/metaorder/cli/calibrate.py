"""`metaorder calibrate KIND`: estimates from files, as a table, JSON and a page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from metaorder.adapters.job_work import run
from metaorder.calibration.run import COVARIANCE, ORDERS
from metaorder.cli.calibration_page import write_page
from metaorder.cli.check_data import SUFFIXES
from metaorder.domain.errors import Invalid
from metaorder.runtime.tapes import recorded_spec
from metaorder.usecases.calibrations import METAORDER_TABLE, VOLUME_TABLE
from metaorder.usecases.jobs import CALIBRATION

WIDTH = 150
"""Columns of the table where nobody says how wide the paper is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line says. data_format None: told by the first file's name. symbols: one; of covariance one a source."""

    kind: str
    sources: Sequence[Path]
    data_format: str | None
    symbols: Sequence[str]
    date: str | None
    bar_s: int
    json_out: Path | None
    report: Path | None


def calibrate(asked: Asked) -> None:
    """Estimate, print what came out and what was refused, and write what was asked for.

    Raises:
        Invalid: the command line says too little. SourceNotFound, DataError: of a file.
    """
    request = _request(asked)
    roots = sorted({path.resolve().parent for path in asked.sources})
    console = Console(width=None if Console().is_terminal else WIDTH)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=1.0)
        result = run(CALIBRATION, request, roots, "cli", lambda step, share: bar.update(task, description=step, completed=share))
    doc: dict[str, Any] = msgspec.json.decode(result)
    _print(console, doc)
    if asked.json_out is not None:
        asked.json_out.parent.mkdir(parents=True, exist_ok=True)
        asked.json_out.write_text(json.dumps(doc, indent=2) + "\n")
        console.print(f"JSON: {asked.json_out}")
    if asked.report is not None:
        console.print(f"Page: {write_page(doc, asked.report)}")


def _request(asked: Asked) -> dict[str, Any]:
    """The request of the job that this would be on a server."""
    for path in asked.sources:
        if not path.is_file():
            raise Invalid("source", "a file", str(path))
    name = asked.sources[0].name.lower()
    found = asked.data_format or next((SUFFIXES[end] for end in sorted(SUFFIXES, key=len) if name.endswith(end)), None)
    if found is None:
        raise Invalid("format", "given, where a file's name does not say it", asked.sources[0].name)
    names = [path.name for path in asked.sources]
    if len(names) != len(dict.fromkeys(names)):
        raise Invalid("source", "files of different names", names)
    if (found == METAORDER_TABLE) != (asked.kind == ORDERS):
        raise Invalid("kind", f"{ORDERS} for a {METAORDER_TABLE}, and only for one", asked.kind)
    if found in {VOLUME_TABLE, METAORDER_TABLE}:
        return {"what": asked.kind, "specs": [], "tables": names}
    symbols = asked.symbols if asked.kind == COVARIANCE else [*asked.symbols] * len(names)
    if len(symbols) != len(names) or not symbols:
        rule = "given for each source, in their order" if asked.kind == COVARIANCE else "given once"
        raise Invalid("symbol", rule, list(asked.symbols))
    specs = [
        msgspec.to_builtins(recorded_spec(found, each, symbol, "cli", date=asked.date))
        for each, symbol in zip(names, symbols, strict=True)
    ]
    return {"what": asked.kind, "specs": specs, "tables": [], "bar_s": float(asked.bar_s)}


def _print(console: Console, doc: Mapping[str, Any]) -> None:
    table = Table(title=f"{doc['symbol'] or doc['kind']} up to {doc['as_of']}")
    for column in ("parameter", "value", "s.e.", "95 % interval", "unit", "R2", "n"):
        table.add_column(column, justify="left" if column in {"parameter", "unit"} else "right", no_wrap=column != "unit")
    known = [each for each in doc["parameters"] if each["value"] is not None]
    for each in known:
        error = "" if each["standard_error"] is None else f"{each['standard_error']:.2g}"
        interval = "" if each["low"] is None else f"{each['low']:.4g} … {each['high']:.4g}"
        r2 = "" if each["r2"] is None else f"{each['r2']:.3f}"
        table.add_row(each["name"], f"{each['value']:.5g}", error, interval, each["unit"], r2, f"{each['n']:,}")
    if known:
        console.print(table)
    refused = Table(title=f"Refused: {doc['refused']} of {len(doc['parameters'])}")
    for column in ("parameter", "reason", "because"):
        refused.add_column(column, no_wrap=column != "because")
    for each in doc["parameters"]:
        if each["value"] is None:
            refused.add_row(each["name"], f"[yellow]{each['reason']['code']}[/]", each["reason"]["detail"])
    if doc["refused"]:
        console.print(refused)
    for name, chosen in doc["chosen"].items():
        console.print(f"{name}: use [bold]{chosen['parameter']}[/] ({chosen['how']})")
