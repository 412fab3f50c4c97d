"""What two values of a statistic say: fits, off, misses, or nothing at all."""

from __future__ import annotations

import math

import pytest

from metaorder.sim.realism import compare, judge


@pytest.mark.parametrize(
    ("name", "recorded", "simulated", "verdict", "by"),
    [
        ("spread", 10.0, 12.0, "fits", "x 1.20"),
        ("spread", 12.0, 10.0, "fits", "x 0.83"),
        ("spread", 10.0, 15.0, "off", "x 1.50"),
        ("spread", 10.0, 30.0, "misses", "x 3.00"),
        ("spread", 30.0, 10.0, "misses", "x 0.33"),
        ("response", 1.0, -0.5, "misses", "-0.5 against 1"),
        ("hidden", 0.0, 0.0, "fits", "equal"),
        ("sign acf, lag 9", 0.01, 0.05, "fits", "+0.040"),
        ("sign acf, lag 9", 0.30, 0.20, "off", "-0.100"),
        ("corr(a, b)", 0.6, 0.9, "misses", "+0.300"),
        ("volume, last half hour", 0.24, 0.19, "fits", "-0.050"),
        ("depth", math.nan, 3.0, "unknown", "the data cannot say"),
    ],
)
def test_a_verdict_is_by_ratio_or_for_shares_and_correlations_by_difference(
    name: str, recorded: float, simulated: float, verdict: str, by: str
) -> None:
    assert judge(name, recorded, simulated) == (verdict, by)


def test_days_are_averaged_with_their_standard_error() -> None:
    (line,) = compare({"spread": 10.0}, [{"spread": 9.0}, {"spread": 11.0}, {"spread": 13.0}])
    assert (line.simulated, line.recorded, line.verdict) == (11.0, 10.0, "fits")
    assert line.error == pytest.approx(2 / math.sqrt(3))
    (alone,) = compare({"spread": 10.0}, [{"spread": 9.0}])
    assert alone.error is None
