"""Schedules of 390 periods: in closed form, and as a programme within limits."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from benchmarks.figure import Figure, figure
from metaorder.models import ac_discrete, ac_power, constrained
from metaorder.models.ac_discrete import Programme
from metaorder.models.constrained import Costs, Limits

PERIODS = 390
ROUNDS = 15
CLOSED_MS, PROGRAMME_MS = 10.0, 100.0


def measure() -> dict[str, Figure]:
    """Milliseconds a schedule; the reference is the time that a preview may take for it."""
    day = Programme(shares=1e6, horizon=1.0, periods=PERIODS, sigma=0.95, eps=0.01, gamma=2.5e-7, eta=2.5e-6)
    flat = {"lengths": [1 / PERIODS] * PERIODS, "sigma": [0.95] * PERIODS, "eta": [2.5e-6] * PERIODS}
    costs = Costs(shares=1e6, eps=0.01, gamma=2.5e-7, risk_aversion=1e-5, **flat)
    smile = 1 + np.linspace(-1, 1, PERIODS) ** 2
    caps, curve = 2e6 * smile / smile.sum(), np.cumsum(smile) / smile.sum()
    dark = np.arange(PERIODS) % 60 == 30
    terms = {"sigma": 0.95, "eta": 1e-3, "exponent": 0.5, "risk_aversion": 1e-6}
    work: dict[str, tuple[Callable[[], object], float]] = {
        "models.ac_discrete": (lambda: ac_discrete.optimal(day, 1e-5), CLOSED_MS),
        "models.ac_power": (lambda: ac_power.optimal(1e6, 1.0, PERIODS, **terms), CLOSED_MS),
        "models.free": (lambda: constrained.solve(costs), CLOSED_MS),
        "models.programme": (lambda: constrained.programme(costs, Limits()), PROGRAMME_MS),
        "models.caps": (lambda: constrained.solve(costs, Limits(caps=caps, blackout=dark)), PROGRAMME_MS),
        "models.curve": (lambda: constrained.solve(costs, Limits(caps=caps, curve=curve, tracking=1e-5)), PROGRAMME_MS),
        "models.minimum": (lambda: constrained.solve(costs, Limits(caps=caps, minimum=4_000.0)), PROGRAMME_MS),
    }
    return {name: figure(_timed(task), "ms", allowed) for name, (task, allowed) in work.items()}


def _timed(task: Callable[[], object]) -> float:
    task()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        task()
        times.append((time.perf_counter() - began) * 1e3)
    return statistics.median(times)
