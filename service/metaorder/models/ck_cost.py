"""What a split between the market and the queues of several venues cost, after Cont and Kukanov: fees, rebates and regrets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Floats, Numbers, every, finite, matrix, not_negative, positive, vector


@dataclass(frozen=True, slots=True)
class Terms:
    """What an order and its venues are like. Costs are relative to the mid.

    shares: S > 0, to be had by the end of the horizon [shares]. half_spread: h >= 0 [$/share]. taker_fee: f of the venue that is
    taken from; negative for a rebate [$/share]. rebates: r_k of each venue for resting there, effective; negative for a fee,
    shape (K,) [$/share]. impact: theta >= 0, of every share that is shown or taken [$/share]. under, over: penalties for a
    share too few (lu >= 0) or too many (lo >= 0) [$/share]. ahead: Q_k >= 0, shares that stand before ours, shape (K,) [shares].
    Raises Invalid: a number breaks its rule, or `rebates` and `ahead` differ in length.
    """

    shares: float
    half_spread: float
    taker_fee: float
    rebates: tuple[float, ...]
    impact: float
    under: float
    over: float
    ahead: tuple[float, ...]

    @classmethod
    def of(cls, *, rebates: Numbers, ahead: Numbers, **rest: float) -> Terms:
        """From lists of what each venue is like. Raises Invalid as above."""
        earned, first = vector("rebates", rebates), vector("ahead", ahead)
        return cls(rebates=tuple(earned.tolist()), ahead=tuple(first.tolist()), **rest)

    def __post_init__(self) -> None:
        positive("shares", self.shares)
        not_negative("half_spread", self.half_spread)
        finite("taker_fee", self.taker_fee)
        vector("rebates", self.rebates)
        ahead = vector("ahead", self.ahead, length=len(self.rebates))
        every("ahead", ahead >= 0, "0 or more", ahead)
        for name in ("impact", "under", "over"):
            not_negative(name, getattr(self, name))

    @property
    def taken(self) -> float:
        """What a share taken at the market costs, theta included [$/share]."""
        return self.half_spread + self.taker_fee + self.impact

    @property
    def earned(self) -> Floats:
        """What a share filled at rest earns at each venue, h + r_k, shape (K,) [$/share]."""
        return np.asarray(self.half_spread + np.asarray(self.rebates, dtype=np.float64), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Realised:
    """What an allocation came to in each of J scenarios.

    cost: v, shape (J,) [$]. fills: of the limit orders, shape (J, K) [shares]. shortfall, overfill: of the order, shape (J,)
    [shares]. gradient: of the cost in M, L_1 ... L_K, shape (J, K + 1) [$/share]; at a kink, where it has none, a one-sided one.
    """

    cost: Floats
    fills: Floats
    shortfall: Floats
    overfill: Floats
    gradient: Floats


def realised(terms: Terms, market: float, limits: Numbers, outflows: Sequence[Numbers] | npt.NDArray[np.floating]) -> Realised:
    """Cost of taking `market` shares now and resting `limits`, when `outflows` leave the queues.

        v = (h + f) M - sum (h + r_k) fill_k + theta (M + sum L_k + (S - A)+) + lu (S - A)+ + lo (A - S)+
        fill_k = min((xi_k - Q_k)+, L_k),   A = M + sum fill_k
        dv/dM   = h + f + theta - (lu + theta) 1{A < S} + lo 1{A > S}
        dv/dL_k = theta + 1{xi_k > Q_k + L_k} (-(h + r_k) - (lu + theta) 1{A < S} + lo 1{A > S})

    market: M >= 0 [shares]. limits: L_k >= 0, shape (K,) [shares]. outflows: xi >= 0, shape (J, K) [shares].
    Raises Invalid: a number breaks its rule, or a shape does not fit the venues.
    Source: Cont and Kukanov (2017), "Optimal order placement in limit order markets".
    """
    venues = len(terms.rebates)
    m = not_negative("market", market)
    limit = vector("limits", limits, length=venues)
    every("limits", limit >= 0, "0 or more", limit)
    room = reach(terms, outflows)
    fills = np.minimum(room, limit)
    got = m + fills.sum(axis=1)
    short, over = np.maximum(terms.shares - got, 0.0), np.maximum(got - terms.shares, 0.0)
    cost = terms.taken * m - fills @ terms.earned + terms.impact * (limit.sum() + short) + terms.under * short + terms.over * over
    marginal = terms.over * (over > 0) - (terms.under + terms.impact) * (short > 0)
    resting = terms.impact + (room > limit) * (marginal[:, None] - terms.earned)
    return Realised(cost, fills, short, over, np.column_stack([terms.taken + marginal, resting]))


def reach(terms: Terms, outflows: Sequence[Numbers] | npt.NDArray[np.floating]) -> Floats:
    """Shares that an order of any size would have got at each venue, (xi_k - Q_k)+, shape (J, K). Raises Invalid."""
    xi = matrix("outflows", outflows, columns=len(terms.rebates))
    if xi.shape[0] == 0:
        raise Invalid("outflows", "at least one scenario", 0)
    every("outflows", xi >= 0, "0 or more", xi)
    return np.maximum(xi - np.asarray(terms.ahead, dtype=np.float64), 0.0)
