"""All parent orders of one session as one machine: commands, reports and times in; events out, in one order."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import assert_never

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
    Settle,
    Unchanged,
)
from metaorder.core.decide import Gate, decide, end_cause
from metaorder.core.events import (
    ChildSubmitted,
    ChildUnknown,
    Event,
    ParentCanceled,
    ParentExpired,
    ParentFilled,
    ParentStarted,
    ParentSuspended,
    ParentWaiting,
    RiskBlocked,
    ScheduleSet,
)
from metaorder.core.execution import Execution, Step
from metaorder.core.gatekeeper import Gatekeeper
from metaorder.core.hearing import Hearing, Judged
from metaorder.core.ledger import Ledger
from metaorder.core.preview import shown_plan
from metaorder.core.reports import makes_room, reported
from metaorder.core.sight import relied_on
from metaorder.core.silence import Silence
from metaorder.core.underway import Wanted, wanted
from metaorder.core.view import View
from metaorder.core.waiting import unseen
from metaorder.domain.calendar import TradingDay
from metaorder.domain.order import Account, EndReason, ParentId, ParentOrder, Status, SuspendReason, Waiting
from metaorder.domain.state import MarketState
from metaorder.domain.units import SECOND, Lots, Nanos
from metaorder.domain.venue import Report
from metaorder.risk.guard import Breach
from metaorder.risk.limits import read_gate
from metaorder.risk.watch import reason_of

CANCELED_BY = frozenset({EndReason.CLIENT_REQUEST, EndReason.MARKET_DELETED, EndReason.SESSION_LOST})
"""Causes that end an order as canceled; the others are the clock's and end it as expired."""


class Engine:
    """Executions in the order of their acceptance, and when each wants to look again.

    gates: of the venues that trade each symbol, in their order.
    """

    def __init__(self, day: TradingDay, gates: Mapping[str, Sequence[Gate]], view: View, execution_prefix: str) -> None:
        self._silence = Silence(gates)
        self._ledger = Ledger(self._silence.note)
        self.executions: Mapping[ParentId, Execution] = self._ledger.executions
        self._day, self._gates, self._view = day, gates, view
        self._prefix = execution_prefix
        self._wakes: dict[ParentId, Nanos] = {}
        self._gatekeeper = Gatekeeper()
        self.hearing = Hearing()
        self._baskets = Baskets(gates)
        self._told: list[tuple[ParentId, bool]] = []

    @property
    def wake(self) -> Nanos | None:
        """The next time at which some order wants to look again, or a venue's word is overdue."""
        looks, owed = min(self._wakes.values(), default=None), self._silence.wake(self.executions)
        return min((each for each in (looks, owed) if each is not None), default=None)

    @property
    def awaits_quote(self) -> frozenset[str]:
        """Symbols in which some order waits for the first two-sided book, to arrive in."""
        return self._ledger.awaits_quote

    def open_orders(self, account: Account) -> int:
        """How many orders of an account are not terminal."""
        return self._ledger.open_orders(account)

    def position(self, account: Account, symbol: str) -> Lots:
        """What an account has bought of a symbol here, sells negative."""
        return self._gatekeeper.watch.position(account, symbol)

    def apply(self, command: Command, now: Nanos) -> list[Step] | Refusal | Unchanged:
        """What a command does at `now`. A refusal has changed nothing."""
        self._ledger.begin(now)
        match command:
            case Accept():
                return self._accept([command])
            case AcceptBasket():
                return self._accept(command.legs, "/legs/{}")
            case Amend() | Cancel() | Pause() | Resume() | Settle():
                execution = self.executions.get(command.parent)
                if execution is None:
                    return Refusal("not_found", f"no parent order {command.parent}")
                touch = self._view.touch(execution.order.symbol)
                answer = apply.change(execution, command, now, touch, self._day.close)
                if not isinstance(answer, list):
                    return answer
                self._ledger.emit(command.parent, answer)
                self._redraw(command)
                self._settle_and_decide([command.parent])
            case Kill():
                concerned = [each for each in self._ledger.unfinished() if command.concerns(self.executions[each].order)]
                for parent in concerned:
                    self._ledger.emit(parent, apply.suspend(self.executions[parent], command.cause, cancel_open=True))
                self._settle_and_decide(concerned)
            case SetLimits():
                self._gatekeeper.watch.set(command.account, read_gate(dict(command.limits)))
            case Delete():
                for parent in self._ledger.unfinished():
                    self._ledger.emit(parent, apply.end(self.executions[parent], EndReason.MARKET_DELETED))
                    self._settle(parent)
            case _:
                assert_never(command)
        return self._ledger.take()

    def hear(self, reports: Sequence[Report], now: Nanos) -> list[Step]:
        """Book the venue's reports of one instant. What cannot be so is written down; a fill of it stops its order."""
        self._ledger.begin(now)
        roomier, concerned = set(), set()
        heard = deque(self.hearing.fresh(reports))
        while heard:
            report = heard.popleft()
            found = self.hearing.judge(report, self.executions.get(report.parent))
            if not found.tells:
                continue
            concerned.add(report.parent)
            if self._believe(report, found):
                roomier.add(report.parent)
            early = self.hearing.completed(report, self.executions[report.parent])
            if early is not None:
                heard.appendleft(early)
        self._told = [(parent, parent in roomier) for parent in self._ledger.ranked(concerned)]
        return self._ledger.take()

    def answer(self) -> list[Step]:
        """What the orders do of which reports were just booked, in order of acceptance.

        A fill or a cancel that was asked for makes room: its order decides at once. A refusal, a miss or a cancel of the venue's
        own makes none: its order looks again when it meant to, so that the venue is not stormed.
        """
        told, self._told = self._told, []
        for parent, has_room in told:
            if has_room:
                self._settle_and_decide([parent])
            else:
                self._settle(parent)
        return self._ledger.take()

    def _believe(self, report: Report, found: Judged) -> bool:
        """Do what a report comes to; whether it makes room."""
        parent, believed, breach = report.parent, found.report, None
        execution, child = self.executions[parent], self.executions[parent].open.get(report.number)
        if child is not None:
            self._silence.heard(child.venue, self._ledger.now)
        if found.early:
            assert child is not None, "what ends early is open"
            why = f"the venue ended it with {report.lots} lots left, and {child.open} are open: fills are to be told yet"
            self._ledger.emit(parent, [ChildUnknown(number=report.number, reason=why, asked=False)], report.ts)
            return False
        breach = self._gatekeeper.heard(execution.order, believed or report, over=execution.status.terminal)
        if found.discrepancy is not None:
            self._ledger.emit(parent, [found.discrepancy], report.ts)
            self._gatekeeper.watch.doubt(execution.order, found.discrepancy.held, report.price)
        roomy = believed is not None and child is not None and makes_room(believed, child)
        if believed is not None:
            self._ledger.emit(parent, [self._reported(believed)], report.ts)
        if found.halts:
            assert found.discrepancy is not None, "an order is not stopped without a word"
            breach = Breach("venue_discrepancy", found.discrepancy.detail)
        if breach is not None:
            self._suspend(parent, breach)
        return roomy

    def on_time(self, now: Nanos) -> list[Step]:
        """What the orders do that wanted to look again by now; children of which nothing was said in time are asked about."""
        self._ledger.begin(now)
        for parent, event in self._silence.overdue(self.executions, now):
            self._ledger.emit(parent, [event])
        self._settle_and_decide(self._ledger.ranked(parent for parent, wake in self._wakes.items() if wake <= now))
        return self._ledger.take()

    def on_quote(self, now: Nanos) -> list[Step]:
        """What the orders do that waited for a two-sided book."""
        self._ledger.begin(now)
        self._settle_and_decide(self._ledger.ranked(self._ledger.awaiting))
        return self._ledger.take()

    def on_halt(self, now: Nanos, *, symbol: str, halted: bool) -> list[Step]:
        """Trading in a symbol was halted, or goes on: time in a halt is not workable, so schedules are drawn anew after it."""
        self._ledger.begin(now)
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
        return self._ledger.take()

    def on_close(self, now: Nanos) -> list[Step]:
        """The session is over: no order outlives it. A child of which the venue did not say the end is in dispute."""
        self._ledger.begin(now)
        for parent in self._ledger.unfinished():
            self._ledger.emit(parent, apply.end(self.executions[parent], EndReason.SESSION_CLOSED))
            self._ledger.emit(parent, [self.hearing.missed(child) for child in self.executions[parent].open.values()])
            self._settle(parent)
        return self._ledger.take()

    def restore(self, executions: Mapping[ParentId, Execution]) -> None:
        """The session is over by an error: its orders are as its rows say, and do nothing any more."""
        self._ledger.restore(executions)
        self._wakes.clear()

    def refusal(self, order: ParentOrder, now: Nanos) -> Refusal | None:
        """Why an order cannot be taken now, whatever the risk ladder says; None if it can."""
        return apply.window(order, now, self._day)

    def _accept(self, accepts: Sequence[Accept], where: str = "") -> list[Step] | Refusal:
        """Take all of several orders, or none. where: of each in the request that brought it."""
        for place, each in enumerate(accepts):
            refused = self.refusal(each.order, self._ledger.now)
            if refused is not None:
                pointed = tuple((where.format(place) + pointer, detail) for pointer, detail in refused.errors)
                return replace(refused, errors=pointed)
        for each in accepts:
            self._ledger.emit(each.order.id, [apply.accept(each, self._view.touch(each.order.symbol))])
            self._baskets.add(self.executions[each.order.id])
        self._settle_and_decide([each.order.id for each in accepts])
        return self._ledger.take()

    def points(self, parent: ParentId) -> tuple[tuple[Nanos, Lots], ...]:
        """The schedule that would be drawn of an order now, for people to look at."""
        execution = self.executions[parent]
        if execution.order.basket is None:
            return shown_plan(execution, self._view.observe(execution))
        drawn = dict(self._baskets.draw(self.executions, parent, self._view.observe, "asked"))
        return drawn[parent].points

    def wanted(self, parent: ParentId) -> Wanted | None:
        """What is to be done of an order by now, for people to look at."""
        execution = self.executions[parent]
        return wanted(execution, self._view.observe(execution), self._baskets.of(self.executions, parent))

    def _redraw(self, command: Amend | Cancel | Pause | Resume | Settle) -> None:
        """Resuming and amending draw the schedule anew from here; what is not in dispute any more counts no more."""
        execution = self.executions[command.parent]
        if isinstance(command, Settle):
            self._gatekeeper.settled(execution.order, Lots(command.disputed - command.traded))
        if isinstance(command, Resume):
            self._gatekeeper.watch.resumed(command.parent)
        if execution.status.live and execution.started is not None and isinstance(command, Amend | Resume):
            self._draw(command.parent, "amended" if isinstance(command, Amend) else "resumed")

    def _draw(self, parent: ParentId, cause: str) -> None:
        for each, drawn in self._baskets.draw(self.executions, parent, self._view.observe, cause):
            self._ledger.emit(each, [drawn])

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
                if self._ledger.now >= execution.order.end:
                    self._finish(parent, EndReason.WINDOW_ENDED)
                else:
                    self._wakes[parent] = execution.order.end

    def _start(self, parent: ParentId) -> None:
        """Let an order arrive, once it is time and the market shows a mid."""
        execution = self.executions[parent]
        order, now = execution.order, self._ledger.now
        if execution.status is Status.PENDING_CANCEL:
            return
        if now >= order.end:
            cause = end_cause(execution, self._view.observe(execution)) if execution.status.live else EndReason.WINDOW_ENDED
            self._finish(parent, cause)
            return
        if now < order.start or not execution.status.live:
            self._wakes[parent] = order.start if now < order.start else order.end
            return
        market = self._seen(execution)
        if market.halted or market.stale or not market.quote.two_sided:
            waiting = unseen(market)
            if waiting is not execution.waiting:
                self._ledger.emit(parent, [ParentWaiting(waiting=waiting)])
            self._wakes[parent] = Nanos(min(now + SECOND, order.end)) if waiting is Waiting.VENUE else order.end
            return
        whole, reference = self._view.touch(order.symbol), self._view.reference(order.symbol)
        arrival = whole if order.venues is not None and whole.two_sided else market.quote  # what a rule costs is a cost
        self._ledger.emit(parent, [ParentStarted(arrival=arrival, reference=reference, waited_ns=now - order.start)])
        self._draw(parent, "started")
        self._decide(parent)

    def _seen(self, execution: Execution) -> MarketState:
        """The market as far as an order may rely on it."""
        order = execution.order
        age = self._gatekeeper.watch.data_age(order.account)
        heard = {} if age is None else self._view.heard(order.symbol)
        return relied_on(self._view.observe(execution), order, heard, age, self._silence.silent)

    def _decide(self, parent: ParentId) -> None:
        execution = self.executions[parent]
        market, gates = self._seen(execution), self._gates[execution.order.symbol]
        breach = self._gatekeeper.watch.losing(execution.order, market.quote.mid2, gates[0].instrument)
        if breach is not None:
            self._suspend(parent, breach)
            return
        decision = decide(execution, market, gates, self._baskets.of(self.executions, parent))
        later = None
        for event in decision.events:
            if isinstance(event, ScheduleSet):  # of a leg, with the schedules of the others
                self._draw(parent, event.cause)
                continue
            if isinstance(event, ChildSubmitted):
                later = later or self._gatekeeper.watch.later(execution.order, self._ledger.now)
                if later is not None:
                    continue
                if not self._pass(parent, event, market):
                    return
            self._ledger.emit(parent, [event])
        if self.executions[parent].status is Status.PENDING_CANCEL:
            self._ledger.emit(parent, apply.pulls(self.executions[parent], "the parent is ending"))
            self._settle(parent)
        elif decision.wake is not None:
            self._wakes[parent] = decision.wake if later is None else min(decision.wake, later)
        after = self.executions[parent]
        assert after.filled + after.working <= after.order.lots, "an order never has more out than is left of it"

    def _pass(self, parent: ParentId, event: ChildSubmitted, market: MarketState) -> bool:
        """Let a child through the gate, or block it and suspend its parent."""
        execution = self.executions[parent]
        breach = self._gatekeeper.admit(execution, event, market, self._gates[execution.order.symbol])
        if breach is None:
            return True
        self._ledger.emit(parent, [RiskBlocked(number=event.number, code=breach.code, detail=breach.detail)])
        self._suspend(parent, breach)
        return False

    def _suspend(self, parent: ParentId, breach: Breach) -> None:
        """Stop an order that breaks a limit, and call back what is open; a person looks at it next."""
        execution, reason = self.executions[parent], reason_of(breach)
        doubted = execution.status is Status.SUSPENDED and reason is SuspendReason.DISCREPANCY
        if execution.status.live or (doubted and execution.suspended is not reason):
            self._ledger.emit(parent, [ParentSuspended(reason=reason, detail=breach.detail)])
            self._ledger.emit(parent, apply.pulls(self.executions[parent], breach.code))
            self._wakes[parent] = execution.order.end

    def _finish(self, parent: ParentId, cause: EndReason) -> None:
        self._ledger.emit(parent, apply.end(self.executions[parent], cause))
        self._settle(parent)

    def _settle(self, parent: ParentId) -> None:
        """End an order that is done, or that is ending with nothing out."""
        execution = self.executions[parent]
        if execution.status.terminal:
            return
        if execution.leaves == 0:
            self._ledger.emit(parent, [ParentFilled(reason=EndReason.COMPLETED, end=self._view.touch(execution.order.symbol))])
        elif execution.status is Status.PENDING_CANCEL and not execution.open:
            assert execution.cause is not None, "an order that is ending has a cause"
            kind = ParentCanceled if execution.cause in CANCELED_BY else ParentExpired
            self._ledger.emit(parent, [kind(reason=execution.cause, end=self._view.touch(execution.order.symbol))])
        if self.executions[parent].status.terminal:
            self._wakes.pop(parent, None)
            self._gatekeeper.forget(parent)

    def _reported(self, report: Report) -> Event:
        execution = self.executions[report.parent]
        return reported(report, execution, self._gates[execution.order.symbol], self._prefix)
