"""The stream: processor time of the server an event delivered, beside a bare server that sends the same frames."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from websockets.asyncio.client import connect

from benchmarks.api import used
from benchmarks.figure import Figure, figure

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.orders import market, post, start
from support.server import Server, eventually

CLIENTS = 20
ROUNDS = 3
PORT = 18_432

BARE = """
import json, sys, uvicorn
frames = json.load(open(sys.argv[1]))

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    await receive()
    await send({"type": "websocket.accept"})
    for frame in frames:
        await send({"type": "websocket.send", "text": frame})
    await receive()

uvicorn.run(app, port=int(sys.argv[2]), loop="uvloop", ws="websockets-sansio", ws_per_message_deflate=False, log_level="error")
"""


def measure() -> dict[str, Figure]:
    """Microseconds of processor time an event and client, all clients reading a finished day from its first event on."""
    with tempfile.TemporaryDirectory() as directory:
        server = Server(Path(directory) / "state", Path(directory)).start()
        frames = Path(directory) / "frames.json"
        try:
            with server.client() as client:
                lab = market(client)
                made = [post(client, lab, quantity=20_000, algo="pov", end_time="2026-03-02T17:00:00Z") for _ in range(8)]
                start(client, lab)
                eventually(lambda: client.get(f"/v1/markets/{lab}").json()["state"] == "closed", wait_s=120)
                head = client.get("/v1/events").json()["as_of_seq"]
            assert made
            headers = {"Authorization": f"Bearer {server.key}"}
            address = server.url.replace("http", "ws") + "/v1/stream?after=0"
            texts = asyncio.run(_read(address, headers, head))
            frames.write_text(json.dumps(texts))
            assert server.process is not None
            bare = subprocess.Popen([sys.executable, "-c", BARE, str(frames), str(PORT)])
            try:
                ours, theirs = [], []
                for _ in range(ROUNDS):
                    ours.append(_cpu(server.process.pid, address, headers, head))
                    theirs.append(_cpu(bare.pid, f"ws://127.0.0.1:{PORT}", {}, head))
            finally:
                bare.terminate()
                bare.wait()
        finally:
            server.kill()
    return {"stream.fanout": figure(statistics.median(ours), "us/event", statistics.median(theirs))}


def _cpu(pid: int, address: str, headers: dict[str, str], head: int) -> float:
    before = used(pid)

    async def all_of_them() -> None:
        await asyncio.gather(*[_read(address, headers, head) for _ in range(CLIENTS)])

    asyncio.run(all_of_them())
    return (used(pid) - before) / (CLIENTS * head) * 1e6


async def _read(address: str, headers: dict[str, str], head: int) -> list[str]:
    """Frames until the one that holds the last event."""
    last = f'"seq":{head},'
    found = []
    for _ in range(100):
        try:
            async with connect(address, additional_headers=headers, compression=None, max_size=None) as connection:
                async for frame in connection:
                    found.append(str(frame))
                    if last in str(frame):
                        return found
        except OSError:
            await asyncio.sleep(0.1)
    raise AssertionError("the last event never came")
