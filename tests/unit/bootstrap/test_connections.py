"""A connection on which nothing is taken is dropped, one that is slow is not; who is answered while it speaks hears it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from metaorder.bootstrap import connections
from metaorder.bootstrap.connections import DROP_S, MOST_REST, BoundedHttp, Stuck

PART = b"x" * 50_000


class Connection:
    """What waits to be taken, by the second."""

    def __init__(self, *waiting: int) -> None:
        self.transport = self
        self.waiting = list(waiting)
        self.dropped = False

    def get_write_buffer_size(self) -> int:
        return self.waiting.pop(0) if len(self.waiting) > 1 else self.waiting[0]

    def abort(self) -> None:
        self.dropped = True


def test_who_takes_nothing_is_dropped_and_who_is_slow_is_not() -> None:
    still, idle = Connection(900_000), Connection(0)
    slow = Connection(*range(900_000, 0, -1_000))
    paused = Connection(*[900_000] * (DROP_S - 1), 800_000, *[700_000] * (DROP_S - 1), 0)
    stuck = Stuck()
    for second in range(2 * DROP_S):
        assert still.dropped is (second > DROP_S)
        stuck.look({still, idle, slow, paused}, float(second))
    assert [each.dropped for each in (still, idle, slow, paused)] == [True, False, False, False]


def test_a_connection_that_ended_is_forgotten() -> None:
    stuck, gone = Stuck(), Connection(10)
    stuck.look([gone], 0.0)
    stuck.look([], 1.0)
    stuck.look([gone], DROP_S + 1.0)
    assert not gone.dropped


class Hasty:
    """Answers before it has read; to some addresses that the connection ends. asked: the addresses."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope["path"])
        headers = [(b"content-length", b"2"), *([(b"connection", b"close")] if scope["path"] == "/end" else [])]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"no"})


@asynccontextmanager
async def reached(app: Hasty) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server of the application."""
    config = uvicorn.Config(app, lifespan="off", log_config=None, timeout_keep_alive=3_600)
    config.load()
    serving = await asyncio.get_running_loop().create_server(lambda: BoundedHttp(config, ServerState(), {}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*serving.sockets[0].getsockname())
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        serving.close()


async def answer(reader: asyncio.StreamReader) -> bytes:
    """The next answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    assert await reader.readexactly(2) == b"no"
    return head


def head(path: str, length: int) -> bytes:
    """A request's head."""
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode()


async def parts(writer: asyncio.StreamWriter, most: int) -> int:
    """Parts that the other side takes before it ends the connection."""
    for sent in range(most):
        try:
            writer.write(PART)
            await writer.drain()
        except ConnectionError:
            return sent
    return most


def test_the_rest_of_what_is_answered_is_read_and_the_connection_goes_on() -> None:
    async def scenario() -> None:
        app = Hasty()
        async with reached(app) as (reader, writer):
            for _ in range(3):
                writer.write(head("/on", 10 * len(PART)) + PART)
                await answer(reader)
                assert await parts(writer, 9) == 9
            writer.write(head("/on", 0))
            await answer(reader)
        assert app.asked == ["/on"] * 4

    asyncio.run(scenario())


def test_where_the_connection_is_to_end_the_rest_is_read_and_nothing_after_it_is_begun() -> None:
    async def scenario() -> None:
        app = Hasty()
        async with reached(app) as (reader, writer):
            writer.write(head("/end", 10 * len(PART)) + PART)
            assert b"connection: close" in await answer(reader)
            assert await reader.read() == b"", "it is told that nothing more comes"
            assert await parts(writer, 9) == 9
            writer.write(head("/on", 0))
            writer.write_eof()
            await asyncio.sleep(0.05)
        assert app.asked == ["/end"]

    asyncio.run(scenario())


@pytest.mark.parametrize("path", ["/on", "/end"])
def test_who_never_stops_is_cut(path: str) -> None:
    async def scenario() -> None:
        async with reached(Hasty()) as (reader, writer):
            writer.write(head(path, 10_000 * len(PART)) + PART)
            await answer(reader)
            assert await parts(writer, 2_000) * len(PART) < MOST_REST + 32 * 1024 * 1024, "what the kernel holds, too"

    asyncio.run(scenario())


@pytest.mark.parametrize(("path", "bound"), [("/on", "ASK_S"), ("/end", "LINGER_S")])
def test_who_drips_is_cut(path: str, bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, bound, 0.05)

    async def scenario() -> None:
        async with reached(Hasty()) as (reader, writer):
            writer.write(head(path, 10_000))
            await answer(reader)
            for _ in range(1_000):
                writer.write(b"x")
                try:
                    await writer.drain()
                except ConnectionError:
                    return
                await asyncio.sleep(0.01)
            pytest.fail("it may go on for ever")

    asyncio.run(scenario())
