"""Lambda under decay: the bias of a plain regression is as stated, and the decayed flow is free of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.kyle_regression import buckets, kyle_lambda
from metaorder.models.lambda_decay import decay_bias, decayed_flow, decayed_lambda

SCALE: dict[str, Any] = {"sigma": 1.0, "adv": 1.0}


def market(seed: int, noise: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Trades of white flow, and prices that it moves by lambda = 0.4 with decay 0.5 a unit of time."""
    rng = np.random.default_rng(seed)
    t = np.arange(1, 200_001) * 0.01
    volume = rng.normal(size=t.size)
    flow = decayed_flow(t, volume, beta=0.5, **SCALE)
    return t, volume, 100 + 0.4 * flow + np.cumsum(rng.normal(0, noise, t.size))


def test_the_bias_is_none_at_no_horizon_and_grows_with_it() -> None:
    shares = decay_bias(0.7, [0.0, 1e-12, 1.0, 1e6])
    assert shares == pytest.approx([1.0, 1.0, -np.expm1(-0.7) / 0.7, 1 / 0.7e6])
    assert decay_bias(0.0, [5.0]).tolist() == [1.0]


@pytest.mark.parametrize("horizon", [0.5, 2.0, 8.0])
def test_a_plain_regression_finds_as_much_of_lambda_as_is_stated(horizon: float) -> None:
    t, volume, price = market(1, 0.0)
    fit = kyle_lambda(*buckets(t, volume, price, horizon=horizon, **SCALE))
    assert fit.slope == pytest.approx(0.4 * decay_bias(0.5, [horizon])[0], abs=4 * fit.slope_error)


def test_the_decayed_flow_gives_the_whole_of_lambda_within_its_error() -> None:
    fit = decayed_lambda(*market(2, 1.0), beta=0.5, **SCALE)
    assert abs(fit.slope - 0.4) < 3 * fit.slope_error
    assert fit.slope_error < 0.01


def test_without_decay_the_flow_is_the_running_sum() -> None:
    assert decayed_flow([0.0, 1.0, 5.0], [1.0, 2.0, -4.0], beta=0.0, sigma=2.0, adv=1.0).tolist() == [2.0, 6.0, -2.0]
    assert decayed_flow([], [], beta=1.0, **SCALE).size == 0


def test_bad_numbers_are_refused_by_name() -> None:
    for field, call in {
        "beta": lambda: decay_bias(-1.0, [1.0]),
        "horizons.0": lambda: decay_bias(1.0, [-1.0]),
        "times.1": lambda: decayed_flow([1.0, 0.0], [1.0, 1.0], beta=1.0, **SCALE),
        "signed_volume": lambda: decayed_flow([1.0, 2.0], [1.0], beta=1.0, **SCALE),
        "prices": lambda: decayed_lambda([1.0, 2.0], [1.0, 1.0], [1.0], beta=1.0, **SCALE),
    }.items():
        with pytest.raises(Invalid) as refused:
            call()
        assert refused.value.field == field
