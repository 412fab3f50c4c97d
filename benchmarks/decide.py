"""One decision of the core: algorithm, limits and placement, on a market that moves."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.figure import Figure, figure

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from metaorder.core.decide import Gate, decide
from metaorder.domain.units import SECOND, Lots, Nanos
from support.sessions import DAY, accept, order, simulated

ROUNDS = 7
DECISIONS = 2_000
ALGOS = ("vwap", "twap", "pov", "is", "adaptive", "myopic")


def measure() -> dict[str, Figure]:
    """Microseconds a decision; the reference is a thousand steps of plain integer arithmetic, the machine's own yardstick."""
    found = {}
    for algo in ALGOS:
        live = simulated().live
        live.apply(accept(order("a", algo=algo, lots=Lots(100_000), end=Nanos(DAY.open + 14_400 * SECOND))))
        live.run(until=Nanos(DAY.open + 3_600 * SECOND))
        (execution,) = live.engine.executions.values()
        work = partial(decide, execution, live.view.observe(execution), (Gate("SIM", Nanos(1_000_000), live.market.instrument),))
        times = [_timed(work) for _ in range(ROUNDS)]
        found[f"decide.{algo}"] = figure(statistics.median(times), "us", statistics.median(_yardstick() for _ in range(ROUNDS)))
    return found


def _timed(work: Callable[[], object]) -> float:
    began = time.thread_time()
    for _ in range(DECISIONS):
        work()
    return (time.thread_time() - began) / DECISIONS * 1e6


def _yardstick() -> float:
    began = time.thread_time()
    total = 0
    for i in range(200_000):
        total += i * i % 7
    return (time.thread_time() - began) / 200 * 1e6
