"""A learning beta: between what it knew and what it hears, nearer to the surer, within its bounds."""

from __future__ import annotations

import math

import pytest

from metaorder.calibration.adaptive_beta import AdaptiveBeta
from metaorder.calibration.estimate import Estimate, Subject
from metaorder.domain.errors import Invalid

SUBJECT = Subject(name="beta", unit="1/s", model="obizhaeva_wang", method="by hand")
BELIEF = AdaptiveBeta(beta=0.01, variance=0.25, drift=0.0)


def heard(value: float, relative: float) -> Estimate:
    return SUBJECT.found(value, value * relative, n=100)


def test_equally_sure_meet_in_the_middle_of_their_logarithms() -> None:
    assert BELIEF.after(heard(0.04, 0.5)).beta == pytest.approx(0.02)
    assert BELIEF.after(heard(0.04, 0.5)).variance == pytest.approx(0.125)


def test_the_surer_counts_more() -> None:
    assert BELIEF.after(heard(0.04, 0.05)).beta > 0.039
    assert BELIEF.after(heard(0.04, 5.0)).beta < 0.0102


def test_it_converges_on_what_it_hears_again_and_again_and_follows_when_that_changes() -> None:
    belief = AdaptiveBeta(beta=0.001, variance=4.0, drift=0.01)
    for _ in range(40):
        belief = belief.after(heard(0.05, 0.3))
    assert belief.beta == pytest.approx(0.05, rel=0.02)
    for _ in range(40):
        belief = belief.after(heard(0.2, 0.3))
    assert belief.beta == pytest.approx(0.2, rel=0.02)


def test_a_refused_estimate_moves_nothing_and_says_why() -> None:
    after = AdaptiveBeta(beta=0.01, variance=0.25, drift=0.1).after(SUBJECT.refused("at_bound", "it does not fade"))
    assert (after.beta, after.kept, after.variance) == (0.01, "at_bound", pytest.approx(0.35))


def test_it_stays_within_its_bounds_and_says_so() -> None:
    after = AdaptiveBeta(beta=0.01, variance=9.0, high=0.02).after(heard(1.0, 0.01))
    assert (after.beta, after.kept) == (0.02, "at_bound")
    assert not math.isnan(after.variance)


@pytest.mark.parametrize("wrong", [{"beta": 20.0}, {"variance": 0.0}, {"low": 2.0, "high": 1.0}, {"drift": -1.0}])
def test_a_belief_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(Invalid):
        AdaptiveBeta(**({"beta": 0.5, "variance": 1.0} | wrong))
