"""The split: never dearer than what it is held against, never more out than the order, as cheap as the search with a proof."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models.ck_cost import Terms, realised
from metaorder.models.ck_grid import on_grid
from metaorder.models.ck_multi import Sample, missing, optimise
from metaorder.models.ck_single import split as single
from metaorder.models.outflow import Exponential
from metaorder.routing.split import TOLERANCE, Splitting, alternatives, in_lots, overbooked, within
from support.examples import examples

GIVEN: dict[str, Any] = {
    "shares": 1000.0,
    "half_spread": 0.01,
    "taker_fee": 0.003,
    "rebates": (0.002, 0.002),
    "impact": 0.0005,
    "under": 0.05,
    "over": 0.05,
    "ahead": (500.0, 0.0),
}


def drawn(seed: int, venues: int, scenarios: int) -> tuple[Terms, np.ndarray, np.ndarray]:
    """Terms of all kinds with outflows and weights: rebates for takers, fees for makers, penalties small and large."""
    rng = np.random.default_rng(seed)
    ahead = rng.uniform(0, 2000, venues) * (rng.random(venues) < 0.8)
    terms = Terms(
        shares=1000.0,
        half_spread=float(rng.uniform(0, 0.02)),
        taker_fee=float(rng.uniform(-0.002, 0.004)),
        rebates=tuple(rng.uniform(-0.004, 0.004, venues)),
        impact=float(rng.choice([0.0, 0.001])),
        under=float(rng.uniform(0, 0.08)),
        over=float(rng.choice([0.0, 0.005, 0.05])),
        ahead=tuple(ahead),
    )
    outflows = rng.exponential(ahead * rng.uniform(0.5, 1.5, venues) + 300.0, (scenarios, venues))
    return terms, outflows, rng.uniform(0, 1, scenarios) + 1e-3


def expected(terms: Terms, found: Splitting, outflows: np.ndarray, weights: np.ndarray) -> float:
    return float(weights @ realised(terms, found.market, found.limits, outflows).cost / weights.sum())


@settings(max_examples=examples(60), deadline=None)
@given(seed=st.integers(0, 10**6), venues=st.integers(1, 3), scenarios=st.integers(1, 12))
def test_no_split_of_the_lots_grid_costs_less(seed: int, venues: int, scenarios: int) -> None:
    terms, outflows, weights = drawn(seed, venues, scenarios)
    grid = on_grid(Sample.of(terms, outflows, weights), 100.0)
    found = overbooked(terms, outflows, weights)
    assert found.cost <= grid.cost + TOLERANCE * terms.shares * missing(terms)
    assert found.cost == pytest.approx(expected(terms, found, outflows, weights), abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_as_cheap_as_the_search_that_proves_it(seed: int) -> None:
    terms, outflows, weights = drawn(seed, 4, 200)
    proven = optimise(Sample.of(terms, outflows, weights), gap=1e-4 * terms.shares * missing(terms), most_steps=100)
    assert overbooked(terms, outflows, weights).cost <= proven.cost + 1e-4 * terms.shares * missing(terms)


@settings(max_examples=examples(60), deadline=None)
@given(seed=st.integers(0, 10**6), venues=st.integers(1, 3), scenarios=st.integers(1, 12))
def test_within_the_order_no_split_of_the_lots_grid_costs_less(seed: int, venues: int, scenarios: int) -> None:
    terms, outflows, weights = drawn(seed, venues, scenarios)
    found = within(terms, outflows, weights)
    assert found.market + found.limits.sum() <= terms.shares + 1e-9
    assert found.cost == pytest.approx(expected(terms, found, outflows, weights), abs=1e-9)
    parts = np.stack(np.meshgrid(*[np.arange(0, 1001, 125.0)] * (venues + 1)), axis=-1).reshape(-1, venues + 1)
    for market, *limits in parts[parts.sum(axis=1) <= terms.shares][:: 1 if venues < 3 else 7]:
        tried = Splitting(market, np.array(limits), 0.0)
        assert found.cost <= expected(terms, tried, outflows, weights) + 1e-9


@settings(max_examples=examples(60), deadline=None)
@given(seed=st.integers(0, 10**6), venues=st.integers(1, 5))
def test_it_beats_the_market_alone_and_every_venue_alone(seed: int, venues: int) -> None:
    terms, outflows, weights = drawn(seed, venues, 100)
    held = alternatives(terms, outflows, weights)
    inside = within(terms, outflows, weights)
    assert inside.cost <= min(held.market_only, held.best_venue) + 1e-9
    assert overbooked(terms, outflows, weights).cost <= inside.cost + TOLERANCE * terms.shares * missing(terms)


def test_one_venue_is_the_closed_form() -> None:
    terms = Terms(**{**GIVEN, "rebates": (0.002,), "ahead": (2000.0,)})
    outflow = Exponential(4500.0)
    exact = single(terms, outflow)
    grid = (np.arange(4000) + 0.5) / 4000
    outflows = np.array([[outflow.quantile(p)] for p in grid])
    for found in (within(terms, outflows), overbooked(terms, outflows)):
        assert found.cost == pytest.approx(exact.cost, rel=1e-3)


def test_more_than_the_order_rests_only_where_that_is_allowed() -> None:
    terms = Terms(**{**GIVEN, "over": 0.012, "under": 0.08, "ahead": (0.0, 0.0), "impact": 0.0})
    outflows = [[2000.0, 0.0], [0.0, 2000.0]]
    assert overbooked(terms, outflows).limits.sum() > 1.5 * terms.shares
    assert within(terms, outflows).limits.sum() <= terms.shares + 1e-9


def test_a_penalty_below_the_price_of_the_market_takes_nothing() -> None:
    found = within(Terms(**{**GIVEN, "under": 0.001, "impact": 0.0}), [[400.0, 100.0], [900.0, 0.0]])
    assert found.market == 0
    assert found.limits.tolist() == [400.0, 100.0]


def test_where_nothing_fills_all_is_taken() -> None:
    found = within(Terms(**{**GIVEN, "ahead": (5000.0, 5000.0)}), [[400.0, 100.0]])
    assert found.market == 1000.0
    assert found.limits.tolist() == [0.0, 0.0]


def test_whole_lots_sum_to_the_order() -> None:
    assert in_lots(Splitting(333.4, np.array([333.3, 333.3]), 0.0), 1000) == (334, [333, 333])
    assert in_lots(Splitting(0.0, np.array([0.2, 0.1]), 0.0), 1000) == (0, [0, 0])
    market, limits = in_lots(Splitting(0.0, np.array([600.0, 600.0]), 0.0), 1000)
    assert market + sum(limits) == 1000


@pytest.mark.parametrize("how", [within, overbooked, alternatives])
def test_bad_numbers_are_refused_by_name(how: Any) -> None:
    terms = Terms(**GIVEN)
    with pytest.raises(Invalid, match="rebates"):
        how(Terms(**{**GIVEN, "rebates": (), "ahead": ()}), [[]])
    with pytest.raises(Invalid, match="outflows"):
        how(terms, np.zeros((0, 2)))
    with pytest.raises(Invalid, match="outflows"):
        how(terms, [[-1.0, 2.0]])
    with pytest.raises(Invalid, match="weights"):
        how(terms, [[1.0, 2.0]], [0.0])
    with pytest.raises(Invalid, match="weights"):
        how(terms, [[1.0, 2.0]], [-1.0])
