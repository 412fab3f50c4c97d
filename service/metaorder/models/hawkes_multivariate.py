"""Arrivals of several kinds that bring each other about: buys after buys, cancels after trades."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metaorder.domain.errors import Invalid
from metaorder.models.decayed_sum import sums_across, sums_within
from metaorder.models.hawkes import event_times
from metaorder.models.inputs import Floats, Numbers, every, matrix, positive, vector

Matrix = Sequence[Numbers] | npt.NDArray[np.floating]


@dataclass(frozen=True)
class Multivariate:
    """d kinds of event, each of which may raise the intensity of each.

        lambda_i(t) = mu_i + sum_j sum over t_j < t of alpha_ij e^{-beta_ij (t - t_j)}

    mu: > 0, shape (d,) [events/time]. alpha: effect of an event of kind j on kind i in row i, column j, >= 0, shape (d, d)
    [events/time]. beta: > 0, shape (d, d) [1/time].
    Raises Invalid: a number breaks its rule or a shape does not fit. Not being stationary is allowed, and said.
    Source: Hawkes (1971).
    """

    mu: Floats
    alpha: Floats
    beta: Floats

    @classmethod
    def of(cls, mu: Numbers, alpha: Matrix, beta: Matrix) -> Multivariate:
        """The model of these numbers. Raises Invalid."""
        base = vector("mu", mu, least=1)
        every("mu", base > 0, "above 0", base)
        a, b = (matrix(name, values, columns=base.size) for name, values in (("alpha", alpha), ("beta", beta)))
        for name, values in (("alpha", a), ("beta", b)):
            if values.shape[0] != base.size:
                raise Invalid(name, f"of {base.size} rows", values.shape[0])
        every("alpha", a >= 0, "0 or more", a)
        every("beta", b > 0, "above 0", b)
        return cls(base, a, b)

    @property
    def branching(self) -> Floats:
        """Events of kind i that one event of kind j brings about by itself, alpha_ij / beta_ij, shape (d, d)."""
        return self.alpha / self.beta

    @property
    def spectral_radius(self) -> float:
        """Growth of a cluster from one generation to the next: the largest absolute eigenvalue of the branching matrix."""
        return float(np.max(np.abs(np.linalg.eigvals(self.branching))))

    @property
    def stationary(self) -> bool:
        """Whether clusters die out, spectral radius < 1."""
        return self.spectral_radius < 1

    @property
    def mean(self) -> Floats | None:
        """Events of each kind a unit of time in the long run, (I - N)^{-1} mu, shape (d,); None when not stationary."""
        if not self.stationary:
            return None
        return np.asarray(np.linalg.solve(np.eye(self.mu.size) - self.branching, self.mu), dtype=np.float64)

    def loglik(self, events: Sequence[Numbers], horizon: float) -> float:
        """Log-likelihood of the events of (0, horizon).

            sum_i [sum_k log lambda_i(t_ik) - mu_i T - sum_j N_ij sum_l (1 - e^{-beta_ij (T - t_jl)})]

        events: times of each kind, never decreasing, in (0, horizon], d rows of any length. Raises Invalid.
        """
        end = positive("horizon", horizon)
        times = kinds(events, end, self.mu.size)
        total = -end * float(self.mu.sum())
        for i, own in enumerate(times):
            intensity = np.full(own.size, self.mu[i])
            for j, other in enumerate(times):
                intensity += self.alpha[i, j] * excited(times, i, j, float(self.beta[i, j]))
                total -= self.branching[i, j] * float(np.sum(-np.expm1(-self.beta[i, j] * (end - other))))
            total += float(np.sum(np.log(intensity)))
        return total

    def simulate(self, horizon: float, draw: Callable[[], float], *, most: int = 1_000_000) -> list[Floats]:
        """Events of (0, horizon) of each kind, by thinning: the intensity only falls until the next event, and bounds it.

        horizon: > 0 [time]. draw: uniforms in [0, 1), two a candidate: a Generator's `random`. most: events at the most.
        Raises Invalid: more events than that. Source: Ogata (1981).
        """
        end, now = positive("horizon", horizon), 0.0
        excited = np.zeros_like(self.alpha)
        events: list[list[float]] = [[] for _ in self.mu]
        bound = float(self.mu.sum())
        for _ in range(100 * most):
            wait = -math.log1p(-draw()) / bound
            now += wait
            if now >= end:
                return [np.array(times) for times in events]
            excited *= np.exp(-self.beta * wait)
            intensity = np.cumsum(self.mu + excited.sum(axis=1))
            chosen = int(np.searchsorted(intensity, draw() * bound, side="right"))
            if chosen < self.mu.size:
                events[chosen].append(now)
                excited[:, chosen] += self.alpha[:, chosen]
                if sum(map(len, events)) > most:
                    break
            bound = float(self.mu.sum() + excited.sum())
        raise Invalid("horizon", f"short enough for at most {most} events", horizon)


def kinds(events: Sequence[Numbers], horizon: float, number: int | None = None) -> list[Floats]:
    """The times of each kind, checked. Raises Invalid."""
    if number is not None and (not hasattr(events, "__len__") or len(events) != number):
        raise Invalid("events", f"{number} rows, one a kind", events)
    return [event_times(row, horizon) for row in events]


def excited(times: list[Floats], i: int, j: int, beta: float) -> Floats:
    """What is left, at each event of kind i, of a unit from each event of kind j before it."""
    return sums_within(times[i], beta) if i == j else sums_across(times[i], times[j], beta)
