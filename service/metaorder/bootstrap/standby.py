"""A server that waits for its database answers on its port meanwhile: that it stands by, and what can be read."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from sqlalchemy.sql import Select

from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.db.engine import reader_engine
from metaorder.adapters.db.queries import SqlQueries
from metaorder.adapters.market_data.files import Files
from metaorder.adapters.memory import MemoryJournal
from metaorder.adapters.metrics import PrometheusMetrics
from metaorder.api.app import create_app
from metaorder.api.context import Context, KeyRing
from metaorder.api.standby import STANDBY
from metaorder.bootstrap.connections import Swept
from metaorder.bootstrap.exposure import refuse_exposed
from metaorder.bootstrap.lifetime import Say, World, composed
from metaorder.bootstrap.settings import Settings
from metaorder.runtime.service import Service

STOP_S = 10.0


class Waiting:
    """The server's port while another one holds the database. Its own thread, its own connections, and none that writes."""

    def __init__(self, settings: Settings, config: Any, say: Say) -> None:
        """config: makes what uvicorn is told, of an application."""
        self._settings = settings
        self._config = config
        self._say = say
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Open the port, and answer.

        Raises:
            CannotStart: the address is public, and something is in the way of that.
        """
        self._say("Another server holds the database: waiting until it lets go.")
        refuse_exposed(self._settings, _Reading(self._settings.url), os.environ)
        metrics = PrometheusMetrics()
        config = self._config(create_app(self._life, metrics, self._settings.most_under_way, standby=True))
        self._socket = config.bind_socket()
        host, port = self._socket.getsockname()[:2]
        self._server = Swept(config)
        own = self._socket.dup()  # a server closes what it was given
        self._thread = threading.Thread(target=self._server.run, args=([own],), name="metaorder-standby", daemon=True)
        self._thread.start()
        self._say(f"Metaorder stands by on http://{host}:{port}")

    def end(self) -> list[socket.socket] | None:
        """Answer no more; the port, for who goes on. Who connects in between waits in its queue."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(STOP_S)
        return None if self._socket is None else [self._socket]

    @asynccontextmanager
    async def _life(self) -> AsyncIterator[Context]:
        settings, world, calendars = self._settings, World(), ExchangeCalendars()
        service = Service(MemoryJournal(), world.clock, {})
        service.stand_by(STANDBY)
        queries = SqlQueries(reader_engine(settings.url, settings.readers), settings.readers)
        context = composed(settings, service, queries, Files(settings.roots, calendars), calendars, world)
        context.ring = KeyRing(queries, world.clock, keep=False)  # nobody tells it which keys are revoked
        try:
            yield context
        finally:
            queries.close()


class _Reading:
    """One row of a database, asked for once."""

    def __init__(self, url: str) -> None:
        self._url = url

    def first(self, query: Select[Any]) -> tuple[Any, ...] | None:
        """The first row of a query."""
        engine = reader_engine(self._url, 1)
        try:
            with engine.connect() as connection:
                row = connection.execute(query).first()
                return None if row is None else tuple(row)
        finally:
            engine.dispose()
