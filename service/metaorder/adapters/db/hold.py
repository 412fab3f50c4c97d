"""A server's hold on its database: a connection that writes, a lock for which others wait, an epoch that fences."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import psycopg
from sqlalchemy import Connection, Engine, select, text, update
from sqlalchemy.exc import DBAPIError

from metaorder.adapters.db import tables
from metaorder.adapters.db.lease import Lease, Waiting, drop
from metaorder.ports.journal import WriterLost

STALLED_S = 3.0
"""A transaction that takes longer has lost its database: its connection is cut, and looked after like any that was."""

POLL_S = 0.25
FENCE = text("SELECT 1 FROM writer WHERE epoch = :mine FOR SHARE")
SETTLED = text("SELECT epoch FROM writer FOR UPDATE")


def is_lost(error: BaseException) -> bool:
    """Whether a statement failed since its connection is gone, or cannot be had: nobody knows what became of the transaction."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or (error.orig is not None and is_lost(error.orig))
    if not isinstance(error, psycopg.OperationalError):
        return False
    return error.sqlstate is None or error.sqlstate[:2] in {"08", "57", "55"}  # of connections, of an operator, of a lock


class Hold:
    """Connections of the one server that writes a database.

    waiting: called once when another server has the lock, which is then waited for; None: that is refused.
    """

    def __init__(self, engine: Engine, waiting: Waiting | None = None) -> None:
        self._engine = engine
        self._postgres = engine.dialect.name == "postgresql"
        self._until: float | None = None
        self._closed = False
        with ExitStack() as opened:
            self._lease = Lease(engine, waiting) if self._postgres else None
            opened.callback(self.close)
            self.connection = engine.connect()
            self._epoch = self._claim()
            opened.pop_all()
        if self._lease is not None:
            self._lease.keep(self._epoch)
            threading.Thread(target=self._watch, name="metaorder-watchdog", daemon=True).start()

    @contextmanager
    def begin(self, *, bounded: bool = True) -> Iterator[None]:
        """A transaction of the server that still holds the database. bounded: it takes STALLED_S at most, or as long as it takes.

        Raises:
            WriterLost: another one has taken it over.
        """
        self._until = time.monotonic() + STALLED_S if bounded else None
        try:
            with self.connection.begin():
                if self._postgres and self.connection.execute(FENCE, {"mine": self._epoch}).first() is None:
                    raise self._taken_over()
                yield
        finally:
            self._until = None

    def renew(self) -> tuple[int, bytes]:
        """Hold the database again after a connection was lost; the head of the journal, once what was under way is over.

        A transaction whose end nobody saw may still be at work in the database: it holds the writer's row until it is over.

        Raises:
            WriterLost: another server has taken it over. DBAPIError: the database cannot be reached, or what was under way is
            not over.
        """
        self._until = time.monotonic() + STALLED_S
        try:
            drop(self.connection)
            self.connection = self._engine.connect()
            with self.connection.begin():
                self.connection.execute(text("SET LOCAL lock_timeout = '1s'"))
                if self.connection.execute(SETTLED).scalar() != self._epoch:
                    raise self._taken_over()
                head = self.connection.execute(select(tables.journal_head.c.position, tables.journal_head.c.hash)).one()
            return int(head.position), bytes(head.hash)
        finally:
            self._until = None

    def close(self) -> None:
        """Let go of the database."""
        self._closed = True
        drop(getattr(self, "connection", None))
        if self._lease is not None:
            self._lease.close()

    @property
    def lost(self) -> bool:
        """Whether another server has taken the database over, as far as is known here."""
        return self._lease is not None and self._lease.lost.is_set()

    def _taken_over(self) -> WriterLost:
        if self._lease is not None:
            self._lease.lost.set()
        return WriterLost("another server has taken this database over")

    def _claim(self) -> int:
        """A new epoch: a writer of an older one can write no more."""
        with self.connection.begin():
            claim = update(tables.writer).values(epoch=tables.writer.c.epoch + 1).returning(tables.writer.c.epoch)
            return int(self.connection.execute(claim).scalar_one())

    def _watch(self) -> None:
        """Cut the connection of a transaction that stands still: the driver would wait for an answer for ever."""
        while not self._closed:
            time.sleep(POLL_S)
            until = self._until
            if until is not None and time.monotonic() > until:
                self._until = None
                for each in (self.connection, None if self._lease is None else self._lease.connection):
                    _cut(each)


def _cut(connection: Connection | None) -> None:
    """End a connection under the statement that waits on it, in whatever state it is."""
    raw = None if connection is None or connection.closed else connection.connection.driver_connection
    if raw is None or raw.closed:
        return
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(raw.fileno())) as held:
        held.shutdown(socket.SHUT_RDWR)
