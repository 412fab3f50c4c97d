"""The split of an order over five venues and a thousand scenarios, with and without more resting than the order."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from benchmarks.figure import Figure, figure
from metaorder.models.ck_cost import Terms
from metaorder.routing.split import overbooked, within

VENUES, SCENARIOS = 5, 1_000
ROUNDS = 31
ALLOWED_MS = 1.0
"""What a split may take in all."""


def measure() -> dict[str, Figure]:
    """Milliseconds a split, the median over twelve orders; the reference is what it may take."""
    rng = np.random.default_rng(3)
    cases = [_case(rng) for _ in range(12)]
    ways: dict[str, Callable[[Terms, np.ndarray], object]] = {"routing.split": overbooked, "routing.split_within": within}
    return {name: figure(statistics.median(_timed(how, *case) for case in cases), "ms", ALLOWED_MS) for name, how in ways.items()}


def _case(rng: np.random.Generator) -> tuple[Terms, np.ndarray]:
    ahead = rng.uniform(0, 3000, VENUES)
    terms = Terms(1000.0, 0.01, 0.003, tuple(rng.uniform(0, 0.003, VENUES)), 0.0005, 0.05, 0.05, tuple(ahead))
    return terms, rng.exponential(ahead * rng.uniform(0.3, 1.5, VENUES) + 300.0, (SCENARIOS, VENUES))


def _timed(how: Callable[[Terms, np.ndarray], object], terms: Terms, outflows: np.ndarray) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        how(terms, outflows)
        times.append((time.thread_time() - began) * 1e3)
    return statistics.median(times)
