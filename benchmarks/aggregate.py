"""Costs over 100,000 orders by algorithm, from the database to the document, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from benchmarks.figure import Figure, figure
from metaorder.adapters.db.engine import reader_engine
from metaorder.adapters.db.queries import SqlQueries
from metaorder.domain.order import Account
from metaorder.domain.principal import Principal
from metaorder.usecases.aggregates import aggregate, asked
from support.databases import KINDS, fresh
from support.kept import fill

ORDERS = 100_000


def measure() -> dict[str, Figure]:
    """Seconds for `GET /v1/tca?group_by=algo`, without the server around it, and with comparisons."""
    found = {}
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as directory, fresh(kind, Path(directory)) as url:
            fill(url, ORDERS)
            queries = SqlQueries(reader_engine(url, 1), 1)
            for compared, name in ((False, "aggregate"), (True, "compared")):
                found[f"tca.{name}_100000_{kind}"] = figure(_timed(queries, compared=compared), "s")
            queries.close()
    return found


def _timed(queries: SqlQueries, *, compared: bool) -> float:
    times = []
    for _ in range(6):
        began = time.perf_counter()
        doc = asyncio.run(_ask(queries, compared=compared))
        times.append(time.perf_counter() - began)
        assert sum(group["orders"] for group in doc["groups"]) == ORDERS
    return statistics.median(times[1:])


async def _ask(queries: SqlQueries, *, compared: bool) -> dict[str, Any]:
    question = asked("algo", "is_bps", {}, (None, None), None, final=False)
    principal = Principal(Account("main"), "bench", frozenset())
    values, cells = await queries.aggregate(principal, question, compared=compared)
    return aggregate(question, values, cells)


if __name__ == "__main__":
    for name, entry in measure().items():
        print(name, entry)
