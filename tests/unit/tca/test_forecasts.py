"""Forecasts that hold pass, and planted faults are named."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from metaorder.tca.forecasts import FEWEST, Score, score


def scored(bias: float, scale: float, count: int = 400, seed: int = 5) -> Score:
    z = bias + scale * np.random.default_rng(seed).standard_normal(count)
    return score(np.asarray(stats.norm.cdf(z)), z)


def test_forecasts_that_hold_have_no_fault() -> None:
    found = scored(0.0, 1.0)
    assert (found.faults, found.says, sum(found.histogram)) == ((), "the forecasts hold", 400)
    assert [band.level for band in found.bands] == [0.5, 0.8, 0.95]
    assert all(band.low < band.level < band.high for band in found.bands)


@pytest.mark.parametrize(
    ("bias", "scale", "fault"),
    [
        (0.5, 1.0, "costs are forecast too low"),
        (-0.5, 1.0, "costs are forecast too high"),
        (0.0, 2.0, "the spread is forecast too narrow"),
        (0.0, 0.5, "the spread is forecast too wide"),
    ],
)
def test_a_planted_misspecification_is_flagged(bias: float, scale: float, fault: str) -> None:
    found = scored(bias, scale)
    assert fault in found.faults
    assert found.says == "the forecasts do not hold"


def test_the_band_that_fails_is_named() -> None:
    assert any(fault.startswith("the 95% band holds") for fault in scored(0.0, 2.0).faults)


def test_right_forecasts_are_seldom_flagged() -> None:
    wrong = sum(bool(scored(0.0, 1.0, count=100, seed=seed).faults) for seed in range(100))
    assert wrong <= 15  # six tests at one percent


def test_few_forecasts_say_nothing() -> None:
    found = scored(2.0, 1.0, count=FEWEST - 1)
    assert (found.faults, found.says.split(":")[0]) == ((), "not enough data to say")
