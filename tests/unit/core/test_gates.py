"""Gates: a child goes through one that it reaches in time; midpoint children through that of the pool alone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from metaorder.core.gates import Gate, pooled, reachable, routed, views
from metaorder.domain.child import ChildType, TimeInForce
from metaorder.domain.state import Flow
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
    asked = wish(quote=touch())
    whole = pooled(middle, POOL, asked, [LIT], market_state(), started())
    share = pooled(middle, POOL, asked, [LIT], market_state(), started(dark_fraction=Fraction(1, 4)))
    assert whole is not None
    assert share is not None
    assert (whole.route.venue, whole.until, share.until) == ("POOL", None, at(570))
    assert pooled(middle, None, asked, [LIT], market_state(), started()) is None


def test_a_child_in_the_dark_is_held_against_the_lit_ways_and_says_what_a_pool_does_not_tell() -> None:
    middle = Place(Ticks(10_200), Lots(10), TimeInForce.GTD, "because", ChildType.MIDPOINT, Lots(5))
    grid = replace(INSTRUMENT, maker_fee=Decimal("0.001"))
    flow = Flow(volume=Lots(3_000), open=OPEN)
    market = replace(market_state(now=at(300)), flow=flow)
    found = pooled(middle, replace(POOL, instrument=grid), wish(quote=touch(), worst=Ticks(10_200)), [LIT], market, started())
    assert found is not None
    reason = found.reason
    assert (reason["fill_probability"], reason["queue_ahead"]) == (None, None)
    assert reason["unknown"] == "a pool shows neither its queue nor what trades in it"
    candidates = reason["candidates"]
    assert isinstance(candidates, list)
    assert {each["way"] for each in candidates} >= {"midpoint", "join", "cross"}
    assert candidates[0]["cost_ticks"] is None
    assert candidates[0]["if_filled_ticks"] == "0.1", "the pool's fee, where the mid itself costs nothing"
    joined = next(each for each in candidates if each["way"] == "join")
    assert joined["price"] == touch().bid, "where a lit child would stand, not the worst price of one in the dark"
    assert 0 < float(str(joined["fill_probability"])) < 1
    blind = pooled(middle, POOL, wish(quote=touch()), [], market_state(), started())
    assert blind is not None
    assert [each["way"] for each in blind.reason["candidates"]] == ["midpoint"]  # type: ignore[union-attr,index]
    assert str(blind.reason["unknown"]).endswith("no lit venue shows two sides")


def test_a_venue_is_known_with_its_latency() -> None:
    several = market_state(venues={"FAKE": touch(), "SLOW": touch()})
    for market in (several, market_state()):
        assert next(view.latency_ms for view in views([SLOW, LIT], market)) == 2_000.0
    assert views([SLOW, LIT], several)[1].latency_ms == LATENCY / 1e6
