"""VPIN: exact buckets, shares of one side, and classification in bulk."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models.vpin import bucket_imbalance, bulk_buy_share, buy_share, vpin
from support.examples import examples


@settings(max_examples=examples(100))
@given(st.lists(st.tuples(st.integers(0, 50), st.sampled_from([-1, 0, 1])), max_size=30), st.integers(1, 40))
def test_buckets_are_those_of_share_by_share_counting(trades: list[tuple[int, int]], bucket: int) -> None:
    halves = [side for volume, side in trades for _ in range(volume)]
    full = len(halves) // bucket
    expected = [abs(sum(halves[k * bucket : (k + 1) * bucket])) for k in range(full)]
    volumes, sides = [volume for volume, _ in trades], [side for _, side in trades]
    assert bucket_imbalance(volumes, buy_share(sides), bucket=bucket).tolist() == expected


def test_a_trade_larger_than_a_bucket_fills_several() -> None:
    assert bucket_imbalance([10.0, 1.0], [1.0, 0.0], bucket=4.0).tolist() == [4.0, 4.0]


def test_sums_of_decimals_fill_the_bucket_that_they_should() -> None:
    assert bucket_imbalance([0.1] * 3, [1.0] * 3, bucket=0.3) == pytest.approx([0.3])
    assert bucket_imbalance([0.7, 0.1, 0.1, 0.1], [1.0] * 4, bucket=1.0) == pytest.approx([1.0])


def test_bulk_shares_split_a_bar_in_proportion() -> None:
    exact = [Fraction(3, 4), Fraction(1, 3)]
    net = [2 * exact[0] - 1, 2 * exact[1] - 1]
    expected = [abs(6 * net[0]), abs(2 * net[0] + 4 * net[1])]
    assert bucket_imbalance([8.0, 7.0], [0.75, 1 / 3], bucket=6.0) == pytest.approx([float(each) for each in expected], rel=1e-13)


def test_one_side_alone_is_all_toxic_and_even_flow_not_at_all() -> None:
    alone = bucket_imbalance([5.0] * 6, [1.0] * 6, bucket=10.0)
    assert vpin(alone, bucket=10.0, window=2).tolist() == [1.0, 1.0]
    even = bucket_imbalance([5.0] * 6, [1.0, 0.0] * 3, bucket=10.0)
    assert vpin(even, bucket=10.0, window=3).tolist() == [0.0]


def test_nothing_is_said_before_enough_buckets_are_full() -> None:
    assert vpin([1.0, 2.0], bucket=10.0, window=3).size == 0
    assert bucket_imbalance([], [], bucket=1.0).size == 0
    assert bulk_buy_share([5.0], sigma=1.0).size == 0


def test_bulk_classification_is_the_normal_distribution_of_the_move() -> None:
    assert bulk_buy_share([10.0, 10.0, 11.0, 8.0], sigma=1.0) == pytest.approx([0.5, 0.8413447460685429, 0.0013498980316300946])
    assert bulk_buy_share([0.0, 1e9, 0.0], sigma=1e-9).tolist() == [1.0, 0.0]


def test_bad_numbers_are_refused_by_name() -> None:
    for field, call in {
        "sides.1": lambda: buy_share([1.0, 0.5]),
        "sigma": lambda: bulk_buy_share([1.0, 2.0], sigma=0.0),
        "volumes.0": lambda: bucket_imbalance([-1.0], [1.0], bucket=1.0),
        "bought.0": lambda: bucket_imbalance([1.0], [1.5], bucket=1.0),
        "bucket": lambda: bucket_imbalance([1.0], [1.0], bucket=0.0),
        "window": lambda: vpin(np.ones(3), bucket=1.0, window=0),
    }.items():
        with pytest.raises(Invalid) as refused:
            call()
        assert refused.value.field == field
