"""What a comparison asks of a run, by hand."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from metaorder.tca.tracking import clairvoyant, participation_errors, spread_capture, timing_quality
from support.tca import Fill, fills, mid2, points, quotes, seconds, tape

ONE = np.array([100], dtype=np.int64)


def test_participation_is_judged_since_the_start_at_each_mark_and_at_the_end() -> None:
    own, others = tape((10, "50", 10), (400, "50", 20)), tape((20, "50", 90), (500, "50", 180))
    errors = participation_errors(own, others, seconds(0), seconds(600), 0.1)
    assert errors == pytest.approx([0.0, 0.0])
    late = participation_errors(tape((400, "50", 30)), others, seconds(0), seconds(600), 0.1)
    assert late == pytest.approx([1.0, 0.0])
    assert participation_errors(tape(), tape(), seconds(0), seconds(600), 0.1) == []


def capture(sign: int, fill: Fill, later: str, first: int) -> tuple[float | None, float | None]:
    spread = np.array([int(points("0.04"))], dtype=np.int64)
    found = spread_capture(sign, fills(sign, fill), np.array([first], dtype=np.int64), quotes((0, "50.02"), (105, later)), spread)
    return found.net, found.gross


def test_a_join_of_the_touch_earns_half_the_spread_gross_and_what_the_price_left_of_it_net() -> None:
    buy = Fill(100, "50.00", "50.00", "50.04", maker=True, ts=100)
    assert capture(1, buy, "50.02", 100) == pytest.approx((0.5, 0.5))
    assert capture(1, buy, "49.98", 100) == pytest.approx((-0.5, 0.5))
    sell = Fill(100, "50.04", "50.00", "50.04", maker=True, ts=100)
    assert capture(-1, sell, "49.98", 100) == pytest.approx((1.5, 0.5))


def test_lots_that_were_crossed_later_count_and_those_that_never_rested_do_not() -> None:
    crossed = Fill(100, "50.04", "50.00", "50.04", ts=100)
    assert capture(1, crossed, "50.02", 100) == pytest.approx((-0.5, -0.5))
    assert capture(1, crossed, "50.02", 0) == (None, None)
    assert mid2("50.02") > 0


def test_a_clairvoyant_takes_the_cheapest_five_minutes_first_within_the_rate() -> None:
    market = tape((10, "51", 900), (400, "49", 900), (700, "50", 900))
    best = clairvoyant(1, market, 150, seconds(0), seconds(900), Fraction(1, 10))
    assert best == pytest.approx(float(100 * points("49") + 50 * points("50")) / 150)
    worst = clairvoyant(-1, market, 100, seconds(0), seconds(900), Fraction(1, 10))
    assert worst == pytest.approx(float(points("51")))
    assert clairvoyant(1, market, 301, seconds(0), seconds(900), Fraction(1, 10)) is None


def timed(sign: int, *lots: int) -> float | None:
    """Fills in the middle of five minutes, in which the mid is 50, 51, 52, 51 and 49 at the end."""
    market = quotes((0, "50"), (90, "51"), (150, "52"), (210, "51"), (270, "49"))
    at = np.array([seconds(60 * minute + 30) for minute in range(len(lots))], dtype=np.int64)
    return timing_quality(sign, at, np.array(lots, dtype=np.int64), market, seconds(0), seconds(300))


def test_who_buys_where_it_is_low_has_timed_it_well() -> None:
    assert timed(1, 20, 10, 0, 10, 30) == pytest.approx(1.0)
    assert timed(-1, 20, 10, 0, 10, 30) == pytest.approx(-1.0)
    half = timed(1, 20, 10, 0, 0, 0)
    assert half is not None
    assert -1 < half < 1


def test_of_even_fills_or_a_price_that_stands_there_is_no_timing() -> None:
    assert timed(1, 10, 10, 10, 10, 10) is None
    assert timing_quality(1, np.array([seconds(5)]), ONE, quotes((0, "50")), seconds(0), seconds(300)) is None
    assert timing_quality(1, np.array([seconds(5)]), ONE, quotes((0, "50"), (60, "51")), seconds(0), seconds(120)) is None
