"""Robust shortfall: Almgren and Chriss for one who trusts neither volatility nor drift; the best in the worst case."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from metaorder.algos.parameter import not_negative, parameter
from metaorder.algos.schedule import part
from metaorder.algos.shortfall import BPS, FINE, Course, Shortfall, Stress, work
from metaorder.domain.errors import Invalid
from metaorder.domain.state import Intent, Reason, State
from metaorder.domain.units import Lots, Nanos


@dataclass(frozen=True, slots=True, kw_only=True)
class Robust:
    """The schedule whose worst case is the best, over volatilities from `sigma_low` to `sigma_high` times the known one and
    drifts of either sign up to `doubt_bps` over the window.

    Risk rises with volatility for every schedule, so the worst volatility is the highest; the worst drift runs away from the
    order. So it trades sooner than `is` at the same urgency: kappa~ grows in proportion to `sigma_high`.

    What is missing degrades as in `is`: without impact the doubt is left out, and `fallback` in the reason says so.
    """

    source: ClassVar[str] = "Almgren and Chriss, J. Risk 3 (2000); the saddle point of their objective"
    reads: ClassVar[tuple[str, ...]] = ("what is reads",)
    without: ClassVar[tuple[str, ...]] = ("no impact: the doubt of drift is left out", "then as is")

    urgency: Decimal | None = parameter(None, "From 0 to 1; null = the order's urgency", "share")
    risk_aversion: Decimal | None = parameter(None, "Price of risk lambda, in the place of urgency", "1/currency")
    interval_s: int = parameter(60, "Length of a period of the schedule", "seconds", ge=1)
    sigma: Decimal | None = parameter(None, "Volatility; null = realised since the open", "ticks per square root of a second")
    eta: Decimal | None = parameter(None, "Temporary impact; null = from spread and usual volume", "ticks per lot a second")
    gamma: Decimal | None = parameter(None, "Permanent impact; null = from spread and usual volume", "ticks per lot")
    sigma_low: Decimal = parameter(Decimal("0.5"), "Lowest volatility that is held possible", "of the known one")
    sigma_high: Decimal = parameter(Decimal("1.5"), "Highest volatility that is held possible", "of the known one")
    doubt_bps: Decimal = parameter(Decimal(5), "Drift over the window that cannot be ruled out, either way", "bps")

    def __post_init__(self) -> None:
        not_negative("sigma_low", self.sigma_low, most=1)
        if not 1 <= self.sigma_high <= 10:
            raise Invalid("sigma_high", "from 1 to 10", str(self.sigma_high))
        not_negative("doubt_bps", self.doubt_bps, most=BPS)
        self._inner()

    def on_event(self, state: State) -> Intent:
        """Be where the schedule of the worst case will be at the end of the period that has begun."""
        course, reason = self._course(state)
        return work(state, course, reason)

    def planned(self, state: State, time: Nanos) -> Lots:
        """Lots done by `time` on the schedule of the worst case."""
        course, _ = self._course(state)
        return part(state.plan, course.done(state.plan.worked(time), state.plan.window), FINE)

    def _course(self, state: State) -> tuple[Course, Reason]:
        stress = Stress(float(self.sigma_high), float(self.doubt_bps))
        course, reason = self._inner().course(state, stress)
        worst = {"sigma_times": f"{self.sigma_low} to {self.sigma_high}", "doubt_bps": str(self.doubt_bps)}
        return course, reason | worst

    def _inner(self) -> Shortfall:
        return Shortfall(
            urgency=self.urgency,
            risk_aversion=self.risk_aversion,
            interval_s=self.interval_s,
            sigma=self.sigma,
            eta=self.eta,
            gamma=self.gamma,
        )
