"""Kyle's lambda from data: buckets as they are defined, and a known lambda found again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.kyle_regression import buckets, kyle_lambda

SCALE: dict[str, Any] = {"sigma": 0.02, "adv": 1e4}


def test_a_bucket_sums_its_flow_and_takes_its_last_mid() -> None:
    flow, moves = buckets(
        [0.1, 0.9, 1.0, 3.5, 3.6], [1.0, 2.0, 4.0, 8.0, -1.0], [10.0, 11.0, 13.0, 17.0, 16.0], horizon=1.0, **SCALE
    )
    assert flow == pytest.approx(np.array([4.0, 7.0]) * 2e-6)
    assert moves.tolist() == [2.0, 3.0]


def test_one_bucket_or_none_has_no_move() -> None:
    for times in ([], [0.5, 0.6]):
        flow, moves = buckets(times, times, times, horizon=1.0, **SCALE)
        assert flow.size == moves.size == 0


def test_a_known_lambda_is_found_within_its_error() -> None:
    rng = np.random.default_rng(11)
    t = np.sort(rng.uniform(0, 2000, 20_000))
    volume = rng.choice([-100.0, 100.0], t.size)
    mid = 100 + np.cumsum(0.5 * volume * 2e-6 + rng.normal(0, 1e-4, t.size))
    for horizon in (0.5, 5.0):
        fit = kyle_lambda(*buckets(t, volume, mid, horizon=horizon, **SCALE))
        assert abs(fit.slope - 0.5) < 3 * fit.slope_error
        assert fit.slope_error < 0.05


@pytest.mark.parametrize("change", [{"horizon": 0.0}, {"adv": 0.0}, {"sigma": -1.0}, {"times": [1.0, 0.0]}, {"mids": [1.0]}])
def test_bad_numbers_are_refused_by_name(change: dict[str, Any]) -> None:
    given = {"times": [0.0, 1.0], "signed_volume": [1.0, 1.0], "mids": [1.0, 1.0], "horizon": 1.0, **SCALE} | change
    with pytest.raises(Invalid) as refused:
        buckets(**given)
    assert refused.value.field.partition(".")[0] == next(iter(change))


def test_a_flow_that_does_not_vary_tells_no_lambda() -> None:
    with pytest.raises(Invalid):
        kyle_lambda([5.0, 5.0, 5.0], [1.0, 2.0, 3.0])
