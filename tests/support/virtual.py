"""An event loop whose time passes only when nobody has anything to do, and then at once: seconds cost nothing, and repeat."""

from __future__ import annotations

import asyncio
import random
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from metaorder.domain.units import SECOND, Nanos, to_nanos

BEGAN = to_nanos("2026-03-02T13:00:00Z")
"""What the wall's clock shows when a simulation begins."""


class Stuck(AssertionError):
    """Everybody waits, and nothing is ever going to happen."""


class _Leap(selectors.SelectSelector):
    """Waits for no file: it moves the clock instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        """Nothing is ever ready; so long later it is."""
        if timeout is None:
            raise Stuck("everybody waits for something that nobody will do")
        self.now += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """One thread: what would go to another one is done here and now."""

    def __init__(self) -> None:
        self._leap = _Leap()
        super().__init__(self._leap)

    def time(self) -> float:
        """Seconds since the simulation began."""
        return self._leap.now

    def call_soon_threadsafe(self, callback: Callable[..., object], *args: Any, context: Any = None) -> asyncio.Handle:
        """There is no other thread."""
        return self.call_soon(callback, *args, context=context)

    def run_in_executor(self, executor: Executor | None, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        """Done when it returns."""
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done


class VirtualClock:
    """The server's clock: the loop's, and a little for each look at it, so that work takes time too."""

    LOOK_S = 2e-4

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._looks = 0

    def now(self) -> Nanos:
        """Nanoseconds since 1970."""
        return Nanos(BEGAN + round(self._loop.time() * SECOND))

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        self._looks += 1
        return self._loop.time() + self._looks * self.LOOK_S


class DrawnIds:
    """Ids that count up and secrets out of a seed."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._last = 0

    def sortable(self) -> str:
        """A new id, later than every one before it, also over restarts of the server."""
        self._last += 1
        return f"{self._last:026d}"

    def secret(self) -> str:
        """A key."""
        return f"mo_{self._dice.getrandbits(256):064x}"
