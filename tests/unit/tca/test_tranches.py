"""What amended quantities share: fills and reductions draw on all that is open, and nothing gets lost."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaorder.tca.amounts import NOTHING, Amount
from metaorder.tca.facts import Change, OrderFacts, Price, TakenBack, Tranche
from metaorder.tca.tranches import Shares, shares, worth
from support.tca import Fill, added, cut, fills, money, order, points, price


def arrivals(placed: OrderFacts, *done: Fill) -> Shares:
    return shares(placed, lambda tranche: tranche.arrival, fills(1, *done))


def bought(ts: float, lots: int) -> Fill:
    return Fill(lots, "50", "49.99", "50", ts=ts)


def test_an_order_that_was_not_amended_carries_its_price_everywhere() -> None:
    found = arrivals(order(1_000, arrival="50.02"), bought(20, 300))
    assert found == Shares(Amount(money(15_006)), NOTHING, Amount(money(35_014)))
    assert found.ordered == Amount(money(50_020))


def test_an_addition_changes_nothing_of_what_was_filled_before_it() -> None:
    found = arrivals(order(1_000, arrival="50", amended=(added(30, 500, "60"),)), bought(20, 500), bought(40, 250))
    # 500 at 50; then 500 at 50 and 500 at 60 are open: 55 on average, also for the 750 that are left
    assert found.filled == Amount(money(500 * 50 + 250 * 55))
    assert found.left == Amount(money(750 * 55))


def test_a_fill_at_the_instant_of_an_amendment_came_before_it() -> None:
    found = arrivals(order(1_000, arrival="50", amended=(added(30, 500, "60"),)), bought(30, 500))
    assert found.filled == Amount(money(500 * 50))


def test_lots_that_were_added_at_the_instant_of_their_fill_were_there_for_it() -> None:
    found = arrivals(order(100, arrival="50", amended=(added(30, 50, "60"),)), bought(30, 150))
    assert (found.filled, found.left) == (Amount(money(100 * 50 + 50 * 60)), NOTHING)


def test_a_reduction_before_an_addition_is_of_the_first_tranche_alone() -> None:
    found = arrivals(order(1_000, arrival="50", amended=(cut(20, 500, "50"), added(30, 500, "60"))))
    assert found.taken_back == Amount(money(500 * 50))
    assert found.left == Amount(money(500 * 50 + 500 * 60))


def test_a_reduction_after_an_addition_draws_on_both() -> None:
    found = arrivals(order(1_000, arrival="50", amended=(added(30, 1_000, "60"), cut(40, 500, "1"))))
    assert found.taken_back == Amount(money(500 * 55))


def test_parts_of_the_last_unit_are_not_lost() -> None:
    amended = order(1, arrival="50", amended=(added(15, 2, "50.0001"),))
    found = arrivals(amended, *(bought(20 + n, 1) for n in range(3)))
    assert found.filled == Amount(money("50") + 2 * money("50.0001"))
    assert found.left == NOTHING


def test_a_missing_price_is_missing_only_where_lots_ended() -> None:
    blind = order(1_000, arrival=None)
    missing = Amount.missing("no arrival")
    assert arrivals(blind) == Shares(NOTHING, NOTHING, missing)
    assert arrivals(blind, bought(20, 1_000)) == Shares(missing, NOTHING, NOTHING)
    assert arrivals(order(1_000, amended=(added(20, 1, None), cut(30, 5, "50")))).taken_back == Amount.missing("no mid then")


def test_lots_are_worth_their_price_and_no_lots_need_none() -> None:
    assert worth(3, price("50.00005")) == Amount(money("150.00015"))
    assert worth(0, Price.missing("gone")) == NOTHING
    assert worth(1, Price.missing("gone")) == Amount.missing("gone")


def test_more_lots_cannot_end_than_were_open() -> None:
    with pytest.raises(AssertionError, match="no more ends than was open"):
        arrivals(order(100), bought(20, 101))


@st.composite
def histories(draw: st.DrawFn) -> tuple[OrderFacts, list[Fill]]:
    """An order, amended and filled in some order of events."""
    first = draw(st.integers(1, 10**9))
    open_lots, changes, done = first, list[Change](), list[Fill]()
    for step in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from(["add", "cut", "fill"]))
        mid = Price.known(Fraction(draw(st.integers(2, 2_000_000)), 2))
        if kind == "add":
            lots = draw(st.integers(1, 10**9))
            changes.append(Tranche(10**9 * (20 + step), lots, mid, mid))
            open_lots += lots
        elif open_lots > 1:
            lots = draw(st.integers(1, open_lots - 1))
            open_lots -= lots
            if kind == "cut":
                changes.append(TakenBack(10**9 * (20 + step), lots, mid))
            else:
                done.append(bought(20 + step, lots))
    return order(first, amended=tuple(changes)), done


@given(histories())
def test_the_shares_sum_to_what_was_ordered_and_are_those_of_an_exact_pool(history: tuple[OrderFacts, list[Fill]]) -> None:
    placed, done = history
    found = arrivals(placed, *done)
    ordered = sum(2 * tranche.lots * tranche.arrival.value for tranche in placed.tranches if tranche.arrival.value is not None)
    assert found.ordered == Amount(int(ordered))
    filled, taken = _exact(placed, done)
    steps = len(done) + len(placed.changes)
    assert found.filled.value is not None
    assert found.taken_back.value is not None
    assert abs(found.filled.value - filled) <= steps
    assert abs(found.taken_back.value - taken) <= steps


def _exact(placed: OrderFacts, done: list[Fill]) -> tuple[Fraction, Fraction]:
    """The pool in ratios, event by event."""
    events: list[tuple[int, int, Change | Fill]] = [(round(each.ts * 10**9), 0, each) for each in done]
    events += [(change.ts, 1, change) for change in placed.changes]
    lots, value, filled, taken = 0, Fraction(0), Fraction(0), Fraction(0)
    for _, _, event in sorted(events, key=lambda each: each[:2]):
        if isinstance(event, Tranche):
            assert event.arrival.value is not None
            lots, value = lots + event.lots, value + 2 * event.lots * event.arrival.value
            continue
        part = value * event.lots / lots
        lots, value = lots - event.lots, value - part
        if isinstance(event, Fill):
            filled += part
        else:
            taken += part
    return filled, taken


def test_points_and_money_of_these_tests_agree() -> None:
    assert money("1") == 2 * points("1")
