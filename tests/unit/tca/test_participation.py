"""Participation counts what traded while the order could work."""

from __future__ import annotations

from metaorder.tca.participation import volumes
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
