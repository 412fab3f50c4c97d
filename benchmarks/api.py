"""Accepting a parent order: processor time of the server a request, beside an empty FastAPI route with the same body."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from benchmarks.figure import Figure, figure

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.orders import body
from support.server import Server, eventually

REQUESTS = 300
CONNECTIONS = 16
ROUNDS = 3

EMPTY = """
import uvicorn
from fastapi import FastAPI, Response
from metaorder.api.schemas import ParentOrderIn
app = FastAPI(openapi_url=None)

@app.post("/v1/parent-orders", status_code=201)
async def post(body: ParentOrderIn) -> Response:
    return Response(b"{}", 201, media_type="application/json")

uvicorn.run(app, port=PORT, loop="uvloop", http="httptools", access_log=False, log_level="error")
"""


def measure() -> dict[str, Figure]:
    """Microseconds of processor time an accepted order; its share of the group commit is in the value."""
    with tempfile.TemporaryDirectory() as directory:
        server = Server(Path(directory) / "state", Path(directory)).start()
        empty, address = _empty()
        try:
            with server.client() as client:
                assert client.post("/v1/markets", json={"id": "lab", "kind": "simulated"}).status_code == 201
            assert server.process is not None
            headers = {"Authorization": f"Bearer {server.key}"}
            ours, bare = [], []
            for round_number in range(ROUNDS):
                ours.append(_cpu(server.process.pid, lambda r=round_number: _post(server.url, headers, r)))
                bare.append(_cpu(empty.pid, lambda r=round_number: _post(address, headers, r)))
        finally:
            server.kill()
            empty.terminate()
            empty.wait()
    return {"api.accept": figure(statistics.median(ours), "us", statistics.median(bare))}


def _empty() -> tuple[subprocess.Popen[bytes], str]:
    port = 18_431
    process = subprocess.Popen([sys.executable, "-c", EMPTY.replace("PORT", str(port))])
    address = f"http://127.0.0.1:{port}"

    def up() -> bool:
        try:
            return httpx.post(f"{address}/v1/parent-orders", json={}).status_code == 422
        except httpx.TransportError:
            return False

    eventually(up)
    return process, address


def _cpu(pid: int, work: Callable[[], Any]) -> float:
    """Processor time of a process while some work is done [microseconds a request]."""
    before = used(pid)
    work()
    time.sleep(0.05)
    return (used(pid) - before) / REQUESTS * 1e6


def used(pid: int) -> float:
    """Processor time of every thread of a process so far [seconds]."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def _post(url: str, headers: dict[str, str], round_number: int) -> None:
    """Post orders over some connections at once."""

    async def all_of_them() -> None:
        limits = httpx.Limits(max_connections=CONNECTIONS)
        async with httpx.AsyncClient(base_url=url, headers=headers, limits=limits, timeout=60) as client:
            numbers = iter(range(REQUESTS))

            async def some() -> None:
                for n in numbers:
                    request = body("lab", client_order_id=f"{round_number}-{n}", max_participation="0.2", limit_price="150.00")
                    answer = await client.post("/v1/parent-orders", json=request)
                    assert answer.status_code == 201, answer.text

            await asyncio.gather(*[some() for _ in range(CONNECTIONS)])

    asyncio.run(all_of_them())
