"""The service in one place: engine, writer and broadcaster, joined to the event loop by futures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any, TypeVar

from metaorder.core.chain import Entry, Sealed
from metaorder.core.commands import Cancel, Command, Refusal, Unchanged
from metaorder.domain.order import Account, SuspendReason
from metaorder.domain.units import Nanos
from metaorder.ports.clock import Clock
from metaorder.ports.journal import Extra, Journal, WriterLost
from metaorder.risk.latches import EVERYBODY, Reach
from metaorder.risk.limits import Limits
from metaorder.runtime.boot import Switches
from metaorder.runtime.broadcast import Broadcaster
from metaorder.runtime.desk import Desk
from metaorder.runtime.failpoints import failpoint
from metaorder.runtime.heartbeats import Heartbeats
from metaorder.runtime.hosted import Hosted, Speed
from metaorder.runtime.loop import EngineLoop
from metaorder.runtime.requests import Apply, Ask, Control, Host, KillAll, Limit, Rearm, Request
from metaorder.runtime.session import Applied, LiveSession
from metaorder.runtime.writer import Batch, Done, Spare, Writer

Answer = TypeVar("Answer")
Listener = Callable[[list[Sealed]], None]


class NotWritable(RuntimeError):
    """The journal cannot be written: nothing was accepted, and nothing will be until the server is restarted."""


class NoSpace(RuntimeError):
    """The disk is full: nothing new is accepted; cancels and kills still are, from a reserve."""


class Busy(RuntimeError):
    """More is asked than can be answered: this was not accepted. Cancels and kills are always taken."""


class Fenced(RuntimeError):
    """Another server writes the database: this was not accepted here, and nothing will be."""


class CommitFailed(RuntimeError):
    """The commit of this very request failed: whether it was accepted is unknown until the server is back."""


class Unanswered(RuntimeError):
    """The database went away under a request: whether it was accepted is not known yet. pending: done once it is."""

    def __init__(self, pending: asyncio.Future[Any]) -> None:
        super().__init__("the database cannot be reached: whether this was accepted is not known yet; ask again")
        self.pending = pending


ANSWER_S = 0.5
"""How long a request waits on for a database that cannot be reached; twice that and `hold.STALLED_S` stay under five seconds."""

PATIENT: ContextVar[bool] = ContextVar("patient", default=False)
"""Whether a task is the service's own work, which waits until the database is back: nobody waits for it in turn."""

AWAY = "the database cannot be reached; cancels and kills are still taken"
FULL = "the disk is full; cancels and kills are still taken"


def _nothing() -> bool:
    return False


def _no_mark() -> None:
    return None


class Service:
    """What the use cases talk to. All its methods belong to the event loop."""

    def __init__(
        self, journal: Journal, clock: Clock, heads: dict[str, int], spare: Spare = _nothing, broke: Callable[[], None] = _no_mark
    ) -> None:
        self.broadcaster = Broadcaster(heads)
        self.ready = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._broke = broke
        self._writer = Writer(journal, self._committed, self._failed, spare)
        self._desk = Desk(self._writer, clock, self._resolve)
        self._engine = EngineLoop(self._desk, self._writer, clock)
        self._listeners: list[Listener] = []
        self.heartbeats = Heartbeats(self.disconnect)

    @property
    def running(self) -> bool:
        """Whether sessions move and requests are worked on."""
        return self._engine.died is None

    @property
    def writable(self) -> bool:
        """Whether the journal can be written."""
        return self._writer.broken is None

    @property
    def away(self) -> bool:
        """Whether the database cannot be reached just now: what was taken waits, and nothing new is."""
        return self._writer.away

    @property
    def full(self) -> bool:
        """Whether the disk is full: what makes exposure smaller is still written."""
        return self._writer.full

    @property
    def latches(self) -> list[Reach]:
        """The kill latches that are shut."""
        return self._desk.controls.latches.shut

    def limits(self, account: Account) -> Limits:
        """What an account may do."""
        return self._desk.controls.of(account)

    @property
    def standby(self) -> bool:
        """Whether another server writes the database."""
        return isinstance(self._writer.broken, WriterLost)

    def stand_by(self, why: str) -> None:
        """Never start, and refuse whatever would be written: another server writes the database."""
        self._writer.refuse(WriterLost(why))

    def start(self, hosted: list[Hosted], switches: Switches | None = None, *, threads: bool = True) -> None:
        """Begin to work; called on the event loop. threads: of engine and writer; or whoever starts it takes their turns."""
        self._loop = asyncio.get_running_loop()
        switches = Switches() if switches is None else switches
        for reach in switches.latches:
            self._desk.controls.latches.shut_at(reach)
        self._desk.controls.limits.update(switches.limits)
        for account, timeout_s in switches.heartbeats.items():
            self.heartbeats.arm(account, timeout_s)
        if threads:
            self._writer.start()
        self._engine.start(hosted, thread=threads)
        self.ready = True

    def turn_engine(self) -> bool:
        """One turn of an engine without a thread; False where there was nothing to do."""
        return self._engine.turn()

    def turn_writer(self) -> bool:
        """One transaction of a writer without a thread; False where there was nothing to write."""
        return self._writer.turn()

    def stop(self) -> None:
        """Stop the engine, write what waits, and end; blocks until it is done."""
        self.ready = False
        self.heartbeats.stop()
        self._engine.stop()
        self._writer.stop()

    def listen(self, listener: Listener) -> None:
        """Call back on the event loop with every batch of durable rows, once it is visible."""
        self._listeners.append(listener)

    def hosted(self, session: str) -> Hosted | None:
        """A session in memory, for what never changes of it."""
        return self._desk.sessions.get(session)

    def live(self) -> list[Hosted]:
        """The sessions that are not over, for what never changes of them."""
        return [hosted for hosted in list(self._desk.sessions.values()) if not hosted.state.over]

    async def apply(
        self,
        session: str,
        command: Command,
        beside: Callable[[Applied], list[Extra]] | None = None,
        valid_until: Nanos | None = None,
    ) -> Applied | Refusal | Unchanged:
        """Apply a command; comes back when it is durable, or refused. valid_until: it is refused if it is looked at later."""
        answer: Applied | Refusal | Unchanged = await self._ask(
            lambda future: Apply(session, command, future, beside, valid_until)
        )
        return answer

    async def ask(self, session: str, question: Callable[[LiveSession], Answer]) -> Answer | Refusal:
        """Ask about a session; comes back when all that the answer shows is durable."""
        answer: Answer | Refusal = await self._ask(lambda future: Ask(session, question, future))
        return answer

    async def host(self, hosted: Hosted) -> Refusal | None:
        """Take a new market in."""
        answer: Refusal | None = await self._ask(lambda future: Host(hosted, future))
        return answer

    async def control(self, session: str, action: str, speed: Speed | None = None) -> Refusal | None:
        """Start, pause or delete a market, or change its speed."""
        answer: Refusal | None = await self._ask(lambda future: Control(session, action, future, speed))
        return answer

    async def kill(self, reason: str, actor: str, reach: Reach = EVERYBODY) -> int:
        """Shut a latch, suspend the orders that it concerns and call back their children; the journal position of the kill."""
        return _position(await self._ask(lambda future: KillAll(reason, actor, future, reach)))

    async def disconnect(self, account: Account) -> int:
        """An account's heartbeat was lost: its orders stop and its children come back. No latch: it may resume."""
        reach, cause = Reach(account=account), SuspendReason.DISCONNECTED
        stop = await self._ask(lambda future: KillAll("heartbeat lost", "heartbeat", future, reach, latch=False, cause=cause))
        return _position(stop)

    async def rearm(self, actor: str, reach: Reach = EVERYBODY) -> int:
        """Open a latch: let new orders in again; the journal position of that."""
        return _position(await self._ask(lambda future: Rearm(actor, future, reach)))

    async def set_limits(self, account: Account, limits: Limits, actor: str) -> int:
        """From now on these limits hold for an account; the journal position of that."""
        return _position(await self._ask(lambda future: Limit(account, limits, actor, future)))

    async def write(self, entries: list[Entry], extras: Sequence[Extra] = ()) -> None:
        """Journal rows that belong to no session, and what stands beside them; comes back when they are durable."""
        future = self._future()
        if self.full:
            raise NoSpace(FULL)
        if self._writer.away and not PATIENT.get():
            raise Busy(AWAY)
        self._writer.put(Batch(entries, extras, waiting=[Done(future, None)]))
        await self._answer(future)

    async def _ask(self, request: Callable[[Any], Request]) -> Any:
        future = self._future()
        made = request(future)
        if self.full and not _always_taken(made):
            raise NoSpace(FULL)
        if not _always_taken(made):
            if self._writer.away and not PATIENT.get():
                raise Busy(AWAY)
            if self._engine.full:
                raise Busy("too many requests wait; ask again")
        self._engine.ask(made)
        return await self._answer(future)

    async def _answer(self, future: asyncio.Future[Any]) -> Any:
        """What a request comes to, as soon as that is known.

        Raises:
            Unanswered: the database is away, and nobody is kept waiting for it.
        """
        if PATIENT.get():
            return await future
        while True:
            was_away = self._writer.away
            done, _ = await asyncio.wait([future], timeout=ANSWER_S)
            if done:
                return future.result()
            if was_away and self._writer.away:
                future.add_done_callback(_seen)
                raise Unanswered(future)

    def _future(self) -> asyncio.Future[Any]:
        if self.standby:
            raise Fenced(str(self._writer.broken))
        if not self.writable:
            raise NotWritable("the journal cannot be written")
        assert self._loop is not None, "the service was started"
        return self._loop.create_future()

    def _resolve(self, future: Any, value: Any) -> None:
        """Hand an answer that waits for no commit to the event loop; from the engine thread."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(_settle, future, value)

    def _committed(self, rows: list[Sealed], waiting: list[Done]) -> None:
        """One wake-up of the event loop a commit; from the writer thread."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._on_committed, rows, waiting)

    def _failed(self, error: BaseException, waiting: list[Done]) -> None:
        if not isinstance(error, WriterLost):  # who was fenced has lost nothing: the next start is somebody else's
            self._broke()
        assert self._loop is not None
        self._loop.call_soon_threadsafe(_fail, error, waiting)

    def _on_committed(self, rows: list[Sealed], waiting: list[Done]) -> None:
        for done in waiting:
            value = done.value
            if done.entry is not None:
                value = next(row.position for row in rows if row.entry is done.entry)
            _settle(done.future, value)
        failpoint("answer.sent")
        self.broadcaster.publish(rows)
        failpoint("broadcast.sent")
        for listener in self._listeners:
            listener(rows)


def _always_taken(request: Request) -> bool:
    """What makes exposure smaller is taken however much waits."""
    return isinstance(request, KillAll) or (isinstance(request, Apply) and isinstance(request.command, Cancel))


def _position(answer: Any) -> int:
    """Where in the journal a switch was turned.

    Raises:
        CommitFailed: the engine could not do it.
    """
    if isinstance(answer, Refusal):
        raise CommitFailed(answer.detail)
    position: int = answer
    return position


def _seen(future: asyncio.Future[Any]) -> None:
    """Nobody waits for it any more: its error is no one's."""
    if not future.cancelled():
        future.exception()


def _settle(future: asyncio.Future[Any], value: Any) -> None:
    if not future.done():  # the caller may have gone
        future.set_result(value)


def _fail(error: BaseException, waiting: list[Done]) -> None:
    """A writer that was fenced looked first: what it could not write is not in the journal. Any other failure leaves it open."""
    fenced = isinstance(error, WriterLost)
    for done in waiting:
        if not done.future.done():
            failure = Fenced(str(error)) if fenced else CommitFailed(f"the journal could not be written: {error}")
            done.future.set_exception(failure)
