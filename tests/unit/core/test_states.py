"""Every pair of states: an edge exists if and only if the table of the specification has it, and an end is an end."""

from __future__ import annotations

from itertools import product

import pytest

from metaorder.core.events import (
    ChildAccepted,
    ChildCanceled,
    ChildExpired,
    ChildPendingCancel,
    ChildRejected,
    ChildUnknown,
    ParentCanceled,
    ParentExpired,
    ParentFilled,
    ParentPendingCancel,
    ParentResumed,
    ParentSuspended,
)
from metaorder.core.execution import Execution
from metaorder.domain.child import CHILD_TRANSITIONS, ChildStatus
from metaorder.domain.order import TRANSITIONS, EndReason, Status, SuspendReason
from metaorder.domain.units import Lots
from support.core import child, fill, fold, started, touch

S = Status
PARENT_TABLE: dict[Status, set[Status]] = {
    S.PENDING_NEW: {S.NEW, S.REJECTED},
    S.NEW: {S.PARTIALLY_FILLED, S.FILLED, S.SUSPENDED, S.PENDING_CANCEL},
    S.PARTIALLY_FILLED: {S.PARTIALLY_FILLED, S.FILLED, S.SUSPENDED, S.PENDING_CANCEL},  # a further fill stays
    S.SUSPENDED: {S.SUSPENDED, S.NEW, S.PARTIALLY_FILLED, S.FILLED, S.PENDING_CANCEL},  # a fill of an open child stays
    S.PENDING_CANCEL: {S.PENDING_CANCEL, S.CANCELED, S.EXPIRED, S.FILLED},  # a fill that overtakes stays
    S.FILLED: {S.FILLED},  # a late fill or bust corrects quantities, never the status
    S.CANCELED: {S.CANCELED},
    S.EXPIRED: {S.EXPIRED},
    S.REJECTED: set(),
}

C = ChildStatus
CHILD_TABLE: dict[ChildStatus, set[ChildStatus]] = {
    C.PENDING_NEW: {C.PENDING_UNKNOWN, C.NEW, C.REJECTED, C.PARTIALLY_FILLED, C.FILLED, C.PENDING_CANCEL, C.CANCELED, C.EXPIRED},
    C.NEW: {C.PENDING_UNKNOWN, C.PARTIALLY_FILLED, C.FILLED, C.PENDING_CANCEL, C.CANCELED, C.EXPIRED},
    C.PARTIALLY_FILLED: {C.PENDING_UNKNOWN, C.PARTIALLY_FILLED, C.FILLED, C.PENDING_CANCEL, C.CANCELED, C.EXPIRED},
    C.PENDING_CANCEL: {C.PENDING_UNKNOWN, C.PENDING_CANCEL, C.FILLED, C.CANCELED, C.EXPIRED, C.REJECTED},  # a partial fill stays
    C.PENDING_REPLACE: set(),
    C.PENDING_UNKNOWN: {C.PENDING_UNKNOWN, C.PENDING_CANCEL, C.FILLED, C.CANCELED, C.EXPIRED, C.REJECTED},  # asked again
    C.FILLED: set(),
    C.CANCELED: set(),
    C.EXPIRED: set(),
    C.REJECTED: set(),
}


@pytest.mark.parametrize(("before", "after"), list(product(Status, Status)))
def test_a_parent_goes_from_one_state_to_another_only_where_the_table_says(before: Status, after: Status) -> None:
    assert ((before, after) in TRANSITIONS) is (after in PARENT_TABLE[before])


@pytest.mark.parametrize(("before", "after"), list(product(ChildStatus, ChildStatus)))
def test_a_child_goes_from_one_state_to_another_only_where_the_table_says(before: ChildStatus, after: ChildStatus) -> None:
    assert ((before, after) in CHILD_TRANSITIONS) is (after in CHILD_TABLE[before])


def test_every_edge_says_what_takes_it() -> None:
    assert all(why for why in (*TRANSITIONS.values(), *CHILD_TRANSITIONS.values()))


@pytest.mark.parametrize("status", Status)
def test_a_parent_that_has_ended_goes_nowhere_else(status: Status) -> None:
    leaves = {after for before, after in TRANSITIONS if before is status}
    assert status.terminal == (leaves <= {status} and status is not Status.PENDING_NEW)


@pytest.mark.parametrize("status", [status for status in ChildStatus if status.terminal])
def test_a_child_that_has_ended_goes_nowhere(status: ChildStatus) -> None:
    assert not any(before is status for before, _ in CHILD_TRANSITIONS)


EVENTS = {
    Status.SUSPENDED: ParentSuspended(reason=SuspendReason.KILL),
    Status.NEW: ParentResumed(),
    Status.PENDING_CANCEL: ParentPendingCancel(cause=EndReason.CLIENT_REQUEST),
    Status.FILLED: ParentFilled(reason=EndReason.COMPLETED, end=touch()),
    Status.CANCELED: ParentCanceled(reason=EndReason.CLIENT_REQUEST, end=touch()),
    Status.EXPIRED: ParentExpired(reason=EndReason.WINDOW_ENDED, end=touch()),
}


def in_state(status: Status) -> Execution:
    """An execution that stands in a state; how it came there does not matter here."""
    plain = started()
    return Execution(order=plain.order, algo=plain.algo, status=status, open={1: child(status=ChildStatus.NEW)}, children=1)


@pytest.mark.parametrize(("before", "after"), list(product(Status, EVENTS)))
def test_folding_an_event_takes_an_edge_of_the_table_or_is_a_mistake(before: Status, after: Status) -> None:
    if after in PARENT_TABLE[before]:
        assert fold(EVENTS[after], start=in_state(before)).status is after
        return
    with pytest.raises(AssertionError, match=f"a parent order does not go from {before} to {after}"):
        fold(EVENTS[after], start=in_state(before))


@pytest.mark.parametrize("before", Status)
def test_a_fill_counts_in_every_state_that_can_have_one_and_never_revives_an_order(before: Status) -> None:
    expected = {S.NEW: S.PARTIALLY_FILLED, **{s: s for s in (S.PARTIALLY_FILLED, S.SUSPENDED, S.PENDING_CANCEL)}}
    expected |= {s: s for s in (S.FILLED, S.CANCELED, S.EXPIRED)}
    if before not in expected:
        with pytest.raises(AssertionError, match="a parent order does not go from"):
            fold(fill(lots=40), start=in_state(before))
        return
    after = fold(fill(lots=40), start=in_state(before))
    assert (after.status, after.filled, after.open[1].open) == (expected[before], 40, 60)


CHILD_EVENTS = {
    C.NEW: ChildAccepted(number=1, queue_ahead=None, queue_known_ppm=None),
    C.REJECTED: ChildRejected(number=1, reason="no"),
    C.PENDING_CANCEL: ChildPendingCancel(number=1, reason="why"),
    C.PENDING_UNKNOWN: ChildUnknown(number=1, reason="why", asked=True),
    C.CANCELED: ChildCanceled(number=1, lots=Lots(100), reason=""),
    C.EXPIRED: ChildExpired(number=1, lots=Lots(100), reason=""),
}
OPEN_STATES = [status for status in ChildStatus if not status.terminal]


@pytest.mark.parametrize(("before", "after"), list(product(OPEN_STATES, CHILD_EVENTS)))
def test_folding_an_event_of_a_child_takes_an_edge_or_is_a_mistake(before: ChildStatus, after: ChildStatus) -> None:
    execution = Execution(order=started().order, algo=started().algo, status=S.NEW, open={1: child(status=before)}, children=1)
    if after is C.NEW and before is C.PENDING_UNKNOWN:
        assert fold(CHILD_EVENTS[after], start=execution).open[1].status is C.PENDING_CANCEL, "it was called back meanwhile"
    elif after is C.NEW and before is not C.PENDING_NEW:
        assert fold(CHILD_EVENTS[after], start=execution) == execution, "an acknowledgement that was overtaken changes nothing"
    elif after is before:
        assert fold(CHILD_EVENTS[after], start=execution) == execution
    elif after in CHILD_TABLE[before]:
        children = fold(CHILD_EVENTS[after], start=execution).open
        assert (1 in children) is not after.terminal
        assert after.terminal or children[1].status is after
    else:
        with pytest.raises(AssertionError, match=f"a child order does not go from {before} to {after}"):
            fold(CHILD_EVENTS[after], start=execution)


@pytest.mark.parametrize(
    ("before", "lots", "after"),
    [
        (C.PENDING_NEW, 40, C.PARTIALLY_FILLED),
        (C.NEW, 40, C.PARTIALLY_FILLED),
        (C.PARTIALLY_FILLED, 40, C.PARTIALLY_FILLED),
        (C.PENDING_CANCEL, 40, C.PENDING_CANCEL),
        (C.PENDING_CANCEL, 100, None),
        (C.PENDING_UNKNOWN, 40, C.PENDING_CANCEL),
        (C.PENDING_UNKNOWN, 100, None),
        (C.NEW, 100, None),
    ],
)
def test_a_child_stays_open_until_its_last_lot_even_while_it_is_called_back(
    before: ChildStatus, lots: int, after: ChildStatus | None
) -> None:
    execution = Execution(order=started().order, algo=started().algo, status=S.NEW, open={1: child(status=before)}, children=1)
    children = fold(fill(lots=lots), start=execution).open
    assert (children[1].status if 1 in children else None) is after
