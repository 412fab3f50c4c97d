"""Percentage of volume: a constant share of what the market trades, own trading included."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from metaorder.algos.schedule import LOOK_EVERY
from metaorder.domain.errors import Invalid
from metaorder.domain.state import Intent, State, own_for, share_of
from metaorder.domain.units import Lots, Nanos, to_share

TRACKING = Fraction(1, 100)
"""How far below its target the order may fall before it crosses the spread, as a share of the target so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pov:
    """own = p / (1 - p) x others, so that own / (own + others) is p.

    `must_complete` raises the rate to what is left / (what is left + volume expected), within [min, max]; where nothing says what
    volume to expect the rate stays at its target.
    """

    reads: ClassVar[tuple[str, ...]] = (
        "others' volume since the plan's start",
        "volume expected until the end, where it must complete",
    )
    without: ClassVar[tuple[str, ...]] = ("no expected volume: the target, never the maximum",)

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

    def __post_init__(self) -> None:
        target = to_share(self.target, field="target")
        if self.min is not None and to_share(self.min, field="min") > target:
            raise Invalid("min", f"at most the target {self.target}", str(self.min))
        if self.max is not None and to_share(self.max, field="max") < target:
            raise Invalid("max", f"at least the target {self.target}", str(self.max))

    def on_event(self, state: State) -> Intent:
        """Keep own volume at the rate, counted from where the plan began."""
        rate, source = self._rate(state)
        market, plan = state.market, state.plan
        target = Lots(min(plan.done + own_for(market.others_since_plan, rate), state.lots))
        done_since = target - plan.done
        return Intent(
            target=target,
            due=target,
            pace=own_for(market.others_pace, rate),
            wake=Nanos(min(market.now + LOOK_EVERY, state.end)),
            reason={"rate": f"{float(rate):.6f}", "rate_source": source, "others": market.others_since_plan},
            behind=Lots(max(share_of(done_since, TRACKING), state.min_child)),
        )

    def planned(self, state: State, time: Nanos) -> Lots | None:
        """Unknown: it depends on what others trade."""
        del state, time
        return None

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
