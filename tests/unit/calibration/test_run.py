"""A whole calibration: every kind gives what it names, in a fixed order, and progress that ends."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.calibration.run import KINDS, Calibration, calibrate
from metaorder.domain.errors import Invalid
from support.flows import BETA, LAMBDA, flow


def run(kind: str) -> tuple[Calibration, list[tuple[str, float]]]:
    said: list[tuple[str, float]] = []
    return calibrate(kind, [flow(1)], None, lambda what, share: said.append((what, share))), said


def test_everything_is_named_once_and_has_a_value_or_a_reason() -> None:
    made, said = run("all")
    names = [each.name for each in made.estimates]
    assert len(names) == len(set(names))
    assert all((each.value is None) != (each.reason is None) for each in made.estimates)
    shares = [share for _, share in said]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    by_name = {each.name: each for each in made.estimates}
    assert made.chosen["lambda"] == ("lambda_60s_corrected", "preferred") or made.chosen["lambda"][1] in {"preferred", "fallback"}
    chosen = by_name[made.chosen["lambda"][0]]
    assert abs(chosen.value - LAMBDA) < 5 * chosen.standard_error  # type: ignore[operator]
    assert by_name["beta"].low <= BETA <= by_name["beta"].high  # type: ignore[operator]
    assert by_name["square_root_Y"].reason.code == "no_metaorders"  # type: ignore[union-attr]
    assert by_name["volume_share_1"].reason.code == "too_few_days"  # type: ignore[union-attr]


def test_a_kind_gives_no_more_than_it_says() -> None:
    assert not [each for each in run("volatility")[0].estimates if each.model in {"kyle", "obizhaeva_wang"}]
    volumes = np.random.default_rng(1).uniform(1, 2, (25, 26))
    made = calibrate("volume", [], volumes, lambda what, share: None)
    assert {each.model for each in made.estimates} == {"volume_curve"}


def test_the_square_root_law_is_of_metaorders_alone() -> None:
    dice = np.random.default_rng(2)
    sizes = np.exp(dice.uniform(-7, -2, 400))
    impacts = np.sqrt(sizes) * (0.8 + 0.3 * dice.normal(size=400))
    made = calibrate("square-root", [], None, lambda what, share: None, metaorders=(sizes, impacts))
    assert [each.name for each in made.estimates] == ["square_root_Y", "square_root_power"]
    assert made.estimates[0].low <= 0.8 <= made.estimates[0].high  # type: ignore[operator]
    assert made.chosen == {"square_root_Y": ("square_root_Y", "preferred")}


def test_an_empty_day_is_refused_parameter_by_parameter() -> None:
    made = calibrate("all", [flow(1, rate=0.0, session_s=600.0)], None, lambda what, share: None)
    assert {each.name for each in made.estimates if each.value is not None} <= {"half_spread_quoted", "epsilon"}
    assert "lambda" not in made.chosen


def test_nothing_to_estimate_from_is_refused() -> None:
    for kind in KINDS:
        with pytest.raises(Invalid):
            calibrate(kind, [], None, lambda what, share: None)
    with pytest.raises(Invalid):
        calibrate("lunch", [flow(1)], None, lambda what, share: None)
