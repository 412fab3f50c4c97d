"""Stochastic control: the liquidation of Cartea and Jaimungal with its penalties, or along a share of the volume."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from metaorder.algos.chain import noted
from metaorder.algos.parameter import not_negative, parameter, positive, seconds
from metaorder.algos.scales import Scales, kappa_t, scales, text
from metaorder.algos.schedule import part
from metaorder.algos.shortfall import FINE, periods_of, work
from metaorder.domain.errors import Invalid
from metaorder.domain.market import VolumeCurve
from metaorder.domain.state import Intent, Reason, State
from metaorder.domain.units import SECOND, Lots, Nanos, to_share


@dataclass(frozen=True, slots=True)
class Liquidation:
    """What is left falls as e^{-g t} D(T - t) / D(T). c: terminal penalty over impact [1/second]; None = all must go by T."""

    periods: int
    rate: float
    c: float | None

    def done(self, elapsed: int, window: int) -> int:
        """The share that is done after `elapsed` of `window` [billionths]; what the penalty leaves goes in the last period."""
        if elapsed * self.periods >= window * self.periods - window // 2 or elapsed >= window:
            return FINE if elapsed >= window else self._at(elapsed, window)
        return self._at(elapsed, window)

    def _at(self, elapsed: int, window: int) -> int:
        t, end = elapsed / SECOND, window / SECOND
        left = math.exp(-self.rate * t) * self._depth(end - t) / self._depth(end)
        return FINE - math.ceil(FINE * min(1.0, left))

    def _depth(self, left: float) -> float:
        if self.rate == 0:
            window, share = left, 1.0
        else:
            window = -math.expm1(-2 * self.rate * left) / (2 * self.rate)
            share = (1 + math.exp(-2 * self.rate * left)) / 2
        return window if self.c is None else self.c * window + share


@dataclass(frozen=True, slots=True)
class Tracking:
    """A share of the volume that is expected, bent evenly so far as the quantity asks: a M(t) + lean t, of the order.

    along: a times the volume expected over the window; lean: what the rest comes to over it [shares of the order].
    """

    periods: int
    curve: VolumeCurve
    origin: Nanos
    end: Nanos
    along: float
    lean: float

    def done(self, elapsed: int, window: int) -> int:
        """The share that is done after `elapsed` of `window` [billionths]."""
        if elapsed >= window:
            return FINE
        whole = self.curve.between(self.origin, self.end)
        at = Nanos(self.origin + (self.end - self.origin) * elapsed // window)
        volume = self.curve.between(self.origin, at) / whole if whole else elapsed / window
        return min(FINE, math.floor(FINE * (self.along * volume + self.lean * elapsed / window)))


@dataclass(frozen=True, slots=True, kw_only=True)
class StochasticControl:
    """Cartea and Jaimungal: temporary impact k, permanent impact b, a running penalty phi on what is left, a terminal penalty.

    What is left at t is N e^{-g t} D(T-t) / D(T), g = sqrt(phi / k): the feedback control along its own path. `phi` null takes
    it from the urgency, phi = k (kappa T / T)^2. `terminal_penalty` null = all must be done by the end; otherwise what the
    penalty leaves is done at the very end. phi and the penalty need k: where it is neither stated nor known of this market the
    order's urgency decides and all must be done, and `fallback` in the reason says so.

    `target`: trade along this share of the volume that is expected, own trading included, bent evenly as far as the quantity
    asks; `tracking` weighs the target against impact. It needs an expected volume, and falls back to plain liquidation.
    """

    source: ClassVar[str] = "Cartea, Jaimungal and Penalva, Algorithmic and High-Frequency Trading (2015)"
    reads: ClassVar[tuple[str, ...]] = (
        "volatility, spread and usual volume when the plan was drawn, or the profile's, with its impact law",
        "volume expected until the end, with a target",
    )
    without: ClassVar[tuple[str, ...]] = (
        "no impact: the order's urgency",
        "no expected volume: without the target",
        "no volume left on the curve: evenly over time",
    )

    urgency: Decimal | None = parameter(None, "From 0 to 1, where phi is null; null = the order's urgency", "share")
    phi: Decimal | None = parameter(None, "Running penalty on what is left", "ticks per lot per second")
    terminal_penalty: Decimal | None = parameter(
        None, "Penalty on what is left at the end; null = all must be done", "ticks per lot"
    )
    eta: Decimal | None = parameter(None, "Impact k; null = from spread and usual volume", "ticks per lot a second")
    gamma: Decimal | None = parameter(None, "Permanent impact b; null = from spread and usual volume", "ticks per lot")
    target: Decimal | None = parameter(None, "Share of the expected volume to trade along; null = none", "share")
    tracking: Decimal = parameter(Decimal(1), "Weight of the target against impact", "of k")
    interval_s: int = parameter(60, "Length of a period of the schedule", "seconds", ge=1)

    def __post_init__(self) -> None:
        not_negative("urgency", self.urgency, most=1)
        for name in ("phi", "gamma", "tracking"):
            not_negative(name, getattr(self, name))
        for name in ("eta", "terminal_penalty"):
            positive(name, getattr(self, name))
        if self.phi is not None and self.urgency is not None:
            raise Invalid("phi", "left out where urgency is given: they say the same", str(self.phi))
        if self.target is not None:
            to_share(self.target, field="target")
        seconds("interval_s", self.interval_s)

    def on_event(self, state: State) -> Intent:
        """Be where the control will be at the end of the period that has begun."""
        course, reason = self._course(state)
        return work(state, course, reason)

    def planned(self, state: State, time: Nanos) -> Lots:
        """Lots done by `time` under the control."""
        course, _ = self._course(state)
        return part(state.plan, course.done(state.plan.worked(time), state.plan.window), FINE)

    def _course(self, state: State) -> tuple[Liquidation | Tracking, Reason]:
        periods = periods_of(state.plan.window, self.interval_s)
        known = scales(state, eta=self.eta, gamma=self.gamma)
        fallback = None
        if self.target is not None and state.plan.lots > 0:
            if state.plan.basis.ahead:
                return self._along(state, periods, state.plan.basis.ahead)
            fallback = "no volume is expected of this market: plain liquidation"
        course, missing = self._plain(state, periods, known)
        reason = {"gamma_rate": text(course.rate), "k": text(known.eta), "c": text(course.c), "impact_from": known.source}
        return course, noted(reason, fallback, missing)

    def _plain(self, state: State, periods: int, known: Scales) -> tuple[Liquidation, str | None]:
        window = state.plan.window / SECOND
        urgency = float(state.urgency if self.urgency is None else self.urgency)
        rate = min(kappa_t(urgency), 700.0) / window
        if self.phi is None and self.terminal_penalty is None:
            return Liquidation(periods, rate, None), None
        if known.eta is None:
            return Liquidation(periods, rate, None), "no impact is known: the order's urgency, and all must be done"
        if self.phi is not None:
            rate = min(math.sqrt(float(self.phi) / known.eta), 700.0 / window)
        c = None
        if self.terminal_penalty is not None:
            c = (float(self.terminal_penalty) - known.gamma / 2) / known.eta
            if c <= 0:
                return Liquidation(periods, rate, None), "no penalty above half of the permanent impact: all must be done"
        return Liquidation(periods, rate, c), None

    def _along(self, state: State, periods: int, ahead: int) -> tuple[Tracking, Reason]:
        assert self.target is not None
        weight, p = float(self.tracking), float(self.target)
        along = weight * p / (1 - p) / (1 + weight) * ahead / state.plan.lots
        lean = max(0.0, 1 - along)
        course = Tracking(periods, state.market.curve, state.plan.origin, state.end, along, lean)
        reason: Reason = {"target_rate": str(self.target), "along": text(along), "lean": text(lean), "ahead": ahead}
        flat = not course.curve.between(course.origin, course.end)
        return course, noted(reason, "no volume is left on the curve: evenly over time" if flat else None)
