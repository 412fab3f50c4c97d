"""Before trading: the schedule of a whole day in 390 buckets by every algorithm, and a whole estimate with its frontier."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.figure import Figure, figure

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from metaorder.algos import ALGOS
from metaorder.core.preview import Points, preview
from metaorder.domain.units import SECOND, Lots, Nanos
from metaorder.runtime.preview import previewed, scenario_of
from metaorder.usecases.estimate_facts import Facts, curve_of, forecast
from metaorder.usecases.estimates import estimate
from metaorder.usecases.parameters import parameters
from support.sessions import DAY, accept, order, simulated

BUCKETS = 390
ROUNDS = 9
SCHEDULE_MS, ESTIMATE_MS = 10.0, 100.0
"""What a schedule may take, all of them being closed forms (programmes are in models.py), and an estimate with its frontier."""


def measure() -> dict[str, Figure]:
    """Milliseconds of thread time beside what it may take. Each round asks for another quantity, so none is remembered."""
    found = {}
    for algo in ALGOS:
        drawn = _timed([partial(_schedule, _facts(algo, 200_000 + i)) for i in range(ROUNDS + 1)])
        found[f"preview.schedule.{algo}"] = figure(drawn, "ms", SCHEDULE_MS)
        whole = _timed([partial(estimate, _facts(algo, 300_000 + i), {}) for i in range(ROUNDS + 1)])
        found[f"preview.estimate.{algo}"] = figure(whole, "ms", ESTIMATE_MS)
    return found


def _facts(algo: str, lots: int) -> Facts:
    """An order for the whole day in buckets of a minute, at the open of a simulated market."""
    hosted = simulated()
    end = Nanos(DAY.open + BUCKETS * 60 * SECOND)
    params = {"order_freq_s": 60} if algo == "traditional" else {}
    command = accept(order("a", algo=algo, params=params, lots=Lots(lots), end=end))
    found = previewed(hosted.live, command, scenario_of(hosted.spec), None)
    assert isinstance(found, Facts)
    return found


def _schedule(facts: Facts) -> Points:
    """As the estimate draws it: the engine's plan or, of an algorithm that follows the volume, its steps on what is expected."""
    known = parameters({}, facts.profile, facts.so_far)
    points = preview(facts.execution, facts.market, forecast(known["adv"], curve_of(known["curve"], facts), facts))
    assert points, "an order of every algorithm has a schedule"
    return points


def _timed(work: list[Callable[[], object]]) -> float:
    """The median of all but the first."""
    times = []
    for each in work:
        began = time.thread_time()
        each()
        times.append((time.thread_time() - began) * 1e3)
    return statistics.median(times[1:])
