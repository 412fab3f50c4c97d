"""Cost of a split over scenarios: exact by hand, gradients against differences, zero cases."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models.ck_cost import Terms, realised
from support.examples import examples

GIVEN: dict[str, Any] = {
    "shares": 1000.0,
    "half_spread": 0.01,
    "taker_fee": 0.003,
    "rebates": (0.002, -0.001),
    "impact": 0.0005,
    "under": 0.05,
    "over": 0.04,
    "ahead": (200.0, 0.0),
}
TERMS = Terms(**GIVEN)


def test_a_split_costs_what_a_clerk_would_count() -> None:
    found = realised(TERMS, 300.0, [400.0, 500.0], [[500.0, 100.0], [5000.0, 5000.0]])
    assert found.fills.tolist() == [[300.0, 100.0], [400.0, 500.0]]
    assert found.shortfall.tolist() == [300.0, 0.0]
    assert found.overfill.tolist() == [0.0, 200.0]
    first = 0.013 * 300 - 0.012 * 300 - 0.009 * 100 + 0.0005 * (300 + 900 + 300) + 0.05 * 300
    second = 0.013 * 300 - 0.012 * 400 - 0.009 * 500 + 0.0005 * (300 + 900) + 0.04 * 200
    assert found.cost == pytest.approx([first, second], rel=1e-14)


def test_to_take_all_costs_the_same_in_every_scenario() -> None:
    found = realised(TERMS, 1000.0, [0.0, 0.0], [[0.0, 0.0], [1e9, 1e9]])
    assert found.cost == pytest.approx([13.5, 13.5])
    assert found.gradient[:, 0] == pytest.approx([0.0135, 0.0135])


@settings(max_examples=examples(100))
@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_gradients_are_what_differences_say(seed: int, venues: int) -> None:
    rng = np.random.default_rng(seed)
    terms = Terms(**GIVEN | {"rebates": tuple(rng.uniform(-0.002, 0.003, venues)), "ahead": tuple(rng.uniform(0, 500, venues))})
    split, xi, step = rng.uniform(0, 800, venues + 1), rng.uniform(0, 2000, (5, venues)), 1e-5
    found = realised(terms, split[0], split[1:], xi)
    for place in range(venues + 1):
        up, down = split.copy(), split.copy()
        up[place], down[place] = up[place] + step, down[place] - step
        difference = (realised(terms, up[0], up[1:], xi).cost - realised(terms, down[0], down[1:], xi).cost) / (2 * step)
        assert found.gradient[:, place] == pytest.approx(difference, abs=1e-6)


@settings(max_examples=examples(50))
@given(st.integers(0, 2**32 - 1))
def test_what_was_got_and_what_is_short_make_up_the_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    market = rng.uniform(0, 1000)
    found = realised(TERMS, market, rng.uniform(0, 1000, 2), rng.uniform(0, 3000, (20, 2)))
    assert market + found.fills.sum(axis=1) + found.shortfall - found.overfill == pytest.approx(np.full(20, 1000.0))
    assert np.all(found.shortfall * found.overfill == 0)


def test_an_order_without_venues_can_only_be_taken() -> None:
    terms = Terms(**GIVEN | {"rebates": (), "ahead": ()})
    assert realised(terms, 1000.0, [], np.zeros((1, 0))).cost == pytest.approx([13.5])


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("shares", {"shares": 0.0}),
        ("half_spread", {"half_spread": -0.01}),
        ("under", {"under": -1.0}),
        ("over", {"over": float("inf")}),
        ("ahead", {"ahead": (1.0,)}),
        ("ahead.1", {"ahead": (1.0, -1.0)}),
        ("rebates.0", {"rebates": (float("nan"), 0.0)}),
        ("taker_fee", {"taker_fee": float("nan")}),
    ],
)
def test_bad_terms_are_refused_by_name(field: str, change: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        Terms(**GIVEN | change)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("field", "market", "limits", "outflows"),
    [
        ("market", -1.0, [0.0, 0.0], [[1.0, 1.0]]),
        ("limits", 0.0, [0.0], [[1.0, 1.0]]),
        ("limits.1", 0.0, [0.0, -1.0], [[1.0, 1.0]]),
        ("outflows", 0.0, [0.0, 0.0], [[1.0]]),
        ("outflows", 0.0, [0.0, 0.0], np.zeros((0, 2))),
        ("outflows.0.0", 0.0, [0.0, 0.0], [[-1.0, 1.0]]),
    ],
)
def test_bad_splits_are_refused_by_name(field: str, market: float, limits: list[float], outflows: Any) -> None:
    with pytest.raises(Invalid) as refused:
        realised(TERMS, market, limits, outflows)
    assert refused.value.field == field
