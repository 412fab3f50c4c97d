"""The schedules of an order, one after another: cut where the next was drawn, broken where it was suspended."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from metaorder.usecases.planned import FOLLOWS, SUSPENDED, plan
from support.cases import FLAT, case, nanos, stamp

TERMS = {"quantity": 1_000, "band_behind": "0.02", "band_ahead": "0.05"}
CHANGE = {"ts": stamp(500), "quote": FLAT, "before": 400, "after": 1_000}
FIRST = {"ts": stamp(0), "cause": "started", "points": [[stamp(0), 0], [stamp(1_000), 400]]}
SECOND = {"ts": stamp(500), "cause": "amended", "points": [[stamp(500), 200], [stamp(1_000), 1_000]]}
FOLLOWING = {"ts": stamp(0), "cause": "started", "points": []}


def times(*seconds: float) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Times of these tests."""
    return np.array([nanos(each) for each in seconds], dtype=np.int64)


def test_a_curve_goes_on_through_an_amendment_with_the_band_of_what_was_ordered() -> None:
    made = plan(replace(case(terms=TERMS, facts={"amendments": [CHANGE]}), schedules=[FIRST, SECOND]))
    (curve,) = made.curves()
    assert curve.times == [stamp(0), stamp(500), stamp(500), stamp(1_000)]
    assert curve.planned == [0, 200, 200, 1_000]
    assert (curve.least, curve.most) == ([0, 192, 180, 980], [20, 220, 250, 1_000])
    assert made.why_not(times(0, 500, 999)) is None


def test_a_curve_breaks_where_the_order_was_suspended() -> None:
    pauses = [["suspended", stamp(250)], ["resumed", stamp(500)]]
    made = plan(replace(case(terms=TERMS, facts={"pauses": pauses}), schedules=[FIRST, SECOND]))
    assert [curve.times for curve in made.curves()] == [[stamp(0), stamp(250)], [stamp(500), stamp(1_000)]]
    assert made.at(times(249, 250, 499, 500))[0] == [99, None, None, 200]
    assert made.why_not(times(249, 250)) == SUSPENDED


def test_what_was_drawn_in_a_suspension_is_never_in_force() -> None:
    pauses = [["suspended", stamp(250)]]
    made = plan(replace(case(terms=TERMS, facts={"pauses": pauses}), schedules=[FIRST, SECOND]))
    assert [curve.times for curve in made.curves()] == [[stamp(0), stamp(250)]]


def test_a_schedule_that_follows_the_market_has_no_target_while_it_is_in_force() -> None:
    made = plan(replace(case(terms=TERMS), schedules=[FOLLOWING, SECOND]))
    assert made.at(times(100, 500))[0] == [None, 200]
    assert made.why_not(times(100, 500)) == FOLLOWS
    assert plan(case(terms=TERMS)).why_not(times(100)) == FOLLOWS


def test_the_last_one_is_known_alone_where_none_was_read() -> None:
    made = plan(case(terms=TERMS, facts={"schedule": SECOND}))
    assert made.at(times(100, 750))[0] == [None, 600]
