"""Amounts add up, and what is missing stays missing with its first reason."""

from __future__ import annotations

from metaorder.tca.amounts import NOTHING, Amount

FIRST, SECOND = Amount.missing("first"), Amount.missing("second")


def test_amounts_add_subtract_and_turn_with_the_side() -> None:
    assert Amount(5) + Amount(-7) == Amount(-2)
    assert Amount(5) - Amount(-7) == Amount(12)
    assert -1 * Amount(5) == Amount(-5)
    assert Amount(5) + NOTHING == Amount(5)


def test_what_rests_on_something_missing_is_missing_for_its_first_reason() -> None:
    assert Amount(1) + FIRST == FIRST
    assert FIRST - Amount(1) == FIRST
    assert FIRST + SECOND == FIRST
    assert Amount(1) - SECOND == SECOND
    assert -1 * FIRST == FIRST
