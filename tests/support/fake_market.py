"""A market for tests: scripted quotes, prints and halts, and a venue that answers each child as it is told."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Protocol

from metaorder.core.commands import Accept, AcceptBasket, Command, Refusal, Unchanged
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
from metaorder.domain.child import Child, Liquidity, TimeInForce
from metaorder.domain.market import NO_QUOTE, Quote, VolumeCurve, flat_curve
from metaorder.domain.order import ParentId, ParentOrder
from metaorder.domain.state import NO_BASIS, NO_FLOW, Basis, Flow, MarketState
from metaorder.domain.units import Lots, Nanos, Ticks
from metaorder.domain.venue import Report, ReportKind
from metaorder.risk.participation import rolling_window
from support.core import CLOSE, DAY, INSTRUMENT, LATENCY, OPEN

MILLISECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Quoted:
    """The touch changes."""

    ts: Nanos
    quote: Quote


@dataclass(frozen=True, slots=True)
class Printed:
    """Others trade."""

    ts: Nanos
    price: Ticks
    lots: Lots


@dataclass(frozen=True, slots=True)
class Halted:
    """Trading stops, or goes on."""

    ts: Nanos
    halted: bool


Tick = Quoted | Printed | Halted


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What the venue does with a child. Delays are in nanoseconds from its arrival, parts in percent of what is left.

    silent: it says nothing until the child's time is over. refuses: it rejects the child.
    answer: until it acknowledges or refuses; fills may overtake it.
    fills: (delay, part) while the child rests; an aggressive child trades the first part at once and the rest expires.
    cancel: until a cancel takes effect; None = it is ignored. overtakes: the part that trades just before.
    """

    silent: bool = False
    refuses: bool = False
    answer: int = MILLISECOND
    fills: tuple[tuple[int, int], ...] = ((10 * MILLISECOND, 100),)
    cancel: int | None = MILLISECOND
    overtakes: int = 0


FILLS_AT_ONCE = Fate()
NEVER_FILLS = Fate(fills=())
REFUSES = Fate(refuses=True)
Facts = Callable[[Nanos, Quote], tuple[Basis, Flow]]
Fates = Callable[[int], Fate]
"""The fate of the n-th child that arrives at the venue, from 0."""


class Watcher(Protocol):
    """Somebody who looks at everything that happens."""

    def on_print(self, ts: Nanos, price: Ticks, lots: Lots) -> None: ...

    def on_halt(self, *, halted: bool) -> None: ...

    def on_step(self, step: Step, now: Nanos) -> None: ...


@dataclass(slots=True)
class _Meter:
    """Others' volume that gives headroom to one order."""

    order: ParentOrder
    active: bool = False
    times: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=lambda: [0])

    def count(self, ts: Nanos, price: Ticks, lots: Lots) -> None:
        if self.active and self.order.side.within(price, self.order.limit):
            self.times.append(ts)
            self.totals.append(self.totals[-1] + lots)

    def since(self, time: int) -> Lots:
        return Lots(self.totals[-1] - self.totals[bisect_right(self.times, time)])


@dataclass(slots=True)
class _Resting:
    """A child at the venue."""

    parent: ParentId
    child: Child
    fate: Fate
    left: int
    over: bool = False


class FakeMarket:
    """The engine, the view it has of the market, and the venue that answers it, on one clock."""

    def __init__(
        self,
        tape: Iterable[Tick] = (),
        fates: Fates = lambda n: FILLS_AT_ONCE,
        *,
        latency: Nanos = LATENCY,
        curve: VolumeCurve | None = None,
        ahead: Callable[[Nanos, Nanos], Lots] | None = None,
        watchers: Iterable[Watcher] = (),
        background: int = 0,
        facts: Facts = lambda now, quote: (NO_BASIS, NO_FLOW),
    ) -> None:
        """background: others' volume that every order sees beside what is printed, for tests that are not about the cap.

        facts: the statistics that the market shows.
        """
        self.now = OPEN
        self.quote = NO_QUOTE
        self.halted = False
        self.told = OPEN
        self.steps: list[Step] = []
        self.engine = Engine(DAY, {INSTRUMENT.symbol: (Gate("FAKE", latency, INSTRUMENT),)}, self, "fake")
        self.latency = latency
        self._curve = flat_curve(OPEN, CLOSE) if curve is None else curve
        self._ahead = ahead
        self._background = background
        self._facts = facts
        self._tape = sorted(tape, key=lambda tick: tick.ts)
        self._played = 0
        self._fates = fates
        self._arrivals = 0
        self._trades = 0
        self._messages: list[tuple[int, int, int, Callable[[], list[Report]]]] = []
        self._sent = 0
        self._children: dict[tuple[ParentId, int], _Resting] = {}
        self._meters: dict[ParentId, _Meter] = {}
        self._watchers = list(watchers)

    # --- what the engine sees ---

    def observe(self, execution: Execution) -> MarketState:
        order, origin = execution.order, execution.plan_origin
        meter, more = self._meters.get(order.id, _Meter(order)), self._background
        basis, flow = self._facts(self.now, self.quote)
        return MarketState(
            now=self.now,
            quote=self.quote,
            halted=self.halted,
            others=Lots(more + meter.since(-1)),
            others_window=Lots(more + meter.since(self.now - rolling_window(order))),
            others_pace=Lots(more + meter.since(self.now - execution.pace_horizon(self.now))),
            others_since_plan=meter.since(self.now if origin is None else origin),
            curve=self._curve,
            volume_ahead=None if self._ahead is None else self._ahead(self.now, order.end),
            basis=basis,
            flow=flow,
        )

    def touch(self, symbol: str = INSTRUMENT.symbol) -> Quote:
        return self.quote

    def reference(self, symbol: str = INSTRUMENT.symbol) -> Quote:
        return NO_QUOTE

    def heard(self, symbol: str = INSTRUMENT.symbol) -> dict[str, Nanos]:
        return {"FAKE": self.told}

    # --- what a test does ---

    def apply(self, command: Command) -> list[Step] | Refusal | Unchanged:
        """Let a command take effect now, after all that is due now."""
        self.run(self.now)
        if isinstance(command, Accept | AcceptBasket):
            command = command.settled(self.now)
        return self._take(self.engine.apply(command, self.now))

    def accept(self, order: ParentOrder) -> None:
        """Start working an order."""
        self.apply(Accept(order=order, rejection=None, body_hash="", received_at=OPEN))

    def play(self, *ticks: Tick) -> None:
        """Add to the script what happens later."""
        assert all(tick.ts >= self.now for tick in ticks)
        self._tape = sorted([*self._tape[self._played :], *ticks], key=lambda tick: tick.ts)
        self._played = 0

    def run(self, until: Nanos) -> None:
        """Let the market go on: at one instant its own events first, then messages, then the engine's wake-ups."""
        while True:
            tick = self._tape[self._played] if self._played < len(self._tape) else None
            message = self._messages[0][0] if self._messages else None
            wake = self.engine.wake
            times = [time for time in (tick and tick.ts, message, wake) if time is not None]
            if not times or min(times) > until:
                self.now = max(self.now, until)
                return
            due = min(times)
            self.now = Nanos(max(self.now, due))
            if tick is not None and tick.ts == due:
                self._played += 1
                self._tick(tick)
            elif message == due:
                self._hear(heappop(self._messages)[3]())
            else:
                self._take(self.engine.on_time(self.now))
                assert self.engine.wake is None or self.engine.wake > self.now, (
                    "an order looks again after now, or time stands still"
                )

    def close(self) -> None:
        """The session ends: what is at the venue expires, then the orders do."""
        self.run(CLOSE)
        self._messages.clear()
        self._hear(
            [report for child in self._children.values() for report in self._end(child, ReportKind.EXPIRED, "session_closed")]
        )
        self._take(self.engine.on_close(self.now))

    # --- the market ---

    def _tick(self, tick: Tick) -> None:
        self.told = tick.ts
        if isinstance(tick, Quoted):
            self.quote = tick.quote
        elif isinstance(tick, Halted):
            changed = self.halted is not tick.halted
            self.halted = tick.halted
            for watcher in self._watchers:
                watcher.on_halt(halted=tick.halted)
            if changed:
                self._take(self.engine.on_halt(self.now, symbol=INSTRUMENT.symbol, halted=tick.halted))
        elif not self.halted:
            for watcher in self._watchers:
                watcher.on_print(tick.ts, tick.price, tick.lots)
            for meter in self._meters.values():
                meter.count(tick.ts, tick.price, tick.lots)
        if self.engine.awaits_quote and self.quote.two_sided and not self.halted:
            self._take(self.engine.on_quote(self.now))

    def _hear(self, reports: list[Report]) -> None:
        if reports:
            self._take(self.engine.hear(reports, self.now))
            self._take(self.engine.answer())

    def _take(self, answer: list[Step] | Refusal | Unchanged) -> list[Step] | Refusal | Unchanged:
        if isinstance(answer, list):
            for step in answer:
                self._act(step)
                self.steps.append(step)
                for watcher in self._watchers:
                    watcher.on_step(step, self.now)
        return answer

    def _act(self, step: Step) -> None:
        """Do in the market what an event says was done."""
        event, after = step.happened.event, step.after
        if isinstance(event, ParentAccepted):
            self._meters[after.order.id] = _Meter(after.order)
        elif isinstance(event, ChildSubmitted):
            self._submit(after.order.id, after.open[event.number])
        elif isinstance(event, ChildPendingCancel) or (isinstance(event, ChildUnknown) and event.asked):
            self._cancel(after.order.id, event.number)
        elif isinstance(event, ParentStarted | ParentSuspended | ParentResumed | ParentAmended | ParentPendingCancel):
            meter = self._meters[after.order.id]
            meter.order, meter.active = after.order, after.status.live and after.started is not None

    # --- the venue ---

    def _later(self, due: int, answer: Callable[[], list[Report]], *, last: bool = False) -> None:
        self._sent += 1
        heappush(self._messages, (due, int(last), self._sent, answer))

    def _submit(self, parent: ParentId, child: Child) -> None:
        resting = _Resting(parent, child, self._fates(self._arrivals), child.lots)
        self._arrivals += 1
        self._children[parent, child.number] = resting
        arrival, fate = self.now + self.latency, resting.fate
        self._later(child.good_till, lambda: self._end(resting, ReportKind.EXPIRED, "good_till"), last=True)
        if fate.silent:
            return
        if child.time_in_force is TimeInForce.IOC:
            self._later(arrival + fate.answer, lambda: self._take_touch(resting))
            return
        self._later(arrival + fate.answer, lambda: self._answer(resting))
        if not fate.refuses:
            for delay, part in fate.fills:
                self._later(arrival + delay, lambda part=part: self._trade(resting, part, child.price))

    def _cancel(self, parent: ParentId, number: int) -> None:
        resting = self._children[parent, number]
        fate = resting.fate
        if fate.silent or fate.cancel is None:
            return

        def cancel() -> list[Report]:
            overtaken = self._trade(resting, fate.overtakes, resting.child.price)
            return overtaken + self._end(resting, ReportKind.CANCELED, "canceled")

        self._later(self.now + self.latency + fate.cancel, cancel)

    def _answer(self, resting: _Resting) -> list[Report]:
        if resting.over:
            return []
        if resting.fate.refuses or (self.halted and resting.left == resting.child.lots):
            return self._end(resting, ReportKind.REJECTED, "halted" if self.halted else "refused")
        return [self._report(resting, ReportKind.ACCEPTED, queue_ahead=Lots(0), queue_known_ppm=0)]

    def _take_touch(self, resting: _Resting) -> list[Report]:
        """An aggressive child trades at the far touch, inside its price, and what it misses expires."""
        answer = self._answer(resting)
        if resting.over or resting.child.time_in_force is not TimeInForce.IOC:
            return answer
        side = self.engine.executions[resting.parent].order.side
        far = self.quote.far(side)
        price = far if far is not None and side.within(far, resting.child.price) else resting.child.price
        part = resting.fate.fills[0][1] if resting.fate.fills else 0
        return answer + self._trade(resting, part, price) + self._end(resting, ReportKind.EXPIRED, "unmatched")

    def _trade(self, resting: _Resting, part: int, price: Ticks) -> list[Report]:
        lots = -(-resting.left * part // 100)
        if resting.over or self.halted or lots == 0:
            return []
        resting.left -= lots
        resting.over = resting.left == 0
        self._trades += 1
        taker = resting.child.time_in_force is TimeInForce.IOC
        facts = {"price": price, "number_of_fill": self._trades, "liquidity": Liquidity.TAKER if taker else Liquidity.MAKER}
        return [self._report(resting, ReportKind.FILL, lots=Lots(lots), **facts)]

    def _end(self, resting: _Resting, kind: ReportKind, reason: str) -> list[Report]:
        if resting.over:
            return []
        resting.over = True
        return [self._report(resting, kind, lots=Lots(resting.left), reason=reason)]

    def _report(self, resting: _Resting, kind: ReportKind, **facts: object) -> Report:
        child = resting.child
        return Report(
            kind=kind, parent=resting.parent, number=child.number, ts=self.now, quote=self.quote, evidence="fake", **facts
        )
