"""Lambda by horizon: the plain slope shrinks as the mathematics says, the corrected one does not, and noise is refused."""

from __future__ import annotations

import numpy as np

from metaorder.calibration.decay import beta, fit_decay
from metaorder.calibration.flow import cells
from metaorder.calibration.horizons import HORIZONS, AtHorizon, by_horizon, slope
from support.flows import BETA, LAMBDA, flow


def rows(seed: int, **given: float) -> list[AtHorizon]:
    made = flow(seed, **given)  # type: ignore[arg-type]
    fit = fit_decay([made], cells([made], 1.0), permanent=False)
    return by_horizon([made], beta(fit, cells([made], 1.0)), fit)


def test_the_plain_slope_is_biased_as_white_flow_makes_it_and_the_corrected_is_not() -> None:
    for row in rows(1, persistence=0.0, session_s=7_200.0)[:-1]:
        expected = LAMBDA * (1 - np.exp(-BETA * row.horizon)) / (BETA * row.horizon)
        for found, truth in ((row.plain, expected), (row.corrected, LAMBDA)):
            assert found.value is not None, found.reason
            assert abs(found.value - truth) < 4 * found.standard_error, row.horizon  # type: ignore[operator]
    assert row.horizon == 60
    assert row.plain.value < 0.5 * LAMBDA  # type: ignore[operator]


def test_lambda_of_flow_that_hangs_together_is_right_too_once_it_is_decayed() -> None:
    ten = next(row for row in rows(2, persistence=0.6) if row.horizon == 10)
    assert abs(ten.corrected.value - LAMBDA) < 4 * ten.corrected.standard_error  # type: ignore[operator]


def test_flow_that_moves_nothing_is_refused_nearly_always() -> None:
    made = [slope(cells([flow(seed, lambda_=0.0)], 1.0), "lambda_1s") for seed in range(20)]
    assert sum(each.value is not None for each in made) <= 2
    assert {each.reason.code for each in made if each.reason} == {"not_significant"}


def test_a_refusal_says_which_of_its_rules_is_broken() -> None:
    short = rows(1, session_s=900.0)
    assert [row.horizon for row in short] == list(HORIZONS)
    assert short[-1].plain.reason.code == "too_few_trades"  # type: ignore[union-attr]
    noisy = slope(cells([flow(7, noise=0.5, session_s=36_000.0, rate=3.0)], 0.1), "lambda_0.1s")
    assert noisy.value is not None or noisy.reason.code in {"explains_too_little", "not_significant"}  # type: ignore[union-attr]


def test_without_a_beta_there_is_no_correction() -> None:
    for row in rows(1, lambda_=0.0, permanent=LAMBDA):
        assert (row.corrected.value, row.bias) == (None, None)
        assert row.corrected.reason.code == "at_bound"  # type: ignore[union-attr]
