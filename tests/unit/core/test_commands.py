"""Commands: each has one name in the journal, and a window is fixed where it takes effect."""

from __future__ import annotations

from typing import get_args

import pytest

from metaorder.core.commands import COMMAND_NAMES, COMMAND_TYPES, Accept, Command
from metaorder.domain.errors import Invalid
from metaorder.domain.order import ParentOrder
from metaorder.domain.units import SECOND, Nanos
from support.core import OPEN, at, parent_order


def accept(order: ParentOrder, *, start_now: bool = False, duration_ns: int | None = None) -> Accept:
    return Accept(order=order, rejection=None, body_hash="h", received_at=OPEN, start_now=start_now, duration_ns=duration_ns)


def window(command: Accept, now: Nanos) -> tuple[Nanos, Nanos]:
    order = command.settled(now).order
    return order.start, order.end


def test_every_command_has_a_name_of_its_own() -> None:
    assert set(COMMAND_TYPES.values()) == set(get_args(Command))
    assert all(COMMAND_NAMES[kind] == name for name, kind in COMMAND_TYPES.items())
    assert len(COMMAND_NAMES) == len(COMMAND_TYPES)


def test_a_start_that_is_past_means_now_and_one_to_come_stays() -> None:
    order = parent_order(start=at(100), end=at(600))
    assert window(accept(order), at(50)) == (at(100), at(600))
    assert window(accept(order), at(250)) == (at(250), at(600))


def test_a_start_that_is_now_is_where_the_command_takes_effect() -> None:
    order = parent_order(start=at(0), end=at(600))
    assert window(accept(order, start_now=True), at(50)) == (at(50), at(600))
    assert window(accept(order, start_now=True, duration_ns=90 * SECOND), at(50)) == (at(50), at(140))
    assert window(accept(order, duration_ns=90 * SECOND), at(50)) == (at(50), at(140))


def test_a_settled_command_does_not_settle_again() -> None:
    settled = accept(parent_order(), start_now=True, duration_ns=90 * SECOND).settled(at(50))
    assert settled.settled(at(20)) == settled
    assert (settled.start_now, settled.duration_ns) == (False, None)


@pytest.mark.parametrize("now", [at(600), at(601)])
def test_a_window_that_is_over_is_refused(now: Nanos) -> None:
    with pytest.raises(Invalid) as caught:
        accept(parent_order(), start_now=True).settled(now)
    assert (caught.value.field, caught.value.rule, caught.value.value) == ("end_time", "after start_time", at(600))
