"""`metaorder serve`: one process, one server, until it is told to stop."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from metaorder.adapters.metrics import PrometheusMetrics
from metaorder.api.app import create_app
from metaorder.api.context import Context
from metaorder.bootstrap.exposure import refuse_exposed
from metaorder.bootstrap.lifetime import Prepared, lifetime, prepared
from metaorder.bootstrap.settings import Settings
from metaorder.bootstrap.state import locked
from metaorder.ports.journal import WriterLost

GRACE_S = 8
MOST_INBOUND = 16_384
DROP_S = 30
SEND_BUFFER = 262_144


class PatientWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket whose close frame queues behind what a slow client has not taken: it learns why once it reads on.

    Who has not taken what waits for it in DROP_S more is dropped.
    """

    def connection_made(self, transport: Any) -> None:
        """Keep little for a client in the kernel: what it has not taken is read again from the journal when it comes back."""
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        super().connection_made(transport)

    async def send(self, message: Any) -> None:
        """Send a message; a close does not wait for room."""
        if message["type"] == "websocket.close" and not self.writable.is_set():
            self.writable.set()
            self.loop.call_later(DROP_S, self.transport.abort)
        await super().send(message)


class Server(uvicorn.Server):
    """Says where it serves, once it does, and ends when another server has taken its database over."""

    def __init__(self, config: uvicorn.Config, lost: Callable[[], bool]) -> None:
        super().__init__(config)
        self._lost = lost

    async def on_tick(self, counter: int) -> bool:
        """Whether to end; asked ten times a second."""
        return self._lost() or await super().on_tick(counter)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and print the one line that says where."""
        await super().startup(sockets=sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            say(f"Metaorder is serving on http://{host}:{port}")


def say(line: str) -> None:
    """Print a line for whoever started the server."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def serve(settings: Settings) -> int:
    """Serve until a signal; the exit code.

    Raises:
        CannotStart, WriterLost, Damaged: and what to do about it.
    """
    with locked(settings.state), prepared(settings, say) as ready:
        refuse_exposed(settings, ready.journal, os.environ)
        server = Server(_config(settings, ready), lambda: ready.journal.lost)
        for each in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises them once more when it is done: a goodbye is no failure
            signal.signal(each, lambda _number, _frame: None)
        server.run()
        if ready.journal.lost:
            raise WriterLost("another server has taken this database over; start this one again and it stands by")
    return 0 if server.started else 1


def _config(settings: Settings, ready: Prepared) -> uvicorn.Config:
    metrics = PrometheusMetrics()

    def life() -> AbstractAsyncContextManager[Context]:
        return lifetime(ready, metrics)

    return uvicorn.Config(
        create_app(life, metrics, settings.most_under_way),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws=PatientWebSocket,
        ws_per_message_deflate=False,
        ws_max_size=MOST_INBOUND,
        access_log=False,
        log_level="warning",
        lifespan="on",
        timeout_graceful_shutdown=GRACE_S,
        server_header=False,
    )
