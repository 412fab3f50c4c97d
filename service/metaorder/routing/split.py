"""How much to take now and how much to rest at each venue: the cheapest split over scenarios, after Cont and Kukanov."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metaorder._native import cheapest_split
from metaorder.domain.errors import Invalid
from metaorder.models.ck_cost import Terms, reach
from metaorder.models.ck_multi import missing, taking
from metaorder.models.inputs import Floats, Numbers, every, vector
from metaorder.models.rounding import largest_remainder

TOLERANCE = 1e-3
"""How much dearer than the best split of all `overbooked` may be, as a share of the penalties for the whole order.

A millionth is the rule; where a few scenarios have all the say there are floors that no exchange of parcels leads out of.
"""

Scenarios = Sequence[Numbers] | npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Splitting:
    """market: shares to take now. limits: to rest at each venue, shape (K,). cost: expected [$]."""

    market: float
    limits: Floats
    cost: float


@dataclass(frozen=True, slots=True)
class Alternatives:
    """What the split is held against, expected [$]. venue: the one of all that alone serves the order best, at `best_venue`."""

    market_only: float
    best_venue: float
    venue: int


def overbooked(terms: Terms, outflows: Scenarios, weights: Numbers | None = None) -> Splitting:
    """The cheapest split where more than the order may rest in all: the problem as it was published.

    It has several local minima. A coarse enumeration of all splits finds the valleys, exchanges of ever smaller parcels their
    floors; `ck_multi.optimise` proves what is best, and takes longer.

    outflows: xi >= 0, shape (J, K) [shares]. weights: of the scenarios, >= 0; equal when None.
    Raises Invalid: no venue, no scenario, or a number that breaks its rule.
    Source: Cont and Kukanov (2017), "Optimal order placement in limit order markets".
    """
    room, mass = _scenarios(terms, outflows, weights)
    market, limits, cost = cheapest_split(
        shares=terms.shares,
        taking=taking(terms),
        missing=missing(terms),
        impact=terms.impact,
        fees=terms.over - terms.earned,
        room=np.ascontiguousarray(room.T),
        weights=mass,
    )
    return Splitting(market, np.asarray(limits), cost - terms.over * terms.shares)


def within(terms: Terms, outflows: Scenarios, weights: Numbers | None = None) -> Splitting:
    """The cheapest split that never has more out than the order: M + sum L_k <= S, so that nothing can be filled too often.

    Without an overfill the cost is linear in the fills, each concave in its own L_k alone:

        cost = (lu + theta) S - (lu - h - f) M + sum_k [theta L_k - (lu + theta + h + r_k) E min(room_k, L_k)]

    so the shares go one after the other to where the next one is worth most. That is the optimum, exactly.

    outflows: xi >= 0, shape (J, K) [shares]. weights: of the scenarios, >= 0; equal when None.
    Raises Invalid: no venue, no scenario, or a number that breaks its rule.
    """
    room, mass = _scenarios(terms, outflows, weights)
    return _within(terms, *_sorted(room, mass), range(room.shape[1]))


def alternatives(terms: Terms, outflows: Scenarios, weights: Numbers | None = None) -> Alternatives:
    """What it costs to take all, and to use one venue beside the market. Raises Invalid, as `within`."""
    room, mass = _scenarios(terms, outflows, weights)
    edges, tails = _sorted(room, mass)
    alone = [_within(terms, edges, tails, (venue,)).cost for venue in range(room.shape[1])]
    venue = int(np.argmin(alone))
    return Alternatives(terms.taken * terms.shares, alone[venue], venue)


def alone(terms: Terms, outflows: Scenarios, venue: int) -> Splitting:
    """The cheapest split between the market and one venue. Raises Invalid, as `within`."""
    edges, tails = _sorted(*_scenarios(terms, outflows, None))
    return _within(terms, edges, tails, (venue,))


def in_lots(found: Splitting, lots: int) -> tuple[int, list[int]]:
    """A split in whole lots, that sums to `lots` if it leaves none of the order out: the largest remainders are rounded up."""
    parts = np.append(found.limits, found.market)
    total = min(round(float(parts.sum())), lots)
    if total == 0:
        return 0, [0] * len(found.limits)
    *limits, market = largest_remainder(total, parts.tolist())
    return market, limits


def _scenarios(terms: Terms, outflows: Scenarios, weights: Numbers | None) -> tuple[Floats, Floats]:
    if not terms.rebates:
        raise Invalid("rebates", "of at least one venue", 0)
    room = reach(terms, outflows)
    mass = np.ones(room.shape[0]) if weights is None else vector("weights", weights, length=room.shape[0])
    every("weights", mass >= 0, "0 or more", mass)
    if not mass.sum() > 0:
        raise Invalid("weights", "not all 0", 0.0)
    return room, mass / mass.sum()


def _sorted(room: Floats, mass: Floats) -> tuple[Floats, Floats]:
    """Of each venue the rooms, rising, and the weight of the scenarios that have no less: shapes (J, K)."""
    order = np.argsort(room, axis=0, kind="stable")
    edges = np.take_along_axis(room, order, axis=0)
    tails = np.cumsum(mass[order][::-1], axis=0)[::-1]
    return edges, tails


def _within(terms: Terms, edges: Floats, tails: Floats, venues: Sequence[int]) -> Splitting:
    shares = terms.shares
    worth = terms.under + terms.impact + terms.earned  # of a share filled at rest, at each venue
    taken = terms.under - terms.half_spread - terms.taker_fee  # of a share taken
    limits = np.zeros(edges.shape[1])
    floor = max(taken, 0.0)
    wanted = [float(_until(edges[:, k], tails[:, k] * worth[k] - terms.impact, floor, shares)) for k in venues]
    if sum(wanted) <= shares:
        for k, limit in zip(venues, wanted, strict=True):
            limits[k] = limit
    else:
        _fill(limits, terms, edges, tails, list(venues), floor)
    market = max(shares - float(limits.sum()), 0.0) if taken > 0 else 0.0
    widths = np.diff(np.minimum(edges, limits), axis=0, prepend=0.0)
    fills = (widths * tails).sum(axis=0)
    cost = (terms.under + terms.impact) * shares - taken * market + terms.impact * float(limits.sum()) - float(worth @ fills)
    return Splitting(market, limits, cost)


def _until(edges: Floats, benefit: Floats, floor: float, most: float) -> float:
    """How far to go as long as the next share is worth more than `floor`; the benefit of shares up to each edge never rises."""
    count = int(np.searchsorted(-benefit, -floor, side="left")) if benefit[0] > floor else 0
    return min(float(edges[count - 1]), most) if count else 0.0


def _fill(limits: Floats, terms: Terms, edges: Floats, tails: Floats, venues: list[int], floor: float) -> None:
    """Give the shares of the order to the stretches of queue that are worth most, in the order of the venues among equals."""
    worth = terms.under + terms.impact + terms.earned
    widths = np.diff(np.minimum(edges[:, venues], terms.shares), axis=0, prepend=0.0)
    benefit = tails[:, venues] * worth[venues] - terms.impact
    best = np.argsort(-benefit, axis=None, kind="stable")
    cumulated = np.minimum(np.cumsum(widths.ravel()[best]), terms.shares)
    given = np.diff(cumulated, prepend=0.0) * (benefit.ravel()[best] > floor)
    limits[venues] = np.bincount(best % len(venues), weights=given, minlength=len(venues))
