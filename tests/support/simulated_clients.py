"""Clients of a simulated server behind a network that loses, doubles and delays: each remembers what it was promised."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from httpx import Response

from support.simulated_server import Lost, SimulatedServer

MARKET = "lab"
LOST, DOUBLED, LATE = 0.15, 0.1, 0.2
TRIES = 12
UNKNOWN = 500


@dataclass
class Promises:
    """What was asked, and what was answered: bodies and answers by client_order_id, orders that were asked to end, and kills."""

    submitted: dict[str, dict[str, Any]] = field(default_factory=dict)
    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: dict[str, dict[str, Any]] = field(default_factory=dict)
    cancels: set[str] = field(default_factory=set)
    switches: set[int] = field(default_factory=set)


class Network:
    """Between a client and the server. What is lost on the way there or back looks the same."""

    def __init__(self, server: SimulatedServer, dice: random.Random) -> None:
        self._server = server
        self._dice = dice

    async def ask(self, method: str, path: str, **rest: Any) -> Response:
        """A request over a network.

        Raises:
            Lost: no answer came.
        """
        dice, counted = self._dice, self._server.counted
        fate, late = dice.random(), dice.random() < LATE
        if late:
            counted["requests late"] += 1
            await asyncio.sleep(dice.random() * 2)
        if fate < LOST / 2:
            counted["requests lost"] += 1
            await asyncio.sleep(1)
            raise Lost
        if fate < LOST / 2 + DOUBLED:
            counted["requests doubled"] += 1
            first = asyncio.ensure_future(self._server.ask(method, path, **rest))
            await asyncio.sleep(dice.choice([0, 0, 0.01, 0.3]))
            both = await asyncio.gather(first, self._server.ask(method, path, **rest), return_exceptions=True)
            return _one_of(both)
        answer = await self._server.ask(method, path, **rest)
        if fate > 1 - LOST / 2:
            counted["answers lost"] += 1
            await asyncio.sleep(1)
            raise Lost
        return answer

    async def insist(self, method: str, path: str, **rest: Any) -> Response | None:
        """Ask the same again until the answer is a definite one; None after so many tries."""
        for attempt in range(TRIES):
            try:
                answer = await self.ask(method, path, **rest)
            except Lost:
                await asyncio.sleep(self._dice.random() * min(2.0, 0.1 * 2**attempt))
                continue
            if answer.status_code < UNKNOWN:
                return answer
            await asyncio.sleep(0.5)
        return None


def _one_of(both: list[Any]) -> Response:
    found = [each for each in both if isinstance(each, Response)]
    wrong = [each for each in both if not isinstance(each, Response | Lost | asyncio.CancelledError)]
    if wrong:
        raise wrong[0]
    if not found:
        raise Lost
    return found[0]


class Trader:
    """Posts, amends, pauses, resumes and cancels orders; asks again under the same name when it hears nothing."""

    def __init__(self, name: str, network: Network, dice: random.Random, promises: Promises) -> None:
        self._name = name
        self._network = network
        self._dice = dice
        self._promises = promises
        self._mine: list[str] = []
        self._posted = 0

    async def run(self, times: int) -> None:
        """Ask so many times."""
        for _ in range(times):
            await asyncio.sleep(self._dice.expovariate(1 / 0.4))
            choice = self._dice.random()
            if not self._mine or choice < 0.35:
                await self._post()
            elif choice < 0.55:
                await self._amend(self._dice.choice(self._mine))
            elif choice < 0.7:
                await self._cancel(self._dice.choice(self._mine))
            else:
                await self._network.insist(
                    "POST", f"{_path(self._dice.choice(self._mine))}/{self._dice.choice(['pause', 'resume', 'resume'])}"
                )

    async def _post(self) -> None:
        self._posted += 1
        body = {
            "client_order_id": f"{self._name}-{self._posted}",
            "market": MARKET,
            "symbol": "ACME",
            "side": self._dice.choice(["buy", "sell"]),
            "quantity": self._dice.randrange(20, 800),
            "algo": self._dice.choice(["twap", "vwap", "pov", "is"]),
            "duration_s": self._dice.randrange(60, 1_500),
            "max_participation": self._dice.choice(["0.05", "0.2"]),
        }
        self._promises.submitted[body["client_order_id"]] = body
        answer = await self._network.insist("POST", "/v1/parent-orders", json=body)
        if answer is not None and answer.status_code in {200, 201}:
            made = answer.json()
            self._promises.acknowledged[body["client_order_id"]] = made
            self._promises.versions.setdefault(made["id"], made)
            self._mine.append(made["id"])

    async def _amend(self, parent: str) -> None:
        held = self._promises.versions[parent]
        change = {"quantity": held["quantity"] + self._dice.randrange(-50, 500)}
        answer = await self._network.insist("PATCH", _path(parent), json=change, headers={"If-Match": str(held["version"])})
        if answer is not None and answer.status_code == 200:
            assert answer.json()["version"] > held["version"]
            self._promises.versions[parent] = answer.json()
        elif answer is not None and answer.status_code == 412:
            read = await self._network.insist("GET", _path(parent))
            if read is not None:
                self._promises.versions[parent] = read.json()

    async def _cancel(self, parent: str) -> None:
        answer = await self._network.insist("POST", f"{_path(parent)}/cancel")
        if answer is not None and answer.status_code == 202:
            self._promises.cancels.add(parent)


def _path(parent: str) -> str:
    return f"/v1/parent-orders/{parent}"


class RiskDesk:
    """Shuts latches now and then, and opens them again."""

    def __init__(self, network: Network, dice: random.Random, promises: Promises) -> None:
        self._network = network
        self._dice = dice
        self._promises = promises

    async def run(self, times: int) -> None:
        """So many kills."""
        for _ in range(times):
            await asyncio.sleep(self._dice.uniform(1, 6))
            reach: dict[str, str] = self._dice.choice([{}, {"symbol": "ACME"}, {"account": "main"}, {"symbol": "OTHER"}])
            await self._turn("kill", {"reason": "drill", **reach})
            await asyncio.sleep(self._dice.uniform(0, 2))
            await self._turn("rearm", reach)

    async def _turn(self, switch: str, body: dict[str, str]) -> None:
        answer = await self._network.insist("POST", f"/v1/{switch}", json=body)
        if answer is not None and answer.status_code == 200:
            self._promises.switches.add(answer.json()["kill_seq"])


class Watcher:
    """Reads the stream; drops off, stops reading, comes back where it was, and accepts no gap and nothing twice."""

    def __init__(self, server: SimulatedServer, dice: random.Random) -> None:
        self.events: list[dict[str, Any]] = []
        self._server = server
        self._dice = dice

    async def run(self, over: Callable[[], Awaitable[bool]]) -> None:
        """Read until it is over and there is nothing that was not read."""
        while not (await over() and self._complete()):
            try:
                await self._read(self._dice.randrange(1, 12))
            except Lost:
                await asyncio.sleep(self._dice.random())
        self._server.counted["streams read to the end"] += 1

    def _complete(self) -> bool:
        context = self._server.context
        return context is not None and context.service.broadcaster.channel("main").head == len(self.events)

    async def _read(self, frames: int) -> None:
        socket = Socket(self._server, f"after={len(self.events)}")
        self._server.counted["streams opened"] += 1
        try:
            for _ in range(frames):
                if self._dice.random() < 0.03:
                    await asyncio.sleep(8)  # longer than the server waits for a client that takes nothing
                for event in json.loads(await socket.receive()):
                    assert event["type"] != "error" or event["code"] == "slow", event
                    if "seq" in event:
                        assert event["seq"] == len(self.events) + 1, "the stream has no gap, and says nothing twice"
                        self.events.append(event)
        finally:
            socket.close()


class Socket:
    """A WebSocket without a network: the server may send so many messages that nobody has taken, then it waits."""

    ROOM = 2

    def __init__(self, server: SimulatedServer, query: str) -> None:
        if not server.up:
            raise Lost
        headers = [(b"authorization", f"Bearer {server.key}".encode()), (b"host", b"simulated")]
        self._scope: dict[str, Any] = {
            "type": "websocket",
            "path": "/v1/stream",
            "raw_path": b"/v1/stream",
            "root_path": "",
            "scheme": "ws",
            "query_string": query.encode(),
            "headers": headers,
            "subprotocols": [],
            "client": ("simulated", 1),
            "server": ("simulated", 80),
            "extensions": {"websocket.http.response": {}},
        }
        self._said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue(self.ROOM)
        self._said.put_nowait({"type": "websocket.connect"})
        self._task = server.spawn(server.app(self._scope, self._said.get, self._sent.put))

    async def receive(self) -> str:
        """The next frame.

        Raises:
            Lost: there will be none.
        """
        while True:
            getting = asyncio.ensure_future(self._sent.get())
            await asyncio.wait([getting, self._task], return_when=asyncio.FIRST_COMPLETED)
            if not getting.done():
                getting.cancel()
                if not self._task.cancelled() and isinstance(self._task.exception(), Exception):
                    raise AssertionError("the stream broke") from self._task.exception()
                raise Lost
            if getting.cancelled():
                raise Lost
            message = getting.result()
            if message["type"] == "websocket.send":
                return str(message["text"])
            if message["type"] != "websocket.accept":
                raise Lost

    def close(self) -> None:
        """Go, without a word."""
        self._said.put_nowait({"type": "websocket.disconnect", "code": 1006})
