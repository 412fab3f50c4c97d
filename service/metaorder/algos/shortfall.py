"""Implementation shortfall: trade early enough to escape the risk, late enough to spare the impact (Almgren and Chriss)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar, Protocol

from metaorder.algos.parameter import not_negative, parameter, positive, seconds
from metaorder.algos.scales import Scales, kappa_t, scales, text
from metaorder.algos.schedule import follow, part
from metaorder.domain.errors import Invalid
from metaorder.domain.state import Intent, Reason, State
from metaorder.domain.units import SECOND, Lots, Nanos
from metaorder.models import ac_forecast
from metaorder.models.hyperbolic import share_left

FINE = 10**9
MOST_PERIODS = 1_000
BPS = 10_000


@dataclass(frozen=True, slots=True)
class Stress:
    """A worse market than the known one: so many times its volatility, and a drift against the order over the window [bps]."""

    sigma_times: float
    against_bps: float


CALM = Stress(1.0, 0.0)


class Path(Protocol):
    """A schedule in periods, as the share of the order that is done [billionths] after `elapsed` of `window`, never falling."""

    @property
    def periods(self) -> int:
        """How many periods it has."""
        ...

    def done(self, elapsed: int, window: int) -> int:
        """The share that is done."""
        ...


@dataclass(frozen=True, slots=True)
class Course:
    """A schedule as shares of the order: kappa T, and what is left after each of `periods`; None = the closed form."""

    kappa_t: float
    periods: int
    left: tuple[float, ...] | None

    def done(self, elapsed: int, window: int) -> int:
        """The share that is done after `elapsed` of `window` [billionths], rounded down."""
        if elapsed >= window:
            return FINE
        if self.left is None:
            return FINE - math.ceil(FINE * share_left(self.kappa_t, 1 - elapsed / window))
        period, into = divmod(elapsed * self.periods, window)
        here, there = self.left[period], self.left[period + 1]
        return FINE - math.ceil(FINE * (here + (there - here) * into / window))


def work(state: State, course: Path, reason: Reason) -> Intent:
    """The intent of a course: be where it will be at the end of the period that has begun."""
    plan = state.plan
    window, periods = plan.window, course.periods

    def over(elapsed: int) -> Lots:
        return part(plan, course.done(elapsed, window), FINE)

    def target(time: Nanos) -> Lots:
        begun = min(1 + periods * plan.worked(time) // window, periods)
        return over(-(-begun * window // periods))

    begun = min(1 + periods * plan.elapsed // window, periods)
    step = Nanos(state.market.now + max(1, -(-begun * window // periods) - plan.elapsed))
    return follow(state, target=target, due=lambda time: over(plan.worked(time)), step=step, reason=reason)


def periods_of(window: Nanos, interval_s: int) -> int:
    """How many periods a window has: about as long as asked for, and not too many to reckon with."""
    return min(max(1, -(-window // (interval_s * SECOND))), MOST_PERIODS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """Almgren and Chriss (2000) in discrete periods: what is left falls as sinh(kappa (T - t)) / sinh(kappa T).

    How fast is said in one of three ways, or by the order's `urgency`: kappa T = 3 u / (1 - u), so that 0 is a straight line
    and 1 as fast as the cap allows; a half-life 1 / kappa; or a price of risk lambda, which needs volatility and impact. A
    request that says it in two of these ways is refused; an amendment says it anew. The lambda that belongs to the schedule
    stands in each child's reason.

    A forecast of the price (`alpha_bps`, up = +, whichever side the order is on) trades sooner when it runs away from the order
    and later when it comes towards it; never back, never more than the order. It counts from the start of the order, steady over
    `alpha_horizon_s` or fading with `alpha_half_life_s`.

    Where volatility or impact is needed and neither stated nor known of this market, the order's urgency decides, the forecast
    is left out, and `fallback` in the reason says so.
    """

    source: ClassVar[str] = "Almgren and Chriss, Optimal execution of portfolio transactions, J. Risk 3 (2000), sections 1-4"
    reads: ClassVar[tuple[str, ...]] = (
        "volatility, spread and usual volume when the plan was drawn, or the profile's, with its impact law",
        "the mid when the plan was drawn, for a forecast",
    )
    without: ClassVar[tuple[str, ...]] = (
        "no volatility or impact for a risk_aversion: the order's urgency",
        "no impact for a forecast: the schedule without it",
    )

    urgency: Decimal | None = parameter(None, "From 0, a straight line, to 1, as fast as the cap allows", "share")
    risk_aversion: Decimal | None = parameter(None, "Price of risk lambda: cost + lambda x variance is least", "1/currency")
    half_life_s: Decimal | None = parameter(None, "Time in which what is left falls to 1/e of itself", "seconds")
    interval_s: int = parameter(60, "Length of a period of the schedule", "seconds", ge=1)
    sigma: Decimal | None = parameter(
        None, "Volatility; null = realised in the market since its open", "ticks per square root of a second"
    )
    eta: Decimal | None = parameter(
        None, "Temporary impact; null = a spread for trading 1 % of a usual day's volume in a day", "ticks per lot a second"
    )
    gamma: Decimal | None = parameter(
        None, "Permanent impact; null = a spread for a tenth of a usual day's volume, 0 where eta is stated", "ticks per lot"
    )
    alpha_bps: Decimal = parameter(Decimal(0), "Expected move of the price, up = +, whichever side the order is on", "bps")
    alpha_horizon_s: int | None = parameter(None, "Time over which it is to come; null = the window", "seconds", ge=1)
    alpha_half_life_s: Decimal | None = parameter(
        None, "Time in which half of it has come, in the place of a steady drift over the horizon", "seconds"
    )

    def __post_init__(self) -> None:
        ways = [name for name in ("urgency", "risk_aversion", "half_life_s") if getattr(self, name) is not None]
        if len(ways) > 1:
            raise Invalid(ways[1], f"left out where {ways[0]} is given: they say the same", str(getattr(self, ways[1])))
        not_negative("urgency", self.urgency, most=1)
        not_negative("risk_aversion", self.risk_aversion)
        not_negative("gamma", self.gamma)
        for name in ("half_life_s", "sigma", "eta", "alpha_half_life_s"):
            positive(name, getattr(self, name))
        seconds("interval_s", self.interval_s)
        if abs(self.alpha_bps) > BPS:
            raise Invalid("alpha_bps", f"from -{BPS} to {BPS}", str(self.alpha_bps))
        seconds("alpha_horizon_s", self.alpha_horizon_s)

    def on_event(self, state: State) -> Intent:
        """Be where the schedule will be at the end of the period that has begun."""
        course, reason = self.course(state)
        return work(state, course, reason)

    def planned(self, state: State, time: Nanos) -> Lots:
        """Lots done by `time` on the schedule."""
        course, _ = self.course(state)
        return part(state.plan, course.done(state.plan.worked(time), state.plan.window), FINE)

    def course(self, state: State, stress: Stress = CALM) -> tuple[Course, dict[str, int | str | bool | None]]:
        """The schedule in force and the numbers behind it, in the known market or a worse one."""
        known = scales(state, sigma=self.sigma, eta=self.eta, gamma=self.gamma)
        periods = periods_of(state.plan.window, self.interval_s)
        tau = state.plan.window / SECOND / periods
        urgency, source = self._urgency(state, known, tau)
        if stress.sigma_times != 1 and urgency / periods < 350:  # kappa~ is proportional to volatility
            urgency = 2 * periods * math.asinh(math.sinh(urgency / periods / 2) * stress.sigma_times)
        left, left_out = self._forecast(state, known, urgency, periods, tau, stress.against_bps)
        course = Course(urgency, periods, left)
        reason = course_reason(state, course, known, source)
        missing = [each for each in (source if source.startswith("no ") else None, left_out) if each]
        return course, reason | {"alpha_bps": str(self.alpha_bps)} | ({"fallback": "; ".join(missing)} if missing else {})

    def _urgency(self, state: State, known: Scales, tau: float) -> tuple[float, str]:
        """The kappa T of what is left, and who says so."""
        window_s = state.plan.window / SECOND
        if self.half_life_s is not None:
            return window_s / float(self.half_life_s), "half_life_s"
        if self.risk_aversion is not None:
            tilde = None if known.eta is None else known.eta - known.gamma * tau / 2
            if known.sigma is None or tilde is None or tilde <= 0:
                missing = "volatility" if known.sigma is None else "impact"
                return kappa_t(float(state.urgency)), f"no {missing} is known: the order's urgency"
            per_tick_lot = float(self.risk_aversion) * float(state.market.tick_value)
            slow = known.sigma * math.sqrt(per_tick_lot / tilde)
            return 2 * math.asinh(tau * slow / 2) / tau * window_s, "risk_aversion"
        if self.urgency is not None:
            return kappa_t(float(self.urgency)), "urgency"
        return kappa_t(float(state.urgency)), "the order's urgency"

    def _forecast(
        self, state: State, known: Scales, urgency: float, periods: int, tau: float, against_bps: float
    ) -> tuple[tuple[float, ...] | None, str | None]:
        """What is left after each period under the forecast, or why it is left out."""
        mid2 = state.plan.basis.mid2
        if (not self.alpha_bps and not against_bps) or urgency == math.inf:
            return None, None
        tilde = 0.0 if known.eta is None else known.eta - known.gamma * tau / 2
        if mid2 is None or tilde <= 0 or state.plan.lots <= 0:
            return None, "no impact is known: the forecast is left out"
        per_bp = mid2 / 2 / BPS / (tilde * state.plan.lots)
        horizon = self.alpha_horizon_s if self.alpha_horizon_s is not None else (state.end - state.start) / SECOND
        age = (state.plan.origin - state.start) / SECOND
        half_life = None if self.alpha_half_life_s is None else float(self.alpha_half_life_s)
        move = float(self.alpha_bps) * state.side.sign * per_bp
        return path(move, horizon, half_life, age, against_bps * per_bp / (periods * tau), urgency, periods, tau), None


def course_reason(state: State, course: Course, known: Scales, source: str) -> dict[str, int | str | bool | None]:
    """The numbers behind a course: lambda is the price of risk at which it is the optimum [1/currency]."""
    tau = state.plan.window / SECOND / course.periods
    half = course.kappa_t / course.periods / 2
    price = None
    if known.sigma and known.eta is not None and half < 350:
        tilde = known.eta - known.gamma * tau / 2
        price = tilde * (2 * math.sinh(half) / tau / known.sigma) ** 2 / float(state.market.tick_value)
    return {
        "urgency_from": source,
        "kappa_t": text(course.kappa_t),
        "lambda": text(price),
        "sigma": text(known.sigma),
        "eta": text(known.eta),
        "gamma": text(known.gamma),
        "impact_from": known.source,
        "half_spread": text(known.half_spread),
        "periods": course.periods,
    }


@lru_cache(maxsize=4096)
def path(
    move: float, horizon: float, half_life: float | None, age: float, steady: float, urgency: float, periods: int, tau: float
) -> tuple[float, ...]:
    """What is left of an order after each period when the price is expected to run away from it by `move`, in units of eta~ X.

    horizon, half_life, age: of the forecast [seconds]. steady: a drift beside it [1/second]. tau: length of a period [seconds].
    """

    def come(time: float) -> float:
        """The share of the move that has come by a time."""
        return min(time / horizon, 1.0) if half_life is None else -math.expm1(-math.log(2) * time / half_life)

    drift = [steady + move * (come(age + (j + 1) * tau) - come(age + j * tau)) / tau for j in range(periods)]
    return tuple(ac_forecast.left(drift, kappa=urgency / (periods * tau), period=tau))
