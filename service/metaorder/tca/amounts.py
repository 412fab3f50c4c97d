"""Money that is known to the last integer unit, or why it is not: what rests on something missing is missing too."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Amount:
    """Half points x lots, or the reason why they cannot be known. The first reason of a sum is the sum's."""

    value: int | None
    why: str | None = None

    @classmethod
    def missing(cls, why: str) -> Amount:
        """No amount, and why."""
        return cls(None, why)

    def __add__(self, other: Amount) -> Amount:
        if self.value is None:
            return self
        return other if other.value is None else Amount(self.value + other.value)

    def __sub__(self, other: Amount) -> Amount:
        return self + -1 * other

    def __rmul__(self, factor: int) -> Amount:
        return self if self.value is None else Amount(factor * self.value)


NOTHING = Amount(0)
