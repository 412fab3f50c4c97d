"""Several venues: the search finds the best of all splits, where local searches stop early, and proves what it says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models.ck_cost import Terms, realised
from metaorder.models.ck_grid import on_grid
from metaorder.models.ck_multi import Sample, optimise
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
    """Terms of all kinds, over the fees of venues and under them, with outflows and weights."""
    rng = np.random.default_rng(seed)
    terms = Terms(
        shares=1000.0,
        half_spread=float(rng.uniform(0, 0.02)),
        taker_fee=float(rng.uniform(-0.002, 0.004)),
        rebates=tuple(rng.uniform(-0.002, 0.004, venues)),
        impact=float(rng.choice([0.0, 0.001])),
        under=float(rng.uniform(0, 0.08)),
        over=float(rng.choice([0.0, 0.005, 0.05])),
        ahead=tuple(rng.uniform(0, 2500, venues)),
    )
    return terms, rng.exponential(rng.uniform(500, 3000, venues), (scenarios, venues)), rng.uniform(0, 1, scenarios)


@settings(max_examples=examples(40))
@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.integers(1, 12))
def test_no_split_of_a_fine_grid_costs_less(seed: int, venues: int, scenarios: int) -> None:
    terms, xi, weights = drawn(seed, venues, scenarios)
    sample = Sample.of(terms, xi, weights)
    best = optimise(sample)
    grid = on_grid(sample, 1000 / 24 if venues < 3 else 100.0)
    assert best.bound <= best.cost <= grid.cost + 1.1e-7 * 1000 * 0.2
    assert best.cost - best.bound <= 1.1e-7 * 1000 * 0.2
    paid = realised(terms, best.market, best.limits, xi).cost
    assert best.cost == pytest.approx(float(paid @ weights) / weights.sum(), abs=1e-9)
    assert 0 <= best.market <= 1000
    assert np.all((best.limits >= 0) & (best.limits <= 1000))


def test_the_cost_bends_down_where_an_excess_is_certain_and_the_search_is_not_deceived() -> None:
    """Venue 2 is sure to fill: between resting nothing and all at venue 1 the cost lies above its chord."""
    terms = Terms(**GIVEN)
    rng = np.random.default_rng(0)
    xi = np.column_stack([rng.exponential(900, 400), np.full(400, 5000.0)])
    costs = [float(realised(terms, 0.0, [size, 1000.0], xi).cost.mean()) for size in (0.0, 500.0, 1000.0)]
    assert costs[1] > (costs[0] + costs[2]) / 2 + 0.1
    best = optimise(Sample.of(terms, xi))
    assert best.cost == pytest.approx(costs[0], abs=1e-6)
    assert best.limits == pytest.approx([0.0, 1000.0], abs=1e-3)


def test_it_is_never_worse_than_descents_from_many_starts() -> None:
    terms, xi, weights = drawn(11, 3, 30)
    weights /= weights.sum()
    best = optimise(Sample.of(terms, xi, weights))
    rng = np.random.default_rng(1)
    for _ in range(30):
        split, step = rng.uniform(0, 1000, 4), 200.0
        cost = float(weights @ realised(terms, split[0], split[1:], xi).cost)
        while step > 1e-3:
            slope = weights @ realised(terms, split[0], split[1:], xi).gradient
            tried = np.clip(split - step * slope / (np.abs(slope).max() + 1e-300), 0, 1000)
            lower = float(weights @ realised(terms, tried[0], tried[1:], xi).cost)
            split, cost, step = (tried, lower, step) if lower < cost else (split, cost, step / 2)
        assert best.cost <= cost + 1e-5


def test_two_venues_may_be_rested_at_for_more_than_the_order() -> None:
    """Each fills in every other scenario, never both: to rest all at each is right."""
    terms = Terms(**GIVEN | {"ahead": (0.0, 0.0)})
    best = optimise(Sample.of(terms, [[5000.0, 0.0], [0.0, 5000.0]]))
    assert best.limits == pytest.approx([1000.0, 1000.0])
    assert best.market == pytest.approx(0.0, abs=1e-9)
    assert best.cost == pytest.approx(-0.012 * 1000 + 0.0005 * 2000)


def test_where_nothing_fills_all_is_taken_or_none() -> None:
    xi = np.zeros((3, 2))
    assert optimise(Sample.of(Terms(**GIVEN), xi)).market == 1000.0
    nothing = optimise(Sample.of(Terms(**GIVEN | {"under": 0.001}), xi))
    assert (nothing.market, nothing.cost) == (0.0, pytest.approx(1.5))


def test_a_fee_that_pays_for_taking_is_taken() -> None:
    best = optimise(Sample.of(Terms(**GIVEN | {"taker_fee": -1.0}), np.full((2, 2), 9e9)))
    assert best.market == 1000.0


def test_a_search_that_is_stopped_says_how_far_it_came() -> None:
    terms, xi = Terms(**GIVEN), np.random.default_rng(5).exponential([900.0, 400.0], (200, 2))
    sample = Sample.of(terms, xi)
    stopped, whole = optimise(sample, most_steps=3), optimise(sample)
    assert stopped.steps == 3
    assert stopped.bound <= whole.cost <= stopped.cost


def test_a_scenario_of_no_weight_changes_nothing() -> None:
    terms, xi, weights = drawn(6, 2, 5)
    padded = Sample.of(terms, np.vstack([xi, [[1e6, 0.0]]]), [*weights, 0.0])
    assert optimise(padded).cost == pytest.approx(optimise(Sample.of(terms, xi, weights)).cost, abs=2e-5)


def test_bad_numbers_are_refused_by_name() -> None:
    terms = Terms(**GIVEN)
    for field, call in {
        "gap": lambda: optimise(Sample.of(terms, [[1.0, 1.0]]), gap=0.0),
        "rebates": lambda: optimise(Sample.of(Terms(**GIVEN | {"rebates": (), "ahead": ()}), np.zeros((1, 0)))),
        "weights": lambda: Sample.of(terms, [[1.0, 1.0]], [0.0]),
        "weights.0": lambda: Sample.of(terms, [[1.0, 1.0]], [-1.0]),
        "outflows": lambda: Sample.of(terms, [[1.0]]),
    }.items():
        with pytest.raises(Invalid) as refused:
            call()
        assert refused.value.field == field
