"""Target close: trade as late as the market can take it, so that the average price is near the close."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from metaorder.algos.chain import noted
from metaorder.algos.latest import may_be_left
from metaorder.algos.parameter import parameter, seconds
from metaorder.algos.schedule import follow, part
from metaorder.domain.state import Intent, Reason, State
from metaorder.domain.units import SECOND, Lots, Nanos, to_share


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """Starts as late as a share of the volume that is expected until the end still does the rest.

    What is left at t is at most own_for(volume expected from t on, `rate`). Where that is too little for the order it follows
    the curve from the start. Where nothing says what volume to expect, it trades along the curve in the last `last_s` of the
    window, and `fallback` in the reason says so. With `auction` as much as may trade in the closing auction is kept for it, and
    this is how the rest is worked; without, it ends with the last print of the window.
    Urgency sets the patience of the placement alone.
    """

    for_close: ClassVar[bool] = True
    source: ClassVar[str] = "arithmetic of participation, counted back from the end"
    reads: ClassVar[tuple[str, ...]] = ("volume expected until the end", "the stated curve of the profile, else the market's")
    without: ClassVar[tuple[str, ...]] = (
        "no expected volume: along the curve in the last last_s",
        "no curve there: evenly over time",
    )

    rate: Decimal | None = parameter(
        None, "Share of the expected volume, own trading included; null = half of max_participation", "share"
    )
    last_s: int = parameter(1_800, "The end of the window that is used where no volume is expected", "seconds", ge=1)
    interval_s: int = parameter(60, "Time between two steps of the schedule", "seconds", ge=1)

    def __post_init__(self) -> None:
        if self.rate is not None:
            to_share(self.rate, field="rate")
        seconds("last_s", self.last_s)
        seconds("interval_s", self.interval_s)

    def on_event(self, state: State) -> Intent:
        """Have no more left than the rest of the window takes."""
        plan, interval = state.plan, self.interval_s * SECOND

        def target(time: Nanos) -> Lots:
            begun = Nanos(plan.origin + (1 + (time - plan.origin) // interval) * interval)
            return self.planned(state, Nanos(min(begun, state.end)))

        step = Nanos(plan.origin + (1 + (state.market.now - plan.origin) // interval) * interval)
        return follow(state, target=target, due=lambda time: self.planned(state, time), step=step, reason=self._reason(state))

    def planned(self, state: State, time: Nanos) -> Lots:
        """Lots done by `time`: what the volume from then on does not do."""
        plan, curve = state.plan, state.market.curve
        if time >= state.end:
            return state.lots
        left = may_be_left(state, time, self._rate(state))
        if left is not None:
            return Lots(state.lots - left)
        start = Nanos(max(plan.origin, state.end - self.last_s * SECOND))
        whole = plan.volume(curve, start, state.end)
        if whole == 0:
            return part(plan, plan.worked(time) - plan.worked(start), plan.window - plan.worked(start))
        return part(plan, plan.volume(curve, start, Nanos(max(time, start))), whole)

    def _rate(self, state: State) -> Fraction:
        return state.cap / 2 if self.rate is None else Fraction(self.rate)

    def _reason(self, state: State) -> Reason:
        ahead = state.plan.basis.ahead
        reason: Reason = {"rate": f"{float(self._rate(state)):.6f}", "ahead": ahead, "curve": state.market.curve.source}
        plan, curve = state.plan, state.market.curve
        if ahead and plan.volume(curve, plan.origin, state.end):
            return reason
        start = Nanos(max(plan.origin, state.end - self.last_s * SECOND))
        flat = None if plan.volume(curve, start, state.end) else "no volume is left on the curve: evenly over time"
        return noted(reason, f"no volume is expected of this market: the last {self.last_s} s", flat)
