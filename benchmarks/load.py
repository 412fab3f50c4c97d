"""`make load`: parent orders at a rate that does not wait for answers, against a real server with every commit synced.

Latency counts from the instant at which a request was due, so a server that stalls is not spared what it kept waiting. It ramps
up to the most that is accepted, holds four fifths of it, offers twice as much, and sees how soon the service is itself again.
Writes results/load.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvloop
from websockets.asyncio.client import connect

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.orders import body  # noqa: E402 - found under tests/
from support.server import Server  # noqa: E402

CONNECTIONS = 600
LATEST_S = 0.25
"""The slowest one in a hundred at which a rate still counts as held."""

RAMP = (50, 100, 150, 200, 300, 400, 600, 800, 1_200, 1_600)
RECOVERED_S = 5.0


@dataclass(slots=True)
class Burst:
    """What came of a rate: answers by status, seconds from due to answered, and refusals that did not say that they are one."""

    rate: float
    seconds: float
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    answered_at: list[tuple[float, int, float]] = field(default_factory=list)
    unsaid: int = 0

    def quantile(self, share: float) -> float:
        """Of accepted orders [s]; infinite where none was."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("inf")

    @property
    def held(self) -> bool:
        """Whether every order was accepted soon enough."""
        return set(self.statuses) == {201} and self.quantile(0.99) <= LATEST_S

    def row(self) -> dict[str, Any]:
        """As it is written down."""
        accepted = round(self.statuses[201] / self.seconds, 1)
        return {"offered_per_s": self.rate, "accepted_per_s": accepted, "statuses": dict(self.statuses), **self.times()}

    def times(self) -> dict[str, float]:
        """Quantiles [ms]; none where nothing was accepted."""
        named = (("p50_ms", 0.5), ("p99_ms", 0.99), ("p99.9_ms", 0.999)) if self.latencies else ()
        return {name: round(1e3 * self.quantile(share), 2) for name, share in named}


class Client:
    """Keeps connections open and sends each order when it is due, whatever has become of the others."""

    def __init__(self, host: str, port: int, key: str) -> None:
        self._address = (host, port)
        headers = (f"Host: {host}", f"Authorization: Bearer {key}", "Content-Type: application/json", "")
        self._head = "\r\n".join(["POST /v1/parent-orders HTTP/1.1", *headers])
        self._idle: asyncio.LifoQueue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.LifoQueue()
        self._number = 0

    async def open(self) -> None:
        """Connect."""
        for _ in range(CONNECTIONS):
            self._idle.put_nowait(await asyncio.open_connection(*self._address))

    async def burst(self, rate: float, seconds: float) -> Burst:
        """Offer `rate` orders a second for so long, then wait for the last answer."""
        found, loop, tasks = Burst(rate, seconds), asyncio.get_running_loop(), []
        began = loop.time()
        for n in range(int(rate * seconds)):
            due = began + n / rate
            if due > loop.time():
                await asyncio.sleep(due - loop.time())
            tasks.append(asyncio.create_task(self._send(due, found)))
        await asyncio.gather(*tasks)
        return found

    async def _send(self, due: float, found: Burst) -> None:
        reader, writer = await self._idle.get()
        if reader.at_eof():  # a server closes what was idle for some seconds
            reader, writer = await asyncio.open_connection(*self._address)
        self._number += 1
        name = f"load-{self._number}"
        order = body("lab", client_order_id=name, start_time="2026-03-02T20:00:00Z", end_time="2026-03-02T20:30:00Z")
        content = json.dumps(order).encode()
        writer.write(f"{self._head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        answer = await reader.readexactly(length)
        self._idle.put_nowait((reader, writer))
        now = asyncio.get_running_loop().time()
        found.statuses[status] += 1
        found.answered_at.append((due, status, now - due))
        if status == 201:
            found.latencies.append(now - due)
        elif status not in {429, 503} or json.loads(answer).get("accepted") is not False:
            found.unsaid += 1


async def _fills(url: str, key: str, speed: float, seconds: float) -> list[float]:
    """How much later than the soonest each fill reached a client [s]: wall time less market time, beyond the least of it."""
    address, headers = url.replace("http", "ws") + "/v1/stream?type=fill", {"Authorization": f"Bearer {key}"}
    lags = []
    async with connect(address, additional_headers=headers, compression=None, max_size=None) as connection:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                async with asyncio.timeout(until - time.monotonic()):
                    frame = json.loads(await connection.recv())
            except TimeoutError:
                break
            now = time.monotonic()
            lags += [now - _seconds(event["ts"]) / speed for event in frame if event["type"] == "fill"]
    return [lag - min(lags) for lag in lags] if lags else []


def _seconds(text: str) -> float:
    """Of a market's day."""
    hours, minutes, seconds = text[11:].rstrip("Z").split(":")
    return int(hours) * 3_600 + int(minutes) * 60 + float(seconds)


async def _peak(client: Client, most: int, seconds: float) -> tuple[float, list[dict[str, Any]]]:
    """The highest rate that was held, and what came of each that was tried."""
    rows, peak = [], 0.0
    for rate in RAMP:
        if rate > most:
            break
        found = await client.burst(rate, seconds)
        rows.append(found.row())
        if not found.held:
            break
        peak = rate
    return peak, rows


async def _recovery(client: Client, peak: float) -> float | None:
    """Seconds after the overload until orders at half the peak are accepted as soon as they should be; None: not in time."""
    found = await client.burst(max(20.0, peak / 2), 2 * RECOVERED_S)
    began = min(due for due, _, _ in found.answered_at)
    late = [due - began for due, status, latency in found.answered_at if status != 201 or latency > LATEST_S]
    recovered = max(late, default=0.0)
    return round(recovered, 2) if recovered <= RECOVERED_S else None


async def measure(url: str, key: str, most: int, seconds: float) -> dict[str, Any]:
    """Every figure of a server that has a market `lab`, and one that trades."""
    host, port = url.removeprefix("http://").split(":")
    client = Client(host, int(port), key)
    await client.open()
    await client.burst(20, 2)
    peak, ramp = await _peak(client, most, seconds)
    watching = asyncio.create_task(_fills(url, key, 60.0, 2 * seconds))
    held = await client.burst(max(20.0, 0.8 * peak), 2 * seconds)
    lags = Burst(0, 1, latencies=await watching)
    over = await client.burst(max(100.0, 2 * peak), seconds)
    recovered = await _recovery(client, peak)
    return {
        "peak_per_s": peak,
        "ramp": ramp,
        "held": held.row(),
        "fill_to_client": {"fills": len(lags.latencies), "beyond_the_soonest": True, **lags.times()},
        "twice_the_peak": {**over.row(), "refusals_that_do_not_say_so": over.unsaid},
        "recovered_s": recovered,
    }


def prepare(client: httpx.Client) -> None:
    """A market that takes orders for the afternoon, and one that trades while they come in."""
    client.put("/v1/limits", json={"max_open_orders": 10**6, "max_notional": "1000000000000"}).raise_for_status()
    client.post("/v1/markets", json={"id": "lab", "kind": "simulated", "date": "2026-03-02", "speed": 1}).raise_for_status()
    client.post("/v1/markets", json={"id": "busy", "kind": "simulated", "date": "2026-03-02", "speed": 60}).raise_for_status()
    for n in range(8):
        wanted = body("busy", client_order_id=f"busy-{n}", quantity=60_000, end_time="2026-03-02T20:35:00Z", start_time=...)
        client.post("/v1/parent-orders", json=wanted).raise_for_status()
    for name in ("lab", "busy"):
        client.post(f"/v1/markets/{name}/start").raise_for_status()


def main() -> int:
    """Measure, show, write; 1 where the service lied, lost an order or did not come back."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=RAMP[-1], help="the highest rate that is tried [orders a second]")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each rate")
    parser.add_argument("--out", type=Path, default=ROOT / "results" / "load.json")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        server = Server(Path(directory) / "state", Path(directory), environment={"METAORDER_REQUESTS_PER_S": "1000000"}).start()
        try:
            with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {server.key}"}, timeout=60) as client:
                prepare(client)
                found = uvloop.run(measure(server.url, server.key, asked.most, asked.seconds))
                ready = client.get("/health/ready").json()["ready"]
        finally:
            server.kill()
    found |= {"cores": os.cpu_count(), "ready_at_the_end": ready, "database": "sqlite, synchronous=FULL"}
    asked.out.parent.mkdir(exist_ok=True)
    asked.out.write_text(json.dumps(found, indent=1) + "\n")
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    shed = found["twice_the_peak"]
    return int(shed["refusals_that_do_not_say_so"] > 0 or found["recovered_s"] is None or not ready)


if __name__ == "__main__":
    sys.exit(main())
