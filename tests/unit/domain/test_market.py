"""Quotes and volume curves: sides are never mixed up, and no volume is made or lost."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.domain.market import CURVE_SCALE, NO_QUOTE, VolumeCurve, flat_curve
from metaorder.domain.order import Side
from metaorder.domain.units import Nanos
from support.core import touch

EDGES = st.lists(st.integers(0, 10**6), min_size=2, max_size=12, unique=True).map(sorted)
TIMES = st.integers(-(10**6), 2 * 10**6)


@st.composite
def curves(draw: st.DrawFn) -> VolumeCurve:
    edges = draw(EDGES)
    weights = draw(st.lists(st.integers(0, 10**6), min_size=len(edges) - 1, max_size=len(edges) - 1).filter(any))
    return VolumeCurve(tuple(map(Nanos, edges)), tuple(weights), "drawn")


def test_a_buyer_joins_the_bid_and_takes_the_offer() -> None:
    quote = touch(99, 101, bid_size=3, ask_size=4)
    assert (quote.near(Side.BUY), quote.far(Side.BUY), quote.far_size(Side.BUY)) == (99, 101, 4)


def test_a_seller_joins_the_offer_and_takes_the_bid() -> None:
    quote = touch(99, 101, bid_size=3, ask_size=4)
    assert (quote.near(Side.SELL), quote.far(Side.SELL), quote.far_size(Side.SELL)) == (101, 99, 3)


@pytest.mark.parametrize(
    ("bid", "ask", "two_sided"),
    [(99, 100, True), (100, 100, False), (101, 100, False), (None, 100, False), (99, None, False), (None, None, False)],
)
def test_a_mid_exists_only_between_two_sides_that_do_not_meet(bid: int | None, ask: int | None, two_sided: bool) -> None:
    assert touch(bid, ask).two_sided is two_sided
    assert not NO_QUOTE.two_sided


@given(curves(), st.lists(TIMES, min_size=2, max_size=9).map(sorted))
def test_volume_expected_never_falls_as_time_goes_on(curve: VolumeCurve, times: list[int]) -> None:
    volumes = [curve.until(Nanos(time)) for time in times]
    assert volumes == sorted(volumes)


@given(curves(), st.lists(TIMES, max_size=6).map(sorted))
def test_the_parts_of_a_day_add_up_to_the_day(curve: VolumeCurve, cuts: list[int]) -> None:
    first, last = curve.edges[0], curve.edges[-1]
    marks = [first, *(Nanos(cut) for cut in cuts if first <= cut <= last), last]
    parts = [curve.between(start, end) for start, end in pairwise(marks)]
    assert sum(parts) == sum(curve.weights) * CURVE_SCALE == curve.between(first, last)
    assert all(part >= 0 for part in parts)


@given(curves())
def test_at_an_edge_the_volume_expected_is_the_sum_of_the_weights_before_it(curve: VolumeCurve) -> None:
    assert [curve.until(edge) for edge in curve.edges[1:]] == [each * CURVE_SCALE for each in curve.cumulative()]
    assert curve.until(curve.edges[0]) == 0


def test_within_a_part_volume_grows_evenly() -> None:
    curve = VolumeCurve((Nanos(0), Nanos(10), Nanos(30)), (4, 8), "given")
    assert [curve.until(Nanos(t)) / CURVE_SCALE for t in (-5, 0, 5, 10, 15, 30, 99)] == [0, 0, 2, 4, 6, 12, 12]


def test_a_flat_curve_says_so_and_holds_half_its_volume_in_half_its_time() -> None:
    curve = flat_curve(Nanos(0), Nanos(10))
    assert curve.source == "flat"
    assert 2 * curve.until(Nanos(5)) == curve.until(Nanos(10)) == CURVE_SCALE


@pytest.mark.parametrize("edges", [(), (0,), (0, 1), (0, 2, 2), (0, 3, 2), (0, 1, 2, 3)])
def test_a_curve_whose_edges_do_not_fit_is_refused(edges: tuple[int, ...]) -> None:
    with pytest.raises(Invalid) as caught:
        VolumeCurve(tuple(map(Nanos, edges)), (1, 1), "given")
    assert (caught.value.field, caught.value.rule) == ("curve.edges", "increasing, one more than the weights")


@pytest.mark.parametrize("weights", [(0, 0), (1, -1), (-1, 3)])
def test_a_curve_without_volume_or_with_less_than_none_is_refused(weights: tuple[int, ...]) -> None:
    with pytest.raises(Invalid) as caught:
        VolumeCurve((Nanos(0), Nanos(1), Nanos(2)), weights, "given")
    assert (caught.value.field, caught.value.value) == ("curve.weights", weights)
