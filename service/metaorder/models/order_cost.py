"""What a schedule is expected to cost, part by part, under an impact law: any schedule, not only an optimal one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from metaorder.domain.errors import Invalid
from metaorder.models.hyperbolic import sinh_share
from metaorder.models.impact_laws import average_cost, power_impact
from metaorder.models.inputs import Floats, not_negative, positive

Schedules = npt.NDArray[np.float64]
"""Lots of each part, shape (schedules, parts) or (parts,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The window of an order, cut into parts.

    days: length of each part, > 0, shape (n,) [days]. volume: what others are expected to trade in each, >= 0, shape (n,) [lots].
    adv: a usual day's volume, > 0 [lots]. day_s: seconds of a day's session, > 0 [seconds].
    """

    days: Floats
    volume: Floats
    adv: float
    day_s: float

    def __post_init__(self) -> None:
        positive("adv", self.adv)
        positive("day_s", self.day_s)
        if self.days.shape != self.volume.shape or not (self.days > 0).all() or not (self.volume >= 0).all():
            raise Invalid("parts", "of one length, with days above 0 and volume 0 or more", self.days.shape)


class Law(Protocol):
    """What own trading moves the price, as a fraction of the price times lots: two sums, temporary and permanent."""

    def cost(self, lots: Schedules, parts: Parts) -> tuple[Floats, Floats]:
        """The temporary and the permanent cost of each schedule [fraction of the price x lots]."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerLaw:
    """Almgren's law: permanent impact linear in the size, temporary impact a power of the rate, both scaled by volatility.

        permanent = gamma sigma / V (X^2 - sum n_j^2) / 2
        temporary = eta sigma sum n_j (n_j / (V tau_j))^beta,  tau_j = the part's share of a usual day's volume

    gamma, eta: >= 0, without unit. beta: in (0, 1]; 1 is Almgren and Chriss, 3/5 the estimate of 2005. sigma: >= 0
    [fraction/sqrt(day)]. In a part in which nobody is expected to trade the clock stands for the volume.
    Source: Almgren and Chriss (2000), section 1, whose E this is for beta = 1; Almgren, Thum, Hauptmann and Li (2005).
    """

    gamma: float
    eta: float
    beta: float
    sigma: float

    def __post_init__(self) -> None:
        for name in ("gamma", "eta", "sigma"):
            not_negative(name, getattr(self, name))
        if not 0 < self.beta <= 1:
            raise Invalid("beta", "above 0 and at most 1", self.beta)

    def cost(self, lots: Schedules, parts: Parts) -> tuple[Floats, Floats]:
        """Temporary and permanent cost of each schedule."""
        tau = np.where(parts.volume > 0, parts.volume / parts.adv, parts.days)
        temporary = self.eta * self.sigma * (lots * (lots / (parts.adv * tau)) ** self.beta).sum(axis=-1)
        whole = lots.sum(axis=-1)
        permanent = self.gamma * self.sigma / parts.adv * (whole**2 - np.square(lots).sum(axis=-1)) / 2
        return np.asarray(temporary), np.asarray(permanent)


@dataclass(frozen=True, slots=True, kw_only=True)
class SquareRootLaw:
    """The square-root law: the price moves with the power of what is done so far, however fast it was done.

        I(q) = Y sigma (q/V)^delta,   cost = sum over the path of I dq = Y sigma X (X/V)^delta / (1 + delta)

    y: Y, >= 0, without unit. delta: in (0, 1], 1/2 by the law's name. sigma: >= 0 [fraction/sqrt(day)].
    The law does not tell what is forgotten from what stays. Its cost depends on the size alone, so it is given as permanent.
    Source: Torre (1997); Toth et al. (2011).
    """

    y: float
    sigma: float
    delta: float = 0.5

    def __post_init__(self) -> None:
        not_negative("y", self.y)
        not_negative("sigma", self.sigma)
        if not 0 < self.delta <= 1:
            raise Invalid("delta", "above 0 and at most 1", self.delta)

    def cost(self, lots: Schedules, parts: Parts) -> tuple[Floats, Floats]:
        """No temporary cost, and all of it as permanent."""
        whole = lots.sum(axis=-1)
        peak = power_impact(whole, y=self.y, sigma=self.sigma, volume=parts.adv, delta=self.delta)
        return np.zeros_like(whole), np.asarray(whole * average_cost(peak, delta=self.delta))


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgettingLaw:
    """Concave response to own flow that is forgotten at several paces; the part that never is, is permanent.

        I = scale sum_k weight_k |J_k|^exponent,  dJ_k = dq / V - J_k dt / memory_k

    Each trade pays the impact on its way; a schedule trades evenly within a part.
    scale: [fraction]. memory: time constants, the last infinite [seconds]. weights: one each. exponent: in (0, 1].
    """

    scale: float
    memory: tuple[float, ...]
    weights: tuple[float, ...]
    exponent: float
    steps: int = 4

    def cost(self, lots: Schedules, parts: Parts) -> tuple[Floats, Floats]:
        """Temporary (forgotten some day) and permanent cost of each schedule, by the midpoint rule within each part."""
        rows = np.atleast_2d(lots)
        flow = np.zeros((len(rows), len(self.memory)))
        paid = np.zeros_like(flow)
        kept, added = self._responses(parts)
        for j in range(rows.shape[1]):
            size = rows[:, j, None] / self.steps
            for _ in range(self.steps):
                middle = flow * kept[0, j] + size / parts.adv * added[0, j]
                flow = flow * kept[1, j] + size / parts.adv * added[1, j]
                paid += size * middle**self.exponent
        paid = self.scale * paid * np.array(self.weights)
        lasting = ~np.isfinite(np.array(self.memory))
        shape = lots.shape[:-1]
        return paid[:, ~lasting].sum(axis=1).reshape(shape), paid[:, lasting].sum(axis=1).reshape(shape)

    def _responses(self, parts: Parts) -> tuple[Floats, Floats]:
        """What half a step and a whole step of each part keep of the flow, and what even trading adds by then; (2, parts, k)."""
        share = np.array([0.5, 1.0])[:, None, None]
        age = share * (parts.days * parts.day_s / self.steps)[None, :, None] / np.array(self.memory)
        flat = age < 1e-12
        mean = np.where(flat, 1.0, -np.expm1(-age) / np.where(flat, 1.0, age))
        return np.exp(-age), np.asarray(mean * share)


def variance(lots: Schedules, parts: Parts, sigma: float) -> Floats:
    """Variance of the cost, as (fraction of the price x lots) squared, with trading even within each part.

        V = sigma^2 sum_j days_j (x_{j-1}^2 + x_{j-1} x_j + x_j^2) / 3

    The integral of Almgren and Chriss' continuous limit along a path that is straight within each part.
    """
    after = lots.sum(axis=-1, keepdims=True) - np.cumsum(lots, axis=-1)
    before = after + lots
    square = (before**2 + before * after + after**2) / 3
    return np.asarray(not_negative("sigma", sigma) ** 2 * (square * parts.days).sum(axis=-1))


def drifted(lots: Schedules, moves: Floats) -> Floats:
    """What a forecast move costs: each part's lots at the mean move of that part [fraction of the price x lots].

    moves: against the trader, since the start, at the edges of the parts, shape (parts + 1,) [fraction].
    """
    return np.asarray((lots * (moves[1:] + moves[:-1]) / 2).sum(axis=-1))


def urgent(lots: float, volume: Floats, kappas: Floats) -> Schedules:
    """Almgren and Chriss' paths in volume time: lots of each part, for each urgency, shape (urgencies, parts).

        x(v) = X sinh(kappa (1 - v)) / sinh(kappa),  v = the share of the window's volume

    kappas: kappa T >= 0, 0 the volume curve itself. Source: Almgren and Chriss (2000), section 2.
    """
    left = 1 - np.concatenate([[0.0], np.cumsum(volume) / volume.sum()])
    left[-1] = 0.0
    share = sinh_share(np.asarray(kappas, dtype=np.float64)[:, None], np.maximum(left, 0.0)[None, :])
    return np.asarray(-lots * np.diff(share, axis=1))
