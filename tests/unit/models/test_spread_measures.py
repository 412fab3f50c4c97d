"""Effective and realised spread: as the service measures fills, and refusing what is no trade."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.spread_measures import spread_measures
from metaorder.tca.facts import Fills, Quotes
from metaorder.tca.markouts import SECOND, markouts
from support.tca import market

GIVEN: dict[str, Any] = {
    "sides": [1, -1],
    "volumes": [300, 100],
    "prices": [10.02, 9.99],
    "mids": [10.0, 10.0],
    "later": [10.01, 9.98],
}


def test_each_is_what_it_is_called() -> None:
    found = spread_measures(**GIVEN)
    assert found.effective == pytest.approx(2e4 * (0.75 * 0.002 + 0.25 * 0.001))
    assert found.realised == pytest.approx(2e4 * (0.75 * 0.001 - 0.25 * 0.001))
    assert found.effective == pytest.approx(found.realised + found.impact)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_service_measures_fills_of_one_side_alike(sign: int) -> None:
    dice = np.random.default_rng(sign + 2)
    n, horizon = 40, 1
    lots, price, mid, later = dice.integers(1, 900, n), *(dice.integers(5_000, 5_100, n) for _ in range(3))
    ts, true = np.arange(n) * 3_600 * SECOND, np.ones(n, dtype=np.bool_)
    fills = Fills(ts, lots, price, ~true, 0 * ts, true, price, 2 * mid, 2 * mid)
    end = int(ts[-1]) + 3_600 * SECOND
    service = markouts(sign, fills, market(quotes=Quotes(ts + horizon * SECOND, 2 * later), clock=end, closes=end))
    found = spread_measures([sign] * n, lots, price / 100, mid / 100, later / 100)
    theirs = (service.effective, service.realized[horizon], service.impact[horizon])
    assert (found.effective, found.realised, found.impact) == pytest.approx([1e4 * (each or 0.0) for each in theirs])


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"sides": []}, "sides"),
        ({"sides": [1, 0]}, "sides.1"),
        ({"volumes": [0, 0]}, "volumes"),
        ({"volumes": [1, -1]}, "volumes.1"),
        ({"volumes": [1]}, "volumes"),
        ({"prices": [1.0, 0.0]}, "prices.1"),
        ({"mids": [None, 1.0]}, "mids.0"),
        ({"later": [float("inf"), 1.0]}, "later.0"),
    ],
)
def test_what_cannot_be_is_refused_by_name(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        spread_measures(**GIVEN | changed)
    assert refused.value.field == field
