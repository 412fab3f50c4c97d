"""Two exponential venues: closed forms against draws, slopes against differences, and the best split against a grid."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models.ck_cost import Terms, realised
from metaorder.models.ck_exponential import TwoExponential
from metaorder.models.ck_multi import missing, optimise, taking
from metaorder.models.ck_single import split
from metaorder.models.outflow import Exponential
from support.examples import examples

GIVEN: dict[str, Any] = {
    "shares": 1000.0,
    "half_spread": 0.01,
    "taker_fee": 0.003,
    "rebates": (0.003, 0.001),
    "impact": 0.0005,
    "under": 0.03,
    "over": 0.05,
    "ahead": (500.0, 300.0),
}
MEANS = (900.0, 700.0)


@pytest.mark.parametrize("market", [0.0, 250.0, 800.0])
@pytest.mark.parametrize("limits", [(1000.0, 1000.0), (700.0, 0.0), (100.0, 300.0)])
@pytest.mark.parametrize("means", [MEANS, (800.0, 800.0)])
def test_what_is_expected_is_what_draws_come_to(market: float, limits: tuple[float, float], means: tuple[float, float]) -> None:
    n = 100_000
    terms = Terms(**GIVEN)
    drawn = np.random.default_rng(8).exponential(means, (n, 2))
    found, paid = TwoExponential(terms, means).expected(market, limits), realised(terms, market, limits, drawn)
    for expected, values in zip(found, (paid.cost, paid.shortfall, paid.overfill), strict=True):
        assert expected == pytest.approx(values.mean(), abs=4.5 * values.std() / math.sqrt(n) + 1e-9)


SIZES = st.floats(0, 1000) | st.sampled_from([0.0, 400.0, 600.0, 1000.0])
"""Sizes that often make up the order together, where the price has kinks."""


@settings(max_examples=examples(60))
@given(
    limits=st.tuples(SIZES, SIZES),
    ahead=st.tuples(st.floats(0, 3000), st.floats(0, 3000)),
    under=st.floats(0, 0.2),
)
def test_the_market_order_beside_is_the_best_and_its_slope_lies_under_the_price(
    limits: tuple[float, float], ahead: tuple[float, float], under: float
) -> None:
    terms = Terms(**GIVEN | {"ahead": ahead, "under": under})
    expected = TwoExponential(terms, MEANS)
    market, price, slope = expected.rest(np.array(limits))

    def at(m: float, limit: tuple[float, float]) -> float:
        return taking(terms) * m + missing(terms) * expected.expected(m, limit)[1]

    assert price == pytest.approx(at(market, limits), abs=1e-9)
    for other in np.linspace(0, 1000, 6):
        assert at(float(other), limits) >= price - 1e-9
        elsewhere = (float(other), 1000 - float(other))
        below = price + slope @ (np.array(elsewhere) - np.array(limits))
        assert expected.rest(np.array(elsewhere))[1] >= below - 1e-9


@pytest.mark.parametrize("ahead", [(500.0, 300.0), (2900.0, 100.0), (0.0, 0.0)])
@pytest.mark.parametrize("over", [0.005, 0.05])
def test_no_split_of_a_grid_costs_less(ahead: tuple[float, float], over: float) -> None:
    expected = TwoExponential(Terms(**GIVEN | {"ahead": ahead, "over": over}), MEANS)
    best = optimise(expected)
    sizes = np.linspace(0, 1000, 13)
    least = min(expected.expected(float(m), [float(a), float(b)])[0] for m in sizes for a in sizes for b in sizes)
    assert best.bound <= best.cost <= least + 1e-9
    assert best.cost == pytest.approx(expected.expected(best.market, best.limits)[0], abs=1e-9)


def test_a_venue_behind_an_endless_queue_leaves_the_problem_of_one() -> None:
    terms = Terms(**GIVEN | {"ahead": (500.0, 1e7)})
    one = split(Terms(**GIVEN | {"rebates": (0.003,), "ahead": (500.0,)}), Exponential(900.0))
    best = optimise(TwoExponential(terms, MEANS))
    assert best.cost == pytest.approx(one.cost, rel=1e-6)


def test_means_far_apart_neither_overflow_nor_divide_by_zero() -> None:
    for means in ((1e-3, 1e6), (1e6, 1e-3), (500.0, 500.0 * (1 + 1e-15))):
        assert all(math.isfinite(each) for each in TwoExponential(Terms(**GIVEN), means).expected(100.0, [400.0, 600.0]))


def test_bad_numbers_are_refused_by_name() -> None:
    for field, call in {
        "rebates": lambda: TwoExponential(Terms(**GIVEN | {"rebates": (0.0,), "ahead": (0.0,)}), MEANS),
        "means.1": lambda: TwoExponential(Terms(**GIVEN), (1.0, 0.0)),
        "market": lambda: TwoExponential(Terms(**GIVEN), MEANS).expected(-1.0, [0.0, 0.0]),
        "limits": lambda: TwoExponential(Terms(**GIVEN), MEANS).expected(0.0, [0.0]),
    }.items():
        with pytest.raises(Invalid) as refused:
            call()
        assert refused.value.field == field
