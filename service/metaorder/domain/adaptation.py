"""How a schedule answers to the price: brought forward or held back in proportion to the price's move, within bounds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from metaorder.domain.errors import Invalid


class AdaptationMode(StrEnum):
    """When a schedule is brought forward: while the price is better than it was at arrival, or while it is worse."""

    AGGRESSIVE = "aggressive_in_the_money"
    PASSIVE = "passive_in_the_money"

    @property
    def sign(self) -> int:
        """+1 where a better price brings the schedule forward, -1 where it holds it back."""
        return 1 if self is AdaptationMode.AGGRESSIVE else -1


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAdaptation:
    """How far a schedule moves with the price.

    slope_per_bp: for each basis point that the mid, less own impact, has moved since arrival [share of the quantity per bp].
    max_shift: at most, either way [share of the quantity].
    """

    mode: AdaptationMode
    slope_per_bp: Fraction
    max_shift: Fraction

    def __post_init__(self) -> None:
        for name, value in (("slope_per_bp", self.slope_per_bp), ("max_shift", self.max_shift)):
            if not 0 < value <= 1:
                raise Invalid(f"price_adaptation.{name}", "above 0 and at most 1", str(value))
