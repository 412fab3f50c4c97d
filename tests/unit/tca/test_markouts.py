"""Spreads and markouts: whose sign they have, what they cover, and that they add up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaorder.tca.facts import MarketFacts
from metaorder.tca.markouts import HORIZONS_S, Markouts, markouts
from support.tca import CLOSE, SECOND, Fill, fills, market, quotes, seconds

SIDES = pytest.mark.parametrize("sign", [1, -1], ids=["buy", "sell"])
BPS = 1e-4


def measured(sign: int, *done: Fill, **there: object) -> Markouts:
    return markouts(sign, fills(sign, *done), market(**there))


@SIDES
def test_a_markout_is_positive_when_the_market_goes_our_way(sign: int) -> None:
    up = quotes((0, 100), (101, 100 + sign), (110, 100 + 2 * sign), (160, 100 - sign), (400, 100 - 2 * sign))
    found = measured(sign, Fill(10, 100, 99, 101, ts=100), quotes=up)
    by_hand = {1: 0.01, 5: 0.01, 10: 0.02, 30: 0.02, 60: -0.01, 300: -0.02, 1_800: -0.02}
    assert found.markout == {horizon: pytest.approx(value) for horizon, value in by_hand.items()}
    assert found.covered == dict.fromkeys(HORIZONS_S, 1.0)
    assert found.missing == {}


@SIDES
def test_a_taker_pays_the_effective_spread_and_a_maker_earns_it(sign: int) -> None:
    assert measured(sign, Fill(10, 100 + sign, 99, 101)).effective == pytest.approx(0.02)
    assert measured(sign, Fill(10, 100 - sign, 99, 101, maker=True)).effective == pytest.approx(-0.02)


@SIDES
def test_realized_spread_and_price_impact_are_by_hand(sign: int) -> None:
    there = quotes((0, 100), (100.5, 100 + sign * 3))
    found = measured(sign, Fill(10, 100 + sign, 99, 101, ts=100), quotes=there)
    assert found.realized[1] == pytest.approx(-0.04)
    assert found.impact[1] == pytest.approx(0.06)


def test_means_are_weighted_by_lots() -> None:
    found = measured(1, Fill(30, 101, 99, 101), Fill(10, 99, 99, 101, maker=True))
    assert found.effective == pytest.approx((30 * 0.02 - 10 * 0.02) / 40)


def test_the_change_at_the_horizon_itself_counts() -> None:
    found = measured(1, Fill(10, 100, 99, 101, ts=100), quotes=quotes((0, 100), (101, 110), (101.000000001, 120)))
    assert found.markout[1] == pytest.approx(0.1)


def test_past_the_close_there_is_no_mid_and_the_covered_share_says_so() -> None:
    late = Fill(30, 100, 99, 101, ts=9_950)
    found = measured(1, Fill(10, 100, 99, 101, ts=100), late, quotes=quotes((0, 100)))
    assert (found.covered[10], found.covered[60], found.covered[300]) == (1.0, 0.25, 0.25)
    alone = measured(1, late, quotes=quotes((0, 100)))
    assert (alone.markout[60], alone.realized[60], alone.impact[60], alone.covered[60]) == (None, None, None, 0.0)
    assert alone.missing == {f"markout_{horizon}": "past the close" for horizon in (60, 300, 1_800)}


def test_the_instant_of_the_close_is_still_in_the_day() -> None:
    assert measured(1, Fill(10, 100, 99, 101, ts=9_990), quotes=quotes((0, 100))).covered[10] == 1.0


def test_a_horizon_that_the_market_has_not_reached_is_missing_for_now() -> None:
    there = {"quotes": quotes((0, 100)), "clock": seconds(130), "closed": False}
    found = measured(1, Fill(10, 100, 99, 101, ts=100), **there)
    assert found.covered == {1: 1.0, 5: 1.0, 10: 1.0, 30: 1.0, 60: 0.0, 300: 0.0, 1_800: 0.0}
    assert found.missing["markout_60"] == "the market has not come that far"
    assert (
        measured(1, Fill(10, 100, 99, 101, ts=100), **{**there, "closed": True}).missing["markout_60"]
        == "the market ended before"
    )


def test_a_halt_at_the_horizon_has_no_mid() -> None:
    found = measured(1, Fill(10, 100, 99, 101, ts=100), quotes=quotes((0, 100), (105, None), (150, 90)))
    assert (found.markout[1], found.markout[10]) == (0.0, None)
    assert found.markout[60] == pytest.approx(-0.1)
    assert found.missing == {f"markout_{horizon}": "the book had no mid then" for horizon in (5, 10, 30)}


@pytest.mark.parametrize(("bid", "ask"), [(None, 101), (99, None), (100, 100), (101, 99)])
def test_a_fill_without_a_mid_is_not_covered(bid: int | None, ask: int | None) -> None:
    blind = Fill(30, 100, bid, ask)
    found = measured(1, Fill(10, 101, 99, 101), blind, quotes=quotes((0, 100)))
    assert found.effective == pytest.approx(0.02)
    assert found.covered[10] == 0.25
    alone = measured(1, blind, quotes=quotes((0, 100)))
    assert alone.effective is None
    assert set(alone.missing.values()) == {"the book had no mid at any fill"}
    assert set(alone.missing) == {"effective_spread_bps", *(f"markout_{horizon}" for horizon in HORIZONS_S)}


def test_without_fills_there_is_nothing_to_measure() -> None:
    found = measured(1)
    assert found.effective is None
    assert found.covered == dict.fromkeys(HORIZONS_S, 0.0)
    assert set(found.missing.values()) == {"nothing was filled"}


MIDS = st.integers(9_000, 11_000)


@given(
    st.sampled_from([1, -1]),
    st.lists(st.tuples(st.integers(1, 10**12), MIDS, MIDS, st.integers(0, 9_990)), min_size=1, max_size=20),
    st.lists(st.tuples(st.integers(0, 10_000), MIDS), min_size=1, max_size=20),
)
def test_effective_is_realized_plus_impact_over_the_lots_covered(
    sign: int, done: list[tuple[int, int, int, int]], mids: list[tuple[int, int]]
) -> None:
    there = market(quotes=quotes((0, 100), *sorted(mids)), clock=CLOSE)
    each = [Fill(lots, price, mid - 1, mid + 1, ts=ts) for lots, price, mid, ts in done]
    for horizon in HORIZONS_S:
        covered = [fill for fill in each if seconds(fill.ts) + horizon * SECOND <= CLOSE]
        found = markouts(sign, fills(sign, *each), there)
        realized, impact, markout = found.realized[horizon], found.impact[horizon], found.markout[horizon]
        if not covered:
            assert realized is impact is markout is None
            continue
        assert realized is not None
        assert impact is not None
        effective = _effective(sign, covered, there)
        assert realized + impact == pytest.approx(effective, abs=1e-12)
        assert markout == pytest.approx(-realized / 2, abs=1e-12)


def _effective(sign: int, done: list[Fill], there: MarketFacts) -> float:
    found = markouts(sign, fills(sign, *done), there).effective
    assert found is not None
    return found
