"""A recorded day through the market: without us, and with an order worked in it."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.book import build, run, timed_batches
from benchmarks.figure import Figure, figure

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.market_data.files import Files
from metaorder.domain.units import SECOND, Lots, Nanos
from metaorder.runtime.build import build as hosted
from metaorder.runtime.hosted import Hosted, MarketSpec
from metaorder.sim.book import COMMAND, Rows
from support.data import DATA, GOOG
from support.sessions import accept, order

ROUNDS = 5
EVENTS = 147_916


def measure() -> dict[str, Figure]:
    """Rows a second; the reference is commands a second of a plain book on W1: a replay keeps two books and a ledger beside."""
    if not (DATA / GOOG).exists():
        return {}
    rows, book = workload(), []
    alone, worked = [], []
    for _ in range(ROUNDS):
        book.append(len(rows) / timed_batches(rows) * 1e9)
        alone.append(day(with_order=False))
        worked.append(day(with_order=True))
    reference = statistics.median(book)
    return {
        "replay.goog": figure(statistics.median(alone), "events/s", reference),
        "replay.goog_with_order": figure(statistics.median(worked), "events/s", reference),
    }


def workload() -> Rows:
    """The commands of W1."""
    with tempfile.TemporaryDirectory() as folder:
        run(build(), "write", "w1", Path(folder) / "w1")
        rows: Rows = np.fromfile(Path(folder) / "w1", dtype=COMMAND)
    return rows


def day(*, with_order: bool) -> float:
    """Rows a second of thread time of a whole day; with an order: a vwap over six hours, capped at a fifth of the volume."""
    goog = market()
    live = goog.live
    if with_order:
        window = {"start": live.day.open, "end": Nanos(live.day.open + 6 * 3_600 * SECOND)}
        live.apply(accept(order("a", session="goog", symbol="GOOG", algo="vwap", lots=Lots(20_000), **window)))
    began = time.thread_time()
    live.run(until=live.day.close)
    took = time.thread_time() - began
    if with_order:
        (execution,) = live.engine.executions.values()
        assert execution.filled == execution.order.lots, "the order is worked to its end"
    return EVENTS / took


def market() -> Hosted:
    """The day of GOOG at its open."""
    calendars = ExchangeCalendars()
    options = {"format": "lobster", "source": GOOG, "latency_ms": 1.0, "hidden": "pessimistic"}
    spec = MarketSpec(
        id="goog",
        name="goog",
        kind="replay",
        symbol="GOOG",
        speed="max",
        rolling=False,
        digest=None,
        engine="benchmark",
        options=options,
    )
    return hosted(spec, Files([DATA], calendars), calendars)
