"""A simulated day, and twice as long a one: seconds of a core, beside the plain book on W1."""

from __future__ import annotations

import resource
import statistics
import time

from benchmarks.book import timed_batches
from benchmarks.figure import Figure, figure
from benchmarks.replay import workload
from metaorder.domain.calendar import TradingDay
from metaorder.domain.units import SECOND, Nanos
from metaorder.sim.presets import PRESETS
from metaorder.sim.scenario import simulate

ROUNDS = 5
DAY_S = 23_400
NAMES = ("liquid-small-tick", "liquid-large-tick")


def measure() -> dict[str, Figure]:
    """Seconds of thread time a day and messages a second; the reference is the plain book on W1 in the same run.

    growth: messages a second of a day twice as long over those of a usual one: 1 where time is linear in messages.
    """
    rows, book = workload(), []
    found: dict[str, list[tuple[float, int]]] = {name: [] for name in NAMES}
    double = []
    for seed in range(1, ROUNDS + 1):
        book.append(len(rows) / timed_batches(rows) * 1e9)
        for name in NAMES:
            found[name].append(day(name, seed))
        double.append(day(NAMES[0], seed, 2 * DAY_S))
    reference = statistics.median(book)
    figures = {}
    for name, days in found.items():
        figures[f"simulate.{name}"] = figure(rate(days), "events/s", reference)
        figures[f"simulate.{name}.day"] = figure(statistics.median(took for took, _ in days), "s")
        figures[f"simulate.{name}.messages"] = figure(statistics.median(count for _, count in days), "messages")
    figures["simulate.growth"] = figure(rate(double) / rate(found[NAMES[0]]), "ratio")
    figures["simulate.peak_memory"] = figure(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024, "MB")
    return figures


def rate(days: list[tuple[float, int]]) -> float:
    """Messages a second, the median day."""
    return statistics.median(count / took for took, count in days)


def day(name: str, seed: int, seconds: int = DAY_S) -> tuple[float, int]:
    """Seconds of thread time, and orders added, withdrawn and executed."""
    session = TradingDay(date="2026-03-02", open=Nanos(0), close=Nanos(seconds * SECOND))
    began = time.thread_time()
    market = simulate(PRESETS[name], seed, session, latency=Nanos(1), points_per_tick=2)
    market.advance(session.close, 2**64 - 1, 2**63 - 1, False, 2**64 - 1)
    took = time.thread_time() - began
    counters = market.counters()
    return took, sum(counters[kind] for kind in ("added", "withdrawn", "executed"))


if __name__ == "__main__":
    for name, entry in measure().items():
        print(name, entry)
