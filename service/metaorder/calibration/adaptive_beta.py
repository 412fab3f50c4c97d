"""A beta that learns: each new estimate moves it as far as it is surer than what is known, and never out of its bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from metaorder.calibration.estimate import Estimate
from metaorder.domain.errors import Invalid
from metaorder.models.inputs import not_negative, positive


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptiveBeta:
    """What is believed of beta, normal in its logarithm.

    beta: [1/s]. variance: of ln beta. drift: by how much the truth itself may wander between two estimates, variance of ln beta.
    low, high: bounds [1/s]. kept: why the last estimate changed nothing; None where it did.
    """

    beta: float
    variance: float
    drift: float = 0.01
    low: float = 1e-5
    high: float = 10.0
    kept: str | None = None

    def __post_init__(self) -> None:
        positive("variance", self.variance)
        not_negative("drift", self.drift)
        positive("low", self.low)
        if not self.low < self.high:
            raise Invalid("high", f"above low, {self.low}", self.high)
        if not self.low <= self.beta <= self.high:
            raise Invalid("beta", f"in [{self.low}, {self.high}]", self.beta)

    def after(self, estimate: Estimate) -> AdaptiveBeta:
        """The belief after one more estimate: a Kalman filter of a random walk in ln beta.

            P = variance + drift;  K = P/(P + s^2);  ln beta += K (ln estimate - ln beta);  variance = (1 - K) P

        s: standard error of ln beta. A refused estimate, or one without an error, moves nothing but the variance, and `kept`
        says why.
        """
        before = self.variance + self.drift
        if estimate.value is None or estimate.value <= 0 or not estimate.standard_error:
            why = "no standard error" if estimate.reason is None else estimate.reason.code
            return replace(self, variance=before, kept=why)
        error = (estimate.standard_error / estimate.value) ** 2
        gain = before / (before + error)
        moved = math.exp(math.log(self.beta) + gain * math.log(estimate.value / self.beta))
        bounded = min(max(moved, self.low), self.high)
        return replace(self, beta=bounded, variance=(1 - gain) * before, kept=None if bounded == moved else "at_bound")
