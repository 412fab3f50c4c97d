"""The facts of an order and of its market: what holds at a time, and what is open when."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from metaorder.tca.facts import NO_PRICE, Price
from support.tca import SECOND, Fill, added, cut, fills, order, points, price, quotes, tape


def times(*seconds: float) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([round(each * SECOND) for each in seconds], dtype=np.int64)


def test_a_price_is_known_or_says_why_not() -> None:
    assert Price.known(7) == Price(Fraction(7))
    assert Price.missing("because") == Price(None, "because")


def test_fills_until_a_time_include_that_instant() -> None:
    done = fills(1, Fill(100, "50", "49", "50", ts=1), Fill(200, "50", "49", "50", ts=2))
    assert (done.until(SECOND - 1), done.until(SECOND), done.until(2 * SECOND), done.total) == (0, 100, 300, 300)


def test_an_order_counts_what_was_added_and_still_counts_what_was_taken_back() -> None:
    amended = order(1_000, amended=(added(20, 500, "51"), cut(30, 300, "52")))
    assert amended.lots == 1_500
    assert amended.left(fills(1, Fill(400, "50", "49", "50"))) == 800
    assert [tranche.lots for tranche in amended.tranches] == [1_000, 500]
    assert [change.lots for change in amended.taken_back] == [300]


def test_decision_and_arrival_are_averages_over_what_was_ordered() -> None:
    amended = order(1_000, decision="50.00", arrival="50.10", amended=(added(20, 3_000, "51.00"), cut(30, 300, "99")))
    assert amended.decision == Price.known(points("50.75"))
    assert amended.arrival == Price.known(points("50.775"))


@pytest.mark.parametrize("missing", ["decision", "arrival"])
def test_a_tranche_without_a_price_leaves_the_average_unknown(missing: str) -> None:
    assert order(amended=(added(20, 500, None),)).decision == Price.missing("no mid then")
    gone: dict[str, Any] = {missing: None}
    assert getattr(order(amended=(added(20, 500, "51"),), **gone), missing) == Price.missing(f"no {missing}")


def test_a_tape_is_cut_with_both_ends_included() -> None:
    prints = tape((1, "50", 1), (2, "51", 10), (2, "52", 100), (3, "53", 1_000))
    assert prints.between(2 * SECOND, 2 * SECOND).lots.tolist() == [10, 100]
    assert prints.between(SECOND + 1, 3 * SECOND).volume == 1_110
    assert prints.between(4 * SECOND, 5 * SECOND).volume == 0
    assert prints.between(0, 9 * SECOND).value == points(50 + 510 + 5_200 + 53_000)


def test_a_quote_holds_until_the_next_and_the_last_of_an_instant_counts() -> None:
    mids = quotes((1, "50.00"), (2, "51.00"), (2, "52.00"), (3, None), (4, "53.00"))
    at = mids.at(times(0.5, 1, 1.9, 2, 3, 3.5, 4, 100))
    assert at.tolist() == [NO_PRICE, *(int(2 * points(p)) for p in ("50", "50", "52")), NO_PRICE, NO_PRICE, 1_060_000, 1_060_000]
    assert mids.before(times(1, 2, 3, 4)).tolist() == [NO_PRICE, 1_000_000, 1_040_000, NO_PRICE]


def test_a_market_without_quotes_has_no_mid() -> None:
    assert quotes().at(times(1)).tolist() == quotes().before(times(1)).tolist() == [NO_PRICE]


def test_the_dollar_prices_of_these_tests_are_points() -> None:
    assert price("50.005").value == 500_050
    assert points("0.00005") == Fraction(1, 2)
