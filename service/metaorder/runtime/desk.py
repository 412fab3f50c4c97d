"""The desk: every session, and what is done when somebody asks something of one. It belongs to the engine thread alone."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, assert_never

import msgspec

from metaorder.core.apply import amended
from metaorder.core.chain import Entry, alone
from metaorder.core.commands import (
    LEG_REFUSED,
    Accept,
    AcceptBasket,
    Amend,
    Delete,
    Kill,
    Refusal,
    Rejection,
    Resume,
    SetLimits,
    Unchanged,
)
from metaorder.core.execution import Execution
from metaorder.domain.errors import Invalid
from metaorder.domain.order import RISK_DESK, ParentId
from metaorder.domain.units import time_text
from metaorder.ports.clock import Clock
from metaorder.ports.journal import Extra, StoredRecord
from metaorder.risk.latches import Reach
from metaorder.risk.limits import document
from metaorder.runtime.controls import Controls
from metaorder.runtime.failpoints import failpoint
from metaorder.runtime.hosted import Hosted
from metaorder.runtime.requests import Apply, Ask, Control, Future, Host, KillAll, Limit, Rearm, Request
from metaorder.runtime.session import SessionState
from metaorder.runtime.writer import Batch, Done, Writer

KEPT_CLOSED = 8
"""Closed sessions that are kept in memory for questions."""

LOG = logging.getLogger("metaorder")

Resolve = Callable[[Future, Any], None]


class Desk:
    """Sessions by id. Every answer that shows something goes through the writer, so that it is durable before it is seen."""

    def __init__(self, writer: Writer, clock: Clock, resolve: Resolve) -> None:
        self.sessions: dict[str, Hosted] = {}
        self.controls = Controls(clock, self.sessions)
        self._writer = writer
        self._clock = clock
        self._resolve = resolve
        self._closed: deque[str] = deque()

    def answer(self, request: Request) -> None:
        """Do what a request asks. A session in which that fails is ended; the others go on."""
        hosted = self.sessions.get(request.session) if isinstance(request, Apply | Ask | Control) else None
        try:
            self._answer(request)
        except Exception as error:
            if hosted is not None:
                self.fail(hosted, error)
            else:
                LOG.error("a request of the service failed", exc_info=error)
            self._resolve(request.future, Refusal("market_failed", f"{type(error).__name__}: {error}"))

    def give_up(self, request: Request, error: Exception) -> None:
        """Answer a request that nobody will work on."""
        self._resolve(request.future, Refusal("market_failed", f"the engine has stopped: {type(error).__name__}: {error}"))

    def flush(self, hosted: Hosted) -> None:
        """Hand over what a session has to be journaled."""
        entries = hosted.live.take()
        if entries:
            self._writer.put(Batch(entries))

    def close(self, hosted: Hosted) -> None:
        """A session has come to its end: say so, and keep the market that its orders were worked in."""
        hosted.state = SessionState.CLOSED
        live = hosted.live
        reports = {"venue_reports": dict(live.engine.hearing.counts)} if live.engine.hearing.counts else {}
        closed = hosted.entry("market.closed", session_hash=live.hash, counters=live.market.counters(), **reports)
        records = self._records(hosted)
        self._writer.put(Batch([*live.take(), closed], records))
        self._retire(hosted)

    def fail(self, hosted: Hosted, error: Exception) -> None:
        """A session cannot go on: its orders are canceled, session lost, and it says why.

        Nothing that was broken off is written: the orders end where their rows have left them. Where the record of
        the market cannot be taken either, the reason says so.
        """
        hosted.state = SessionState.FAILED
        LOG.error("the market %s cannot go on", hosted.spec.id, exc_info=error)
        said, records = f"{type(error).__name__}: {error}", []
        rows = hosted.live.lose()
        try:
            records = self._records(hosted)
        except Exception as other:
            said += f"; its record is lost: {type(other).__name__}: {other}"
        self._writer.put(Batch([*rows, hosted.entry("market.failed", error=said)], records))
        self._retire(hosted)

    def stop(self, reason: str) -> None:
        """Kill everybody's orders of the service's own accord."""
        LOG.critical("every order is stopped: %s", reason)
        self._kill(KillAll(reason, "service", None))

    def _answer(self, request: Request) -> None:
        match request:
            case Apply():
                self._apply(request)
            case Ask():
                self._ask(request)
            case Host():
                self._host(request)
            case Control():
                self._control(request)
            case KillAll():
                self._kill(request)
            case Rearm():
                self.controls.latches.open_at(request.reach)
                entry = _system("risk.rearmed", {"actor": request.actor, **_named(request.reach)})
                self._writer.put(Batch([entry], waiting=[Done(request.future, None, entry)]))
            case Limit():
                self._limit(request)
            case _:
                assert_never(request)

    def _apply(self, request: Apply) -> None:
        hosted = self.sessions.get(request.session)
        if hosted is None or hosted.state.over:
            self._resolve(request.future, Refusal("market_closed", f"the market {request.session} is closed"))
            return
        if request.valid_until is not None and self._clock.now() > request.valid_until:
            detail = f"it was to be taken until {time_text(request.valid_until)}; nothing was done"
            self._resolve(request.future, Refusal("too_late", detail))
            return
        command = request.command
        if isinstance(command, Accept):
            command = replace(command, rejection=self.controls.rejections([command.order], hosted)[0])
        elif isinstance(command, AcceptBasket):
            command = self._all_or_none(command, hosted)
        elif isinstance(command, Amend | Resume) and (barred := self._bar(command, hosted)) is not None:
            self._resolve(request.future, barred)
            return
        answer = hosted.live.apply(command)
        failpoint("command.applied")
        if isinstance(answer, Refusal | Unchanged):
            self._writer.put(Batch(hosted.live.take(), waiting=[Done(request.future, answer)]))
            return
        extras = request.beside(answer) if request.beside is not None else []
        self._writer.put(Batch(hosted.live.take(), extras, [Done(request.future, answer)]))

    def _all_or_none(self, command: AcceptBasket, hosted: Hosted) -> AcceptBasket:
        """Each leg on the ladder, the legs before it counted; one that is refused refuses the others."""
        refusals = self.controls.rejections([leg.order for leg in command.legs], hosted)
        bad = next((place for place, each in enumerate(refusals) if each is not None), None)
        if bad is not None:
            other = Rejection(code=LEG_REFUSED, detail=f"leg {bad + 1} of the basket was refused")
            refusals = [each or other for each in refusals]
        legs = tuple(replace(leg, rejection=each) for leg, each in zip(command.legs, refusals, strict=True))
        return replace(command, legs=legs)

    def _bar(self, command: Amend | Resume, hosted: Hosted) -> Refusal | None:
        """The risk ladder for what lets an order do more than it was let in with; what only makes it smaller always passes."""
        execution = hosted.live.engine.executions.get(command.parent)
        if execution is None or execution.status.terminal:
            return None
        if isinstance(command, Amend) and command.expected_version != execution.version:
            return None  # the core says which version it is
        order = execution.order
        shut = self.controls.shut(order)
        killed = None if shut is None else Refusal(shut.code, shut.detail)
        if isinstance(command, Resume):
            return killed or _disabled(command, execution)
        unchanged = not command.limit_given and command.end is None and command.params is None
        if unchanged and command.lots is not None and command.lots <= order.lots:
            return None
        if killed is not None:
            return killed
        try:
            changed = amended(order, command)
        except Invalid:
            return None  # the core says what is wrong with it
        refused = self.controls.amended(changed, hosted)
        if refused is None:
            return None
        return Refusal(refused.code, refused.detail, {"limit": refused.limit, "observed": refused.observed})

    def _ask(self, request: Ask) -> None:
        """Answer once all that the answer may show is durable."""
        hosted = self.sessions.get(request.session)
        if hosted is None:
            gone = Refusal("market_closed", f"the market {request.session} is closed and no longer in memory")
            self._resolve(request.future, gone)
            return
        answer = request.question(hosted.live)
        self._writer.put(Batch(hosted.live.take(), waiting=[Done(request.future, answer)]))

    def _host(self, request: Host) -> None:
        hosted = request.hosted
        if hosted.spec.id in self.sessions:
            self._resolve(request.future, Refusal("market_exists", f"a market {hosted.spec.id} exists"))
            return
        entry = hosted.entry("market.created", spec=msgspec.to_builtins(hosted.spec), facts=hosted.facts())
        for command in self.controls.commands():
            hosted.live.apply(command)
        self.sessions[hosted.spec.id] = hosted
        self._writer.put(Batch([entry, *hosted.live.take()], waiting=[Done(request.future, None)]))

    def _control(self, request: Control) -> None:
        hosted = self.sessions.get(request.session)
        if hosted is None or (hosted.state.over and request.action != "delete"):
            self._resolve(request.future, Refusal("market_closed", f"the market {request.session} is closed"))
            return
        if request.action == "delete":
            self._delete(hosted, request.future)
            return
        if request.action == "start":
            hosted.state = SessionState.RUNNING
            entry = hosted.entry("market.started", speed=hosted.speed)
        elif request.action == "pause":
            hosted.state = SessionState.PAUSED if hosted.state is SessionState.RUNNING else hosted.state
            entry = hosted.entry("market.paused")
        else:
            assert request.speed is not None, "a change of speed has a speed"
            hosted.speed = request.speed
            entry = hosted.entry("market.speed_changed", speed=hosted.speed)
        hosted.anchor(self._clock.monotonic())
        self._writer.put(Batch([*hosted.live.take(), entry], waiting=[Done(request.future, None)]))

    def _delete(self, hosted: Hosted, future: Future) -> None:
        was_over = hosted.state.over
        if not was_over:
            hosted.live.apply(Delete())
        hosted.state = SessionState.DELETED
        entries = [*hosted.live.take(), hosted.entry("market.deleted")]
        extras = [] if was_over else self._records(hosted)
        self.sessions.pop(hosted.spec.id)
        if hosted.spec.id in self._closed:
            self._closed.remove(hosted.spec.id)
        self._writer.put(Batch(entries, extras, [Done(future, None)]))

    def _kill(self, request: KillAll) -> None:
        """The latch first, then the sessions; the engine is one thread, so that no child leaves after this row."""
        reach = request.reach
        kind = "risk.killed" if request.latch else "risk.stopped"
        if request.latch:
            self.controls.latches.shut_at(reach)
        entry = _system(kind, {"actor": request.actor, "reason": request.reason, **_named(reach)})
        command = Kill(
            reason=request.reason,
            account=reach.account,
            symbol=reach.symbol,
            parent=None if reach.parent is None else ParentId(reach.parent),
            cause=request.cause,
        )
        waiting = [] if request.future is None else [Done(request.future, None, entry)]
        before, after = self._everywhere(command, reach)
        self._writer.put(Batch([*before, entry, *after], waiting=waiting))

    def _limit(self, request: Limit) -> None:
        """New limits of an account: for what is asked for from now on, and for the children of what is there."""
        account, limits = request.account, request.limits
        self.controls.limits[account] = limits
        entry = _system("risk.limits_set", {"actor": request.actor, "account": account, "limits": document(limits)})
        command = SetLimits(account=account, limits=document(limits.gate))
        before, after = self._everywhere(command, Reach())
        self._writer.put(Batch([*before, entry, *after], waiting=[Done(request.future, None, entry)]))

    def _everywhere(self, command: Kill | SetLimits, reach: Reach) -> tuple[list[Entry], list[Entry]]:
        """Apply a command in every session that is concerned.

        What was due at that instant and comes before it, then what it did: the row that orders it stands between the two.
        """
        before, after = [], []
        for hosted in list(self.sessions.values()):
            if hosted.state.over or reach.market not in (None, hosted.spec.name, hosted.spec.id):
                continue
            try:
                hosted.live.settle()
                before += hosted.live.take()
                hosted.live.apply(command)
            except Exception as error:  # a session that cannot be stopped is ended; the others are stopped all the same
                self._writer.put(Batch(before))  # some of it is the session's own, and its end comes after it
                before = []
                self.fail(hosted, error)
                continue
            after += hosted.live.take()
        return before, after

    def _retire(self, hosted: Hosted) -> None:
        self._closed.append(hosted.spec.id)
        if len(self._closed) > KEPT_CLOSED:
            self.sessions.pop(self._closed.popleft(), None)

    def _records(self, hosted: Hosted) -> list[Extra]:
        live = hosted.live
        if not live.engine.executions:
            return []
        traded = {execution.order.symbol for execution in live.engine.executions.values()}
        return [
            StoredRecord(session=live.id, symbol=symbol, data=live.market.record(symbol).to_bytes())
            for symbol in live.market.symbols
            if symbol in traded
        ]


def _disabled(command: Resume, execution: Execution) -> Refusal | None:
    """An order that disabled itself is enabled again by the risk desk, not by who trades it."""
    if command.risk or execution.suspended not in RISK_DESK:
        return None
    detail = f"the order was suspended as {execution.suspended}: only a key with the scope risk may resume it"
    return Refusal("missing_scope", detail, {"scopes": ["risk"], "suspended": str(execution.suspended)})


def _system(kind: str, doc: dict[str, Any]) -> Entry:
    return alone(kind, msgspec.json.encode({"type": kind, **doc}))


def _named(reach: Reach) -> dict[str, str]:
    """What a latch names."""
    return {name: value for name, value in asdict(reach).items() if value is not None}
