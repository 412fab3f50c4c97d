"""What an account states of an instrument, as an order carries it: the numbers that it is worked on, fixed when it comes in."""

from __future__ import annotations

from dataclasses import dataclass

from metaorder.domain.errors import Invalid
from metaorder.domain.units import Lots, Microticks


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """None: not stated. Decimals are text, as they were stated.

    source: who says so. adv: volume of a usual day [lots]. sigma: volatility [fraction per square root of a day].
    spread: the median spread. curve: relative volume of equal parts of the session.
    impact: gamma, eta and beta of the power law, gamma sigma X / V permanent and eta sigma (rate / V)^beta temporary.
    """

    source: str
    adv: Lots | None = None
    sigma: str | None = None
    spread: Microticks | None = None
    curve: tuple[int, ...] | None = None
    impact: tuple[str, str, str] | None = None

    def __post_init__(self) -> None:
        if self.adv is not None and self.adv < 1:
            raise Invalid("adv", "at least one lot", self.adv)
        if self.curve is not None and not sum(self.curve):
            raise Invalid("curve", "weights with a positive sum", self.curve)
