"""A live session: the core's machine and the market that it trades in, run together, and every event written down."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

import msgspec

from metaorder.core.chain import MARKET_STREAM, Entry
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
    Stamp,
    Unchanged,
)
from metaorder.core.convert import Doc
from metaorder.core.decide import Gate
from metaorder.core.engine import Engine
from metaorder.core.events import (
    ChildPendingCancel,
    ChildSubmitted,
    ChildUnknown,
    ParentAccepted,
    ParentAmended,
    ParentPendingCancel,
    ParentResumed,
    ParentStarted,
    ParentSuspended,
)
from metaorder.core.execution import Execution, Step
from metaorder.core.hearing import DISCREPANCIES, UNKNOWN_PARENT
from metaorder.core.profiled import profiled
from metaorder.core.sight import permitted
from metaorder.core.wires import Wires
from metaorder.domain.calendar import TradingDay
from metaorder.domain.errors import Invalid
from metaorder.domain.market import Quote
from metaorder.domain.order import ParentId, SessionId
from metaorder.domain.state import RECENT_S, MarketState
from metaorder.domain.units import Lots, Nanos, time_text
from metaorder.domain.venue import Report, ReportKind
from metaorder.risk.participation import rolling_window
from metaorder.runtime.abandon import abandon
from metaorder.runtime.failpoints import failpoint
from metaorder.sim.floors import Listing
from metaorder.sim.market import NO_INDEX, Market, Stop

SLICE_EVENTS = 20_000
"""Market events in one advance: a few milliseconds."""

Points = tuple[tuple[Nanos, Lots], ...]

Row = tuple[Doc, str | None, ParentId | None]
"""A document, the stream that it goes to, and the order that it concerns."""

_encode = msgspec.json.Encoder().encode


class SessionState(StrEnum):
    """The state of a market session."""

    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    CLOSED = "closed"
    FAILED = "failed"
    DELETED = "deleted"

    @property
    def over(self) -> bool:
        """Whether the session takes no more commands."""
        return self in {SessionState.CLOSED, SessionState.FAILED, SessionState.DELETED}


@dataclass(frozen=True, slots=True)
class Applied:
    """A command that took effect: where, and the order that it concerns before and after it.

    before_plan, after_plan: an amendment's schedules, from here on.
    """

    command: Command
    stamp: Stamp
    before: Execution | None
    after: Execution | None
    before_plan: Points = ()
    after_plan: Points = ()


COUNTED = frozenset({"empirical", "walk"})
"""Outflows that rest on the volume of each of the last seconds."""


class _View:
    """The market as the machine may see it."""

    def __init__(self, market: Market, day: TradingDay) -> None:
        self._market = market
        self._day = day

    def observe(self, execution: Execution) -> MarketState:
        market, order = self._market, execution.order
        listing, now = market.listing(order.symbol), market.clock
        origin, quote, cross = execution.plan_origin, market.quote(order.symbol), listing.closing
        if cross is not None and now >= cross.begins:  # of several venues none shows a touch any more but the one that holds it
            quote = market.quote_on(listing.floor(cross.venue))
        recent_s = getattr(execution.algo, "lookup_s", RECENT_S)
        others, window, pace, since_plan = market.metered_since(
            order.id,
            (-1, now - rolling_window(order), now - execution.pace_horizon(now), now if origin is None else origin),
        )
        seen = MarketState(
            now=now,
            quote=quote,
            halted=market.halted_in(order.symbol),
            others=others,
            others_window=window,
            others_pace=pace,
            others_since_plan=since_plan,
            curve=listing.curve,
            volume_ahead=(ahead := _volume_ahead(listing, now, order.end)),
            basis=market.basis(ahead, order.symbol, quote),
            flow=market.flow(order.symbol, quote, recent_s),
            tick_value=listing.tick_value,
            closing=listing.closing,
            venues=self._venues(listing),
            seconds=self._seconds(listing, recent_s) if getattr(execution.algo, "outflow", None) in COUNTED else {},
        )
        return permitted(profiled(seen, order, self._day), order)

    def touch(self, symbol: str) -> Quote:
        return self._market.quote(symbol)

    def reference(self, symbol: str) -> Quote:
        return self._market.reference(symbol)

    def heard(self, symbol: str) -> dict[str, Nanos]:
        return self._market.heard(symbol)

    def _seconds(self, listing: Listing, recent_s: int) -> dict[str, tuple[int, ...]]:
        """Others' volume of the last minutes, second by second, at each venue that shows what it trades at."""
        return {floor.venue: self._market.recent_seconds(floor, recent_s) for floor in listing.lit}

    def _venues(self, listing: Listing) -> dict[str, Quote]:
        """What each venue of a symbol shows, where there are several and trading goes on."""
        if len(listing.lit) == 1:
            return {}
        market = self._market
        return {floor.venue: market.quote_on(floor) for floor in listing.lit if not market.halted_on(floor)}


def _volume_ahead(listing: Listing, now: Nanos, end: Nanos) -> Lots | None:
    """Volume that the symbol's usual day holds from now until the end."""
    if listing.usual_volume is None:
        return None
    curve = listing.curve
    whole = curve.between(curve.edges[0], curve.edges[-1])
    return Lots(listing.usual_volume * curve.between(now, end) // whole)


class LiveSession:
    """One session. The engine thread alone touches it, from its first command to its end.

    entries: rows that wait to be journaled, in order. index: how many deterministic rows there were.
    orders: as these rows have left them. An error in the middle of a step leaves no row of it, and no order changed here.
    view: the market as the machine sees it.
    """

    def __init__(self, session_id: SessionId, market_name: str, market: Market, day: TradingDay) -> None:
        self.id = session_id
        self.name = market_name
        self.market = market
        self.day = day
        self.wire = Wires(listing.instrument for listing in market.listings)
        self.index = 0
        self.entries: list[Entry] = []
        self.orders: dict[ParentId, Execution] = {}
        self._digest = hashlib.sha256()
        self.view = _View(market, day)
        self.engine = Engine(day, _gates(market), self.view, str(session_id))
        self._halted = {symbol: market.halted_in(symbol) for symbol in market.symbols}

    @property
    def hash(self) -> str:
        """A digest of the deterministic facts alone: twins and re-runs of a session share it."""
        return self._digest.hexdigest()

    @property
    def stamp(self) -> Stamp:
        """Where the session stands."""
        return Stamp(self.market.clock, self.market.index)

    def apply(self, command: Command) -> Applied | Refusal | Unchanged:
        """Let a command take effect here and now: after all that is due at this instant, before anything later."""
        self.settle()
        stamp = self.stamp
        if isinstance(command, Accept | AcceptBasket):
            try:
                command = command.settled(stamp.market_time)
            except Invalid as wrong:
                return Refusal("window_passed", str(wrong), errors=(("/end_time", f"must be {wrong.rule}"),))
        parent = _parent_of(command)
        before = None if parent is None else self.engine.executions.get(parent)
        before_plan = self._plan(before) if isinstance(command, Amend) else ()
        answer = self.engine.apply(command, stamp.market_time)
        if not isinstance(answer, list):
            return answer
        self._write(answer, [self._command(command, stamp)])
        if isinstance(command, Delete):
            self._shut()
        after = None if parent is None else self.engine.executions[parent]
        after_plan = self._plan(after) if isinstance(command, Amend) else ()
        return Applied(command, stamp, before, after, before_plan, after_plan)

    def settle(self) -> None:
        """Do all that is due at this instant: so that the state at a stamp depends on the stamp alone."""
        self.run(until=self.market.clock, index=self.market.index)

    def run(self, *, until: Nanos, index: int = NO_INDEX) -> Stop:
        """Run to a time or an event index, however many stops it takes."""
        while True:
            stop = self.step(until=until, index=index)
            if stop in {Stop.LIMIT, Stop.CLOSED}:
                return stop

    def step(self, *, until: Nanos, index: int = NO_INDEX) -> Stop:
        """Run to the first thing that somebody must look at, and look at it."""
        market, engine = self.market, self.engine
        stop = market.advance(until=until, index=index, wake=engine.wake, on_quote=engine.awaits_quote, budget=SLICE_EVENTS)
        if stop is Stop.REPORT:
            self._hear()
        elif stop is Stop.WAKE:
            self._write(engine.on_time(market.clock))
        elif stop is Stop.QUOTE:
            self._write(engine.on_quote(market.clock))
        elif stop is Stop.HALT:
            self._halt()
        elif stop is Stop.CLOSED:
            self._write(engine.on_close(market.clock))
        return stop

    def _hear(self) -> None:
        """Tell the engine what the venue said."""
        reports = self.market.take_reports()
        if any(report.kind is ReportKind.FILL for report in reports):
            failpoint("fill.heard")
        heard = self.engine.hear(reports, self.market.clock)
        strays = [(self._stray(stray), MARKET_STREAM, None) for stray in self.engine.hearing.take_strays()]
        self._write(heard)  # what was filled stays so, whatever becomes of what is decided at it
        self._write(self.engine.answer())
        self._write([], strays)

    def _stray(self, report: Report) -> Doc:
        """A report of an order that was never accepted here, as the venue said it: it belongs to no account."""
        said = {"parent_id": report.parent, "child": report.number, "kind": str(report.kind), "lots": report.lots}
        said |= {"price_ticks": report.price, "execution": report.number_of_fill}
        about = {
            "market_id": self.id,
            "ts": time_text(report.ts),
            "code": UNKNOWN_PARENT,
            "detail": DISCREPANCIES[UNKNOWN_PARENT],
        }
        return {"type": "market.discrepancy", **about, "said": said}

    def _halt(self) -> None:
        """Tell the engine of the symbols in which trading was halted, or goes on."""
        for symbol, before in self._halted.items():
            halted = self.market.halted_in(symbol)
            if halted != before:
                self._halted[symbol] = halted
                self._write(self.engine.on_halt(self.market.clock, symbol=symbol, halted=halted))

    def take(self) -> list[Entry]:
        """The rows that wait to be journaled."""
        taken, self.entries = self.entries, []
        return taken

    def lose(self) -> list[Entry]:
        """The session cannot go on: the rows that are there, and those that end each order where its rows have left it."""
        ended, rows = abandon(self.orders, self.wire, self.id, self.market.clock)
        self.orders = ended
        self.engine.restore(ended)
        return [*self.take(), *rows]

    def _plan(self, execution: Execution | None) -> Points:
        return () if execution is None else self.engine.points(execution.order.id)

    def _shut(self) -> None:
        """The market is deleted: take its last word on what was out."""
        self.market.shut()
        self._hear()
        self._write(self.engine.on_close(self.market.clock))

    def _command(self, command: Command, stamp: Stamp) -> Row:
        return self.wire.command(command, stamp), None, _parent_of(command)

    def _write(self, steps: Sequence[Step], first: Sequence[Row] = ()) -> None:
        """Do in the market what was done, and make its rows: all of them or, where that fails, none. first: rows before them."""
        rows, facts = [self._entry(row, place) for place, row in enumerate(first, self.index + 1)], []
        for step in steps:
            self._act(step)
            doc = self.wire.event(step)
            facts.append(_encode(_deterministic(doc)))
            row = (doc, step.after.order.account, step.happened.parent)
            rows.append(self._entry(row, self.index + len(rows) + 1))
        for fact in facts:
            self._digest.update(fact)
        self.index += len(rows)
        self.entries += rows
        self.orders.update((step.happened.parent, step.after) for step in steps)

    def _entry(self, row: Row, index: int) -> Entry:
        doc, stream, parent = row
        return Entry(
            session=self.id,
            session_index=index,
            stream=stream,
            type=doc["type"],
            version=1,
            market_time=self.market.clock,
            event_index=self.market.index,
            parent=parent,
            payload=_encode(doc),
        )

    def _act(self, step: Step) -> None:
        """Do in the market what an event says was done."""
        market, order, event = self.market, step.after.order, step.happened.event
        if isinstance(event, ParentAccepted):
            market.watch(order)
        elif isinstance(event, ChildSubmitted):
            market.submit(order, step.after.open[event.number])
            failpoint("child.sent")
        elif isinstance(event, ChildPendingCancel) or (isinstance(event, ChildUnknown) and event.asked):
            market.cancel(order.id, event.number, step.after.open[event.number].venue)
        elif isinstance(event, ParentStarted | ParentSuspended | ParentResumed | ParentAmended | ParentPendingCancel):
            market.set_meter(order, active=step.after.status.live and step.after.started is not None)
        elif step.after.status.terminal and step.before is not None and not step.before.status.terminal:
            market.unwatch(order.id)


def _gates(market: Market) -> dict[str, tuple[Gate, ...]]:
    return {
        listing.symbol: tuple(
            Gate(floor.venue, floor.latency.longest_entry, floor.instrument, floor.dark, floor.latency.longest_answer)
            for floor in (*listing.lit, *listing.dark)
        )
        for listing in market.listings
    }


def _parent_of(command: Command) -> ParentId | None:
    """The order that a command concerns; None for one that concerns them all."""
    match command:
        case Accept():
            return command.order.id
        case Amend() | Cancel() | Pause() | Resume() | Settle():
            return command.parent
        case AcceptBasket() | Kill() | SetLimits() | Delete():
            return None
        case _:
            assert_never(command)


_IDS = ("parent_id", "child_id", "execution_id", "received_at")
_ORDER_IDS = ("id", "session", "market", "estimate_id", "profile_version")


def _deterministic(doc: Doc) -> Doc:
    """What of an event does not depend on who asked and when: no ids of ours, no stamps of the wall."""
    kept = {key: value for key, value in doc.items() if key not in _IDS}
    if "child_id" in doc:
        kept["child"] = doc["child_id"].rpartition("-")[2]
    order = kept.get("order")
    if order is not None:
        kept["order"] = {key: value for key, value in order.items() if key not in _ORDER_IDS}
    return kept
