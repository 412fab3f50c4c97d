"""Time-weighted average price: the same number of lots in every slice of the window."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from metaorder.algos.schedule import BILLION, follow, jitter, part
from metaorder.domain.errors import Invalid
from metaorder.domain.state import Intent, State
from metaorder.domain.units import SECOND, Lots, Nanos

MAX_SLICES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Twap:
    """Equal slices of the window.

    After a pause or a halt what is left is spread anew over what is left of the window. `randomise` makes the slices unequal, so
    that nobody reads the order from its rhythm; the same order in the same session is always cut alike.
    """

    source: ClassVar[str] = (
        "Almgren and Chriss, J. Risk 3 (2000): the straight line, which is least in cost at no aversion to risk"
    )
    reads: ClassVar[tuple[str, ...]] = ("the clock",)
    without: ClassVar[tuple[str, ...]] = ()

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

    randomise: Decimal = field(
        default=Decimal(0),
        metadata={
            "doc": "How much larger or smaller a slice may be, drawn from the order's identity",
            "unit": "share of a slice",
            "mutable": True,
        },
    )

    def __post_init__(self) -> None:
        if self.slices is not None and not 1 <= self.slices <= MAX_SLICES:
            raise Invalid("slices", f"from 1 to {MAX_SLICES}", self.slices)
        if not 1 <= self.interval_s <= 86_400:
            raise Invalid("interval_s", "from 1 to 86400", self.interval_s)
        if not 0 <= self.randomise <= 1:
            raise Invalid("randomise", "from 0 to 1", str(self.randomise))

    def on_event(self, state: State) -> Intent:
        """Be where the slice that has begun will end."""
        slices = self._slices(state)
        plan = state.plan
        begun = self._begun(state, state.market.now)
        step = Nanos(state.market.now + max(1, -(-begun * plan.window // slices) - plan.elapsed))

        def target(time: Nanos) -> Lots:
            return self._after(state, self._begun(state, time), slices)

        def due(time: Nanos) -> Lots:
            return min(target(time), part(plan, plan.worked(time), plan.window))

        return follow(state, target=target, due=due, step=step, reason={"slices": slices, "slice": begun})

    def planned(self, state: State, time: Nanos) -> Lots:
        """Lots done by `time`: a straight line from the plan's origin to the end."""
        return part(state.plan, state.plan.worked(time), state.plan.window)

    def _after(self, state: State, begun: int, slices: int) -> Lots:
        """Lots done after a slice: each edge between two slices is moved by half of `randomise` at most."""
        moved = jitter(state.seed, begun, Fraction(self.randomise) / 2) if self.randomise and begun < slices else 0
        return part(state.plan, begun * BILLION + moved, slices * BILLION)

    def _slices(self, state: State) -> int:
        if self.slices is not None:
            return self.slices
        return max(1, -(-state.plan.window // (self.interval_s * SECOND)))

    def _begun(self, state: State, time: Nanos) -> int:
        slices = self._slices(state)
        return min(1 + slices * state.plan.worked(time) // state.plan.window, slices)
