"""Beta is found where impact fades, with an interval that holds it, and refused where it does not."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.calibration.decay import beta, decayed_moves, fit_decay
from metaorder.calibration.flow import cells
from support.flows import BETA, LAMBDA, PERMANENT, flow

SEEDS = 24
PLENTY = 150


def test_the_decayed_flow_is_what_is_left_of_each_trade() -> None:
    made = flow(3, session_s=120, rate=0.5)
    grid = cells([made], 5.0)

    def left(time: float) -> float:
        past = made.t < time
        return float(np.sum(made.signed[past] * np.exp(-BETA * (time - made.t[past]))))

    slow = [left(start + 5) - left(start) for start in grid.start]
    assert decayed_moves([made], grid, BETA) == pytest.approx(slow, rel=1e-9, abs=1e-9)


def covered(seeds: int, *, permanent: float) -> tuple[float, float, float, float]:
    """How many intervals hold beta, lambda and the permanent part, and the mean of beta over the truth."""
    held = np.zeros((seeds, 3))
    found = []
    for seed in range(seeds):
        made = flow(seed, permanent=permanent)
        grid = cells([made], 1.0)
        fit = fit_decay([made], grid, permanent=permanent > 0)
        estimate = beta(fit, grid)
        assert fit is not None
        assert estimate.value is not None, estimate.reason
        found.append(estimate.value / BETA)
        held[seed, 0] = estimate.low <= BETA <= estimate.high  # type: ignore[operator]
        held[seed, 1] = abs(fit.transient - LAMBDA) < 1.96 * fit.transient_error
        held[seed, 2] = fit.permanent is None or abs(fit.permanent - permanent) < 1.96 * np.sqrt(fit.covariance[1, 1])
    return *(float(each) for each in held.mean(axis=0)), float(np.mean(found))  # type: ignore[return-value]


def test_the_intervals_hold_the_truth_nearly_always() -> None:
    beta_held, lambda_held, _, ratio = covered(SEEDS, permanent=0.0)
    assert min(beta_held, lambda_held) >= 0.79, "of 24, 19 or more hold it but once in two thousand times"
    assert ratio == pytest.approx(1, abs=0.1)


@pytest.mark.gauntlet
@pytest.mark.parametrize("permanent", [0.0, PERMANENT])
def test_the_intervals_hold_the_truth_95_times_of_100(permanent: float) -> None:
    *held, ratio = covered(PLENTY, permanent=permanent)
    assert min(held) >= 0.88, held
    assert ratio == pytest.approx(1, abs=0.05)


def code(**given: float) -> str | None:
    made = flow(5, **given)  # type: ignore[arg-type]
    grid = cells([made], 1.0)
    found = beta(fit_decay([made], grid, permanent=False), grid)
    return None if found.reason is None else found.reason.code


def test_impact_that_stays_has_no_beta() -> None:
    assert code(lambda_=0.0, permanent=LAMBDA) == "at_bound"


def test_impact_that_is_gone_at_once_has_no_beta() -> None:
    assert code(beta=40.0) in {"at_bound", "not_significant"}


def test_no_impact_has_no_beta() -> None:
    assert code(lambda_=0.0) == "not_significant"


def test_a_few_trades_have_no_beta() -> None:
    assert code(rate=0.02) == "too_few_trades"


def test_an_empty_day_has_no_beta() -> None:
    assert code(rate=0.0) == "too_few_trades"
