"""A server's hold on its database: a connection that writes, a lock for which others wait, an epoch that fences."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import psycopg
from sqlalchemy import Connection, Engine, select, text, update
from sqlalchemy.exc import DBAPIError

from metaorder.adapters.db import tables
from metaorder.ports.journal import WriterLost

TAKE = text("SELECT pg_try_advisory_lock(7304116)")
STALLED_S = 4.0
"""A transaction that takes longer has lost its database: its connection is cut, and looked after like any that was."""

POLL_S = 0.25
FENCE = text("SELECT 1 FROM writer WHERE epoch = :mine FOR SHARE")
SETTLED = text("SELECT epoch FROM writer FOR UPDATE")

Waiting = Callable[[], None]


class LockHeld(WriterLost):
    """Somebody holds the lock: another server, or a connection of our own that the database does not know to be gone."""


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
        with ExitStack() as opened:
            self._lock = _locked(engine, waiting) if self._postgres else None
            opened.callback(self.close)
            self.connection = engine.connect()
            self._epoch = self._claim()
            opened.pop_all()
        if self._postgres:
            threading.Thread(target=self._watch, name="metaorder-watchdog", daemon=True).start()

    @contextmanager
    def begin(self) -> Iterator[None]:
        """A transaction of the server that still holds the database.

        Raises:
            WriterLost: another one has taken it over.
        """
        self._until = time.monotonic() + STALLED_S
        try:
            with self.connection.begin():
                if self._postgres and self.connection.execute(FENCE, {"mine": self._epoch}).first() is None:
                    raise WriterLost("another server has taken this database over")
                yield
        finally:
            self._until = None

    def renew(self) -> tuple[int, bytes]:
        """Hold the database again after a connection was lost; the head of the journal, once what was under way is over.

        A transaction whose end nobody saw may still be at work in the database: it holds the writer's row until it is over.

        Raises:
            WriterLost: another server has taken it over. LockHeld: the lock is not ours yet. DBAPIError: the database cannot be
            reached, or what was under way is not over.
        """
        self._until = time.monotonic() + STALLED_S
        try:
            _drop(self.connection)
            self.connection = self._engine.connect()
            with self.connection.begin():
                self.connection.execute(text("SET LOCAL lock_timeout = '1s'"))
                if self.connection.execute(SETTLED).scalar() != self._epoch:
                    raise WriterLost("another server has taken this database over")
                head = self.connection.execute(select(tables.journal_head.c.position, tables.journal_head.c.hash)).one()
            if self._lock is None or not _alive(self._lock):
                _drop(self._lock)
                self._lock = _locked(self._engine, None)
            return int(head.position), bytes(head.hash)
        finally:
            self._until = None

    def close(self) -> None:
        """Let go of the database."""
        _drop(getattr(self, "connection", None))
        _drop(self._lock)
        self._lock = None

    def _claim(self) -> int:
        """A new epoch: a writer of an older one can write no more."""
        with self.connection.begin():
            claim = update(tables.writer).values(epoch=tables.writer.c.epoch + 1).returning(tables.writer.c.epoch)
            return int(self.connection.execute(claim).scalar_one())

    def _watch(self) -> None:
        """Cut the connection of a transaction that stands still: the driver would wait for an answer for ever."""
        while self._lock is not None:
            time.sleep(POLL_S)
            until = self._until
            if until is not None and time.monotonic() > until:
                self._until = None
                for each in (self.connection, self._lock):
                    _cut(each)


def _locked(engine: Engine, waiting: Waiting | None) -> Connection:
    """Hold an advisory lock on a connection of its own, so that two servers never write one database.

    Raises:
        LockHeld: somebody holds it, and nobody waits.
    """
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    with ExitStack() as opened:
        opened.callback(_drop, connection)
        if not connection.execute(TAKE).scalar():
            if waiting is None:
                raise LockHeld("another server holds this database")
            waiting()
            while not connection.execute(TAKE).scalar():
                time.sleep(POLL_S)
        opened.pop_all()
    return connection


def _alive(connection: Connection) -> bool:
    try:
        connection.execute(text("SELECT 1"))
    except DBAPIError:
        return False
    return True


def _drop(connection: Connection | None) -> None:
    """Close a connection that may be gone already."""
    if connection is not None:
        with suppress(DBAPIError):
            if connection.in_transaction():
                connection.invalidate()
        with suppress(DBAPIError):
            connection.close()


def _cut(connection: Connection | None) -> None:
    """End a connection under the statement that waits on it, in whatever state it is."""
    raw = None if connection is None or connection.closed else connection.connection.driver_connection
    if raw is None or raw.closed:
        return
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(raw.fileno())) as held:
        held.shutdown(socket.SHUT_RDWR)
