"""A parameter of an algorithm: a field of its dataclass with what it means, its unit, and whether an amendment may change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from decimal import Decimal
from typing import Any, TypeVar

from metaorder.domain.errors import Invalid

Value = TypeVar("Value")


def parameter(
    default: Value, doc: str, unit: str, *, ge: int | None = None, among: Sequence[str] | None = None, mutable: bool = True
) -> Value:
    """A field with its default. ge: the least whole number that is taken. among: the words that are."""
    metadata: dict[str, Any] = {"doc": doc, "unit": unit, "mutable": mutable}
    bounds = {name: value for name, value in (("ge", ge), ("among", among)) if value is not None}
    made: Value = field(default=default, metadata={**metadata, **bounds})
    return made


def not_negative(field: str, value: Decimal | None, *, most: int | None = None) -> None:
    """Raises Invalid: the value is negative, or above `most`."""
    if value is not None and (value < 0 or (most is not None and value > most)):
        raise Invalid(field, "0 or more" if most is None else f"from 0 to {most}", str(value))


def positive(field: str, value: Decimal | None) -> None:
    """Raises Invalid: the value is 0 or less."""
    if value is not None and value <= 0:
        raise Invalid(field, "greater than 0", str(value))


def seconds(field: str, value: int | None) -> None:
    """Raises Invalid: the span is not from a second to a day."""
    if value is not None and not 1 <= value <= 86_400:
        raise Invalid(field, "from 1 to 86400", value)
