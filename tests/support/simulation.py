"""One seed: a day of the service with faulty clients, database and venue, in virtual time; and the laws that hold afterwards."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from metaorder.adapters.db.migrate import upgrade
from metaorder.core.chain import MARKET_STREAM
from metaorder.runtime.failpoints import NAMES
from support.faults import Died, FaultyJournal
from support.simulated_clients import MARKET, Network, Promises, RiskDesk, Trader, Watcher
from support.simulated_laws import check
from support.simulated_server import Faults, SimulatedServer, die
from support.virtual import VirtualLoop

SPEED = 60
DEATHS, KILLS, ASKED = 4, 2, 10
LONGEST_LIFE_S = 8.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a seed: the hash of the journal's last row, the session's, and how often what went wrong."""

    journal_hash: str
    session_hash: str
    counted: Counter[str]


@cache
def _schema() -> bytes:
    """An empty database of this build."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / "metaorder.db"
        upgrade(f"sqlite:///{path}")
        return path.read_bytes()


@contextmanager
def state_directory() -> Iterator[Path]:
    """A state directory in memory where there is one: what is synced is proven elsewhere."""
    shared = Path("/dev/shm")
    with TemporaryDirectory(dir=shared if shared.is_dir() else None) as directory:
        (Path(directory) / "metaorder.db").write_bytes(_schema())
        yield Path(directory)


def simulate(seed: int) -> Outcome:
    """Run a seed in a directory of its own."""
    with state_directory() as state:
        return Simulation(seed, state).run()


class Simulation:
    """A server that dies and comes back while clients go on asking."""

    def __init__(self, seed: int, state: Path) -> None:
        self.seed = seed
        self.loop = VirtualLoop()
        self.dice = random.Random(f"{seed}/simulation")
        self.server = SimulatedServer(self.loop, state, str(seed), f"sqlite:///{state / 'metaorder.db'}")
        self.promises = Promises()
        self.clients: set[asyncio.Task[Any]] = set()
        self.busy: set[asyncio.Task[Any]] = set()
        self.watchers: list[Watcher] = []
        self.ends: asyncio.TimerHandle | None = None
        self.lives = 0
        self.calm = False

    def run(self) -> Outcome:
        """Run to the end of the day, and hold what is on disk against what was promised."""
        asyncio.set_event_loop(self.loop)
        with self.server.faulty_venues():
            try:
                self._clients()
                while True:
                    try:
                        self.loop.run_until_complete(self._life())
                        break
                    except Died:
                        if self.ends is not None:
                            self.ends.cancel()
                        self.server.counted["deaths"] += 1
                        self.server.bury(self.clients)
                streams = [watcher.events for watcher in self.watchers]
            finally:
                self.server.close()
                asyncio.set_event_loop(None)
            assert self.server.unheard == []
            hashes = check(self.server.settings.url, self.promises, streams)
        return Outcome(*hashes, self.server.counted)

    def _clients(self) -> None:
        server, seed = self.server, self.seed

        def dice(name: str) -> random.Random:
            return random.Random(f"{seed}/{name}")

        traders = [Trader(n, Network(server, dice(f"{n}/net")), dice(n), self.promises) for n in ("a", "b")]
        desk = RiskDesk(Network(server, dice("risk/net")), dice("risk"), self.promises)
        self.watchers = [Watcher(server, dice(f"watcher {n}")) for n in range(2)]
        self.busy = {self.loop.create_task(trader.run(ASKED)) for trader in traders} | {self.loop.create_task(desk.run(KILLS))}
        self.clients = self.busy | {self.loop.create_task(watcher.run(self._over)) for watcher in self.watchers}

    async def _over(self) -> bool:
        return self.calm and self.closed

    @property
    def closed(self) -> bool:
        """Whether the end of the market's day was sent."""
        context = self.server.context
        ring = [] if context is None else context.service.broadcaster.channel(MARKET_STREAM).ring
        return bool(ring) and ring[-1].type == "market.closed"

    async def _life(self) -> None:
        """One life of the server: up, at work, and gone at a moment that is drawn; the last one lives to the end of the day."""
        server = self.server
        self.lives += 1
        self.calm = self.lives > DEATHS or all(task.done() for task in self.busy)
        await server.boot(self._faults())
        turning = server.spawn(server.run())
        await self._open_market()
        if self.calm:
            await self._all(self.busy, turning)
            await server.ask("PATCH", f"/v1/markets/{MARKET}", json={"speed": "max"})
            await self._all(self.clients, turning)
            turning.cancel()
            return
        if self.dice.random() < 0.5:
            self.ends = self.loop.call_later(self.dice.uniform(0.0, LONGEST_LIFE_S), die)
        broken = server.spawn(self._broken())
        await self._all(self.busy, turning, broken)
        die()

    async def _open_market(self) -> None:
        server = self.server
        body = {"id": MARKET, "kind": "simulated", "seed": self.seed, "date": "2026-03-02", "speed": SPEED, "scenario": "thin"}
        await server.ask("POST", "/v1/markets", json=body)
        await server.ask("POST", f"/v1/markets/{MARKET}/start")
        if self.dice.random() < 0.7:
            await server.ask("POST", "/v1/rearm", json={})

    async def _all(self, wanted: set[asyncio.Task[Any]], *ends: asyncio.Task[Any]) -> None:
        """Wait for all of them, or for one of those that should not end; what failed fails here."""
        waiting = set(wanted)
        while waiting:
            done, _ = await asyncio.wait({*waiting, *ends}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            if done & set(ends):
                return
            waiting -= done

    async def _broken(self) -> None:
        """Comes back a while after the journal could not be written: somebody starts the server anew."""
        context = self.server.context
        assert context is not None
        while context.service.writable and not context.service.full:  # noqa: ASYNC110 it is looked at from outside
            await asyncio.sleep(0.2)
        await asyncio.sleep(1)

    def _faults(self) -> Faults:
        if self.calm:
            return Faults()
        kinds = (FaultyJournal.REFUSED, FaultyJournal.UNKNOWN, FaultyJournal.FULL)
        commits = {self.dice.randrange(5, 120): self.dice.choice(kinds)} if self.dice.random() < 0.3 else {}
        point = (self.dice.choice(NAMES), self.dice.randrange(1, 40)) if self.dice.random() < 0.6 else None
        return Faults(commits, point)
