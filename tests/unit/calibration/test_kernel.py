"""The kernel is the response to a unit of flow alone, and its speed is found from its shape."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.calibration.flow import cells
from metaorder.calibration.kernel import Kernel, kernel, response_beta
from support.flows import BETA, LAMBDA, PERMANENT, flow


def found(seed: int, **given: float) -> Kernel:
    made = kernel(cells([flow(seed, session_s=7_200.0, **given)], 1.0))  # type: ignore[arg-type]
    assert isinstance(made, Kernel)
    return made


def test_the_kernel_is_the_truth_within_its_errors_however_signs_repeat() -> None:
    made = found(1, persistence=0.6, permanent=PERMANENT)
    ages = made.after - 0.5  # flow of an interval is half of one old, on average, at its end
    truth = LAMBDA * np.exp(-BETA * ages) + PERMANENT
    assert np.all(np.abs(made.value - truth) < 4 * made.errors + 0.05 * LAMBDA)


def test_beta_from_the_response_holds_the_truth() -> None:
    estimates = [response_beta(found(seed)) for seed in range(4)]
    assert sum(each.low <= BETA <= each.high for each in estimates) >= 3  # type: ignore[operator]


def test_a_kernel_that_does_not_fade_has_no_beta() -> None:
    estimate = response_beta(found(2, lambda_=0.0, permanent=LAMBDA))
    assert estimate.value is None
    assert estimate.reason.code in {"not_significant", "at_bound"}  # type: ignore[union-attr]


@pytest.mark.parametrize("given", [{"session_s": 600.0}, {"rate": 0.01}])
def test_too_little_is_refused(given: dict[str, float]) -> None:
    made = kernel(cells([flow(1, **given)], 1.0))  # type: ignore[arg-type]
    assert not isinstance(made, Kernel)
    assert made.reason.code == "too_few_trades"  # type: ignore[union-attr]


def test_the_past_of_another_day_is_no_past() -> None:
    days = [flow(seed, session_s=1_200.0) for seed in (1, 2, 3)]
    made = kernel(cells(days, 1.0))
    assert isinstance(made, Kernel)
    assert made.n == 3 * (1_199 - 299)
