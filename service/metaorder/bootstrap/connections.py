"""Connections at the door: how long a client may take to ask and to take its answer, and how much is kept for it meanwhile."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from metaorder.api.stream import SLOW

DROP_S = 30
"""Who takes nothing of what waits for it for so long is dropped."""

ASK_S = 30
"""A request, or the head of it, that is not whole after so long is dropped: its connection costs a descriptor."""

MOST_HEAD = 64 * 1024
"""Bytes of a request before its body."""

MOST_REST = 1024 * 1024
"""Bytes of a request that are thrown away once it is answered: a client that says all before it listens hears the answer."""

LINGER_S = 5
"""How long they are waited for where the connection is to end."""

MOST_PARTS = 256
"""Frames of one message."""

SEND_BUFFER = 262_144


class BoundedHttp(HttpToolsProtocol):
    """HTTP whose requests come in whole, and soon: a head that is too long or too late ends the connection.

    What is answered before it is whole is read on for a while: a socket closed with bytes unread takes its answer along.
    """

    _came = 0  # bytes that nobody asked for: of a head, or of what is answered
    _late: Any = None
    _inside = False  # between a head and the end of its body
    _ending = False

    def connection_made(self, transport: Any) -> None:
        """A client is there, and has not asked yet."""
        _keep_little(transport)
        super().connection_made(transport)
        self._wait(ASK_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._done()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._late is None and getattr(self.cycle, "response_complete", False):
            self._wait(ASK_S)
        if self._late is not None:
            if self._came > (MOST_REST if self._inside or self._ending else MOST_HEAD):
                self.transport.abort()
                return
            self._came += len(data)
        if not self._ending:
            super().data_received(data)

    def on_headers_complete(self) -> None:
        """The head is whole; what follows is the body's, which has its own bounds."""
        self._done()
        self._inside = True
        super().on_headers_complete()
        if self.cycle is not None:
            self.cycle.transport = cast(Any, _Answer(self.transport, self.end))

    def on_message_complete(self) -> None:
        """A request is whole; what follows is the next."""
        self._inside = False
        self._came = 0
        super().on_message_complete()

    def end(self) -> None:
        """Nothing more is said; what the client still says is thrown away, until it ends, or it is too much or too long."""
        if not self._inside or self._ending or self.transport.is_closing() or not self.transport.can_write_eof():
            self.transport.close()
            return
        self._ending = True
        self.pipeline.clear()
        self._done()
        self._wait(LINGER_S)
        self.transport.write_eof()
        self.flow.resume_reading()

    def _wait(self, most_s: float) -> None:
        self._came = 0
        self._late = self.loop.call_later(most_s, self.transport.abort)

    def _done(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


class _Answer:
    """What an answer is written to; its end is the connection's once the request has come in."""

    def __init__(self, transport: Any, end: Callable[[], None]) -> None:
        self.write = transport.write
        self.is_closing = transport.is_closing
        self.close = end


class PatientWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket whose close frame queues behind what a slow client has not taken: it learns why once it reads on.

    Who has not taken what waits for it in DROP_S more is dropped.
    """

    _pong: bytes | None = None

    def connection_made(self, transport: Any) -> None:
        """Keep little for a client in the kernel: what it has not taken is read again from the journal when it comes back."""
        _keep_little(transport)
        super().connection_made(transport)

    async def send(self, message: Any) -> None:
        """Send a message; a close does not wait for room."""
        if message["type"] == "websocket.close":
            self.writable.set()
            self.loop.call_later(DROP_S, self.transport.abort)
        await super().send(message)

    def keepalive_timeout(self) -> None:
        """It answered no ping: it is slow, like one that takes no frame."""
        self.pong_timer = None
        self.pending_ping_payload = None
        if self.close_sent or self.transport.is_closing():
            return
        self.conn.fail(SLOW, "slow")
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": SLOW})
        self.loop.call_later(DROP_S, self.transport.abort)
        self.transport.close()

    def handle_ping(self) -> None:
        """Answer a ping; while the client takes nothing only the last of them, so that nothing piles up for it."""
        pong = b"".join(self.conn.data_to_send())
        if self.writable.is_set():
            self.transport.write(pong)
        else:
            self._pong = pong

    def resume_writing(self) -> None:
        """There is room again."""
        super().resume_writing()
        if self._pong is not None and not self.close_sent and not self.transport.is_closing():
            self.transport.write(self._pong)
        self._pong = None

    def handle_cont(self, event: Any) -> None:
        """Take the next part of a message; its bytes are bounded by the parser, the number of its parts here."""
        if len(self.frames) >= MOST_PARTS:
            self.conn.fail(1009, "too many frames")
            self.handle_parser_exception()
            return
        super().handle_cont(event)


class Swept(uvicorn.Server):
    """A server that looks after what is stuck."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stuck = Stuck()

    async def on_tick(self, counter: int) -> bool:
        """Whether to end; asked ten times a second."""
        if counter % 10 == 0:
            self._stuck.look(self.server_state.connections, time.monotonic())
        return await super().on_tick(counter)


def _keep_little(transport: Any) -> None:
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)


class Stuck:
    """Finds connections on which something waits to be taken and nothing is: closed ones too, which nobody else looks at."""

    def __init__(self) -> None:
        self._seen: dict[Any, tuple[int, float]] = {}

    def look(self, connections: Iterable[Any], now: float) -> None:
        """Drop those that have stood still for DROP_S; called every second or so. now: [s], of a clock that only goes on."""
        seen, self._seen = self._seen, {}
        for each in list(connections):
            waiting = each.transport.get_write_buffer_size()
            if not waiting:
                continue
            before, since = seen.get(each, (-1, now))
            if waiting != before:
                since = now
            elif now - since >= DROP_S:
                each.transport.abort()
                continue
            self._seen[each] = (waiting, since)
