"""Percentage of volume: a constant share of what the market trades, own trading included."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from metaorder.algos.chain import noted
from metaorder.algos.schedule import LOOK_EVERY
from metaorder.domain.errors import Invalid
from metaorder.domain.state import Intent, State, own_for, share_of
from metaorder.domain.units import Lots, Nanos, to_share

UNEXPECTED = "no volume is expected of this market: the target, whatever is left"
MOST_AHEAD_S = 3_600
UNPACED = "no recent volume is known: nothing rests before its turn"
USUAL = "no recent volume is known: children rest before their turn by the usual one"
TRACKING = Fraction(1, 100)
"""How far below its target the order may fall before it crosses the spread, as a share of the target so far; or `ahead_s`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pov:
    """own = p / (1 - p) x others, so that own / (own + others) is p.

    A child that waited for the volume that asks for it would be behind as soon as it rests. So children rest before their turn,
    for what the market's recent rate will ask for within `ahead_s`, and the spread is crossed once fills lag by as much, or by
    a hundredth of what should be done.

    `must_complete` raises the rate to what is left / (what is left + volume expected), within [min, max]; where nothing says what
    volume to expect the rate stays at its target.
    """

    source: ClassVar[str] = "arithmetic of participation, own trading in the volume"
    reads: ClassVar[tuple[str, ...]] = (
        "others' volume since the plan's start, and its rate over the last five minutes",
        "volume expected until the end, where it must complete",
    )
    without: ClassVar[tuple[str, ...]] = (
        "no expected volume: the target, never the maximum",
        "no recent rate: the usual one; without that nothing rests before its turn",
    )

    target: Decimal = field(
        default=Decimal("0.10"),
        metadata={"doc": "Share of the market's volume, own trading included", "unit": "share", "mutable": True},
    )
    min: Decimal | None = field(
        default=None,
        metadata={
            "doc": "Lowest share that must_complete may come to; null = the target",
            "unit": "share",
            "mutable": True,
        },
    )
    max: Decimal | None = field(
        default=None,
        metadata={
            "doc": "Highest share that must_complete may come to; null = the target",
            "unit": "share",
            "mutable": True,
        },
    )

    ahead_s: int = field(
        default=15,
        metadata={
            "doc": "So many seconds of the recent volume children may rest before their turn, and fills lag behind it",
            "unit": "seconds",
            "ge": 0,
            "mutable": True,
        },
    )

    def __post_init__(self) -> None:
        target = to_share(self.target, field="target")
        if not 0 <= self.ahead_s <= MOST_AHEAD_S:
            raise Invalid("ahead_s", f"from 0 to {MOST_AHEAD_S}", self.ahead_s)
        if self.min is not None and to_share(self.min, field="min") > target:
            raise Invalid("min", f"at most the target {self.target}", str(self.min))
        if self.max is not None and to_share(self.max, field="max") < target:
            raise Invalid("max", f"at least the target {self.target}", str(self.max))

    def on_event(self, state: State) -> Intent:
        """Keep own volume at the rate, counted from where the plan began."""
        rate, source = self._rate(state)
        market, plan = state.market, state.plan
        soon = Lots(0) if market.pace is None else own_for(Lots(math.floor(market.pace * self.ahead_s)), rate)
        due = Lots(min(plan.done + own_for(market.others_since_plan, rate), state.lots))
        return Intent(
            target=Lots(min(due + soon, state.lots)),
            due=due,
            pace=Lots(own_for(market.others_pace, rate) + soon),
            wake=Nanos(min(market.now + LOOK_EVERY, state.end)),
            reason=noted(
                {"rate": f"{float(rate):.6f}", "rate_source": source, "others": market.others_since_plan, "ahead": soon},
                UNEXPECTED if state.must_complete and market.volume_ahead is None else None,
                self._unpaced(state),
            ),
            behind=Lots(max(share_of(due - plan.done, TRACKING), soon, state.min_child)),
        )

    def planned(self, state: State, time: Nanos) -> Lots | None:
        """Unknown: it depends on what others trade."""
        del state, time
        return None

    def _unpaced(self, state: State) -> str | None:
        """What children that rest before their turn go without."""
        flow = state.market.flow
        if not self.ahead_s or (flow.volume is not None and flow.open is not None and state.market.pace is not None):
            return None
        return UNPACED if state.market.pace is None else USUAL

    def _rate(self, state: State) -> tuple[Fraction, str]:
        target = Fraction(self.target)
        ahead = state.market.volume_ahead
        if not state.must_complete:
            return target, "target"
        if ahead is None:
            return target, "target: no volume is expected of this market"
        left = state.lots - state.filled
        low = Fraction(self.min if self.min is not None else self.target)
        high = Fraction(self.max if self.max is not None else self.target)
        needed = Fraction(left, left + ahead) if left + ahead else high
        return min(max(needed, low), high), "completion"
