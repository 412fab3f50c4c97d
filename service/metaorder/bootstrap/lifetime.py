"""The life of a server: open the journal, bring every session back, serve, stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.clock import SystemClock, SystemIds
from metaorder.adapters.db.engine import reader_engine, writer_engine
from metaorder.adapters.db.journal import SqlJournal
from metaorder.adapters.db.queries import SqlQueries
from metaorder.adapters.db.tables import keys as keys_table
from metaorder.adapters.job_process import JobProcess
from metaorder.adapters.market_data.files import Files
from metaorder.adapters.memory import MemoryJournal
from metaorder.adapters.metrics import PrometheusMetrics
from metaorder.adapters.reserve import Reserve
from metaorder.api.context import Context, KeyRing
from metaorder.api.rates import Rates
from metaorder.api.ticket_box import Tickets
from metaorder.bootstrap.exposure import FIRST_KEY
from metaorder.bootstrap.settings import Settings
from metaorder.bootstrap.sim import keep_sim, open_sim
from metaorder.bootstrap.state import CannotStart, bring_up_to_date, forget_broken, mark_broken, was_broken, write_key
from metaorder.bootstrap.version import engine_version
from metaorder.core.chain import Sealed
from metaorder.ports.clock import Clock, Ids
from metaorder.ports.jobs import Gather, Launch
from metaorder.ports.queries import Unreachable
from metaorder.runtime.analyst import Analyst
from metaorder.runtime.boot import Booted, boot
from metaorder.runtime.jobs import Jobs
from metaorder.runtime.recorder import Recorder
from metaorder.runtime.reporter import Reporter
from metaorder.runtime.service import Service
from metaorder.runtime.trial import Tables
from metaorder.usecases import keys
from metaorder.usecases.jobs import COUNTERFACTUAL

Say = Callable[[str], None]
Answer = TypeVar("Answer")

STARTS_S = 30.0
"""How long a start waits for a database that went away after its journal was read."""

AGAIN_S = 0.5

BROKEN_BEFORE = "the journal could not be written before the last end"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a server has before it serves: its journal, and every session back where it was."""

    settings: Settings
    journal: SqlJournal
    data: Files
    calendars: ExchangeCalendars
    booted: Booted


@dataclass(frozen=True, slots=True)
class World:
    """Where time and chance come from, and whether engine and writer have threads; a simulation brings its own."""

    clock: Clock = field(default_factory=SystemClock)
    ids: Ids = field(default_factory=SystemIds)
    threads: bool = True


@contextmanager
def prepared(
    settings: Settings, say: Say, world: World | None = None, waiting: Callable[[], None] | None = None
) -> Iterator[Prepared]:
    """Open the journal and bring every open session back. The caller holds the state directory.

    waiting: called once where another server holds the database, which is then waited for; without it that is refused.

    Raises:
        CannotStart: the database cannot be reached, or has another schema.
        WriterLost: another server writes it. Damaged: the journal does not hold together.
    """
    try:
        bring_up_to_date(settings.url)
        journal = SqlJournal(writer_engine(settings.url), waiting)
    except OperationalError as error:
        said = str(error.orig).strip().splitlines()[0]
        raise CannotStart(f"the database cannot be reached: {said}") from None
    try:
        calendars = ExchangeCalendars()
        data = Files(settings.roots, calendars)
        _first_key(settings, journal, say, world or World())
        broken = was_broken(settings.state)
        booted = boot(journal, data, calendars, engine_version(), BROKEN_BEFORE if broken else None)
        if broken:
            forget_broken(settings.state)
            say(f"{BROKEN_BEFORE[0].upper()}{BROKEN_BEFORE[1:]}: the kill switch is on until it is rearmed.")
        for line in booted.said:
            say(line)
        yield Prepared(settings, journal, data, calendars, booted)
    finally:
        journal.close()


@asynccontextmanager
async def lifetime(ready: Prepared, metrics: PrometheusMetrics, world: World | None = None) -> AsyncIterator[Context]:
    """Bring the service up on the event loop, and down again."""
    world = world or World()
    settings, clock = ready.settings, world.clock
    reserve = Reserve(settings.state / "reserve")
    reserve.keep()
    service = Service(ready.journal, clock, ready.journal.heads, reserve.release, lambda: mark_broken(settings.state))
    queries = SqlQueries(reader_engine(settings.url, settings.readers), settings.readers)
    context = composed(settings, service, queries, ready.data, ready.calendars, world)
    service.listen(context.ring.on_rows)
    service.listen(lambda rows: _count(metrics, rows))
    service.start(ready.booted.hosted, ready.booted.switches, threads=world.threads)
    await context.jobs.start(await patiently(queries.open_jobs, clock))
    keeping = asyncio.create_task(context.analyst.keep_up())
    recording = asyncio.create_task(Recorder(service, clock).keep_up())
    rolling = None
    if settings.sim:
        ended = await open_sim(context, ready.booted)
        rolling = asyncio.create_task(keep_sim(context, ended))
        rolling.add_done_callback(lambda task: _ended(task, service))
    try:
        yield context
    finally:
        context.analyst.ending.set()
        keeping.cancel()
        recording.cancel()
        if rolling is not None:
            rolling.cancel()
        await context.jobs.stop()
        await asyncio.to_thread(service.stop)
        queries.close()


async def patiently(ask: Callable[[], Awaitable[Answer]], clock: Clock) -> Answer:
    """What a start asks of a database that may be away for a moment.

    Raises:
        Unreachable: it is away for longer than STARTS_S.
    """
    until = clock.monotonic() + STARTS_S
    while True:
        try:
            return await ask()
        except Unreachable:
            if clock.monotonic() >= until:
                raise
            await asyncio.sleep(AGAIN_S)


def composed(
    settings: Settings, service: Service, queries: SqlQueries, data: Files, calendars: ExchangeCalendars, world: World
) -> Context:
    """What every route may use, of a service that is not started."""
    clock, ids, engine = world.clock, world.ids, engine_version()
    analyst = Analyst(service=service, queries=queries, clock=clock, data=data, calendars=calendars, engine=engine)
    gather: dict[str, Gather] = {COUNTERFACTUAL: analyst.world}
    return Context(
        service=service,
        queries=queries,
        clock=clock,
        ids=ids,
        data=data,
        calendars=calendars,
        ring=KeyRing(queries, clock),
        engine=engine,
        jobs=Jobs(service.write, clock, ids, _launch(settings), settings.job_workers, gather),
        analyst=analyst,
        reporter=Reporter(service, queries, clock),
        tables=_in_memory,
        tickets=Tickets(clock, ids),
        origins=frozenset(settings.origins.split()),
        retention=settings.stream_retention,
        rates=Rates(clock, settings.requests_per_s, 2 * settings.requests_per_s),
    )


def _first_key(settings: Settings, journal: SqlJournal, say: Say, world: World) -> None:
    """The first start makes a key that may do everything, writes it down and says it once.

    It is on paper before it is good: who is killed between the two makes another one.
    """
    if journal.first(select(keys_table.c.id)) is not None:
        return
    secret = world.ids.secret()
    made = keys.create(world.ids.sortable(), secret, "main", FIRST_KEY, keys.EVERYTHING, world.clock.now())
    path = write_key(settings.state, secret)
    journal.append([made], [])
    say(f"Admin key (account main), written to {path}: {secret}")


def _launch(settings: Settings) -> Launch:
    """Jobs in processes that read the same data roots."""
    return lambda kind, request: JobProcess(kind, request, settings.roots, engine_version())


def _ended(task: asyncio.Task[None], service: Service) -> None:
    """`sim` goes on for ever: if it does not, the service says so and is not ready."""
    if not task.cancelled():
        service.ready = False
        logging.getLogger("metaorder").error("the simulated market cannot go on", exc_info=task.exception())


def _in_memory() -> Tables:
    """A journal of a run that nobody keeps."""
    journal = MemoryJournal()
    return Tables(journal=journal, rows=journal.tables)


def _count(metrics: PrometheusMetrics, rows: list[Sealed]) -> None:
    for row in rows:
        metrics.events(row.entry.type, 1)
