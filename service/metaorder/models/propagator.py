"""Impact that fades by any kernel, and the trades at given times that pay the least for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Floats, Numbers, finite, increasing, positive, vector


class Kernel(Protocol):
    """What is left of an impact after some time: 1 at once, falling and convex."""

    def left(self, after: Floats) -> Floats:
        """The share that is left. after: >= 0, any shape [time]."""


@dataclass(frozen=True, slots=True)
class Exponential:
    """A kernel exp(-rho t). rho: > 0 [1/time]; its half-life is ln 2 / rho."""

    rho: float

    def __post_init__(self) -> None:
        positive("rho", self.rho)

    def left(self, after: Floats) -> Floats:
        """The share that is left, exp(-rho t)."""
        faded: Floats = np.exp(-self.rho * after)
        return faded


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """A kernel (1 + t/tau)^-beta: fast at first, then slower than any exponential. tau: > 0 [time]. beta: > 0."""

    tau: float
    beta: float

    def __post_init__(self) -> None:
        positive("tau", self.tau)
        positive("beta", self.beta)

    def left(self, after: Floats) -> Floats:
        """The share that is left, (1 + t/tau)^-beta."""
        faded: Floats = np.exp(-self.beta * np.log1p(after / self.tau))
        return faded


ALIKE = 1e13
"""Condition of the kernel's matrix from which no digit of a trade is sure."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """The trades [shares], shape (n,); what they cost [$]; and the impact that each meets, the same for all [$/share]."""

    trades: Floats
    cost: float
    level: float


def optimal(shares: float, times: Numbers, kernel: Kernel, *, eta: float) -> Optimum:
    """The cheapest trades at the given times that sum to X.

        min x'Gx / 2 so that 1'x = X,  G_ij = eta G(|t_i - t_j|);  x = X G^-1 1 / (1'G^-1 1),  cost = X^2 / (2 1'G^-1 1)

    A convex kernel never asks to buy and sell on the way. For the exponential kernel the inverse is known: n steps instead of
    n^3, and no ill-conditioned matrix.

    shares: X; negative to sell [shares]. times: strictly increasing, shape (n,), n >= 1 [time]. eta: impact of a share > 0
    [$/share^2].
    Raises Invalid: a number or a time breaks its rule, or times are so near each other that the kernel does not tell them apart.
    Source: Gatheral, Schied and Slynko, Transient linear price impact and Fredholm integral equations, Mathematical Finance
    (2012).
    """
    t = increasing("times", vector("times", times, least=1), strictly=True)
    x, eta = finite("shares", shares), positive("eta", eta)
    weights: Floats
    if isinstance(kernel, Exponential):
        weights = _exponential_weights(kernel.rho * np.diff(t))
    else:
        fading = kernel.left(np.abs(t[:, None] - t[None, :]))
        if not np.linalg.cond(fading, 1) < ALIKE:
            raise Invalid("times", "so far apart that the kernel tells them apart", float(np.diff(t).min(initial=np.inf)))
        weights = np.asarray(np.linalg.solve(fading, np.ones_like(t)), dtype=np.float64)
    total = float(weights.sum())
    level = eta * x / total
    return Optimum(x * weights / total, x * level / 2, level)


def _exponential_weights(steps: Floats) -> Floats:
    """G^-1 1 for the exponential kernel: 1/(1+a) at the ends, (1 - a b)/((1+a)(1+b)) between gaps of fading a and b."""
    a = np.exp(-steps)
    before, after = np.concatenate([[0.0], a]), np.concatenate([a, [0.0]])
    gaps = np.concatenate([[np.inf], steps]) + np.concatenate([steps, [np.inf]])
    weights: Floats = -np.expm1(-gaps) / ((1 + before) * (1 + after))
    return weights
