"""Errors of what hangs together: as statsmodels would have them, and right where plain ones are not."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.least_squares import line
from metaorder.models.robust_errors import block_bootstrap, block_error, long_run, sandwich, usual_lags


def test_the_long_run_variance_is_the_double_sum_with_bartlett_weights() -> None:
    s = np.random.default_rng(1).normal(size=(30, 2))
    day = np.repeat([0.0, 1.0], 15)
    slow = sum(
        (1 - abs(i - j) / 5) * np.outer(s[i], s[j]) for i in range(30) for j in range(30) if abs(i - j) <= 4 and day[i] == day[j]
    )
    assert long_run(s, lags=4, group=day) == pytest.approx(slow)


def test_white_errors_are_the_usual_ones_and_correlated_ones_are_larger() -> None:
    dice = np.random.default_rng(2)
    held = {"plain": 0, "robust": 0}
    for _ in range(200):
        x, e = dice.normal(size=400), dice.normal(size=400)
        for i in range(1, 400):
            x[i] += 0.8 * x[i - 1]
            e[i] += 0.8 * e[i - 1]
        fit = line(x, e)
        robust = float(np.sqrt(sandwich((x - x.mean())[:, None], fit.residuals, lags=20)[0, 0]))
        held["plain"] += abs(fit.slope) < 1.96 * fit.slope_error
        held["robust"] += abs(fit.slope) < 1.96 * robust
    assert held["plain"] < 145 < 165 < held["robust"], held


def test_blocks_count_chance_and_not_the_shape_of_the_day() -> None:
    dice = np.random.default_rng(3)
    shape = 5 + 3 * np.cos(np.linspace(0, np.pi, 200))
    spread = np.std([block_error(shape + dice.normal(size=200), np.ones(200))[0] for _ in range(300)])
    assert block_error(shape + dice.normal(size=200), np.ones(200))[1] == pytest.approx(spread, rel=0.25)


def test_blocks_are_drawn_whole_and_the_same_from_the_same_seed() -> None:
    rows = block_bootstrap(20, block=5, draws=50, seed=9)
    assert rows.shape == (50, 20)
    assert set(np.unique(np.diff(rows.reshape(50, 4, 5), axis=2))) <= {1, -19}
    assert np.array_equal(rows, block_bootstrap(20, block=5, draws=50, seed=9))


def test_lags_grow_slowly() -> None:
    assert [usual_lags(n) for n in (1, 2, 100, 10_000)] == [0, 1, 4, 12]


@pytest.mark.parametrize(
    "call",
    [
        lambda: long_run(np.ones((3, 1)), lags=-1),
        lambda: sandwich(np.ones((2, 2)), np.ones(2), lags=0),
        lambda: sandwich(np.zeros((5, 1)), np.ones(5), lags=0),
        lambda: block_error([1.0], [1.0]),
        lambda: block_error([1.0, 2.0], [0.0, 0.0]),
        lambda: block_bootstrap(5, block=6, draws=1, seed=1),
        lambda: block_bootstrap(5, block=1, draws=0, seed=1),
    ],
)
def test_what_cannot_be_is_refused(call: object) -> None:
    with pytest.raises(Invalid):
        call()  # type: ignore[operator]
