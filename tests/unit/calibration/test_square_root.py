"""Y and the power, from labelled metaorders; an anonymous tape says nothing of them."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.calibration.estimate import Estimate
from metaorder.calibration.square_root import square_root, unlabelled
from metaorder.domain.errors import Invalid


def found(seed: int, *, n: int = 400, power: float = 0.5, low: float = 1e-3, noise: float = 0.3) -> list[Estimate]:
    dice = np.random.default_rng(seed)
    sizes = np.exp(dice.uniform(np.log(low), np.log(0.1), n))
    return square_root(sizes, 0.8 * sizes**power + noise * np.sqrt(sizes) * dice.normal(size=n))


def test_the_intervals_hold_the_truth_95_times_of_100() -> None:
    rows = [found(seed) for seed in range(200)]
    for at, truth in ((0, 0.8), (1, 0.5)):
        assert np.mean([each[at].low <= truth <= each[at].high for each in rows]) >= 0.90  # type: ignore[operator]


def test_another_power_is_found() -> None:
    assert found(1, n=3_000, power=0.7)[1].value == pytest.approx(0.7, abs=0.08)


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        (unlabelled(), {"no_metaorders"}),
        (found(1, n=29), {"too_few_metaorders"}),
        (found(1, low=0.09)[1:], {"sizes_alike"}),
        (square_root([0.01] * 40, [0.5, -0.5] * 20), {"not_significant"}),
        (found(3, n=40, noise=3.0)[1:], {"not_significant", "not_identified", "at_bound"}),
    ],
    ids=["anonymous", "few", "alike", "nothing", "noise"],
)
def test_what_is_not_identified_is_refused_by_name(rows: list[Estimate], codes: set[str]) -> None:
    assert {each.reason.code for each in rows} <= codes  # type: ignore[union-attr]


def test_a_size_is_above_0() -> None:
    with pytest.raises(Invalid):
        square_root([0.1, 0.0], [1.0, 1.0])
