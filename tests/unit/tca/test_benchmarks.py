"""Benchmarks: whose prints count, over which time, and what is said where there is none."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaorder.tca.benchmarks import NO_SESSION_BEFORE, PWP_RATES, benchmarks, closing, opening, pwp, slippage, twap, vwap
from metaorder.tca.facts import NO_PRICE, Price, Quotes, Tape
from support.tca import CLOSE, SECOND, market, order, points, price, quotes, seconds, tape

NOTHING = tape()


def known(value: float | str) -> Price:
    return price(value)


# --- VWAP ---


def test_vwap_weighs_prints_by_lots_and_takes_both_ends() -> None:
    prints = tape((1, "1", 99), (2, "50", 100), (3, "53", 200), (4, "1", 99))
    assert vwap(prints, 2 * SECOND, 3 * SECOND) == known("52")
    assert vwap(prints, 5 * SECOND, 9 * SECOND) == Price.missing("nobody traded")


def test_vwap_of_a_notional_beyond_64_bits_is_exact() -> None:
    lots = 10**12
    assert vwap(tape((1, "579.51", lots), (1, "579.52", lots), (1, "579.52", lots)), 0, CLOSE) == Price.known(
        Fraction(5_795_100 + 2 * 5_795_200, 3)
    )


OTHERS = tape((20, "50.00", 100), (1_500, "50.30", 100))
WHOLE = tape((20, "50.00", 100), (30, "49.00", 100), (1_500, "50.30", 100), (1_600, "49.00", 100))
RECORDED = tape((20, "50.00", 100), (30, "50.20", 100), (1_500, "50.30", 200))


def held(filled: int = 100, placed: Any = None, **changes: Any) -> dict[str, Price]:
    facts = {"tape": OTHERS, "whole": WHOLE, "recorded": RECORDED, **changes}
    return benchmarks(placed or order(), market(**facts), filled)


def test_the_interval_is_from_arrival_to_the_end_and_the_window_what_the_client_set() -> None:
    found = held()
    assert found["interval_vwap"] == known("50.00")
    assert found["window_vwap"] == known("50.15")


def test_own_prints_are_left_out_and_the_inclusive_and_the_recorded_vwap_say_what_they_are() -> None:
    found = held()
    assert found["interval_vwap_incl_own"] == known("49.50")
    assert found["window_vwap_incl_own"] == known("49.575")
    assert found["interval_vwap_recorded"] == known("50.10")
    assert found["window_vwap_recorded"] == known("50.20")


def test_without_a_market_without_the_order_there_is_no_recorded_vwap() -> None:
    found = held(recorded=None)
    assert found["interval_vwap_recorded"] == found["window_vwap_recorded"]
    assert found["interval_vwap_recorded"] == Price.missing("no market without the order is known")
    assert found["interval_vwap"].value is not None


@pytest.mark.parametrize(
    ("changes", "why"),
    [({"arrived": None, "ended": None}, "the order has not arrived"), ({"ended": None}, "the order has not ended")],
)
def test_without_an_interval_there_is_nothing_to_average_over_it(changes: dict[str, Any], why: str) -> None:
    found = held(placed=order(**changes))
    for name in ("interval_vwap", "interval_vwap_incl_own", "interval_vwap_recorded", "interval_twap"):
        assert found[name] == Price.missing(why)
    assert found["window_vwap"] == known("50.15")


def test_a_window_that_is_not_over_is_not_averaged() -> None:
    running = held(clock=seconds(1_999), closed=False)
    deleted = held(clock=seconds(1_999), closed=True)
    for name in ("window_vwap", "window_vwap_incl_own", "window_vwap_recorded", "window_twap"):
        assert running[name] == Price.missing("the window has not ended")
        assert deleted[name] == Price.missing("the market ended before the window did")
    assert held(clock=seconds(2_000), closed=False)["window_vwap"] == known("50.15")
    assert running["interval_vwap"] == known("50.00")


def test_arrival_and_decision_are_benchmarks_with_their_reasons() -> None:
    found = held(placed=order(decision="49.90", arrival=None))
    assert (found["decision"], found["arrival"]) == (known("49.90"), Price.missing("no arrival"))
    assert found["previous_close"] == Price.missing(NO_SESSION_BEFORE)
    stated = benchmarks(order(), replace(market(), previous_close=Fraction(4_991)), 0)
    assert stated["previous_close"] == Price.known(Fraction(4_991))


# --- TWAP ---


def test_twap_weighs_mids_by_time_from_the_quote_in_force_at_the_start() -> None:
    mids = quotes((0, "50"), (20, "60"), (30, "70"))
    assert twap(mids, seconds(10), seconds(40)) == known("60")
    assert twap(mids, seconds(25), seconds(35)) == known("65")
    assert twap(mids, seconds(20), seconds(30)) == known("60")


def test_twap_leaves_out_time_without_a_mid_be_it_a_halt_or_an_empty_side() -> None:
    halted = quotes((0, "50"), (20, None), (30, "70"))
    assert twap(halted, seconds(10), seconds(40)) == known("60")
    assert twap(halted, seconds(20), seconds(30)) == Price.missing("the book had no mid at any time")
    assert twap(quotes((20, "70")), seconds(10), seconds(40)) == known("70")


def test_twap_needs_time_and_quotes() -> None:
    assert twap(quotes((0, "50")), seconds(10), seconds(10)) == Price.missing("no time has passed")
    assert twap(quotes(), 0, seconds(10)) == Price.missing("the book had no mid at any time")


def test_only_the_last_quote_of_an_instant_has_time() -> None:
    assert twap(quotes((0, "50"), (10, "99"), (10, "70")), 0, seconds(20)) == known("60")


@given(
    st.lists(st.tuples(st.integers(0, 10**14), st.one_of(st.just(NO_PRICE), st.integers(2, 10**8))), max_size=30),
    st.integers(0, 10**14),
    st.integers(0, 10**14),
)
def test_twap_is_the_exact_sum_over_time(changes: list[tuple[int, int]], start: int, end: int) -> None:
    changes.sort(key=lambda each: each[0])
    ts, mid2 = (np.array(column, dtype=np.int64) for column in (zip(*changes, strict=True) if changes else ((), ())))
    total = time = 0
    for (begin, mid), until in zip(changes, [*ts.tolist()[1:], end], strict=False):
        span = min(until, end) - max(begin, start)
        if span > 0 and mid != NO_PRICE:
            total, time = total + mid * span, time + span
    found = twap(Quotes(ts, mid2), start, end)
    assert found.value == (Fraction(total, 2 * time) if time else None)


# --- PWP ---


def test_pwp_ends_within_the_last_print() -> None:
    prints = tape((5, "1", 999), (10, "50", 100), (20, "53", 100), (30, "1", 999))
    # at 40 % of all volume, 100 lots come with 150 of others: 100 at 50 and 50 of the 100 at 53
    assert pwp(prints, seconds(10), 100, Fraction(2, 5)) == known("51")


def test_pwp_may_need_a_part_of_a_lot() -> None:
    assert pwp(tape((10, "50", 1), (20, "53", 1)), 0, 1, Fraction(2, 5)) == known("51")


def test_pwp_that_is_reached_by_a_whole_print_takes_no_more() -> None:
    assert pwp(tape((10, "50", 100), (20, "99", 100)), 0, 100, Fraction(1, 2)) == known("50")


def test_pwp_that_was_not_reached_says_how_much_of_it_was() -> None:
    prints = tape((5, "50", 900), (20, "50", 225))
    assert pwp(prints, seconds(10), 100, Fraction(1, 10)) == Price.missing(
        "others have traded 25.0% of the volume that the rate needs"
    )
    assert pwp(NOTHING, 0, 100, Fraction(1, 10)).why == "others have traded 0.0% of the volume that the rate needs"


def test_pwp_needs_an_arrival_and_fills() -> None:
    assert pwp(OTHERS, None, 100, Fraction(1, 10)) == Price.missing("the order has not arrived")
    assert pwp(OTHERS, 0, 0, Fraction(1, 10)) == Price.missing("nothing was filled")


def test_pwp_is_given_at_three_rates_and_at_the_orders_own_over_others_prints() -> None:
    found = held(filled=40, placed=order(pwp_rate=Fraction(1, 4)), tape=tape((20, "50", 160), (30, "60", 1_000)))
    assert found["pwp_20"] == known("50")
    assert found["pwp"] == known("50")  # needs 120
    assert found["pwp_10"] == Price.known((160 * points(50) + 200 * points(60)) / 360)
    assert found["pwp_5"] == Price.known((160 * points(50) + 600 * points(60)) / 760)
    assert [rate * 100 for rate in PWP_RATES] == [5, 10, 20]


@given(
    st.lists(st.tuples(st.integers(1, 10**9), st.integers(1, 10**12)), max_size=20),
    st.integers(1, 10**12),
    st.fractions(Fraction(1, 1_000), Fraction(999, 1_000), max_denominator=1_000),
)
def test_pwp_is_the_mean_of_exactly_the_lots_it_needs(prints: list[tuple[int, int]], filled: int, rate: Fraction) -> None:
    at, lots = (np.array(column, dtype=np.int64) for column in (zip(*prints, strict=True) if prints else ((), ())))
    wanted = left = filled * (1 - rate) / rate
    value = Fraction(0)
    for print_at, print_lots in prints:
        taken = min(left, Fraction(print_lots))
        value, left = value + taken * print_at, left - taken
    found = pwp(Tape(np.arange(len(prints), dtype=np.int64), at, lots), 0, filled, rate)
    assert found.value == (None if left else value / wanted)


# --- open and close ---


def test_open_and_close_are_the_official_auctions() -> None:
    crosses = tape((0, "49.00", 5_000), (5_000, "1.00", 5), (9_990, "51.00", 7_000), (10_000, "52.00", 7_000))
    there = market(tape=OTHERS, auctions=crosses)
    assert opening(there) == (known("49.00"), "auction")
    assert closing(there) == (known("52.00"), "auction")


def test_without_an_auction_they_are_the_first_and_the_last_print_of_others_and_say_so() -> None:
    there = market(tape=OTHERS, whole=WHOLE, auctions=tape((5_000, "1.00", 5)))
    assert opening(there) == (known("50.00"), "first_print")
    assert closing(there) == (known("50.30"), "last_print")
    assert held()["open"] == known("50.00")
    assert held()["close"] == known("50.30")


def test_where_nobody_traded_there_is_neither() -> None:
    there = market(tape=NOTHING, whole=WHOLE)
    assert opening(there) == closing(there) == (Price.missing("nobody has traded"), None)


def test_there_is_no_close_before_the_close() -> None:
    assert closing(market(clock=CLOSE - 1, closed=False)) == (Price.missing("the market has not closed"), None)
    assert closing(market(clock=CLOSE, closed=False)) == (Price.missing("the market has not closed"), None)
    assert closing(market(clock=CLOSE - 1, closed=True)) == (Price.missing("the market ended before its close"), None)


# --- slippage ---


@pytest.mark.parametrize(("sign", "average"), [(1, "50.05"), (-1, "49.95")])
def test_slippage_is_positive_when_worse_for_either_side(sign: int, average: str) -> None:
    assert slippage(sign, points(average), points("50.00")) == Fraction(1, 1_000)
    assert slippage(-sign, points(average), points("50.00")) == -Fraction(1, 1_000)
