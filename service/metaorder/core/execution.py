"""The state of one parent order, folded from its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from metaorder.algos import build
from metaorder.core.events import (
    ChildAccepted,
    ChildCanceled,
    ChildExpired,
    ChildPendingCancel,
    ChildRejected,
    ChildSubmitted,
    ChildUnknown,
    Discrepancy,
    DisputeSettled,
    Fill,
    Happened,
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
    ParentWaiting,
    RiskBlocked,
    ScheduleSet,
)
from metaorder.domain.child import CHILD_TRANSITIONS, Child, ChildStatus, ChildType
from metaorder.domain.fills import NO_FILLS, Fills
from metaorder.domain.order import (
    TRANSITIONS,
    EndReason,
    ParentOrder,
    Status,
    SuspendReason,
    Waiting,
)
from metaorder.domain.state import NO_BASIS, Algorithm, Basis, Outcome
from metaorder.domain.units import MINUTE, SECOND, Lots, Nanos, Ticks
from metaorder.risk.participation import Own, rolling_window
from metaorder.routing.costs import with_fill

CATCH_UP_HORIZON = Nanos(5 * MINUTE)

REMEMBERED = Nanos(24 * 60 * MINUTE // 20)
"""How far back own fills are known: the rolling clock of an order that an amendment makes a day long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """A parent order and all that has happened to it, as far as it matters for what happens next.

    notional: sum of lots times price [lots x ticks]. fees: [points x lots]. pool_filled: the part that midpoint children had.
    open: children that are not terminal, by number. children: how many were ever sent.
    working: lots that may still be filled: at venues, on their way there, or on their way back.
    disputed: lots that a venue says it filled, or did not say that it did not, and that are not booked: they are not sent again.
    settled: of those that were, the lots that somebody has found to be filled: they are not sent again either.
    started: when it arrived in the market; None before. plan_origin, plan_done, basis: where the schedule starts from.
    arrival2: bid + ask when it arrived [ticks].
    recent: own fills (time, lots) that a rolling clock may still look at, oldest first.
    refused: when a venue last refused a child, if it has taken none since.
    outcomes: what each venue has come to, where the router had said what to expect; it begins with the order's history.
    """

    order: ParentOrder
    algo: Algorithm
    status: Status
    received_at: Nanos = Nanos(0)
    version: int = 1
    filled: Lots = Lots(0)
    pool_filled: Lots = Lots(0)
    notional: int = 0
    fees: int = 0
    open: Mapping[int, Child] = field(default_factory=dict)
    children: int = 0
    started: Nanos | None = None
    plan_origin: Nanos | None = None
    plan_done: Lots = Lots(0)
    basis: Basis = NO_BASIS
    arrival2: Ticks | None = None
    recent: Fills = NO_FILLS
    refused: Nanos | None = None
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    disputed: Lots = Lots(0)
    settled: Lots = Lots(0)
    waiting: Waiting | None = Waiting.START
    suspended: SuspendReason | None = None
    cause: EndReason | None = None
    reason: EndReason | None = None
    working: Lots = field(init=False, compare=False)

    def __post_init__(self) -> None:
        working = Lots(sum([child.open for child in self.open.values()])) if self.open else Lots(0)
        object.__setattr__(self, "working", working)

    @property
    def pooled(self) -> Lots:
        """The part of them that rests in the dark pool beside what the schedule has out."""
        if self.order.dark_fraction is None:
            return Lots(0)
        return Lots(sum(child.open for child in self.open.values() if child.type is ChildType.MIDPOINT))

    @property
    def out(self) -> Lots:
        """Lots that are not to be sent again: working, in dispute, or done beside what is booked."""
        return Lots(self.working + self.disputed + self.settled)

    @property
    def leaves(self) -> Lots:
        """Lots that are not done."""
        return Lots(self.order.lots - self.filled)

    def filled_since(self, time: Nanos) -> Lots:
        """Lots filled after `time`, as far back as the rolling clocks look."""
        return self.recent.after(time)

    def own(self, now: Nanos) -> Own:
        """What counts as own on the participation clocks."""
        window = rolling_window(self.order)
        return Own(self.filled, self.filled_since(Nanos(now - window)), self.out)

    def pace_horizon(self, now: Nanos) -> Nanos:
        """The time over which lag is made up: what remains, 5 minutes at most."""
        return Nanos(max(1, min(self.order.end - now, CATCH_UP_HORIZON)))


@dataclass(frozen=True, slots=True)
class Step:
    """An event with the state that it met and the state that it left."""

    happened: Happened
    before: Execution | None
    after: Execution


def evolve(execution: Execution | None, happened: Happened) -> Execution:
    """The state after an event. Pure; never refuses."""
    event = happened.event
    if isinstance(event, ParentAccepted):
        assert execution is None, "an order is accepted once"
        return _new(event, Status.NEW, Waiting.START)
    if isinstance(event, ParentRejected):
        assert execution is None, "an order is refused before it exists"
        return _new(event, Status.REJECTED, None)
    assert execution is not None, f"an order exists before {type(event).__name__}"
    if isinstance(event, ChildEvent):
        return _child(execution, event, happened.ts)
    if isinstance(event, Fill):
        return _fill(execution, event, happened.ts)
    return _parent(execution, event, happened.ts)


def _new(event: ParentAccepted | ParentRejected, status: Status, waiting: Waiting | None) -> Execution:
    order = event.order
    return Execution(
        order=order,
        algo=build(order.algo, order.params),
        status=_step(Status.PENDING_NEW, status),
        received_at=event.received_at,
        outcomes={} if order.history is None else dict(order.history.venues),
        waiting=waiting,
    )


ParentEvent = (
    ParentStarted
    | ScheduleSet
    | ParentWaiting
    | ParentSuspended
    | ParentResumed
    | ParentAmended
    | ParentPendingCancel
    | ParentFilled
    | ParentCanceled
    | ParentExpired
    | RiskBlocked
    | Discrepancy
    | DisputeSettled
)


def _parent(execution: Execution, event: ParentEvent, ts: Nanos) -> Execution:
    match event:
        case ParentStarted():
            return replace(execution, started=ts, waiting=None, arrival2=event.arrival.mid2)
        case ScheduleSet():
            return replace(execution, plan_origin=ts, plan_done=event.done, basis=event.basis)
        case ParentWaiting():
            return replace(execution, waiting=event.waiting)
        case ParentSuspended():
            return replace(execution, status=_step(execution.status, Status.SUSPENDED), suspended=event.reason, waiting=None)
        case ParentResumed():
            active = Status.PARTIALLY_FILLED if execution.filled else Status.NEW
            waiting = Waiting.START if execution.started is None else None
            return replace(execution, status=_step(execution.status, active), suspended=None, waiting=waiting)
        case ParentAmended():
            algo = build(event.order.algo, event.order.params)
            return replace(execution, order=event.order, algo=algo, version=event.version)
        case ParentPendingCancel():
            return replace(execution, status=_step(execution.status, Status.PENDING_CANCEL), cause=event.cause, waiting=None)
        case ParentFilled():
            return replace(execution, status=_step(execution.status, Status.FILLED), reason=event.reason, waiting=None)
        case ParentCanceled():
            return replace(execution, status=_step(execution.status, Status.CANCELED), reason=event.reason, waiting=None)
        case ParentExpired():
            return replace(execution, status=_step(execution.status, Status.EXPIRED), reason=event.reason, waiting=None)
        case RiskBlocked():
            return execution
        case Discrepancy():
            still = {number: child for number, child in execution.open.items() if not (event.closes and number == event.number)}
            return replace(execution, open=still, disputed=Lots(execution.disputed + event.held))
        case DisputeSettled():
            left = Lots(execution.disputed - event.traded - event.released)
            return replace(execution, disputed=left, settled=Lots(execution.settled + event.traded))
        case _:
            assert_never(event)


ChildEvent = ChildSubmitted | ChildAccepted | ChildRejected | ChildPendingCancel | ChildUnknown | ChildCanceled | ChildExpired


def _child(execution: Execution, event: ChildEvent, ts: Nanos) -> Execution:
    match event:
        case ChildSubmitted():
            child = Child(
                number=event.number,
                venue=event.venue,
                type=event.type,
                time_in_force=event.time_in_force,
                price=event.price,
                lots=event.lots,
                good_till=event.good_till,
                sent=ts,
                expected=_expected(event),
                horizon=_horizon(event),
                cost=event.expected_cost,
                mid2=event.quote.mid2,
                least=event.least,
            )
            assert event.number == execution.children + 1, "children are numbered without a gap"
            return replace(execution, open={**execution.open, event.number: child}, children=event.number)
        case ChildAccepted():
            taken = _child_status(execution, event.number, ChildStatus.NEW, ts)
            known = replace(taken.open[event.number], ahead=event.queue_ahead)
            return replace(taken, open={**taken.open, event.number: known}, refused=None)
        case ChildRejected():
            return replace(_child_status(execution, event.number, ChildStatus.REJECTED, ts), refused=ts)
        case ChildPendingCancel():
            return _child_status(execution, event.number, ChildStatus.PENDING_CANCEL, ts)
        case ChildUnknown():
            return _child_status(execution, event.number, ChildStatus.PENDING_UNKNOWN, ts)
        case ChildCanceled():
            return _child_status(execution, event.number, ChildStatus.CANCELED, ts)
        case ChildExpired():
            return _child_status(execution, event.number, ChildStatus.EXPIRED, ts)
        case _:
            assert_never(event)


def _child_status(execution: Execution, number: int, status: ChildStatus, ts: Nanos) -> Execution:
    child = execution.open[number]
    if status is ChildStatus.NEW and child.status is ChildStatus.PENDING_UNKNOWN:
        status = ChildStatus.PENDING_CANCEL  # it is there after all, and was called back when nobody knew
    elif status is ChildStatus.NEW and child.status is not ChildStatus.PENDING_NEW:
        return execution  # the acknowledgement of a child whose fill or cancel overtook it
    after = replace(child, status=_child_step(child.status, status))
    return replace(execution, open=with_child(execution.open, after), outcomes=_learned(execution, after, ts))


def _expected(event: ChildSubmitted) -> Lots | None:
    said = event.reason.get("expected_fill")
    return Lots(said) if isinstance(said, int) else None


def _horizon(event: ChildSubmitted) -> Nanos | None:
    said = event.reason.get("horizon_s")
    return Nanos(max(1, said) * SECOND) if isinstance(said, int) else None


def _learned(execution: Execution, child: Child, now: Nanos) -> Mapping[str, Outcome]:
    """What was expected of a child and what came of it, once it has ended. A refusal says nothing of the queue.

    Of a child that was expected to fill by a horizon as much counts as expected as it had time for: one that was called back
    early does not make the queue look slow.
    """
    if child.expected is None or not child.status.terminal or child.status is ChildStatus.REJECTED:
        return execution.outcomes
    known = execution.outcomes.get(child.venue, Outcome())
    expected = child.expected
    if child.horizon is not None:
        expected = Lots(min(child.lots, expected * (now - child.sent) // child.horizon))
    learned = replace(known, expected=Lots(known.expected + expected), filled=Lots(known.filled + child.filled))
    return {**execution.outcomes, child.venue: learned}


def _charged(execution: Execution, event: Fill) -> Execution:
    """What a fill cost beyond what was expected is remembered of its venue."""
    if event.cost is None or event.expected_cost is None:
        return execution
    known = execution.outcomes.get(event.venue, Outcome())
    learned = with_fill(known, event.lots, event.cost - event.expected_cost, event.liquidity)
    return replace(execution, outcomes={**execution.outcomes, event.venue: learned})


def with_child(children: Mapping[int, Child], child: Child) -> dict[int, Child]:
    """The open children with `child` as it is now; a terminal one leaves."""
    changed = {**children, child.number: child}
    if child.status.terminal:
        del changed[child.number]
    return changed


def _fill(execution: Execution, event: Fill, ts: Nanos) -> Execution:
    execution = _charged(execution, event)
    child = execution.open[event.number]
    filled = Lots(child.filled + event.lots)
    assert filled <= child.lots, "a venue cannot fill more than the child"
    if filled == child.lots:
        status = ChildStatus.FILLED
    elif child.status.leaving:
        status = ChildStatus.PENDING_CANCEL
    else:
        status = ChildStatus.PARTIALLY_FILLED
    after = replace(child, filled=filled, status=_child_step(child.status, status))
    if execution.status.live:
        parent = _step(execution.status, Status.PARTIALLY_FILLED)
    else:
        parent = _step(execution.status, execution.status)
    return replace(
        execution,
        status=parent,
        filled=Lots(execution.filled + event.lots),
        pool_filled=Lots(execution.pool_filled + event.lots * (child.type is ChildType.MIDPOINT)),
        notional=execution.notional + event.lots * event.price,
        fees=execution.fees + event.fee,
        open=with_child(execution.open, after),
        outcomes=_learned(execution, after, ts),
        recent=execution.recent.with_fill(ts, event.lots, Nanos(ts - REMEMBERED)),
        refused=None,
    )


def _step(before: Status, after: Status) -> Status:
    assert (before, after) in TRANSITIONS, f"a parent order does not go from {before} to {after}"
    return after


def _child_step(before: ChildStatus, after: ChildStatus) -> ChildStatus:
    assert (before, after) in CHILD_TRANSITIONS, f"a child order does not go from {before} to {after}"
    return after
