"""Volume-weighted average price: lots follow the share of the day's volume that usually trades by then."""

from __future__ import annotations

from dataclasses import dataclass, field

from metaorder.algos.schedule import follow, part
from metaorder.domain.errors import Invalid
from metaorder.domain.market import VolumeCurve, flat_curve
from metaorder.domain.state import Intent, Reason, State
from metaorder.domain.units import SECOND, Lots, Nanos

MAX_PARTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Vwap:
    """A static curve: the market's history, or the one given here. Never the day that is being traded.

    After a pause or a halt what is left is spread anew over the weights that are left.
    """

    interval_s: int = field(
        default=60,
        metadata={"doc": "Time between two steps of the schedule", "unit": "seconds", "ge": 1, "mutable": True},
    )
    curve: tuple[int, ...] | None = field(
        default=None,
        metadata={
            "doc": "Relative volume of equal parts of the window [start_time, end_time); null = the market's usual curve",
            "unit": "count",
            "mutable": True,
        },
    )

    def __post_init__(self) -> None:
        if not 1 <= self.interval_s <= 86_400:
            raise Invalid("interval_s", "from 1 to 86400", self.interval_s)
        if self.curve is not None:
            if not 1 <= len(self.curve) <= MAX_PARTS:
                raise Invalid("curve", f"1 to {MAX_PARTS} weights", len(self.curve))
            if any(not 0 <= weight <= 10**12 for weight in self.curve) or not sum(self.curve):
                raise Invalid("curve", "weights from 0 to 10**12 with a positive sum", self.curve)

    def on_event(self, state: State) -> Intent:
        """Be where the curve will be at the end of the interval that has begun."""
        curve = self._curve(state)
        plan = state.plan
        whole = curve.between(plan.origin, state.end)
        interval = self.interval_s * SECOND
        step = Nanos(plan.origin + (1 + plan.elapsed // interval) * interval)

        def over(time: Nanos) -> Lots:
            if whole == 0:  # the curve is flat zero from here on: spread what is left over time
                return part(plan, time - plan.origin, plan.window)
            return part(plan, curve.between(plan.origin, time), whole)

        def target(time: Nanos) -> Lots:
            return over(Nanos(min(plan.origin + (1 + (time - plan.origin) // interval) * interval, state.end)))

        reason: Reason = {"curve": curve.source, "interval_s": self.interval_s}
        return follow(state, target=target, due=over, step=step, reason=reason)

    def planned(self, state: State, time: Nanos) -> Lots:
        """Lots done by `time` on the curve."""
        curve, plan = self._curve(state), state.plan
        whole = curve.between(plan.origin, state.end)
        if whole == 0:
            return part(plan, time - plan.origin, plan.window)
        return part(plan, curve.between(plan.origin, time), whole)

    def _curve(self, state: State) -> VolumeCurve:
        if self.curve is None:
            return state.market.curve
        n = len(self.curve)
        window = state.end - state.start
        if window < n:  # parts shorter than the clock's step say nothing
            return flat_curve(state.start, state.end)
        edges = tuple(Nanos(state.start + window * i // n) for i in range(n + 1))
        return VolumeCurve(edges, self.curve, "given")
