"""Participation counts what traded while the order could work."""

from __future__ import annotations

import pytest

from metaorder.tca.participation import MOST_BUCKETS, participation, volumes
from support.tca import market, order, seconds, tape

OWN = tape((20, "50", 10), (500, "50", 20), (600, "50", 40))
WHOLE = tape((5, "50", 1_000), (20, "50", 110), (500, "50", 220), (600, "50", 440), (1_500, "50", 1_000))


def test_it_is_counted_from_arrival_to_the_end() -> None:
    assert volumes(order(), market(own=OWN, whole=WHOLE)) == (70, 700)


def test_pauses_are_left_out_up_to_the_instant_of_resuming() -> None:
    paused = order(pauses=((seconds(400), seconds(600)), (seconds(900), seconds(950))))
    assert volumes(paused, market(own=OWN, whole=WHOLE)) == (50, 500)
    assert volumes(order(pauses=((seconds(500), seconds(501)),)), market(own=OWN, whole=WHOLE)) == (50, 500)


def test_an_order_that_runs_is_counted_until_now() -> None:
    assert volumes(order(ended=None), market(own=OWN, whole=WHOLE)) == (70, 1_700)
    assert volumes(order(ended=None), market(own=OWN, whole=WHOLE, clock=seconds(100))) == (10, 100)


def test_an_order_that_has_not_arrived_takes_no_part() -> None:
    assert volumes(order(arrived=None, ended=None), market(own=OWN, whole=WHOLE)) == (0, 0)


def test_it_is_shown_bucket_by_bucket_and_the_buckets_add_up() -> None:
    found = participation(order(), market(own=OWN, whole=WHOLE))
    assert [(bucket.own, bucket.others) for bucket in found.buckets] == [(10, 100), (60, 600), (0, 0), (0, 0)]
    assert (found.buckets[0].start, found.buckets[-1].end) == (seconds(10), seconds(1_000))
    assert found.mean == pytest.approx(1 / 11)


def test_the_peak_is_of_the_rolling_window_at_a_print_of_ours() -> None:
    busy = tape((20, "50", 1_000), (500, "50", 20), (600, "50", 40))
    mine = tape((20, "50", 10), (600, "50", 30))
    found = participation(order(), market(own=mine, whole=busy))
    assert (found.peak, found.window) == (0.5, seconds(300))  # 30 of the 60 in (300, 600]
    early = participation(order(), market(own=tape((20, "50", 10)), whole=tape((20, "50", 40))))
    assert early.peak == 0.25
    assert participation(order(), market()).peak is None


def test_a_long_order_has_longer_buckets() -> None:
    long = order(ended=seconds(300 * 200), stop=seconds(300 * 200))
    found = participation(long, market(own=OWN, whole=WHOLE, clock=seconds(300 * 200)))
    assert len(found.buckets) <= MOST_BUCKETS
    assert sum(bucket.own for bucket in found.buckets) == found.own
