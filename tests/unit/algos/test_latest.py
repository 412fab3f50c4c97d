"""What a cap leaves: what may be left at a time, and what can be done by then, at a share of the expected volume."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from metaorder.algos.latest import can_be_done, may_be_left
from metaorder.domain.state import NO_BASIS, Basis, State
from metaorder.domain.units import Lots
from support.core import at
from unit.algos.test_shortfall import WINDOW_S, shown

FIFTH = Fraction(1, 5)


def expecting(ahead: int | None, lots: int = 1_000) -> State:
    """At the start of an order, with so much volume expected, evenly over time."""
    plain = shown(0, lots=lots)
    return replace(plain, plan=replace(plain.plan, basis=NO_BASIS if ahead is None else Basis(ahead=Lots(ahead))))


def test_what_may_be_left_is_what_the_rest_of_the_window_takes() -> None:
    state = expecting(8_000)
    times = (0, WINDOW_S / 2, WINDOW_S * 3 / 4, WINDOW_S)
    assert [may_be_left(state, at(s), FIFTH) for s in times] == pytest.approx([1_000, 1_000, 500, 0], abs=1)


def test_what_is_too_much_for_the_whole_window_falls_as_the_volume_comes() -> None:
    state = expecting(2_000)
    assert [may_be_left(state, at(s), FIFTH) for s in (0, WINDOW_S / 4, WINDOW_S)] == pytest.approx([1_000, 750, 0], abs=1)


def test_what_can_be_done_is_the_cap_s_share_of_what_will_have_traded() -> None:
    state = expecting(2_000)
    assert [can_be_done(state, at(s), FIFTH) for s in (0, WINDOW_S / 2, WINDOW_S)] == pytest.approx([0, 250, 500], abs=1)


@pytest.mark.parametrize("ahead", [None, 0])
def test_without_an_expected_volume_neither_is_known(ahead: int | None) -> None:
    assert may_be_left(expecting(ahead), at(60), FIFTH) is can_be_done(expecting(ahead), at(60), FIFTH) is None
