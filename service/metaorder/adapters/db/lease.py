"""The lease on a PostgreSQL database: who holds it writes, the next one waits, and one that was taken for dead is ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from metaorder.ports.journal import WriterLost

KEY = 7304116
WRITER = "metaorder-writer"
"""What connections of a writer are called, so that who takes over can end those of the one before."""

RENEW_S = 1.0
SILENT_S = 6.0
"""A holder that has not renewed its lease for so long was stopped, or its machine was."""

AGAIN_S = 0.1

FREE_S = 4.0
"""How long the lease must be free before one who waits takes it: its holder may be connecting again."""

POLL_S = 0.25
JOIN_S = 5.0

TAKE = text("SELECT pg_try_advisory_lock(:key)")
HOLDER = text(
    "SELECT a.pid, EXTRACT(EPOCH FROM clock_timestamp() - a.state_change) AS silent_s FROM pg_locks l "
    "JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.granted AND l.objid = :key "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
EPOCH = text("SELECT epoch FROM writer")
BACKEND = text("SELECT pid, backend_start AS start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
END = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = :pid AND backend_start = :start")
END_ONE = text("SELECT pg_terminate_backend(:pid)")
END_OTHERS = text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE datname = current_database() AND application_name = :name AND pid <> pg_backend_pid()"
)

Waiting = Callable[[], None]


class Lease:
    """An advisory lock on a connection of its own, renewed each second by asking for the epoch on it.

    The lock says who should write, the epoch who can. lost: another server has counted the epoch up.
    """

    def __init__(self, engine: Engine, waiting: Waiting | None) -> None:
        """Take it.

        Raises:
            WriterLost: another server holds it, and nobody waits.
        """
        self._engine = engine
        self.connection: Connection | None = _taken(engine, waiting)
        self._backend = _backend(self.connection)
        self.lost = threading.Event()
        self._epoch = 0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="metaorder-lease", daemon=True)

    def keep(self, epoch: int) -> None:
        """Renew it from now on, as the server of an epoch."""
        self._epoch = epoch
        self._thread.start()

    def close(self) -> None:
        """Give it back."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(JOIN_S)
        drop(self.connection)

    def _keep(self) -> None:
        while not self._closing.wait(RENEW_S if self.connection is not None else AGAIN_S) and not self.lost.is_set():
            try:
                self._renew()
            except DBAPIError:
                drop(self.connection)
                self.connection = None

    def _renew(self) -> None:
        """Ask on the connection that has the lock; where it was lost, on another one, until the lock is ours again."""
        if self.connection is None:
            with _connected(self._engine) as connection:
                connection.execute(END, self._backend)  # the database may not have missed it yet, and would keep its lock
                self._look(connection)
            if not self.lost.is_set():
                self.connection = _locked(self._engine)
            if self.connection is not None:
                self._backend = _backend(self.connection)
        else:
            self._look(self.connection)

    def _look(self, connection: Connection) -> None:
        if connection.execute(EPOCH).scalar() != self._epoch:
            self.lost.set()


def drop(connection: Connection | None) -> None:
    """Close a connection that may be gone already."""
    if connection is not None and not connection.closed:
        with suppress(DBAPIError):
            if connection.in_transaction():
                connection.invalidate()
        with suppress(DBAPIError):
            connection.close()


def _taken(engine: Engine, waiting: Waiting | None) -> Connection:
    """A connection that holds the lock, and no other writer's connection beside it.

    Raises:
        WriterLost: another server holds it, and nobody waits.
    """
    connection = _locked(engine)
    if connection is None:
        if waiting is None:
            raise WriterLost("another server holds this database")
        waiting()
        connection = _waited(engine)
    connection.execute(END_OTHERS, {"name": WRITER})
    return connection


def _waited(engine: Engine) -> Connection:
    """Wait until the lease is free for FREE_S, or its holder silent for SILENT_S, and take it."""
    since: float | None = None
    while True:
        time.sleep(POLL_S)
        try:
            with _connected(engine) as connection:
                free = _free(connection)
            since = (time.monotonic() if since is None else since) if free else None
            if since is not None and time.monotonic() - since >= FREE_S and (taken := _locked(engine)) is not None:
                return taken
        except DBAPIError:
            since = None  # the database is away for everybody: who held it may be first when it is back


def _free(connection: Connection) -> bool:
    """Whether nobody holds the lock; one that was silent for too long is ended, where its role lets us see that."""
    holder = connection.execute(HOLDER, {"key": KEY}).first()
    if holder is not None and holder.silent_s is not None and float(holder.silent_s) >= SILENT_S:
        connection.execute(END_ONE, {"pid": holder.pid})
    return holder is None


def _locked(engine: Engine) -> Connection | None:
    """A connection that holds the lock; None where another does."""
    connection = _connected(engine)
    if connection.execute(TAKE, {"key": KEY}).scalar():
        return connection
    connection.close()
    return None


def _connected(engine: Engine) -> Connection:
    return engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def _backend(connection: Connection) -> dict[str, Any]:
    """What the database calls a connection, by number and beginning: numbers are given out again."""
    return dict(connection.execute(BACKEND).mappings().one())
