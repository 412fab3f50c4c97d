"""Self-exciting arrivals: after an event more are likely for a while, as trades and orders come in clusters."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from metaorder.domain.errors import Invalid
from metaorder.models.decayed_sum import sums_within
from metaorder.models.inputs import Floats, Numbers, every, increasing, not_negative, positive, vector


@dataclass(frozen=True, slots=True)
class Hawkes:
    """An intensity that each event raises by alpha and that falls back at the rate beta.

        lambda(t) = mu + sum over t_i < t of alpha e^{-beta (t - t_i)}

    mu: > 0 [events/time]. alpha: >= 0 [events/time]. beta: > 0 [1/time].
    Raises Invalid: a number breaks its rule. A branching ratio of 1 or more is allowed: it is not stationary, and says so.
    Source: Hawkes (1971).
    """

    mu: float
    alpha: float
    beta: float

    def __post_init__(self) -> None:
        positive("mu", self.mu)
        not_negative("alpha", self.alpha)
        positive("beta", self.beta)

    @property
    def branching(self) -> float:
        """Events that one event brings about, alpha / beta."""
        return self.alpha / self.beta

    @property
    def stationary(self) -> bool:
        """Whether each event brings about less than one."""
        return self.branching < 1

    @property
    def mean(self) -> float | None:
        """Events a unit of time in the long run, mu / (1 - n); None when not stationary."""
        return self.mu / (1 - self.branching) if self.stationary else None

    @property
    def variance_rate(self) -> float | None:
        """Variance of a count over a long time, a unit of time: mu / (1 - n)^3; None when not stationary."""
        return self.mu / (1 - self.branching) ** 3 if self.stationary else None

    def expected_count(self, horizon: float) -> float:
        """Events expected in (0, horizon) when nothing came before, stationary or not.

        mu T + mu alpha int_0^T (1 - e^{-(beta - alpha) t})/(beta - alpha) dt
        """
        t = not_negative("horizon", horizon)
        return self.mu * t + self.mu * self.alpha * t * t * _second((self.beta - self.alpha) * t)

    def intensity(self, events: Numbers) -> Floats:
        """Intensity just before each event, shape (n,) [events/time].

        events: never decreasing, > 0, shape (n,); of events at one time the later in the list sees the earlier. Raises Invalid.
        """
        t = event_times(events, math.inf)
        return self.mu + self.alpha * sums_within(t, self.beta)

    def compensator(self, events: Numbers) -> Floats:
        """Intensity summed from one event to the next, from 0 on: unit exponentials, when this is the model of the events.

        events: never decreasing, > 0, shape (n,). Returns shape (n,). Raises Invalid.
        """
        t = event_times(events, math.inf)
        after = np.concatenate([[0.0], (sums_within(t, self.beta) + 1)[:-1]])[: t.size]
        gaps = np.diff(t, prepend=0.0)
        return self.mu * gaps + self.branching * after * -np.expm1(-self.beta * gaps)

    def compensated(self, events: Numbers, horizon: float) -> float:
        """Events expected in (0, horizon) in the light of those that came.

        mu T + n sum (1 - e^{-beta (T - t_i)}). Raises Invalid.
        """
        t = event_times(events, positive("horizon", horizon))
        return self.mu * horizon + self.branching * float(np.sum(-np.expm1(-self.beta * (horizon - t))))

    def loglik(self, events: Numbers, horizon: float) -> float:
        """Log-likelihood of the events of (0, horizon).

            sum log lambda(t_i) - mu T - n sum (1 - e^{-beta (T - t_i)})

        events: never decreasing, in (0, horizon], shape (n,). Raises Invalid. Source: Ozaki (1979).
        """
        return float(np.sum(np.log(self.intensity(events)))) - self.compensated(events, horizon)

    def simulate(self, horizon: float, draw: Callable[[], float], *, most: int = 1_000_000) -> Floats:
        """Events of (0, horizon), drawn exactly: the next one is the earlier of one of its own accord and one brought about.

        horizon: > 0 [time]. draw: uniforms in [0, 1), two an event: a Generator's `random`, or any recorded list of them.
        most: events at the most; a process that is not stationary has no other end.
        Raises Invalid: more events than that. Source: Dassios and Zhao (2013), no thinning.
        """
        end, now, excess = positive("horizon", horizon), 0.0, 0.0
        events: list[float] = []
        while len(events) <= most:
            wait = -math.log1p(-draw()) / self.mu
            spent = math.log1p(-draw()) * self.beta
            if excess > 0 and excess + spent > 0:
                wait = min(wait, -math.log1p(spent / excess) / self.beta)
            now += wait
            if now >= end:
                return np.array(events)
            excess = excess * math.exp(-self.beta * wait) + self.alpha
            events.append(now)
        raise Invalid("horizon", f"short enough for at most {most} events", horizon)


def event_times(events: Numbers, horizon: float) -> Floats:
    """The times, if they never decrease and lie in (0, horizon]. Raises Invalid."""
    t = vector("events", events)
    every("events", (t > 0) & (t <= horizon), f"above 0 and at most the horizon {horizon}", t)
    return increasing("events", t, strictly=False)


def _second(x: float) -> float:
    """(e^{-x} - 1 + x) / x^2, 1/2 at 0."""
    if abs(x) < 0.01:
        return 1 / 2 - x / 6 + x * x / 24 - x**3 / 120 + x**4 / 720 - x**5 / 5040
    return (math.expm1(-x) + x) / (x * x)
