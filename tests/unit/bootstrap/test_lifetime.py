"""A start waits for a database that is away for a moment, and not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from metaorder.adapters.clock import SystemClock
from metaorder.bootstrap import lifetime
from metaorder.bootstrap.lifetime import STARTS_S, patiently
from metaorder.ports.queries import Unreachable


class Walls(SystemClock):
    """A clock whose time goes on by ten seconds each time that somebody looks."""

    def __init__(self) -> None:
        self._s: Iterator[int] = iter(range(0, 10_000, 10))

    def monotonic(self) -> float:
        """Ten seconds later than last time."""
        return float(next(self._s))


class Away:
    """A database that is away for the first so many questions."""

    def __init__(self, times: int) -> None:
        self.times, self.asked = times, 0

    async def __call__(self) -> str:
        """Its answer, once it is back."""
        self.asked += 1
        if self.asked <= self.times:
            raise Unreachable("away")
        return "here"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifetime, "AGAIN_S", 0.0)


@pytest.mark.parametrize("times", [0, 1, 2])
def test_a_start_asks_again(times: int) -> None:
    away = Away(times)
    assert asyncio.run(patiently(away, Walls())) == "here"
    assert away.asked == times + 1


def test_a_start_does_not_wait_for_ever() -> None:
    away = Away(1_000)
    with pytest.raises(Unreachable):
        asyncio.run(patiently(away, Walls()))
    assert away.asked == STARTS_S / 10
