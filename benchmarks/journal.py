"""The journal: rows a second with sealing, projections and a durable commit, beside the same statements on prebuilt rows."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, figure

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from metaorder.adapters.db.engine import writer_engine
from metaorder.adapters.db.journal import SqlJournal
from metaorder.adapters.db.migrate import upgrade
from metaorder.core.chain import Entry
from metaorder.domain.units import SECOND, Lots, Nanos
from support.sessions import DAY, accept, order, simulated

ROUNDS = 5
BATCH = 1_000


def measure() -> dict[str, Figure]:
    """Rows a second into SQLite with every commit synced; the reference executes the very same statements with ready values."""
    entries = session_rows()
    ours, bare = [], []
    for _ in range(ROUNDS):
        seconds, statements = _journaled(entries)
        ours.append(len(entries) / seconds)
        bare.append(len(entries) / _replayed(statements))
    return {"journal.sqlite": figure(statistics.median(ours), "rows/s", statistics.median(bare))}


def session_rows() -> list[Entry]:
    """The rows of some busy orders."""
    live = simulated().live
    for i in range(20):
        algo = ("twap", "vwap", "pov")[i % 3]
        live.apply(accept(order(f"o{i}", algo=algo, lots=Lots(20_000 + i), end=Nanos(DAY.open + 3_600 * SECOND))))
    live.run(until=Nanos(DAY.open + 3_700 * SECOND))
    return live.take()


class _Recording(SqlJournal):
    """A journal that remembers what it sent to the driver."""

    def __init__(self, url: str) -> None:
        super().__init__(writer_engine(url))
        self.statements: list[list[tuple[str, Sequence[tuple[Any, ...]]]]] = []

    def _many(self, sql: str, values: Sequence[tuple[Any, ...]]) -> None:
        self.statements[-1].append((sql, values))
        super()._many(sql, values)


def _journaled(entries: list[Entry]) -> tuple[float, list[list[tuple[str, Sequence[tuple[Any, ...]]]]]]:
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite:///{directory}/journal.db"
        upgrade(url)
        journal = _Recording(url)
        began = time.perf_counter()
        for i in range(0, len(entries), BATCH):
            journal.statements.append([])
            journal.append(entries[i : i + BATCH], [])
        seconds = time.perf_counter() - began
        journal.close()
    return seconds, journal.statements


def _replayed(batches: list[list[tuple[str, Sequence[tuple[Any, ...]]]]]) -> float:
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite:///{directory}/bare.db"
        upgrade(url)
        engine = writer_engine(url)
        with engine.connect() as connection:
            began = time.perf_counter()
            for batch in batches:
                with connection.begin():
                    for sql, values in batch:
                        connection.connection.cursor().executemany(sql, values)
            seconds = time.perf_counter() - began
        engine.dispose()
    return seconds
