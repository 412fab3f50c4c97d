"""Reads from the projections, in a few threads, each on a connection that cannot write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, bindparam, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.sql import Select
from sqlalchemy.sql.expression import BindParameter

from metaorder.adapters.db import analyses
from metaorder.adapters.db.tables import (
    answers,
    children,
    estimates,
    fills,
    jobs,
    journal,
    keys,
    markets,
    parents,
    profiles,
    records,
    streams,
)
from metaorder.adapters.db.venue_history import history
from metaorder.adapters.db.venue_performance import performance
from metaorder.domain.child import CHILD_TERMINAL
from metaorder.domain.order import TERMINAL, ParentId
from metaorder.domain.principal import Principal
from metaorder.ports.journal import Answer
from metaorder.ports.queries import (
    Asked,
    Cell,
    HistoryAsked,
    Page,
    Row,
    Snapshot,
    StreamRow,
    Unreachable,
    Values,
    VenueAsked,
    VenueMet,
    VenueSums,
)

Result = TypeVar("Result")
AWAY = "the database cannot be reached just now; ask again"
ANSWER_S = 3.5
"""How long a look-up waits for a database over a network."""

BEGINS_S = 2.5
"""How long a read that takes its time waits for a free reader: with what it may wait for a lock, less than 5 s."""

FILTERS = ("status", "market", "symbol", "algo", "basket_id")

# Read with every order that comes in: built once, because building costs more than reading.
_MINE: BindParameter[str] = bindparam("account")
_ANSWER = select(answers).where(answers.c.account == _MINE, answers.c.key == bindparam("key"))
_PARENT = select(parents).where(parents.c.account == _MINE, parents.c.id == bindparam("id"))


class SqlQueries:
    """The read side. Each call is one transaction, so that a page and its `as_of_seq` are of one instant."""

    def __init__(self, engine: Engine, readers: int) -> None:
        self._engine = engine
        self._within_s = None if engine.dialect.name == "sqlite" else ANSWER_S
        self._behind = asyncio.Semaphore(max(1, readers // 2))
        self._threads = ThreadPoolExecutor(readers, thread_name_prefix="metaorder-reader")

    def close(self) -> None:
        """Let go of the database."""
        self._threads.shutdown()
        self._engine.dispose()

    async def parent(self, principal: Principal, parent: ParentId) -> Row | None:
        """One parent order of the principal's account."""
        return await self._first(_PARENT, account=principal.account, id=parent)

    async def parent_by_client_id(self, principal: Principal, client_order_id: str) -> Row | None:
        """The parent order that the client calls so."""
        mine = parents.c.account == principal.account
        return await self._first(select(parents).where(mine, parents.c.client_order_id == client_order_id))

    async def parents(self, principal: Principal, where: Mapping[str, str], before: int | None, limit: int) -> Page:
        """Parent orders, newest first."""
        query = select(parents).where(parents.c.account == principal.account)
        for name in FILTERS:
            if name in where:
                query = query.where(parents.c[name] == where[name])
        if before is not None:
            query = query.where(parents.c.seq < before)
        return await self._page(principal, query.order_by(parents.c.seq.desc()), limit)

    async def children(self, principal: Principal, parent: ParentId, after: int, limit: int) -> Page:
        """Children of one order, first sent first."""
        mine = (children.c.account == principal.account) & (children.c.parent == parent)
        query = select(children).where(mine, children.c.seq > after).order_by(children.c.seq)
        return await self._page(principal, query, limit)

    async def fills(self, principal: Principal, parent: ParentId | None, after: int, limit: int) -> Page:
        """Fills, oldest first."""
        query = select(fills).where(fills.c.account == principal.account, fills.c.seq > after)
        if parent is not None:
            query = query.where(fills.c.parent == parent)
        return await self._page(principal, query.order_by(fills.c.seq), limit)

    async def events(self, principal: Principal, after: int, limit: int, parent: ParentId | None = None) -> Page:
        """Events of the account, oldest first."""
        columns = (journal.c.seq, journal.c.type, journal.c.parent, journal.c.payload)
        query = select(*columns).where(journal.c.stream == principal.account, journal.c.seq > after)
        if parent is not None:
            query = query.where(journal.c.parent == parent)
        return await self._page(principal, query.order_by(journal.c.seq), limit)

    async def schedules(self, principal: Principal, parent: ParentId) -> list[bytes]:
        """The schedules of an order as they were journaled, oldest first."""
        mine = (journal.c.stream == principal.account) & (journal.c.parent == parent) & (journal.c.type == "schedule")
        rows = await self._soon(select(journal.c.payload).where(mine).order_by(journal.c.position))
        return [bytes(row.payload) for row in rows]

    async def stream(self, stream: str, after: int, limit: int) -> list[StreamRow]:
        """Events of a stream, oldest first. Whoever is far behind leaves half of the readers to those who ask for something."""
        columns = (journal.c.seq, journal.c.type, journal.c.parent, journal.c.payload)
        query = select(*columns).where(journal.c.stream == stream, journal.c.seq > after).order_by(journal.c.seq).limit(limit)
        async with self._behind:
            rows = await self._all(query)
        return [StreamRow(row.seq, row.type, row.parent, bytes(row.payload)) for row in rows]

    async def snapshot(self, principal: Principal) -> Snapshot:
        """Orders of the account that are not over with their children that are not, all of one instant."""
        mine = (parents.c.account == principal.account) & parents.c.status.not_in(sorted(TERMINAL))
        open_parents = select(parents).where(mine).order_by(parents.c.seq)
        theirs = children.c.parent.in_(select(parents.c.id).where(mine)) & children.c.status.not_in(sorted(CHILD_TERMINAL))
        open_children = select(children).where(theirs).order_by(children.c.seq)
        head = select(streams.c.seq).where(streams.c.stream == principal.account)

        def read(connection: Connection) -> Snapshot:
            orders = [dict(row) for row in connection.execute(open_parents).mappings()]
            sent = [dict(row) for row in connection.execute(open_children).mappings()]
            return Snapshot(orders, sent, connection.execute(head).scalar() or 0)

        async with self._behind:
            return await self._run(read)

    async def parents_of_session(self, principal: Principal, session: str) -> list[str]:
        """Ids of the account's orders in a session."""
        mine = (parents.c.account == principal.account) & (parents.c.session == session)
        return [row.id for row in await self._soon(select(parents.c.id).where(mine))]

    async def commands(self, session: str) -> list[bytes]:
        """Commands of a session, in order."""
        here = (journal.c.session == session) & journal.c.session_index.is_not(None) & journal.c.type.like("command.%")
        rows = await self._all(select(journal.c.payload).where(here).order_by(journal.c.session_index))
        return [bytes(row.payload) for row in rows]

    async def answer(self, principal: Principal, key: str) -> Answer | None:
        """The stored answer to a request of the account."""
        row = await self._first(_ANSWER, account=principal.account, key=key)
        return None if row is None else Answer(**{**row, "response": bytes(row["response"])})

    async def market(self, market: str) -> Row | None:
        """A session by its id, or the newest of a name."""
        either = (markets.c.id == market) | (markets.c.name == market)
        return await self._first(select(markets).where(either).order_by(markets.c.position.desc()).limit(1))

    async def markets(self, after: int, limit: int) -> list[Row]:
        """Sessions, newest first."""
        query = select(markets)
        if after:
            query = query.where(markets.c.position < after)
        return [dict(row._mapping) for row in await self._soon(query.order_by(markets.c.position.desc()).limit(limit))]  # noqa: SLF001 a row's public name for this

    async def record(self, session: str, symbol: str) -> bytes | None:
        """The kept market record of a session."""
        row = await self._first(select(records).where(records.c.session == session, records.c.symbol == symbol))
        return None if row is None else bytes(row["data"])

    async def job(self, principal: Principal, kind: str, job: str) -> Row | None:
        """One job of the account, with its result."""
        mine = (jobs.c.account == principal.account) & (jobs.c.kind == kind)
        return await self._first(select(jobs).where(mine, jobs.c.id == job))

    async def jobs(self, principal: Principal, kind: str, state: str | None, before: int | None, limit: int) -> Page:
        """Jobs of the account, newest first, without results."""
        plain = [column for column in jobs.c if column.name != "result"]
        query = select(*plain).where(jobs.c.account == principal.account, jobs.c.kind == kind)
        if state is not None:
            query = query.where(jobs.c.state == state)
        if before is not None:
            query = query.where(jobs.c.seq < before)
        return await self._page(principal, query.order_by(jobs.c.seq.desc()), limit)

    async def open_jobs(self) -> list[Row]:
        """Every job that is queued or running, oldest first."""
        query = select(jobs).where(jobs.c.state.in_(("queued", "running"))).order_by(jobs.c.seq)
        return [dict(row._mapping) for row in await self._all(query)]  # noqa: SLF001

    async def key_by_hash(self, digest: str) -> Row | None:
        """The key with this hash."""
        return await self._first(select(keys).where(keys.c.hash == digest))

    async def keys(self) -> list[Row]:
        """Every key."""
        return [dict(row._mapping) for row in await self._soon(select(keys).order_by(keys.c.created_at, keys.c.id))]  # noqa: SLF001

    async def profile(self, principal: Principal, symbol: str, version: int | None = None) -> Row | None:
        """The account's profile of an instrument: the newest, or the one of a version."""
        query = select(profiles).where(profiles.c.account == principal.account, profiles.c.symbol == symbol)
        if version is not None:
            query = query.where(profiles.c.version == version)
        return await self._first(query.order_by(profiles.c.version.desc()).limit(1))

    async def estimate(self, principal: Principal, estimate: str) -> Row | None:
        """An estimate of the account."""
        return await self._first(select(estimates).where(estimates.c.account == principal.account, estimates.c.id == estimate))

    async def analysis(self, principal: Principal, parent: ParentId) -> Row | None:
        """The kept analysis of an order."""
        return await self._first(analyses.one(principal.account, parent))

    async def unanalysed(self, limit: int) -> list[Row]:
        """Orders whose analysis is to be made."""
        return [dict(row._mapping) for row in await self._all(analyses.unfinished(limit))]  # noqa: SLF001

    async def aggregate(self, principal: Principal, asked: Asked, *, compared: bool) -> tuple[Values, list[Cell]]:
        """Figures of many orders by group, all of one instant."""

        def read(connection: Connection) -> tuple[Values, list[Cell]]:
            found = analyses.values(connection, principal.account, asked)
            return found, analyses.cells(connection, principal.account, asked) if compared else []

        return await self._run(read)

    async def venue(self, principal: Principal, asked: VenueAsked) -> VenueSums:
        """What the account's children came to at a venue."""
        return await self._run(lambda connection: performance(connection, principal.account, asked))

    async def venue_history(self, principal: Principal, asked: HistoryAsked) -> list[VenueMet]:
        """What the account's earlier children met at each venue of a symbol."""
        return await self._run(lambda connection: history(connection, principal.account, asked))

    async def forecasts(self, principal: Principal, asked: Asked) -> list[tuple[float, float]]:
        """Probability and z-score of each order that was forecast."""
        return [(float(row[0]), float(row[1])) for row in await self._all(analyses.scores(principal.account, asked))]

    async def _first(self, query: Select[Any], **values: str) -> dict[str, Any] | None:
        def read(connection: Connection) -> dict[str, Any] | None:
            row = connection.execute(query, values).mappings().first()
            return None if row is None else dict(row)

        return await self._run(read, self._within_s)

    async def _soon(self, query: Select[Any]) -> list[Any]:
        """Rows that somebody waits for."""
        return await self._run(lambda connection: list(connection.execute(query)), self._within_s)

    async def _all(self, query: Select[Any]) -> list[Any]:
        return await self._run(lambda connection: list(connection.execute(query)))

    async def _page(self, principal: Principal, query: Select[Any], limit: int) -> Page:
        head = select(streams.c.seq).where(streams.c.stream == principal.account)

        def read(connection: Connection) -> Page:
            rows = [dict(row) for row in connection.execute(query.limit(limit + 1)).mappings()]
            more = len(rows) > limit
            rows = rows[:limit]
            return Page(rows, rows[-1]["seq"] if more else None, connection.execute(head).scalar() or 0)

        return await self._run(read, self._within_s)

    async def _run(self, read: Callable[[Connection], Result], within_s: float | None = None) -> Result:
        """Read in a thread. within_s: the answer is here by then; None: a long read, which begins by then and has its time.

        Raises:
            Unreachable: the database cannot be reached, or said nothing in time.
        """
        loop, begun = asyncio.get_running_loop(), asyncio.Event()

        def work() -> Result:
            loop.call_soon_threadsafe(begun.set)
            with self._engine.connect() as connection, connection.begin():
                return read(connection)

        try:
            reading = loop.run_in_executor(self._threads, work)
            if within_s is None and self._within_s is not None:
                await self._begins(reading, begun)
            return await asyncio.wait_for(reading, within_s)
        except (OperationalError, PoolTimeout) as error:
            if self._engine.dialect.name == "sqlite":
                raise
            raise Unreachable(AWAY) from error
        except TimeoutError:
            raise Unreachable(AWAY) from None

    async def _begins(self, reading: asyncio.Future[Any], begun: asyncio.Event) -> None:
        """Wait for a free reader, not for ever.

        Raises:
            TimeoutError: there was none in time; nothing is read.
        """
        try:
            await asyncio.wait_for(begun.wait(), BEGINS_S)
        except TimeoutError:
            reading.cancel()
            raise
