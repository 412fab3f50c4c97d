"""Time-weighted average price: the same number of lots in every slice of the window."""

from __future__ import annotations

from dataclasses import dataclass, field

from metaorder.algos.schedule import follow, part
from metaorder.domain.errors import Invalid
from metaorder.domain.state import Intent, State
from metaorder.domain.units import SECOND, Lots, Nanos

MAX_SLICES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Twap:
    """Equal slices of the window.

    After a pause or a halt what is left is spread anew over what is left of the window.
    """

    slices: int | None = field(
        default=None,
        metadata={
            "doc": "Equal parts of the window; null = as many as `interval_s` gives",
            "unit": "count",
            "ge": 1,
            "mutable": True,
        },
    )
    interval_s: int = field(
        default=60,
        metadata={"doc": "Length of a part, where `slices` is null", "unit": "seconds", "ge": 1, "mutable": True},
    )

    def __post_init__(self) -> None:
        if self.slices is not None and not 1 <= self.slices <= MAX_SLICES:
            raise Invalid("slices", f"from 1 to {MAX_SLICES}", self.slices)
        if not 1 <= self.interval_s <= 86_400:
            raise Invalid("interval_s", "from 1 to 86400", self.interval_s)

    def on_event(self, state: State) -> Intent:
        """Be where the slice that has begun will end."""
        slices = self._slices(state)
        plan = state.plan
        begun = self._begun(state, state.market.now)
        step = Nanos(plan.origin + -(-begun * plan.window // slices))
        return follow(
            state,
            target=lambda time: part(plan, self._begun(state, time), slices),
            due=lambda time: part(plan, time - plan.origin, plan.window),
            step=step,
            reason={"slices": slices, "slice": begun},
        )

    def planned(self, state: State, time: Nanos) -> Lots:
        """Lots done by `time`: a straight line from the plan's origin to the end."""
        return part(state.plan, time - state.plan.origin, state.plan.window)

    def _slices(self, state: State) -> int:
        if self.slices is not None:
            return self.slices
        return max(1, -(-state.plan.window // (self.interval_s * SECOND)))

    def _begun(self, state: State, time: Nanos) -> int:
        slices = self._slices(state)
        return min(1 + slices * (time - state.plan.origin) // state.plan.window, slices)
