"""Connections: which database an address names, and how each is opened so that a commit is durable."""

from __future__ import annotations

from typing import Any

from psycopg.errors import DiskFull
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool, QueuePool

from metaorder.adapters.db.lease import WRITER

SAFE_SQLITE = (3, 51, 3)
"""Older ones can corrupt a write-ahead log that two connections write or checkpoint at once."""


POSTGRES = {
    "client_encoding": "utf8",
    "connect_timeout": 2,
    "tcp_user_timeout": 4_000,
    "keepalives_idle": 4,
    "keepalives_interval": 2,
}
"""Said of every connection to PostgreSQL. A cluster that was made without a locale would hand text over as bytes;
a host that is gone is known to be in seconds."""

LOCKED_MS = 2_000
"""How long a read waits for a lock; the service takes none that a read waits for, so whoever does holds up everybody."""

NAMED = {"application_name": WRITER}


class UnsafeDatabase(RuntimeError):
    """The database cannot keep what it is given."""


def is_sqlite(url: str) -> bool:
    """Whether an address names a SQLite file."""
    return make_url(url).get_backend_name() == "sqlite"


def writer_engine(url: str) -> Engine:
    """The engine of the one write connection."""
    if is_sqlite(url):
        return _sqlite(url, read_only=False)
    return create_engine(_psycopg(url), poolclass=NullPool, isolation_level="READ COMMITTED", connect_args=POSTGRES | NAMED)


def reader_engine(url: str, readers: int) -> Engine:
    """The engine of connections that read, one a thread."""
    if is_sqlite(url):
        return _sqlite(url, read_only=True)
    return create_engine(
        _psycopg(url),
        poolclass=QueuePool,
        pool_size=readers,
        max_overflow=0,
        pool_timeout=3,
        pool_pre_ping=True,
        isolation_level="REPEATABLE READ",
        connect_args={"options": f"-c default_transaction_read_only=on -c lock_timeout={LOCKED_MS}", **POSTGRES},
    )


def check_durable(engine: Engine) -> None:
    """Read back what durability rests on.

    Raises:
        UnsafeDatabase: a setting under which an acknowledged commit can be lost.
    """
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            if sqlite.sqlite_version_info < SAFE_SQLITE:
                raise UnsafeDatabase(f"SQLite must be at least {SAFE_SQLITE}, was {sqlite.sqlite_version}")
            found = {
                "journal_mode": connection.execute(text("PRAGMA journal_mode")).scalar(),
                "synchronous": connection.execute(text("PRAGMA synchronous")).scalar(),
                "foreign_keys": connection.execute(text("PRAGMA foreign_keys")).scalar(),
            }
            wanted: dict[str, Any] = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        else:
            names = ("fsync", "synchronous_commit", "full_page_writes")
            found = {name: connection.execute(text(f"SHOW {name}")).scalar() for name in names}
            wanted = dict.fromkeys(names, "on")
    for name, value in wanted.items():
        if found[name] != value:
            raise UnsafeDatabase(f"the database's {name} must be {value}, was {found[name]}")


def no_room(error: BaseException) -> bool:
    """Whether a statement failed since there was no room for what it writes; the driver's error, or wrapped."""
    cause = getattr(error, "orig", error)
    return isinstance(cause, DiskFull) or (isinstance(cause, sqlite.OperationalError) and "disk is full" in str(cause))


def _psycopg(url: str) -> str:
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _sqlite(url: str, *, read_only: bool) -> Engine:
    engine = create_engine(url, module=sqlite, poolclass=QueuePool, pool_size=8, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun above, not by the driver's guess
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA busy_timeout=5000")
        cursor.execute("PRAGMA mmap_size=0")
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        else:
            cursor.execute("PRAGMA wal_autocheckpoint=0")  # its errors are swallowed: the journal checkpoints itself, see `tidy`
        cursor.close()

    return engine
