"""An estimate has a value or a reason, and nothing stands in for a value."""

from __future__ import annotations

import pytest

from metaorder.calibration.estimate import Estimate, Subject, preferred
from metaorder.domain.errors import Invalid

SUBJECT = Subject(name="a", unit="1", model="m", method="by hand")


def test_an_estimate_has_a_value_or_a_reason() -> None:
    for wrong in ({}, {"value": 1.0, "reason": SUBJECT.refused("x", "y").reason}, {"value": float("nan")}):
        with pytest.raises(Invalid):
            Estimate(name="a", unit="1", model="m", method="by hand", **wrong)  # type: ignore[arg-type]


def test_an_interval_is_of_95_in_100_unless_it_is_given() -> None:
    assert SUBJECT.found(2.0, 1.0, n=9).low == pytest.approx(2 - 1.96, abs=1e-3)
    assert SUBJECT.found(2.0, 1.0, n=9, interval=(1.0, 5.0)).high == 5.0


def test_a_refusal_hands_its_reason_on() -> None:
    assert SUBJECT.because(SUBJECT.refused("too_few_trades", "3 of 30", n=3)).reason.code == "too_few_trades"  # type: ignore[union-attr]


def test_the_preferred_comes_first_then_the_surest_and_never_a_default() -> None:
    def named(name: str, error: float) -> Estimate:
        return Subject(name=name, unit="1", model="m", method="by hand").found(1.0, error, n=9)

    refused = Subject(name="60", unit="1", model="m", method="by hand").refused("not_significant", "no")
    assert preferred([named("5", 0.1), named("30", 0.5), refused], ["60", "30"])[1] == "preferred"
    assert preferred([named("5", 0.1), named("1", 0.5), refused], ["60", "30"]) == (named("5", 0.1), "fallback")
    assert preferred([refused], ["60"]) == (None, "none")
