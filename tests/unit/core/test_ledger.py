"""The ledger: events leave states behind, in the order of acceptance, and nothing is told twice."""

from __future__ import annotations

import pytest

from metaorder.core.events import ParentAccepted, ParentPendingCancel, ParentWaiting
from metaorder.core.ledger import Ledger
from metaorder.domain.order import Account, EndReason, ParentId, Status, Waiting
from support.core import OPEN, at, parent_order, touch


def with_orders(*names: str) -> Ledger:
    ledger = Ledger(lambda step: None)
    ledger.begin(OPEN)
    for name in names:
        accepted = ParentAccepted(order=parent_order(id=ParentId(name)), quote=touch(), received_at=OPEN)
        ledger.emit(ParentId(name), [accepted])
    return ledger


def test_orders_stand_in_the_order_of_their_acceptance() -> None:
    ledger = with_orders("z", "a")
    assert ledger.ranked([ParentId("a"), ParentId("z")]) == ["z", "a"]
    assert ledger.unfinished() == ["z", "a"]
    assert ledger.open_orders(Account("desk")) == 2


def test_a_step_is_taken_once_and_says_before_and_after() -> None:
    ledger = with_orders("a")
    (accepted,) = ledger.take()
    ledger.emit(ParentId("a"), [ParentPendingCancel(cause=EndReason.CLIENT_REQUEST)], at(-1))
    (step,) = ledger.take()
    assert step.before == accepted.after
    assert (step.happened.ts, step.after.status) == (at(-1), Status.PENDING_CANCEL)
    assert ledger.take() == []


def test_who_waits_for_data_waits_for_a_quote_of_its_symbol() -> None:
    ledger = with_orders("a")
    assert not ledger.awaits_quote
    ledger.emit(ParentId("a"), [ParentWaiting(waiting=Waiting.DATA)])
    assert ledger.awaits_quote == {"ACME"}


def test_time_does_not_run_backwards() -> None:
    ledger = with_orders()
    with pytest.raises(AssertionError, match="backwards"):
        ledger.begin(at(-1))
