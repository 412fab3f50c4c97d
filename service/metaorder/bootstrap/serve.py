"""`metaorder serve`: one process, one server, until it is told to stop."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import uvicorn

from metaorder.adapters.metrics import PrometheusMetrics
from metaorder.api.app import create_app
from metaorder.bootstrap.connections import BoundedHttp, PatientWebSocket, Swept
from metaorder.bootstrap.exposure import refuse_exposed
from metaorder.bootstrap.lifetime import lifetime, prepared
from metaorder.bootstrap.settings import Settings
from metaorder.bootstrap.standby import Waiting
from metaorder.bootstrap.state import locked
from metaorder.ports.journal import WriterLost

GRACE_S = 8
MOST_INBOUND = 16_384


class Server(Swept):
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
    standby = Waiting(settings, _config(settings), say)
    with locked(settings.state), prepared(settings, say, waiting=standby.begin) as ready:
        refuse_exposed(settings, ready.journal, os.environ)
        metrics = PrometheusMetrics()
        app = create_app(lambda: lifetime(ready, metrics), metrics, settings.most_under_way)
        server = Server(_config(settings)(app), lambda: ready.journal.lost)
        for each in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises them once more when it is done: a goodbye is no failure
            signal.signal(each, lambda _number, _frame: None)
        server.run(standby.end())
        if ready.journal.lost:
            raise WriterLost("another server has taken this database over; start this one again and it stands by")
    return 0 if server.started else 1


def _config(settings: Settings) -> Callable[[Any], uvicorn.Config]:
    """What uvicorn is told, of an application."""
    return partial(
        uvicorn.Config,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=BoundedHttp,
        ws=PatientWebSocket,
        ws_per_message_deflate=False,
        ws_max_size=MOST_INBOUND,
        access_log=False,
        log_level="warning",
        lifespan="on",
        timeout_graceful_shutdown=GRACE_S,
        server_header=False,
    )
