"""A client that works a server until somebody kills it, and remembers every promise that was made to it."""

from __future__ import annotations

import json
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.exceptions import WebSocketException

from support.orders import asked
from support.server import Server, eventually

MARKET = "lab"
SPEED = 20_000
"""Times real time: a day passes in a bit more than a second."""


@dataclass
class Promises:
    """What was acknowledged: parents by id as last answered, orders that were asked to end, and events that were sent."""

    parents: dict[str, dict[str, Any]] = field(default_factory=dict)
    cancels: set[str] = field(default_factory=set)
    events: list[dict[str, Any]] = field(default_factory=list)


class Watcher:
    """Reads the stream in a thread of its own, until the connection breaks."""

    def __init__(self, server: Server, promises: Promises) -> None:
        self._promises = promises
        self._connected = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(server,), daemon=True)
        self._thread.start()
        self._connected.wait(timeout=10)

    def _read(self, server: Server) -> None:
        try:
            with server.stream("?after=0") as connection:
                self._connected.set()
                while True:
                    frame = json.loads(connection.recv())
                    self._promises.events += [event for event in frame if event["type"] not in {"heartbeat", "error"}]
        except (WebSocketException, OSError, EOFError):
            self._connected.set()

    def join(self) -> None:
        self._thread.join(timeout=10)


def create_market(client: httpx.Client, speed: Any, seed: int = 7) -> None:
    body = {"id": MARKET, "kind": "simulated", "seed": seed, "date": "2026-03-02", "speed": speed, "scenario": "thin"}
    answer = client.post("/v1/markets", json=body)
    assert answer.status_code == 201, answer.text


def first_orders() -> list[dict[str, Any]]:
    """Orders that are there before the market starts, so that every run of them is the same."""
    plain = {"market": MARKET, "symbol": "ACME", "start_time": "2026-03-02T14:31:00Z", "end_time": "2026-03-02T15:31:00Z"}
    return [
        {**plain, "client_order_id": "twap", "side": "buy", "quantity": 2_000, "algo": "twap"},
        {**plain, "client_order_id": "vwap", "side": "sell", "quantity": 3_000, "algo": "vwap", "urgency": 0.2},
        {**plain, "client_order_id": "pov", "side": "buy", "quantity": 2_000, "algo": "pov", "must_complete": True},
    ]


def keep_asking(server: Server, promises: Promises, dice: random.Random, stop: threading.Event) -> None:
    """Post, amend, pause, resume and cancel orders of a running market until the server dies; note what was acknowledged."""
    number = 0
    try:
        with server.client() as client:
            while not stop.is_set():
                number += 1
                _ask_once(client, promises, dice, number)
                time.sleep(dice.random() * 0.02)
    except (httpx.HTTPError, OSError):
        return


def _ask_once(client: httpx.Client, promises: Promises, dice: random.Random, number: int) -> None:
    choice = dice.random()
    known = [parent for parent in promises.parents if parent not in promises.cancels]
    if choice < 0.4 or not known:
        body = {
            "client_order_id": f"r-{number}",
            "market": MARKET,
            "symbol": "ACME",
            "side": dice.choice(["buy", "sell"]),
            "quantity": dice.randrange(500, 20_000),
            "algo": dice.choice(["twap", "vwap", "pov"]),
            "duration_s": dice.randrange(600, 7_200),
        }
        answer = client.post("/v1/parent-orders", json=body)
        if answer.status_code == 201:
            promises.parents[answer.json()["id"]] = answer.json()
        return
    parent = dice.choice(known)
    path = f"/v1/parent-orders/{parent}"
    if choice < 0.6:
        held = promises.parents[parent]
        change = {"quantity": held["quantity"] + dice.randrange(1, 5_000)}
        answer = client.patch(path, json=change, headers={"If-Match": str(held["version"])})
        if answer.status_code == 200:
            promises.parents[parent] = answer.json()
    elif choice < 0.75:
        if client.post(f"{path}/cancel").status_code == 202:
            promises.cancels.add(parent)
    else:
        client.post(f"{path}/{dice.choice(['pause', 'resume'])}", json={} if choice < 0.9 else None)


def closed(client: httpx.Client) -> dict[str, Any]:
    """The market once it is closed."""

    def look() -> dict[str, Any] | None:
        market: dict[str, Any] = asked(client, f"/v1/markets/{MARKET}").json()
        return market if market["state"] in {"closed", "failed"} else None

    return eventually(look, wait_s=180)


def check_promises(client: httpx.Client, promises: Promises, stream: list[dict[str, Any]]) -> None:
    """Acknowledged is recovered, and the stream begins with exactly what was sent before."""
    assert stream[: len(promises.events)] == promises.events
    assert [event["seq"] for event in stream] == list(range(1, len(stream) + 1))
    for parent, held in promises.parents.items():
        now = client.get(f"/v1/parent-orders/{parent}").json()
        assert now["client_order_id"] == held["client_order_id"]
        assert now["version"] >= held["version"]
        if now["version"] == held["version"]:
            assert now["quantity"] == held["quantity"]
        assert now["status"] in {"filled", "canceled", "expired"}, now
        if parent in promises.cancels:
            assert now["status"] in {"canceled", "filled"}, now
    children = [event["child_id"] for event in stream if event["type"] == "child.submitted"]
    assert len(children) == len(set(children))
    executions = [event["execution_id"] for event in stream if event["type"] == "fill"]
    assert len(executions) == len(set(executions))
