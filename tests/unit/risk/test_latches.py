"""Latches: whom each concerns, what it is called, and that one opens without the others."""

from __future__ import annotations

import pytest

from metaorder.risk.latches import EVERYBODY, Latches, Reach, named
from support.core import PARENT, parent_order

ORDER = parent_order()


@pytest.mark.parametrize(
    ("reach", "covers"),
    [
        (EVERYBODY, True),
        (Reach(account="desk"), True),
        (Reach(account="other"), False),
        (Reach(market="lab"), True),
        (Reach(market="goog"), False),
        (Reach(symbol="ACME"), True),
        (Reach(symbol="ACM"), False),
        (Reach(parent=PARENT), True),
        (Reach(parent="p-2"), False),
        (Reach(account="desk", symbol="ACME"), True),
        (Reach(account="desk", symbol="OTHER"), False),
    ],
)
def test_a_latch_concerns_what_it_names_and_a_name_brings_it_back(reach: Reach, covers: bool) -> None:
    assert reach.covers(ORDER) is covers
    assert named(reach.name) == reach
    assert (Latches({reach}).barring(ORDER) == reach) is covers


def test_one_latch_opens_and_the_others_stay_shut() -> None:
    latches = Latches()
    assert latches.barring(ORDER) is None
    latches.shut_at(EVERYBODY)
    latches.shut_at(Reach(symbol="ACME"))
    latches.open_at(EVERYBODY)
    assert latches.barring(ORDER) == Reach(symbol="ACME")
    latches.open_at(Reach(account="desk"))
    assert latches.shut == [Reach(symbol="ACME")]
    assert (Reach(symbol="ACME").text, EVERYBODY.text) == ("symbol=ACME", "everybody")
