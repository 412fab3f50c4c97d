"""Splits in round lots: the grid is every split, counted by the cost itself."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.ck_cost import Terms, realised
from metaorder.models.ck_grid import on_grid
from metaorder.models.ck_multi import Sample

GIVEN: dict[str, Any] = {
    "shares": 400.0,
    "half_spread": 0.01,
    "taker_fee": 0.003,
    "rebates": (0.002, 0.003),
    "impact": 0.0005,
    "under": 0.05,
    "over": 0.04,
    "ahead": (200.0, 0.0),
}


@pytest.mark.parametrize("venues", [1, 2, 3])
def test_every_split_is_tried(venues: int) -> None:
    rng = np.random.default_rng(venues)
    terms = Terms(**GIVEN | {"rebates": tuple(rng.uniform(0, 0.003, venues)), "ahead": tuple(rng.uniform(0, 300, venues))})
    xi, weights = rng.exponential(400, (5, venues)), rng.uniform(0, 1, 5)
    splits = list(product([0.0, 100.0, 200.0, 300.0, 400.0], repeat=venues + 1))
    costs = np.array([realised(terms, m, limits, xi).cost @ weights / weights.sum() for m, *limits in splits])
    found = on_grid(Sample.of(terms, xi, weights), 100.0)
    assert found.cost == pytest.approx(costs.min(), abs=1e-12)
    assert [tuple(row) for row in found.best.tolist()] == [splits[int(np.argmin(costs))]]
    assert found.second == pytest.approx(np.sort(costs)[1], abs=1e-12)
    assert found.market_only == pytest.approx(costs[splits.index((400.0, *[0.0] * venues))])


def test_splits_that_cost_the_same_are_all_named() -> None:
    terms = Terms(**GIVEN | {"rebates": (0.002, 0.002), "ahead": (0.0, 0.0), "impact": 0.0})
    found = on_grid(Sample.of(terms, [[5000.0, 5000.0]]), 200.0)
    assert found.best.tolist() == [[0.0, 0.0, 400.0], [0.0, 200.0, 200.0], [0.0, 400.0, 0.0]]


def test_without_a_venue_there_is_only_taking() -> None:
    found = on_grid(Sample.of(Terms(**GIVEN | {"rebates": (), "ahead": ()}), np.zeros((1, 0))), 100.0)
    assert found.best.tolist() == [[400.0]]
    assert found.cost == pytest.approx(found.market_only)


def test_a_grid_too_fine_is_refused_by_name() -> None:
    sample = Sample.of(Terms(**GIVEN), [[1.0, 1.0]])
    for lot in (0.0, 0.1):
        with pytest.raises(Invalid) as refused:
            on_grid(sample, lot)
        assert refused.value.field == "lot"
