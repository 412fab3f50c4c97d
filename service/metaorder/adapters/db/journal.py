"""The journal in a database: sealed rows, their projections and what stands beside them, in one transaction."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from typing import Any

import psycopg
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import Column, Connection, Engine, Table, delete, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Select

from metaorder.adapters.db import analyses, tables
from metaorder.adapters.db.engine import check_durable, no_room
from metaorder.adapters.db.hold import Hold, is_lost
from metaorder.adapters.db.lease import Waiting
from metaorder.adapters.db.projector import Projector, Row
from metaorder.core.chain import GENESIS, Entry, Sealed, link, seal
from metaorder.ports.journal import (
    OPEN_STATES,
    Answer,
    Checkpoint,
    Damaged,
    DiskFull,
    Extra,
    GaveUp,
    StoredAnalysis,
    StoredJob,
    StoredRecord,
    WriterLost,
)
from metaorder.runtime.failpoints import failpoint

CHUNK = 5_000
AWAY_S = 60.0
"""How long a database may be away: an immediate restart takes seconds."""
RETRY_S = 0.1
MOST_FRAMES = 1_000
"""Pages of SQLite's write-ahead log that are not in the database file yet, 4 KiB each; then they are copied there."""
ORDER = ("parents", "children", "fills", "markets", "keys", "switches", "profiles", "estimates")
"""Projections in the order in which they may refer to each other."""


class SqlJournal:
    """The write side. One thread at a time owns it, and one process at a time owns the database.

    waiting: called when another server holds the database, which is then waited for; None: that is refused.
    away: the database cannot be reached just now; what is to be appended waits until it can, AWAY_S at most.
    """

    def __init__(self, engine: Engine, waiting: Waiting | None = None) -> None:
        check_durable(engine)
        self._engine = engine
        self._postgres = engine.dialect.name == "postgresql"
        self.away = False
        self._over = threading.Event()
        with ExitStack() as opened:
            self._hold = opened.enter_context(closing(Hold(engine, waiting)))
            self._projector = Projector(self._stored)
            self._statements = {name: _upsert(tables.metadata.tables[name], self._postgres) for name in ORDER}
            self._insert = _insert(tables.journal, self._postgres)
            self._position, self._hash = self._read_head()
            self._seqs: dict[str, int] = dict(self._rows(select(tables.streams.c.stream, tables.streams.c.seq)))
            self._connection.rollback()
            opened.pop_all()  # they stay open with the journal, and are closed if it does not come to be

    @property
    def heads(self) -> dict[str, int]:
        """The last seq of each stream."""
        return dict(self._seqs)

    def append(self, entries: Sequence[Entry], extras: Sequence[Extra]) -> list[Sealed]:
        """Seal and write everything, or nothing."""
        rows, seqs = self._seal(entries)
        try:
            self._commit(rows, seqs, extras)
        except BaseException as error:
            self._projector.forget()
            if no_room(error):
                raise DiskFull(str(error)) from error
            if not (self._postgres and is_lost(error)):
                raise
            self._find_out(rows, seqs, extras)
        if rows:
            self._position, self._hash = rows[-1].position, rows[-1].hash
            self._seqs |= seqs
        return rows

    def tidy(self) -> None:
        """Copy SQLite's write-ahead log into the database file once it has grown, and sync that; PostgreSQL does so itself.

        Raises:
            DiskFull: the file cannot grow; the log keeps all of it. OperationalError: of the disk.
        """
        if self._postgres:
            return
        raw = self._connection.connection.cursor()  # past the engine, which would begin a transaction
        try:
            _, frames, copied = raw.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()
            if frames - copied >= MOST_FRAMES:
                raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()  # readers, and what they still read, are left alone
        except sqlite.OperationalError as error:
            if no_room(error):
                raise DiskFull(str(error)) from error
            raise
        finally:
            raw.close()

    def session(self, session: str) -> Iterator[Sealed]:
        """The deterministic rows of a session, in order."""
        table = tables.journal
        query = select(table).where(table.c.session == session, table.c.session_index.is_not(None))
        return self._read(query, table.c.session_index)

    def open_markets(self) -> list[Mapping[str, Any]]:
        """Sessions that are ready, running or paused, oldest first."""
        table = tables.markets
        query = select(table).where(table.c.state.in_(OPEN_STATES)).order_by(table.c.position)
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def switches(self) -> dict[str, str]:
        """Every switch with its value."""
        with self._engine.connect() as connection:
            return {str(row.name): str(row.value) for row in connection.execute(select(tables.switches))}

    def first(self, query: Select[Any]) -> tuple[Any, ...] | None:
        """The first row of a query, outside any transaction of the journal's own."""
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
            return None if row is None else tuple(row)

    def everything(self) -> Iterator[Sealed]:
        """Every row, oldest first."""
        return self._read(select(tables.journal), tables.journal.c.position)

    def stored_rows(self, table: Table) -> list[dict[str, Any]]:
        """Every row of a projection as it is stored."""
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(select(table)).mappings()]

    def verify(self, tail: int | None = None) -> int:
        """Check the chain up to the head: from the first row, or over its last `tail` rows."""
        table = tables.journal
        begin = 0 if tail is None else max(0, self._position - tail)
        anchor = self.first(select(table.c.hash).where(table.c.position == begin))
        if begin and anchor is None:
            raise Damaged(begin, "the row is missing")
        previous, position = GENESIS if anchor is None else bytes(anchor[0]), begin
        for row in self._read(select(table).where(table.c.position > begin), table.c.position):
            position += 1
            if row.position != position:
                raise Damaged(position, f"the row is missing; the next one is {row.position}")
            if link(previous, row.position, row.seq, row.entry) != row.hash:
                raise Damaged(position, "its hash does not fit what it says and what came before")
            previous = row.hash
        if (position, previous) != (self._position, self._hash):
            raise Damaged(position + 1, f"the head stands at {self._position}: the tail is cut off or was changed")
        return position - begin

    def rebuild(self) -> int:
        """Empty the projections and fold every row again."""
        self._projector.forget()
        count = 0
        with self._hold.begin(bounded=False):
            for table in tables.PROJECTIONS:
                self._connection.execute(delete(table))
            last = 0
            while chunk := self._chunk(last):
                self._project(chunk)
                count += len(chunk)
                last = chunk[-1].position
        return count

    def close(self) -> None:
        """Let go of the database, and of the lock on it."""
        self._hold.close()
        self._engine.dispose()

    @property
    def lost(self) -> bool:
        """Whether another server has taken the database over, as far as is known here; from any thread."""
        return self._hold.lost

    def give_up(self) -> None:
        """Wait no longer for a database that is away; from any thread."""
        self._over.set()

    @property
    def _connection(self) -> Connection:
        return self._hold.connection

    def _seal(self, entries: Sequence[Entry]) -> tuple[list[Sealed], dict[str, int]]:
        rows: list[Sealed] = []
        seqs: dict[str, int] = {}
        position, previous = self._position, self._hash
        for entry in entries:
            position += 1
            seq = None
            if entry.stream is not None:
                seq = seqs.get(entry.stream, self._seqs.get(entry.stream, 0)) + 1
                seqs[entry.stream] = seq
            row = seal(previous, position, seq, entry)
            previous = row.hash
            rows.append(row)
        return rows, seqs

    def _commit(self, rows: list[Sealed], seqs: dict[str, int], extras: Sequence[Extra]) -> None:
        with self._hold.begin():
            failpoint("journal.begun")
            if rows:
                self._write(rows, seqs)
            for extra in extras:
                self._write_extra(extra)
            failpoint("journal.written")

    def _find_out(self, rows: list[Sealed], seqs: dict[str, int], extras: Sequence[Extra]) -> None:
        """The connection was lost: take hold again, see whether the transaction was committed, and commit it if it was not.

        Raises:
            WriterLost: another server has taken the database over. DBAPIError, psycopg.Error: it was away for AWAY_S.
        """
        deadline = time.monotonic() + AWAY_S
        self.away = True
        try:
            while True:
                try:
                    if not self._is_committed(rows):
                        self._commit(rows, seqs, extras)
                    return
                except (DBAPIError, psycopg.Error) as error:
                    self._projector.forget()
                    if not is_lost(error) or time.monotonic() > deadline:
                        raise
                if self._over.wait(RETRY_S):
                    raise GaveUp("the server stopped while its database was away")
        finally:
            self.away = False

    def _is_committed(self, rows: list[Sealed]) -> bool:
        """Whether a transaction whose end nobody saw is in the database: the head is its last row, or the one before it."""
        try:
            head = self._hold.renew()
        except WriterLost:
            if rows and self.first(_same(rows[-1])) is not None:
                return True  # it was committed before the other server took over
            raise
        if rows and head == (rows[-1].position, rows[-1].hash):
            return True
        if head != (self._position, self._hash):
            raise Damaged(self._position + 1, f"the head stands at {head[0]}, and nobody here wrote it")
        return False

    def _write(self, rows: list[Sealed], seqs: dict[str, int]) -> None:
        self._many(self._insert, [_values(row) for row in rows])
        self._project(rows)
        head = update(tables.journal_head).values(position=rows[-1].position, hash=rows[-1].hash)
        self._connection.execute(head)
        streams = [{"stream": stream, "seq": seq} for stream, seq in seqs.items()]
        if streams:
            self._many(*_upsert_rows(tables.streams, streams, self._postgres))

    def _project(self, rows: list[Sealed]) -> None:
        changed = self._projector.fold(rows)
        for name in ORDER:
            if name in changed:
                sql, columns = self._statements[name]
                self._many(sql, [tuple(row[column] for column in columns) for row in changed[name]])

    def _write_extra(self, extra: Extra) -> None:
        match extra:
            case Answer():
                row = {name: getattr(extra, name) for name in ("account", "key", "body_hash", "parent", "status", "response")}
                self._many(*_upsert_rows(tables.answers, [row], self._postgres))
            case StoredRecord():
                if extra.so_far and self._is_over(extra.session):
                    return
                row = {"session": extra.session, "symbol": extra.symbol, "data": extra.data}
                self._many(*_upsert_rows(tables.records, [row], self._postgres))
            case StoredJob():
                row = {name: getattr(extra, name) for name in ("id", "account", "kind", "seq", "state", "doc", "result")}
                self._many(*_upsert_rows(tables.jobs, [row], self._postgres))
            case StoredAnalysis():
                analyses.keep(self._connection, extra)
            case Checkpoint():
                where = tables.markets.c.id == extra.session
                values = {"clock": extra.market_time, "event_index": extra.event_index}
                self._connection.execute(update(tables.markets).where(where).values(values))

    def _is_over(self, session: str) -> bool:
        state = self._connection.execute(select(tables.markets.c.state).where(tables.markets.c.id == session)).scalar()
        return state in analyses.OVER

    def _many(self, sql: str, values: Sequence[tuple[Any, ...]]) -> None:
        """The driver's own executemany: the Core's costs twice as much."""
        raw = self._connection.connection
        cursor = raw.cursor()
        try:
            cursor.executemany(sql, values)
        finally:
            cursor.close()

    def _stored(self, table: str, key: str) -> Row | None:
        target = tables.metadata.tables[table]
        primary = next(iter(target.primary_key.columns))
        found = self._connection.execute(select(target).where(primary == key)).mappings().first()
        return dict(found) if found is not None else None

    def _read_head(self) -> tuple[int, bytes]:
        position, digest = self._rows(select(tables.journal_head.c.position, tables.journal_head.c.hash))[0]
        last = self._connection.execute(select(func.max(tables.journal.c.position))).scalar()
        if (last or 0) != position:
            where = min(last or 0, position) + 1
            raise Damaged(where, f"the head stands at {position}, the last row at {last}: the tail is cut off or the head is old")
        return position, bytes(digest)

    def _rows(self, query: Select[Any]) -> list[Any]:
        return [tuple(row) for row in self._connection.execute(query)]

    def _chunk(self, after: int) -> list[Sealed]:
        query = select(tables.journal).where(tables.journal.c.position > after).order_by(tables.journal.c.position).limit(CHUNK)
        return [_sealed(row) for row in self._connection.execute(query).mappings()]

    def _read(self, query: Select[Any], key: Column[Any]) -> Iterator[Sealed]:
        """Rows by a key that counts up, a chunk at a time: whoever stops in the middle leaves no connection open."""
        after = query.order_by(key).limit(CHUNK)
        while True:
            with self._engine.connect() as connection:
                chunk = connection.execute(after).mappings().all()
            yield from map(_sealed, chunk)
            if len(chunk) < CHUNK:
                return
            after = query.where(key > chunk[-1][key.name]).order_by(key).limit(CHUNK)


def _same(row: Sealed) -> Select[Any]:
    table = tables.journal
    return select(table.c.position).where(table.c.position == row.position, table.c.hash == row.hash)


def _values(row: Sealed) -> tuple[Any, ...]:
    entry = row.entry
    return (
        row.position,
        row.hash,
        entry.session,
        entry.session_index,
        entry.stream,
        row.seq,
        entry.type,
        entry.version,
        entry.market_time,
        entry.event_index,
        entry.parent,
        entry.payload,
    )


def _sealed(row: Any) -> Sealed:
    names = ("session", "session_index", "stream", "type", "version", "market_time", "event_index", "parent")
    entry = Entry(payload=bytes(row["payload"]), **{name: row[name] for name in names})
    return Sealed(position=row["position"], seq=row["seq"], hash=bytes(row["hash"]), entry=entry)


def _mark(postgres: bool) -> str:
    return "%s" if postgres else "?"


def _insert(table: Table, postgres: bool) -> str:
    names = [column.name for column in table.columns]
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join([_mark(postgres)] * len(names))})"  # noqa: S608 names of our own


def _upsert(table: Table, postgres: bool) -> tuple[str, list[str]]:
    """The statement that writes a whole row, whether it is there or not, and the order of its values."""
    names = [column.name for column in table.columns]
    primary = [column.name for column in table.primary_key.columns]
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name not in primary)
    return f"{_insert(table, postgres)} ON CONFLICT ({', '.join(primary)}) DO UPDATE SET {changes}", names


def _upsert_rows(table: Table, rows: Iterable[Row], postgres: bool) -> tuple[str, list[tuple[Any, ...]]]:
    sql, names = _upsert(table, postgres)
    return sql, [tuple(row[name] for name in names) for row in rows]
