"""Order flow imbalance: each kind of update by itself, mirrors, and a known impact found again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models.ofi import contributions, imbalance, mid_moves, price_impact, queue_imbalance
from support.examples import examples


@pytest.mark.parametrize(
    ("bid", "ask", "bid_size", "ask_size", "expected"),
    [
        ([100, 100], [101, 101], [5, 8], [7, 7], 3),  # added to the bid
        ([100, 100], [101, 101], [5, 5], [7, 3], 4),  # taken from the ask
        ([100, 101], [102, 102], [5, 2], [7, 7], 2),  # a higher bid counts whole
        ([100, 99], [101, 101], [5, 9], [7, 7], -5),  # a bid that went counts whole
        ([100, 100], [101, 102], [5, 5], [7, 4], 7),  # an ask that went
        ([100, 100], [102, 101], [5, 5], [7, 4], -4),  # a lower ask
        ([100, 100], [101, 101], [5, 5], [7, 7], 0),  # nothing happened
    ],
)
def test_each_update_counts_for_the_side_it_helps(
    bid: list[float], ask: list[float], bid_size: list[float], ask_size: list[float], expected: float
) -> None:
    assert contributions(bid, ask, bid_size, ask_size).tolist() == [expected]
    mirrored = contributions([-price for price in ask], [-price for price in bid], ask_size, bid_size)
    assert mirrored.tolist() == [-expected]


def test_fewer_than_two_quotes_say_nothing() -> None:
    for n in (0, 1):
        assert contributions([1.0] * n, [2.0] * n, [1.0] * n, [1.0] * n).size == 0
        assert mid_moves([1.0] * n, [2.0] * n, window=3).size == 0


@settings(max_examples=examples(50))
@given(st.integers(2, 60), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_windows_sum_what_was_contributed_and_moves_fit_them(n: int, window: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    bid = rng.integers(95, 100, n).astype(float)
    ask = bid + rng.integers(1, 4, n)
    flow = contributions(bid, ask, rng.integers(0, 9, n), rng.integers(0, 9, n))
    sums, moves = imbalance(flow, window=window), mid_moves(bid, ask, window=window)
    assert sums.size == moves.size == (n - 1) // window
    assert sums.sum() == flow[: sums.size * window].sum()
    mid = (bid + ask) / 2
    assert moves.sum() == pytest.approx(mid[sums.size * window] - mid[0])


def test_a_known_impact_is_found_within_its_error() -> None:
    rng = np.random.default_rng(2)
    flow = rng.normal(0, 500, 2000)
    fit = price_impact(flow, 0.001 * flow + rng.normal(0, 1, 2000))
    assert abs(fit.slope - 0.001) < 3 * fit.slope_error


def test_the_longer_queue_is_told_and_two_empty_ones_are_not_even() -> None:
    found = queue_imbalance([3.0, 0.0, 0.0], [1.0, 5.0, 0.0])
    assert found[:2].tolist() == [0.5, -1.0]
    assert np.isnan(found[2])


def test_bad_numbers_are_refused_by_name() -> None:
    for field, call in {
        "ask": lambda: contributions([1.0, 2.0], [1.0], [1.0, 1.0], [1.0, 1.0]),
        "bid_size.0": lambda: contributions([1.0], [2.0], [-1.0], [1.0]),
        "ask_size.0": lambda: queue_imbalance([1.0], [-1.0]),
        "window": lambda: imbalance(np.zeros(3), window=0),
        "x": lambda: price_impact([1.0, 1.0], [0.0, 1.0]),
    }.items():
        with pytest.raises(Invalid) as refused:
            call()
        assert refused.value.field == field
