"""`metaorder tca report` and `summary`: of an order, or of many, from a running server into a file or onto the terminal."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console

from metaorder.client import Client, Problem

FORMATS = ("md", "html", "json")


def write_report(order: str, kind: str, out: Path | None, url: str, state: Path) -> int:
    """Ask for the report of an order and write it; the exit code."""
    return _write(lambda client: client.report(_id(client, order), kind), kind, out, url, state)


def write_summary(query: Mapping[str, str], kind: str, out: Path | None, url: str, state: Path) -> int:
    """Ask for the summary of many orders and write it; the exit code. query: `by`, and filters."""
    return _write(lambda client: client.tca_summary(format=kind, **query), kind, out, url, state)


def _write(ask: Callable[[Client], str], kind: str, out: Path | None, url: str, state: Path) -> int:
    """Ask, and write the answer. The key: METAORDER_KEY, else what the first start left in `state`."""
    says = Console(stderr=True)
    if kind not in FORMATS:
        says.print(f"--format must be one of {', '.join(FORMATS)}, was {kind}")
        return 2
    key = os.environ.get("METAORDER_KEY") or _stored(state)
    if key is None:
        says.print(f"no key: set METAORDER_KEY, or name the server's state with --state (there is no {state}/admin.key)")
        return 2
    with Client(url, key) as client:
        try:
            text = ask(client)
        except Problem as problem:
            says.print(f"metaorder: {problem}")
            return 1
    if out is None:
        print(text, end="")
        return 0
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text)
    says.print(f"written to {out}")
    return 0


def _stored(state: Path) -> str | None:
    path = state / "admin.key"
    return path.read_text().strip() if path.exists() else None


def _id(client: Client, order: str) -> str:
    """The server's id of an order that is named by it, or by the client's own id."""
    try:
        return str(client.order(order)["id"])
    except Problem as problem:
        if problem.status != 404:
            raise
        return str(client.call("GET", f"/v1/parent-orders/by-client-id/{order}")["id"])
