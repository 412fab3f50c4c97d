"""Gates: a child goes through one that it reaches in time; midpoint children through that of the pool alone."""

from __future__ import annotations

from fractions import Fraction

from metaorder.core.gates import Gate, pooled, reachable, routed, views
from metaorder.domain.child import ChildType, TimeInForce
from metaorder.domain.units import SECOND, Lots, Nanos, Ticks
from metaorder.routing.placement import Place
from support.core import INSTRUMENT, LATENCY, OPEN, at, market_state, started, touch
from unit.routing.test_placement import wish

LIT = Gate("FAKE", LATENCY, INSTRUMENT)
SLOW = Gate("SLOW", Nanos(2 * SECOND), INSTRUMENT)
POOL = Gate("POOL", LATENCY, INSTRUMENT, dark=True)
CHILD = Place(Ticks(10_000), Lots(10), TimeInForce.GTD, "because")


def test_what_would_arrive_too_late_is_no_gate() -> None:
    assert reachable([LIT, SLOW, POOL], OPEN, at(10)) == (POOL, [LIT, SLOW])
    assert reachable([LIT, SLOW, POOL], OPEN, at(1)) == (POOL, [LIT])
    assert reachable([LIT, SLOW, POOL], OPEN, Nanos(OPEN + LATENCY)) == (None, [])


def test_a_child_of_the_one_venue_goes_there_with_its_chances() -> None:
    found = routed(CHILD, wish(quote=touch()), [LIT], market_state(), started())
    assert found is not None
    assert (found.route.venue, found.until, found.reason["queue_ahead"]) == ("FAKE", None, 500)


def test_a_venue_that_does_not_trade_now_is_not_looked_at() -> None:
    market = market_state(venues={"SLOW": touch(9_999, 10_001)})
    assert [view.venue for view in views([LIT, SLOW], market)] == ["SLOW"]
    found = routed(CHILD, wish(quote=touch()), [LIT, SLOW], market, started())
    assert found is not None
    assert found.route.venue == "SLOW"


def test_the_midpoint_is_the_pool_s_and_a_share_that_rests_there_is_over_near_the_end() -> None:
    middle = Place(Ticks(10_200), Lots(10), TimeInForce.GTD, "because", ChildType.MIDPOINT, Lots(5))
    whole = pooled(middle, POOL, market_state(), started())
    share = pooled(middle, POOL, market_state(), started(dark_fraction=Fraction(1, 4)))
    assert whole is not None
    assert share is not None
    assert (whole.route.venue, whole.until, share.until) == ("POOL", None, at(570))
    assert pooled(middle, None, market_state(), started()) is None
