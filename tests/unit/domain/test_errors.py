"""Refusals say what is wrong, so that the caller can mend it."""

from __future__ import annotations

import pytest

from metaorder.domain.errors import Invalid, OffLot, OffTick


@pytest.mark.parametrize("kind", [Invalid, OffTick, OffLot])
def test_a_refusal_names_field_rule_and_value(kind: type[Invalid]) -> None:
    error = kind("schedule_band.behind", "from 0 to 1", "1.5")
    assert (error.field, error.rule, error.value) == ("schedule_band.behind", "from 0 to 1", "1.5")
    assert str(error) == "schedule_band.behind must be from 0 to 1, was '1.5'"


def test_every_refusal_of_a_value_can_be_caught_as_one() -> None:
    assert issubclass(OffTick, Invalid)
    assert issubclass(OffLot, Invalid)
    assert issubclass(Invalid, ValueError)
