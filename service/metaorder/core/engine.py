"""All parent orders of one session as one machine: commands, reports and times in; events out, in one order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, assert_never

from metaorder.core import apply
from metaorder.core.baskets import Baskets
from metaorder.core.commands import (
    Accept,
    AcceptBasket,
    Amend,
    Cancel,
    Command,
    Delete,
    Kill,
    Pause,
    Refusal,
    Resume,
    SetLimits,
    Unchanged,
)
from metaorder.core.decide import Gate, decide, end_cause, plan_points
from metaorder.core.events import (
    ChildSubmitted,
    Event,
    Happened,
    ParentCanceled,
    ParentExpired,
    ParentFilled,
    ParentStarted,
    ParentSuspended,
    ParentWaiting,
    RiskBlocked,
    ScheduleSet,
)
from metaorder.core.execution import Execution, Step, evolve
from metaorder.core.gatekeeper import Gatekeeper
from metaorder.core.reports import reported
from metaorder.domain.calendar import TradingDay
from metaorder.domain.child import ChildStatus
from metaorder.domain.market import Quote
from metaorder.domain.order import Account, EndReason, ParentId, ParentOrder, Status, Waiting
from metaorder.domain.state import MarketState
from metaorder.domain.units import Lots, Nanos, time_text
from metaorder.domain.venue import Report, ReportKind
from metaorder.risk.guard import Breach
from metaorder.risk.limits import read_gate
from metaorder.risk.watch import reason_of

_NONE: frozenset[str] = frozenset()

CANCELED_BY = frozenset({EndReason.CLIENT_REQUEST, EndReason.MARKET_DELETED, EndReason.SESSION_LOST})
"""Causes that end an order as canceled; the others are the clock's and end it as expired."""


class View(Protocol):
    """The market as the machine may see it: now, and nothing later."""

    def observe(self, execution: Execution) -> MarketState:
        """The market as one order sees it."""
        ...

    def touch(self, symbol: str) -> Quote:
        """The touch of a symbol without our own orders."""
        ...

    def reference(self, symbol: str) -> Quote:
        """The touch of a symbol as it would be without us, where it is recorded."""
        ...


class Engine:
    """Executions in the order of their acceptance, and when each wants to look again.

    gates: of the venues that trade each symbol, in their order.
    """

    def __init__(self, day: TradingDay, gates: Mapping[str, Sequence[Gate]], view: View, execution_prefix: str) -> None:
        self.executions: dict[ParentId, Execution] = {}
        self._day = day
        self._gates = gates
        self._view = view
        self._prefix = execution_prefix
        self._rank: dict[ParentId, int] = {}
        self._awaiting: set[ParentId] = set()
        self._open: Counter[Account] = Counter()
        self._wakes: dict[ParentId, Nanos] = {}
        self._gatekeeper = Gatekeeper()
        self._baskets = Baskets(gates)
        self._out: list[Step] = []
        self._now = Nanos(0)

    @property
    def wake(self) -> Nanos | None:
        """The next time at which some order wants to look again."""
        return min(self._wakes.values(), default=None)

    @property
    def awaits_quote(self) -> frozenset[str]:
        """Symbols in which some order waits for the first two-sided book, to arrive in."""
        return frozenset(self.executions[parent].order.symbol for parent in self._awaiting) if self._awaiting else _NONE

    def open_orders(self, account: Account) -> int:
        """How many orders of an account are not terminal."""
        return self._open[account]

    def position(self, account: Account, symbol: str) -> Lots:
        """What an account has bought of a symbol here, sells negative."""
        return self._gatekeeper.watch.position(account, symbol)

    def apply(self, command: Command, now: Nanos) -> list[Step] | Refusal | Unchanged:
        """What a command does at `now`. A refusal has changed nothing."""
        self._begin(now)
        match command:
            case Accept():
                return self._accept([command])
            case AcceptBasket():
                return self._accept(command.legs, "/legs/{}")
            case Amend() | Cancel() | Pause() | Resume():
                execution = self.executions.get(command.parent)
                if execution is None:
                    return Refusal("not_found", f"no parent order {command.parent}")
                touch = self._view.touch(execution.order.symbol)
                answer = apply.change(execution, command, now, touch, self._day.close)
                if not isinstance(answer, list):
                    return answer
                self._emit(command.parent, answer)
                self._redraw(command)
                self._settle_and_decide([command.parent])
            case Kill():
                concerned = [each for each in self._unfinished() if command.concerns(self.executions[each].order)]
                for parent in concerned:
                    self._emit(parent, apply.suspend(self.executions[parent], command.cause, cancel_open=True))
                self._settle_and_decide(concerned)
            case SetLimits():
                self._gatekeeper.watch.set(command.account, read_gate(dict(command.limits)))
            case Delete():
                for parent in self._unfinished():
                    self._emit(parent, apply.end(self.executions[parent], EndReason.MARKET_DELETED))
                    self._settle(parent)
            case _:
                assert_never(command)
        return self._take()

    def on_reports(self, reports: Sequence[Report], now: Nanos) -> list[Step]:
        """What the venue's reports of one instant do.

        A fill or a cancel that was asked for makes room: its order decides at once, in order of acceptance. A refusal, a miss
        or a cancel of the venue's own makes none: its order looks again when it meant to, so that the venue is not stormed.
        """
        self._begin(now)
        roomier = {report.parent for report in reports if self._makes_room(report)}
        for report in reports:
            breach = self._gatekeeper.heard(self.executions[report.parent].order, report)
            self._emit(report.parent, [self._reported(report)], report.ts)
            if breach is not None:
                self._suspend(report.parent, breach)
        concerned = {report.parent for report in reports}
        for parent in self._ranked(concerned):
            if parent in roomier:
                self._settle_and_decide([parent])
            else:
                self._settle(parent)
        return self._take()

    def on_time(self, now: Nanos) -> list[Step]:
        """What the orders do that wanted to look again by now."""
        self._begin(now)
        self._settle_and_decide(self._ranked(parent for parent, wake in self._wakes.items() if wake <= now))
        return self._take()

    def on_quote(self, now: Nanos) -> list[Step]:
        """What the orders do that waited for a two-sided book."""
        self._begin(now)
        self._settle_and_decide(self._ranked(self._awaiting))
        return self._take()

    def on_halt(self, now: Nanos, *, symbol: str, halted: bool) -> list[Step]:
        """Trading in a symbol was halted, or goes on: time in a halt is not workable, so schedules are drawn anew after it."""
        self._begin(now)
        live = [
            parent
            for parent, execution in self.executions.items()
            if execution.order.symbol == symbol
            and execution.status.live
            and (execution.started is not None or execution.waiting is Waiting.HALT)
        ]
        for parent in live:
            if not halted and self.executions[parent].started is not None:
                self._draw(parent, "trading resumed")
        self._settle_and_decide(live)
        return self._take()

    def on_close(self, now: Nanos) -> list[Step]:
        """The session is over: no order outlives it."""
        self._begin(now)
        for parent in self._unfinished():
            self._emit(parent, apply.end(self.executions[parent], EndReason.SESSION_CLOSED))
            self._settle(parent)
        return self._take()

    def _begin(self, now: Nanos) -> None:
        assert now >= self._now, "a market's clock does not run backwards"
        self._now = now

    def _take(self) -> list[Step]:
        taken, self._out = self._out, []
        return taken

    def _ranked(self, parents: Iterable[ParentId]) -> list[ParentId]:
        """Parents in the order of their acceptance: nothing below the shell depends on an id."""
        return sorted(parents, key=self._rank.__getitem__)

    def _unfinished(self) -> list[ParentId]:
        return [parent for parent, execution in self.executions.items() if not execution.status.terminal]

    def _emit(self, parent: ParentId, events: Iterable[Event], ts: Nanos | None = None) -> None:
        for event in events:
            happened = Happened(parent, self._now if ts is None else ts, event)
            before = self.executions.get(parent)
            after = evolve(before, happened)
            self.executions[parent] = after
            if before is None:
                self._rank[parent] = len(self._rank)
                self._baskets.add(after)
            if after.status.live and after.started is None and after.waiting is Waiting.DATA:
                self._awaiting.add(parent)
            else:
                self._awaiting.discard(parent)
            self._open[after.order.account] += _alive(after) - _alive(before)
            self._out.append(Step(happened, before, after))

    def refusal(self, order: ParentOrder, now: Nanos) -> Refusal | None:
        """Why an order cannot be taken now, whatever the risk ladder says; None if it can."""
        if order.end <= now:
            return Refusal("window_passed", "end_time is not after the market's clock", errors=(("/end_time", "is past"),))
        if order.decision_time is not None and order.decision_time > now:
            detail = f"decision_time is after the market's clock, {time_text(now)}"
            return Refusal("validation", detail, errors=(("/decision_time", "must not be to come"),))
        if order.start < self._day.open or order.end > self._day.close:
            detail = f"the window must lie within the session, {time_text(self._day.open)} to {time_text(self._day.close)}"
            return Refusal("window_outside_session", detail, errors=(("/start_time", detail), ("/end_time", detail)))
        return None

    def _accept(self, accepts: Sequence[Accept], where: str = "") -> list[Step] | Refusal:
        """Take all of several orders, or none. where: of each in the request that brought it."""
        for place, each in enumerate(accepts):
            refused = self.refusal(each.order, self._now)
            if refused is not None:
                pointed = tuple((where.format(place) + pointer, detail) for pointer, detail in refused.errors)
                return replace(refused, errors=pointed)
        for each in accepts:
            self._emit(each.order.id, [apply.accept(each, self._view.touch(each.order.symbol))])
        self._settle_and_decide([each.order.id for each in accepts])
        return self._take()

    def points(self, parent: ParentId) -> tuple[tuple[Nanos, Lots], ...]:
        """The schedule that would be drawn of an order now, for people to look at."""
        execution = self.executions[parent]
        if execution.order.basket is None:
            return plan_points(execution, self._view.observe(execution))
        drawn = dict(self._baskets.draw(self.executions, parent, self._view.observe, "asked"))
        return drawn[parent].points

    def _redraw(self, command: Amend | Cancel | Pause | Resume) -> None:
        """Resuming and amending draw the schedule anew from here."""
        execution = self.executions[command.parent]
        if isinstance(command, Resume):
            self._gatekeeper.watch.resumed(command.parent)
        if execution.status.live and execution.started is not None and isinstance(command, Amend | Resume):
            self._draw(command.parent, "amended" if isinstance(command, Amend) else "resumed")

    def _draw(self, parent: ParentId, cause: str) -> None:
        for each, drawn in self._baskets.draw(self.executions, parent, self._view.observe, cause):
            self._emit(each, [drawn])

    def _settle_and_decide(self, parents: Sequence[ParentId]) -> None:
        for parent in parents:
            self._wakes.pop(parent, None)
            self._settle(parent)
            execution = self.executions[parent]
            if execution.status.terminal:
                continue
            if execution.started is None:
                self._start(parent)
            elif execution.status.live:
                self._decide(parent)
            elif execution.status is Status.SUSPENDED:
                if self._now >= execution.order.end:
                    self._finish(parent, EndReason.WINDOW_ENDED)
                else:
                    self._wakes[parent] = execution.order.end

    def _start(self, parent: ParentId) -> None:
        """Let an order arrive, once it is time and the market shows a mid."""
        execution = self.executions[parent]
        order, now = execution.order, self._now
        if execution.status is Status.PENDING_CANCEL:
            return
        if now >= order.end:
            cause = end_cause(execution, self._view.observe(execution)) if execution.status.live else EndReason.WINDOW_ENDED
            self._finish(parent, cause)
            return
        if now < order.start or not execution.status.live:
            self._wakes[parent] = order.start if now < order.start else order.end
            return
        market = self._view.observe(execution)
        if market.halted or not market.quote.two_sided:
            waiting = Waiting.HALT if market.halted else Waiting.DATA
            if waiting is not execution.waiting:
                self._emit(parent, [ParentWaiting(waiting=waiting)])
            self._wakes[parent] = order.end
            return
        waited = now - order.start
        reference = self._view.reference(order.symbol)
        self._emit(parent, [ParentStarted(arrival=market.quote, reference=reference, waited_ns=waited)])
        self._draw(parent, "started")
        self._decide(parent)

    def _decide(self, parent: ParentId) -> None:
        execution = self.executions[parent]
        market, gates = self._view.observe(execution), self._gates[execution.order.symbol]
        breach = self._gatekeeper.watch.losing(execution.order, market.quote.mid2, gates[0].instrument)
        if breach is not None:
            self._suspend(parent, breach)
            return
        decision = decide(execution, market, gates, self._baskets.of(self.executions, parent))
        for event in decision.events:
            if isinstance(event, ScheduleSet):  # of a leg, with the schedules of the others
                self._draw(parent, event.cause)
                continue
            if isinstance(event, ChildSubmitted) and not self._pass(parent, event, market):
                return
            self._emit(parent, [event])
        if self.executions[parent].status is Status.PENDING_CANCEL:
            self._emit(parent, apply.pulls(self.executions[parent], "the parent is ending"))
            self._settle(parent)
        elif decision.wake is not None:
            self._wakes[parent] = decision.wake
        after = self.executions[parent]
        assert after.filled + after.working <= after.order.lots, "an order never has more out than is left of it"

    def _pass(self, parent: ParentId, event: ChildSubmitted, market: MarketState) -> bool:
        """Let a child through the gate, or block it and suspend its parent."""
        execution = self.executions[parent]
        breach = self._gatekeeper.admit(execution, event, market, self._gates[execution.order.symbol])
        if breach is None:
            return True
        self._emit(parent, [RiskBlocked(number=event.number, code=breach.code, detail=breach.detail)])
        self._suspend(parent, breach)
        return False

    def _suspend(self, parent: ParentId, breach: Breach) -> None:
        """Stop an order that breaks a limit, and call back what is open; a person looks at it next."""
        execution = self.executions[parent]
        if execution.status.live:
            self._emit(parent, [ParentSuspended(reason=reason_of(breach), detail=breach.detail)])
            self._emit(parent, apply.pulls(self.executions[parent], breach.code))
            self._wakes[parent] = execution.order.end

    def _finish(self, parent: ParentId, cause: EndReason) -> None:
        self._emit(parent, apply.end(self.executions[parent], cause))
        self._settle(parent)

    def _settle(self, parent: ParentId) -> None:
        """End an order that is done, or that is ending with nothing out."""
        execution = self.executions[parent]
        if execution.status.terminal:
            return
        if execution.leaves == 0:
            self._emit(parent, [ParentFilled(reason=EndReason.COMPLETED, end=self._view.touch(execution.order.symbol))])
        elif execution.status is Status.PENDING_CANCEL and not execution.open:
            assert execution.cause is not None, "an order that is ending has a cause"
            canceled = execution.cause in CANCELED_BY
            kind = ParentCanceled if canceled else ParentExpired
            self._emit(parent, [kind(reason=execution.cause, end=self._view.touch(execution.order.symbol))])
        if self.executions[parent].status.terminal:
            self._wakes.pop(parent, None)
            self._gatekeeper.forget(parent)

    def _reported(self, report: Report) -> Event:
        execution = self.executions[report.parent]
        return reported(report, execution, self._gates[execution.order.symbol], self._prefix)

    def _makes_room(self, report: Report) -> bool:
        if report.kind is not ReportKind.CANCELED:
            return report.kind is ReportKind.FILL
        return self.executions[report.parent].open[report.number].status is ChildStatus.PENDING_CANCEL


def _alive(execution: Execution | None) -> int:
    return int(execution is not None and not execution.status.terminal)
