"""What leaves a queue before time is up: distributions of the outflow that an order's fills depend on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from scipy.special import gammainc, gammaincc, gammaincinv, ndtr, ndtri

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import finite, positive


class Outflow(Protocol):
    """Shares executed or cancelled ahead of the back of a queue within the horizon, never negative."""

    def cdf(self, x: float) -> float:
        """Probability that at most `x` leave."""
        ...

    def quantile(self, p: float) -> float:
        """The `x` with cdf(x) = p, for p in (0, 1)."""
        ...

    def above(self, low: float, high: float) -> float:
        """Mean of what leaves between `low` and `high`, 0 <= low <= high: int_low^high (1 - cdf(x)) dx."""
        ...


@dataclass(frozen=True, slots=True)
class Exponential:
    """mean: > 0 [shares]."""

    mean: float

    def __post_init__(self) -> None:
        positive("mean", self.mean)

    def cdf(self, x: float) -> float:
        """Probability that at most `x` leave."""
        return -math.expm1(-max(x, 0.0) / self.mean)

    def quantile(self, p: float) -> float:
        """The `x` with cdf(x) = p."""
        return -self.mean * math.log1p(-_probability(p))

    def above(self, low: float, high: float) -> float:
        """Mean of what leaves between `low` and `high`."""
        return self.mean * math.exp(-low / self.mean) * -math.expm1((low - high) / self.mean)


@dataclass(frozen=True, slots=True)
class Gamma:
    """shape: k > 0. scale: > 0 [shares]; the mean is their product."""

    shape: float
    scale: float

    def __post_init__(self) -> None:
        positive("shape", self.shape)
        positive("scale", self.scale)

    def cdf(self, x: float) -> float:
        """Probability that at most `x` leave."""
        return float(gammainc(self.shape, max(x, 0.0) / self.scale))

    def quantile(self, p: float) -> float:
        """The `x` with cdf(x) = p."""
        return self.scale * float(gammaincinv(self.shape, _probability(p)))

    def above(self, low: float, high: float) -> float:
        """Mean of what leaves between `low` and `high`."""
        return _difference(self._excess(low), self._excess(high))

    def _excess(self, x: float) -> float:
        """E(xi - x)+."""
        survival = float(gammaincc(self.shape, x / self.scale))
        return self.shape * self.scale * float(gammaincc(self.shape + 1, x / self.scale)) - x * survival


@dataclass(frozen=True, slots=True)
class LogNormal:
    """exp of a normal variable with mean mu and standard deviation sigma > 0 [log shares]."""

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        finite("mu", self.mu)
        positive("sigma", self.sigma)

    def cdf(self, x: float) -> float:
        """Probability that at most `x` leave."""
        return float(ndtr((math.log(x) - self.mu) / self.sigma)) if x > 0 else 0.0

    def quantile(self, p: float) -> float:
        """The `x` with cdf(x) = p."""
        return math.exp(self.mu + self.sigma * float(ndtri(_probability(p))))

    def above(self, low: float, high: float) -> float:
        """Mean of what leaves between `low` and `high`."""
        return _difference(self._excess(low), self._excess(high))

    def _excess(self, x: float) -> float:
        """E(xi - x)+."""
        mean = math.exp(self.mu + self.sigma**2 / 2)
        if x <= 0:
            return mean
        z = (self.mu - math.log(x)) / self.sigma
        return mean * float(ndtr(z + self.sigma)) - x * float(ndtr(z))


def _difference(more: float, less: float) -> float:
    """Two excesses, so close at times that rounding would put them in the wrong order."""
    return max(more - less, 0.0)


def _probability(p: float) -> float:
    if not 0 < p < 1:
        raise Invalid("p", "above 0 and below 1", p)
    return p
