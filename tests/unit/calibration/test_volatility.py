"""Volatility by several estimators: all near the truth of a random walk, and none from too few bars."""

from __future__ import annotations

import math

import numpy as np
import pytest

from metaorder.calibration.volatility import bars, volatilities
from support.flows import flow

SESSION = 23_400.0
TRUTH = 0.01 * math.sqrt(SESSION) / 100


def test_every_estimator_finds_the_volatility_of_a_walk() -> None:
    for found in volatilities([flow(seed, session_s=SESSION, lambda_=0.0) for seed in (1, 2)]):
        assert found.value is not None, found.reason
        wide = 0.10 if "two_scale" in found.name else 0.06  # ranges of discrete quotes are a little short
        assert abs(found.value - TRUTH) < 4 * found.standard_error + wide * TRUTH, found.name  # type: ignore[operator]


def test_too_few_bars_are_refused() -> None:
    for found in volatilities([flow(1, session_s=600.0, rate=0.5)]):
        assert found.value is None
        assert found.reason.code in {"too_few_bars", "too_few_trades"}  # type: ignore[union-attr]


def test_bars_hold_every_quote_within_them() -> None:
    made = flow(1, session_s=1_200.0)
    built = bars(made)
    assert np.max(built.high) == pytest.approx(made.mid.max())
    assert np.min(built.low) == pytest.approx(made.mid.min())
