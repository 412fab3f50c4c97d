"""Child orders: what may still be filled counts as out until the venue says otherwise."""

from __future__ import annotations

import pytest

from metaorder.domain.child import CHILD_TERMINAL, ChildStatus, child_id
from metaorder.domain.order import ParentId
from support.core import child


@pytest.mark.parametrize("status", [status for status in ChildStatus if not status.terminal])
def test_a_child_that_is_not_terminal_is_out_with_all_that_is_not_filled(status: ChildStatus) -> None:
    assert child(lots=100, filled=30, status=status).open == 70


@pytest.mark.parametrize("status", sorted(CHILD_TERMINAL))
def test_a_terminal_child_has_nothing_out(status: ChildStatus) -> None:
    assert child(lots=100, filled=30, status=status).open == 0


def test_a_child_ends_filled_canceled_expired_or_rejected() -> None:
    assert {str(status) for status in CHILD_TERMINAL} == {"filled", "canceled", "expired", "rejected"}


def test_the_id_of_a_child_follows_from_its_parent_and_number_alone() -> None:
    assert child_id(ParentId("01J-9"), 7) == "01J-9-7"
