"""The participation cap: on two clocks, never negative, and never more than the cap or one smallest child."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.order import ParentOrder, ParticipationMode
from metaorder.domain.units import MINUTE, Lots, Nanos
from metaorder.risk.participation import HARD_MAXIMUM, Own, cap_now, headroom, rolling_window
from support.core import OPEN, at, market_state, parent_order
from support.examples import examples

LOTS = st.integers(0, 10**7)
CAPS = st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=100)


def room(order: ParentOrder, others: int, window: int, own: Own, seconds: float = 0) -> Lots:
    market = replace(market_state(), now=at(seconds), others=Lots(others), others_window=Lots(window))
    return headroom(order, own, market)


def own(filled: int = 0, window: int = 0, out: int = 0) -> Own:
    return Own(Lots(filled), Lots(window), Lots(out))


FIFTH = parent_order(cap=Fraction(1, 5), min_child=Lots(10))


@pytest.mark.parametrize(
    ("others", "window", "mine", "lots"),
    [
        (400, 400, own(), 100),
        (400, 400, own(filled=30, window=30), 70),
        (400, 400, own(filled=30, window=30, out=60), 10),
        (400, 400, own(filled=30, window=30, out=70), 0),
        (400, 400, own(filled=30, window=30, out=90), 0),
        (403, 403, own(), 100),
        (404, 404, own(), 101),
        (4_000, 80, own(filled=100), 20),
        (4_000, 80, own(filled=100, window=15), 5),
        (400, 4_000, own(filled=90), 10),
        (0, 0, own(), 10),
        (0, 0, own(out=10), 0),
        (4_000, 0, own(filled=500), 10),
        (4_000, 0, own(filled=500, window=10), 0),
    ],
)
def test_room_is_what_the_tighter_clock_leaves_beside_all_that_is_out(others: int, window: int, mine: Own, lots: int) -> None:
    assert room(FIFTH, others, window, mine) == lots


@settings(max_examples=examples(300))
@given(CAPS, st.integers(1, 1_000), LOTS, LOTS, LOTS, LOTS, LOTS)
def test_if_all_that_is_out_and_all_the_room_is_filled_neither_clock_is_passed(
    cap: Fraction, grace: int, others: int, window: int, filled: int, recent: int, out: int
) -> None:
    window, recent = min(window, others), min(recent, filled)
    order = parent_order(cap=cap, min_child=Lots(grace))
    left = room(order, others, window, own(filled, recent, out))
    assert left >= 0
    if left > 0:
        for mine, theirs in ((filled, others), (recent, window)):
            total = mine + out + left
            assert total <= grace or Fraction(total, total + theirs) <= cap


@given(CAPS, LOTS, LOTS)
def test_room_is_the_most_that_the_cap_allows(cap: Fraction, others: int, filled: int) -> None:
    left = room(parent_order(cap=cap), others, others, own(filled, filled))
    over = filled + left + 1
    assert over > 1
    assert Fraction(over, over + others) > cap


@pytest.mark.parametrize(("minutes", "window_s"), [(1, 300), (99, 300), (100, 300), (101, 303), (390, 1_170)])
def test_the_rolling_clock_is_five_minutes_or_a_twentieth_of_the_horizon(minutes: int, window_s: int) -> None:
    assert rolling_window(parent_order(end=Nanos(OPEN + minutes * MINUTE))) == window_s * 10**9


@pytest.mark.parametrize(("cap", "soft"), [("0.2", "0.4"), ("0.25", "0.5"), ("0.3", "0.5"), ("0.7", "0.7")])
def test_a_soft_cap_doubles_in_the_last_tenth_up_to_the_hard_maximum(cap: str, soft: str) -> None:
    order = parent_order(cap=Fraction(cap), participation_mode=ParticipationMode.SOFT_AT_END)
    assert cap_now(order, at(539.999_999)) == Fraction(cap)
    assert cap_now(order, at(540)) == Fraction(soft)
    assert cap_now(order, at(600)) == Fraction(soft)
    assert Fraction(1, 2) == HARD_MAXIMUM


def test_a_hard_cap_does_not_give_way() -> None:
    assert cap_now(parent_order(), at(599)) == Fraction(1, 5)
    soft = replace(FIFTH, participation_mode=ParticipationMode.SOFT_AT_END)
    assert [room(order, 300, 300, own(), 599) for order in (FIFTH, soft)] == [75, 200]
