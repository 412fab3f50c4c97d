"""Rates: a burst passes, the next waits for exactly as long as it is told, and keys do not share."""

from __future__ import annotations

import pytest

from metaorder.api import rates
from metaorder.api.rates import Rates


class Clock:
    """A clock that stands."""

    def __init__(self) -> None:
        self.time = 100.0

    def monotonic(self) -> float:
        return self.time

    def now(self) -> int:
        return 0


def test_a_burst_passes_and_the_next_waits_as_long_as_it_is_told() -> None:
    clock = Clock()
    made = Rates(clock, per_second=4, burst=3)
    assert [made.take("a") for _ in range(3)] == [0, 0, 0]
    assert made.take("a") == pytest.approx(0.25)
    assert made.take("b") == 0, "another key has its own"
    clock.time += 0.125
    assert made.take("a") == pytest.approx(0.125), "being refused costs nothing"
    clock.time += 0.125
    assert made.take("a") == 0
    clock.time += 1_000
    assert [made.take("a") > 0 for _ in range(4)] == [False, False, False, True], "no more than a burst is saved up"


def test_keys_without_end_take_no_memory_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST_KEYS", 2)
    made = Rates(Clock(), per_second=1, burst=1)
    for key in "abcab":
        made.take(key)
    assert len(made._buckets) == 2
