"""Refusals of the domain: what is wrong with a value, said so that the caller can mend it."""

from __future__ import annotations


class Invalid(ValueError):
    """A value breaks a rule: names the field, the rule and the value.

    field: where it stood, as the caller wrote it; dots separate the steps of a path.
    """

    def __init__(self, field: str, rule: str, value: object) -> None:
        super().__init__(f"{field} must be {rule}, was {value!r}")
        self.field = field
        self.rule = rule
        self.value = value


class NotIdentified(Invalid):
    """Each value is well, but together they do not tell what was asked: too few, or too much alike."""


class OffTick(Invalid):
    """A price lies between two ticks. We never round someone else's price."""


class OffLot(Invalid):
    """A quantity is not a whole number of lots."""
