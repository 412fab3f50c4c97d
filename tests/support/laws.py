"""What must hold of every order after every event, counted from events and prints alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

from metaorder.core.events import (
    ChildCanceled,
    ChildExpired,
    ChildRejected,
    ChildSubmitted,
    Discrepancy,
    DisputeSettled,
    Fill,
    ParentAccepted,
    ParentAmended,
    ParentCanceled,
    ParentExpired,
    ParentFilled,
    ParentPendingCancel,
    ParentRejected,
    ParentResumed,
    ParentStarted,
    ParentSuspended,
    RiskBlocked,
)
from metaorder.core.execution import Execution, Step
from metaorder.domain.order import ParentId, ParentOrder, ParticipationMode, Side
from metaorder.domain.units import Lots, Nanos, Ticks

MOST_OPEN = 8
FIVE_MINUTES = 300 * 10**9
ENDS = ParentFilled | ParentCanceled | ParentExpired | ParentRejected
STOPS = ParentSuspended | ParentPendingCancel | ENDS


@dataclass(slots=True)
class Ledger:
    """One order as its own events tell of it.

    disputed: lots that are held because a venue contradicts itself. settled: those of them that somebody found to be traded.
    out: lots that each open child may still fill.
    mine, theirs: (time, lots) of own fills and of prints that give headroom.
    """

    order: ParentOrder
    live: bool = True
    started: bool = False
    over: bool = False
    filled: int = 0
    disputed: int = 0
    settled: int = 0
    children: int = 0
    out: dict[int, int] = field(default_factory=dict)
    mine: list[tuple[int, int]] = field(default_factory=list)
    theirs: list[tuple[int, int]] = field(default_factory=list)

    @property
    def working(self) -> int:
        return sum(self.out.values())


class Laws:
    """A watcher of a fake market that fails at the first event that breaks a law."""

    def __init__(self, latency: int) -> None:
        self.ledgers: dict[ParentId, Ledger] = {}
        self._latency = latency
        self._halted = False

    def on_halt(self, *, halted: bool) -> None:
        self._halted = halted

    def on_print(self, ts: Nanos, price: Ticks, lots: Lots) -> None:
        for ledger in self.ledgers.values():
            if ledger.live and ledger.started and _inside(ledger.order, price):
                ledger.theirs.append((ts, lots))

    def on_step(self, step: Step, now: Nanos) -> None:
        event, parent = step.happened.event, step.happened.parent
        if isinstance(event, ParentAccepted | ParentRejected):
            assert parent not in self.ledgers, "an order is accepted once"
            self.ledgers[parent] = Ledger(event.order)
        ledger = self.ledgers[parent]
        told = isinstance(event, Discrepancy | DisputeSettled)
        assert told or not ledger.over, f"nothing happens to an order that has ended, not even {event}"
        if isinstance(event, Discrepancy):
            ledger.disputed += event.held
            if event.closes:
                assert ledger.out.pop(event.number) <= event.held, "what the child had left is held"
        elif isinstance(event, DisputeSettled):
            ledger.disputed -= event.traded + event.released
            ledger.settled += event.traded
            assert ledger.disputed >= 0, "no more is settled than was held"
        elif isinstance(event, ChildSubmitted):
            self._sent(ledger, event, now)
        elif isinstance(event, Fill):
            _traded(ledger, event, step.happened.ts)
        elif isinstance(event, ChildCanceled | ChildExpired | ChildRejected):
            left = ledger.out.pop(event.number)
            assert isinstance(event, ChildRejected) or event.lots == left, "a child ends with what it had left"
        else:
            _told(ledger, event)
        _agrees(ledger, step.after)

    def _sent(self, ledger: Ledger, event: ChildSubmitted, now: int) -> None:
        order, out = ledger.order, ledger.working
        left = order.lots - ledger.filled - out - ledger.disputed - ledger.settled
        assert ledger.live, "a paused or ending order sends no child"
        assert not self._halted, "no child while trading is halted"
        assert ledger.started, "no child before the order has arrived"
        assert not any(since <= now < to for since, to in order.blackouts), "no child in a blackout"
        assert event.number == ledger.children + 1, "children are numbered without gaps"
        assert order.start <= now < order.end - self._latency, "no child outside [start, end - latency)"
        assert now < event.good_till <= order.end, (
            "a child is good till the end of the window, or of the time that the router gives it"
        )
        assert _inside(order, event.price), f"{event.price} is past the limit {order.limit}"
        assert 0 < event.lots <= left, f"{event.lots} new > {left} that are neither filled nor out"
        assert event.lots >= order.min_child or event.lots == left, f"{event.lots} is less than the smallest child"
        assert order.max_child is None or event.lots <= order.max_child, f"{event.lots} is more than the largest child"
        assert len(ledger.out) < MOST_OPEN, "so many children are open at once and no more"
        bid, ask = event.quote.bid, event.quote.ask
        assert bid is not None
        assert ask is not None
        mid = Fraction(bid + ask, 2)
        past = (event.price - mid) * (1 if order.side is Side.BUY else -1)
        assert past <= max(mid / 50, 1), "no child further than the collar from the mid"
        self._caps(ledger, event.lots, now)
        ledger.children += 1
        ledger.out[event.number] = event.lots

    @staticmethod
    def _caps(ledger: Ledger, lots: int, now: int) -> None:
        order, window = ledger.order, max(FIVE_MINUTES, (ledger.order.end - ledger.order.start) // 20)
        cap = order.cap
        if order.participation_mode is ParticipationMode.SOFT_AT_END and (order.end - now) * 10 <= order.end - order.start:
            cap = max(cap, min(2 * cap, Fraction(1, 2)))
        for clock, since in (("cumulative", -1), ("rolling", now - window)):
            own = sum(n for ts, n in ledger.mine if ts > since) + ledger.working + ledger.disputed + ledger.settled + lots
            others = sum(n for ts, n in ledger.theirs if ts > since)
            fits = own <= order.min_child or Fraction(own, own + others) <= cap
            assert fits, f"the {clock} clock: {own} own of {own + others} are more than {cap}"


def _traded(ledger: Ledger, event: Fill, ts: int) -> None:
    ledger.out[event.number] -= event.lots
    assert event.lots > 0
    assert ledger.out[event.number] >= 0, "a child fills no more than its lots"
    if ledger.out[event.number] == 0:
        del ledger.out[event.number]
    ledger.filled += event.lots
    ledger.mine.append((ts, event.lots))
    assert event.filled == ledger.filled, "cumulative quantity is the sum of the fills"
    assert event.leaves == ledger.order.lots - ledger.filled


def _told(ledger: Ledger, event: object) -> None:
    assert not isinstance(event, RiskBlocked), f"the guard had to step in: {event}"
    if isinstance(event, ParentStarted):
        ledger.started = True
    elif isinstance(event, ParentAmended):
        ledger.order = event.order
    elif isinstance(event, ParentResumed):
        ledger.live = True
    elif isinstance(event, STOPS):
        ledger.live = False
        ledger.over = isinstance(event, ENDS)
    if isinstance(event, ParentFilled):
        assert ledger.filled == ledger.order.lots, "filled means every lot"
    if isinstance(event, ParentCanceled | ParentExpired):
        assert ledger.filled < ledger.order.lots, "an order that is done is filled, not ended"
    if isinstance(event, ENDS):
        assert not ledger.out, "an order ends when every child has"


def _agrees(ledger: Ledger, after: Execution) -> None:
    """The state says what the events say, and no lot is made or lost."""
    assert ledger.filled + ledger.working <= ledger.order.lots, "filled + working never exceeds the quantity"
    assert (after.filled, after.working, after.children) == (ledger.filled, ledger.working, ledger.children)
    assert (after.disputed, after.settled) == (ledger.disputed, ledger.settled)
    assert {number: child.open for number, child in after.open.items()} == ledger.out
    assert after.order == ledger.order
    assert after.status.terminal == ledger.over
    assert after.status.live == ledger.live


def _inside(order: ParentOrder, price: int) -> bool:
    if order.limit is None:
        return True
    return price <= order.limit if order.side is Side.BUY else price >= order.limit


def renamed(order: ParentOrder, prefix: str) -> ParentOrder:
    """The same order under other ids."""
    return replace(order, id=ParentId(prefix + order.id), client_order_id=prefix + order.client_order_id)
