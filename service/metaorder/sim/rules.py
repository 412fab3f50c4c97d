"""The choices that a replay leaves open: what is not in the recording has to be assumed, and said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction

from metaorder.domain.errors import Invalid
from metaorder.domain.units import Ticks


class QueueRule(IntEnum):
    """Who cancels at a level that we rest at, where only levels are known; the numbers are the native core's."""

    PESSIMISTIC = 0
    CENTRAL = 1
    OPTIMISTIC = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRules:
    """Each format uses what it needs.

    claim_hidden: order by order, hidden executions at our price fill us first (the central case).
    queue: levels only, where cancels stood: behind us, among all alike, ahead of us.
    spread: prices only, the profile's spread [ticks]. volume_share: prices only, our most of what trades, 0 < share <= 1.
    """

    claim_hidden: bool = True
    queue: QueueRule = QueueRule.CENTRAL
    spread: Ticks = Ticks(1)
    volume_share: Fraction = Fraction(1, 10)

    def __post_init__(self) -> None:
        if self.spread < 1:
            raise Invalid("spread_ticks", "at least 1", self.spread)
        if not 0 < self.volume_share <= 1:
            raise Invalid("volume_share", "above 0 and at most 1", str(self.volume_share))
