"""The whole service in one thread and in virtual time: booted, asked, killed at any point, and booted again from its disk."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from metaorder.adapters.metrics import PrometheusMetrics
from metaorder.api.app import create_app
from metaorder.api.context import Context
from metaorder.bootstrap.lifetime import World, lifetime, prepared
from metaorder.bootstrap.settings import Settings
from metaorder.domain.calendar import TradingDay
from metaorder.runtime import build, failpoints
from metaorder.runtime.session import LiveSession
from metaorder.sim.market import Market
from support.faults import Died, FaultyJournal, FaultyMarket
from support.virtual import DrawnIds, VirtualClock, VirtualLoop

TURN_S = 0.02
"""Between two turns of the engine, on average."""

LAZY = 0.1
"""How often the writer takes a rest after a transaction."""

LAZY_S = 0.5
"""At most."""

BOOT_S = 0.3

UNAVAILABLE = {"not_writable", "disk_full", "commit_failed"}
"""What an answer of 500 or more may say."""


class Lost(Exception):
    """No answer: whether the server did what was asked is unknown."""


@cache
def _app() -> FastAPI:
    """Routes hold nothing of a server: one application serves them all, each with its own context."""
    return create_app(_entered_by_hand, PrometheusMetrics())


def _entered_by_hand() -> Any:
    raise AssertionError("a lifetime that can end without a goodbye is no application's own")


@dataclass
class Faults:
    """What may go wrong in the life of one server; empty: nothing. commits: by their number. point: a failpoint and its pass."""

    commits: dict[int, str] = field(default_factory=dict)
    point: tuple[str, int] | None = None


class SimulatedServer:
    """One database, and a server that lives and dies on it."""

    def __init__(self, loop: VirtualLoop, state: Path, seed: str, url: str, *, sim: bool = False) -> None:
        self.loop = loop
        self.world = World(VirtualClock(loop), DrawnIds(random.Random(f"{seed}/ids")), threads=False)
        self.settings = Settings(state=state, database_url=SecretStr(url), data_roots="", sim=sim, readers=1, requests_per_s=1e6)
        self.counted: Counter[str] = Counter()
        self.up = False
        self.context: Context | None = None
        self._dice = random.Random(f"{seed}/turns")
        self._seed = seed
        self._graves: list[Any] = []
        self.unheard: list[str] = []
        loop.set_exception_handler(self._unheard)
        self._open = ExitStack()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=_app(), raise_app_exceptions=False), base_url="http://simulated"
        )

    @property
    def app(self) -> FastAPI:
        """The application, for what is no plain request."""
        return _app()

    @property
    def key(self) -> str:
        """The admin key of the first start."""
        return (self.settings.state / "admin.key").read_text().strip()

    @contextmanager
    def faulty_venues(self) -> Iterator[None]:
        """Every market that is built while this lasts has a venue that cannot be relied upon."""

        def live(session_id: Any, name: str, market: Market, day: TradingDay) -> LiveSession:
            faulty = FaultyMarket(market, day.close, f"{self._seed}/{session_id}", self.counted)
            return LiveSession(session_id, name, faulty, day)  # type: ignore[arg-type]

        with mock.patch.object(build, "LiveSession", live):
            yield

    async def boot(self, faults: Faults) -> None:
        """Come up on what is on disk."""
        if faults.point is None:
            failpoints.disarm()
        else:
            failpoints.arm(*faults.point, die)
        await asyncio.sleep(BOOT_S)
        self.counted["boots"] += 1
        self._open = ExitStack()
        ready = self._open.enter_context(prepared(self.settings, lambda _line: None, self.world))
        assert ready.booted.said == [line for line in ready.booted.said if "is lost" not in line], ready.booted.said
        journal: Any = FaultyJournal(ready.journal, faults.commits, self.counted)
        life = lifetime(replace(ready, journal=journal), PrometheusMetrics(), self.world)
        self._graves.append((life, journal))
        self.context = _app().state.context = await life.__aenter__()
        _app().state.metrics = PrometheusMetrics()
        self.up = True

    async def run(self) -> None:
        """Give engine and writer their turns, for ever."""
        assert self.context is not None
        service, rested = self.context.service, 0.0
        while True:
            service.turn_engine()
            if self.loop.time() >= rested and service.turn_writer() and self._dice.random() < LAZY:
                rested = self.loop.time() + self._dice.random() * LAZY_S
            await asyncio.sleep(self._dice.expovariate(1 / TURN_S))

    def spawn(self, work: Any) -> asyncio.Task[Any]:
        """Something that the server does, and that dies with it."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def ask(self, method: str, path: str, **rest: Any) -> httpx.Response:
        """A request over a connection that does not fail.

        Raises:
            Lost: the server was not there, or died before it answered.
        """
        if not self.up:
            await asyncio.sleep(0.05)
            raise Lost
        headers = {"Authorization": f"Bearer {self.key}"} | rest.pop("headers", {})
        task = self.spawn(self._http.request(method, path, headers=headers, **rest))
        await asyncio.wait([task])
        if task.cancelled() or isinstance(task.exception(), Died):
            raise Lost
        answer: httpx.Response = task.result()
        assert answer.status_code < 500 or answer.json()["code"] in UNAVAILABLE, answer.text
        return answer

    def _unheard(self, _loop: Any, context: dict[str, Any]) -> None:
        """What fails where nobody looks; the death of the server is looked at."""
        if not isinstance(context.get("exception"), Died):
            self.unheard.append(f"{context['message']}: {context.get('exception')!r}")

    def bury(self, kept: set[asyncio.Task[Any]]) -> None:
        """The server died: nothing of it runs any more, and all that is left is on disk. kept: tasks that are not its own."""
        failpoints.disarm()
        if self.context is not None:
            self._open.callback(self.context.queries.close)  # type: ignore[attr-defined]
        self.up, self.context = False, None
        for _, journal in self._graves:
            journal.dead = True
        doomed = {task for task in asyncio.all_tasks(self.loop) if task not in kept}
        for task in doomed:
            task.cancel()
        for _ in range(20):
            self.loop.run_until_complete(asyncio.sleep(0))
        for task in doomed:
            if task.done() and not task.cancelled():
                task.exception()
        self._open.close()

    def close(self) -> None:
        """The simulation is over."""
        failpoints.disarm()
        self.bury(set())
        self.loop.close()


def die() -> Any:
    """What a failpoint does here."""
    raise Died
