"""A parameter of an algorithm says what it means, and its bounds are named when they are broken."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal

import pytest

from metaorder.algos.parameter import not_negative, parameter, positive, seconds
from metaorder.domain.errors import Invalid


@dataclass(frozen=True)
class Sample:
    """Two parameters."""

    slices: int = parameter(3, "Parts", "count", ge=1)
    name: str | None = parameter(None, "Name", "text", mutable=False)


def test_a_parameter_is_a_field_with_its_meaning() -> None:
    slices, name = fields(Sample)
    assert (slices.default, dict(slices.metadata)) == (3, {"doc": "Parts", "unit": "count", "mutable": True, "ge": 1})
    assert (name.default, name.metadata["mutable"]) == (None, False)


def test_bounds_are_named() -> None:
    not_negative("x", None)
    not_negative("x", Decimal(1), most=1)
    positive("x", Decimal("0.1"))
    seconds("x", 86_400)
    for check in (
        lambda: not_negative("x", Decimal(-1)),
        lambda: not_negative("x", Decimal(2), most=1),
        lambda: positive("x", Decimal(0)),
        lambda: seconds("x", 86_401),
    ):
        with pytest.raises(Invalid, match="x must be"):
            check()
