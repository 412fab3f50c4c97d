"""What a command does to one order: the events, or a named refusal that changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import assert_never

from metaorder.algos import build, plain
from metaorder.algos.ways import changed as changed_params
from metaorder.algos.ways import check_one
from metaorder.core.commands import Accept, Amend, Cancel, Pause, Refusal, Resume, Settle, Unchanged
from metaorder.core.events import (
    ChildPendingCancel,
    DisputeSettled,
    Event,
    ParentAccepted,
    ParentAmended,
    ParentFilled,
    ParentPendingCancel,
    ParentRejected,
    ParentResumed,
    ParentSuspended,
)
from metaorder.core.execution import Execution
from metaorder.domain.calendar import TradingDay
from metaorder.domain.child import Child
from metaorder.domain.errors import Invalid
from metaorder.domain.market import Quote
from metaorder.domain.order import EndReason, ParentOrder, Status, SuspendReason
from metaorder.domain.units import Lots, Nanos, time_text

Answer = list[Event] | Refusal | Unchanged


def accept(command: Accept, quote: Quote) -> ParentAccepted | ParentRejected:
    """The order, taken or refused by the risk ladder."""
    refused = command.rejection
    if refused is None:
        return ParentAccepted(order=command.order, quote=quote, received_at=command.received_at)
    return ParentRejected(
        order=command.order,
        received_at=command.received_at,
        code=refused.code,
        detail=refused.detail,
        limit=refused.limit,
        observed=refused.observed,
    )


def window(order: ParentOrder, now: Nanos, day: TradingDay) -> Refusal | None:
    """Why an order cannot be taken now, whatever the risk ladder says; None if it can."""
    if order.end <= now:
        return Refusal("window_passed", "end_time is not after the market's clock", errors=(("/end_time", "is past"),))
    if order.decision_time is not None and order.decision_time > now:
        detail = f"decision_time is after the market's clock, {time_text(now)}"
        return Refusal("validation", detail, errors=(("/decision_time", "must not be to come"),))
    if order.start < day.open or order.end > day.close:
        detail = f"the window must lie within the session, {time_text(day.open)} to {time_text(day.close)}"
        return Refusal("window_outside_session", detail, errors=(("/start_time", detail), ("/end_time", detail)))
    return None


OfOne = Amend | Cancel | Pause | Resume | Settle
"""Commands that concern one order that is there."""


def change(execution: Execution, command: OfOne, now: Nanos, quote: Quote, close: Nanos) -> Answer:
    """What a client's command does to an order. close: of the session, which no order outlives."""
    match command:
        case Amend():
            return _amend(execution, command, now, quote, close)
        case Cancel():
            return _cancel(execution, command.cause)
        case Pause():
            return _pause(execution, command)
        case Resume():
            return _resume(execution)
        case Settle():
            return _settle(execution, command)
        case _:
            assert_never(command)


def check_terms(order: ParentOrder) -> None:
    """What the terms of an order must hold together.

    Raises:
        Invalid: the quantity is below the smallest child, or the algorithm is asked to be more of the market than the cap allows.
    """
    _check_size(order)
    _check_rate(order)


def _check_size(order: ParentOrder) -> None:
    if order.lots < order.min_child:
        raise Invalid("quantity", f"at least the smallest child order, {order.min_child} lots", order.lots)


def _check_rate(order: ParentOrder) -> None:
    target = order.params.get("target") if order.algo == "pov" else None
    if target is not None and Fraction(str(target)) > order.cap:
        raise Invalid("params.target", f"at most max_participation {float(order.cap)}", target)


def suspend(execution: Execution, reason: SuspendReason, *, cancel_open: bool) -> list[Event]:
    """Stop an order from sending; call back what is open if asked to."""
    events: list[Event] = []
    if execution.status.live:
        events.append(ParentSuspended(reason=reason))
    if cancel_open and execution.status is not Status.PENDING_CANCEL:
        events += pulls(execution, str(reason))
    return events


def end(execution: Execution, cause: EndReason) -> list[Event]:
    """Begin to end an order: nothing new leaves, what is open is called back."""
    if execution.status is Status.PENDING_CANCEL:
        return []
    return [ParentPendingCancel(cause=cause), *pulls(execution, str(cause))]


def pulls(execution: Execution, why: str) -> list[Event]:
    """Call back every open child that is not on its way back already."""
    return _pull(list(execution.open.values()), why)


def _pull(children: Sequence[Child], why: str) -> list[Event]:
    return [ChildPendingCancel(number=child.number, reason=why) for child in children if not child.status.leaving]


def _cancel(execution: Execution, cause: EndReason) -> Answer:
    if execution.status.terminal or execution.status is Status.PENDING_CANCEL:
        return Unchanged()
    return end(execution, cause)


def _pause(execution: Execution, command: Pause) -> Answer:
    if execution.status.terminal or execution.status is Status.PENDING_CANCEL:
        return _over(execution)
    events = suspend(execution, SuspendReason.CLIENT_REQUEST, cancel_open=command.cancel_open)
    return events or Unchanged()


def _resume(execution: Execution) -> Answer:
    if execution.status.terminal or execution.status is Status.PENDING_CANCEL:
        return _over(execution)
    if execution.status is not Status.SUSPENDED:
        return Unchanged()
    return [ParentResumed()]


def _settle(execution: Execution, command: Settle) -> Answer:
    """Also of an order that is over: it is about what was traded, not about what is to come."""
    if command.disputed != execution.disputed or not command.disputed or not 0 <= command.traded <= command.disputed:
        detail = f"{execution.disputed} lots are in dispute: {command.traded} of {command.disputed} cannot be settled"
        return Refusal("dispute_moved", detail)
    released = Lots(command.disputed - command.traded)
    return [DisputeSettled(traded=command.traded, released=released, actor=command.actor)]


def _over(execution: Execution) -> Refusal:
    return Refusal("order_closed", f"the parent order is {execution.status}", {"order_status": str(execution.status)})


def _amend(execution: Execution, command: Amend, now: Nanos, quote: Quote, close: Nanos) -> Answer:
    if execution.status.terminal or execution.status is Status.PENDING_CANCEL:
        return _over(execution)
    if command.expected_version != execution.version:
        detail = f"the order is at version {execution.version}, the amendment was made for {command.expected_version}"
        return Refusal("version_mismatch", detail, {"version": execution.version})
    if command.end is not None and command.end <= now:
        return Refusal("window_passed", "end_time is not after the market's clock", errors=(("/end_time", "is past"),))
    if command.end is not None and command.end > close:
        detail = f"the window must end with the session, at {time_text(close)}"
        return Refusal("window_outside_session", detail, errors=(("/end_time", detail),))
    done = execution.filled + execution.out
    if command.lots is not None and command.lots < done:
        detail = f"{execution.filled} lots are filled and {execution.out} are working: the quantity cannot be {command.lots}"
        facts = {"filled": execution.filled, "working": execution.out, "quantity": command.lots}
        return Refusal("quantity_below_executed", detail, facts)
    try:
        order = amended(execution.order, command)
        if command.lots is not None and command.lots != done:  # down to what is done is to stop here, however little that is
            _check_size(order)
    except Invalid as wrong:
        return Refusal("validation", str(wrong), errors=((f"/{wrong.field.replace('.', '/')}", f"must be {wrong.rule}"),))
    events: list[Event] = [ParentAmended(order=order, version=execution.version + 1, quote=quote)]
    if execution.filled == order.lots:
        return [*events, ParentFilled(reason=EndReason.COMPLETED, end=quote)]
    bound = [child for child in execution.open.values() if _outside(order, child)]
    return [*events, *_pull(bound, "outside the amended terms")]


def amended(order: ParentOrder, command: Amend) -> ParentOrder:
    """The order with its new terms.

    Raises:
        Invalid: they break a rule.
    """
    stated, urgency = command.params or {}, command.urgency is not None
    check_one(order.algo, stated, urgency=urgency)
    params = changed_params(order.algo, order.params, stated, urgency=urgency)
    if command.params is not None or params != order.params:
        params = plain(build(order.algo, params))
    changed = replace(
        order,
        lots=order.lots if command.lots is None else command.lots,
        end=order.end if command.end is None else command.end,
        limit=command.limit if command.limit_given else order.limit,
        params=params,
        urgency=order.urgency if command.urgency is None else command.urgency,
        i_would=command.i_would if command.i_would_given else order.i_would,
        discretion=order.discretion if command.discretion is None else command.discretion,
        adaptation=command.adaptation if command.adaptation_given else order.adaptation,
    )
    if command.params is not None:
        _check_rate(changed)
    return changed


def _outside(order: ParentOrder, child: Child) -> bool:
    return not order.side.within(child.price, order.limit) or child.good_till > order.end
