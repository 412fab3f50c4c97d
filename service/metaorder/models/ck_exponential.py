"""Two venues with exponential outflows: a split's expected cost in closed form, and what the search for the best one asks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metaorder.domain.errors import Invalid
from metaorder.models.ck_cost import Terms
from metaorder.models.ck_multi import missing, taking
from metaorder.models.inputs import Floats, Numbers, every, matrix, not_negative, vector
from metaorder.models.outflow import Exponential

TIE = 1e-9
"""Sizes that differ by no more than this share of the order are the same: a sum of two limits seldom is one to the last digit."""

HALVINGS = 200
"""More than a float has: the bisection ends when its interval has no number inside."""


@dataclass(frozen=True, slots=True)
class _Fill:
    """One venue's fill: 0 unless the queue ahead goes, then exponential, and never more than the limit."""

    reached: float
    mean: float
    limit: float
    tie: float

    def below(self, x: float, *, closed: bool) -> float:
        """P(fill <= x) when closed, else P(fill < x)."""
        if x <= (-self.tie if closed else self.tie):
            return 0.0
        if x > (self.limit - self.tie if closed else self.limit + self.tie):
            return 1.0
        return 1.0 - self.reached * math.exp(-max(x, 0.0) / self.mean)

    def lacking(self, x: float) -> float:
        """E(x - fill)+."""
        return x + self.reached * self.mean * math.expm1(-min(x, self.limit) / self.mean) if x > 0 else 0.0


@dataclass(frozen=True, slots=True)
class TwoExponential:
    """Independent exponential outflows of two venues.

    terms: of two venues. means: of the outflows > 0, length 2 [shares].
    Raises Invalid: there are not two venues and two means above 0.
    """

    terms: Terms
    means: tuple[float, float]

    @classmethod
    def of(cls, terms: Terms, means: Numbers) -> TwoExponential:
        """From a list of the two means. Raises Invalid as above."""
        one, two = vector("means", means, length=2).tolist()
        return cls(terms, (one, two))

    def __post_init__(self) -> None:
        if len(self.terms.rebates) != 2:
            raise Invalid("rebates", "of two venues", len(self.terms.rebates))
        means = vector("means", self.means, length=2)
        every("means", means > 0, "above 0", means)

    def expected(self, market: float, limits: Numbers) -> tuple[float, float, float]:
        """(cost [$], shortfall [shares], overfill [shares]), expected, of taking `market` and resting `limits`, exactly.

        The shortfall is an integral over the second fill of the first one's, piece by piece; the rest follows from the means.
        Raises Invalid: a number is negative or there are not two limits.
        """
        m, limit = not_negative("market", market), vector("limits", limits, length=2)
        every("limits", limit >= 0, "0 or more", limit)
        terms = self.terms
        fills = np.array([self.fill(venue, float(size))[0] for venue, size in enumerate(limit)])
        short = self._lacking(terms.shares - m, limit)
        over = max(m + float(fills.sum()) - terms.shares + short, 0.0)
        cost = terms.taken * m - float(terms.earned @ fills) + terms.impact * (float(limit.sum()) + short)
        return cost + terms.under * short + terms.over * over, short, over

    def of_each(self, splits: Sequence[Numbers]) -> list[tuple[float, float, float]]:
        """What is expected of each split, rows of what is taken and what rests at the two venues [shares]. Raises Invalid."""
        return [self.expected(float(row[0]), row[1:]) for row in matrix("splits", splits, columns=3)]

    def fill(self, venue: int, limit: float) -> tuple[float, float]:
        """Mean fill of a limit order at a venue, and the chance that more would have been filled."""
        ahead, mean = self.terms.ahead[venue], self.means[venue]
        return Exponential(mean).above(ahead, ahead + limit), math.exp(-(ahead + limit) / mean)

    def rest(self, limits: Floats) -> tuple[float, float, Floats]:
        """The best market order beside `limits`, its price, and a subgradient of that in `limits`: see the search."""
        take, miss, shares = taking(self.terms), missing(self.terms), self.terms.shares

        def wanted(market: float) -> bool:
            return miss * self._below(shares - market, limits, closed=False) > take

        low, high = 0.0, shares
        if not wanted(0.0):
            high = low if take >= 0 else shares
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            if not low < middle < high:
                break
            low, high = (middle, high) if wanted(middle) else (low, middle)
        atoms = np.array([0.0, *limits, limits.sum()])
        near = atoms[np.abs(atoms - (shares - high)) <= 3 * TIE * shares]  # a tie is seen up to TIE before and after
        market = min(max(shares - float(near[0]), 0.0), shares) if near.size else high
        price = take * market + miss * self._lacking(shares - market, limits)
        open_, closed = (self._slope(shares - market, limits, closed=flag) for flag in (False, True))
        # where the outcomes have an atom, that mixture of the two slopes for which the market order is at rest
        (least, at_least), (most, at_most) = open_, closed
        part = 0.0 if market == 0 or most <= least else min(max((take / miss - least) / (most - least), 0.0), 1.0)
        return market, price, -miss * (at_least + part * (at_most - at_least))

    def _fills(self, limits: Floats) -> tuple[_Fill, _Fill]:
        one, two = (
            _Fill(math.exp(-ahead / mean), mean, float(limit), TIE * self.terms.shares)
            for ahead, mean, limit in zip(self.terms.ahead, self.means, limits, strict=True)
        )
        return one, two

    def _slope(self, x: float, limits: Floats, *, closed: bool) -> tuple[float, Floats]:
        """(P(fills < x), for each venue P(fills < x and more would have been filled there)); <= when closed."""
        fills = self._fills(limits)
        more = [self.fill(venue, float(limit))[1] for venue, limit in enumerate(limits)]
        other = [fills[1 - venue].below(x - float(limits[venue]), closed=closed) for venue in (0, 1)]
        return self._below(x, limits, closed=closed), np.array(more) * np.array(other)

    def _below(self, x: float, limits: Floats, *, closed: bool) -> float:
        """P(fills of both < x), or <= when closed."""
        one, two = self._fills(limits)
        if x <= (-one.tie if closed else one.tie):
            return 0.0
        x = max(x, 0.0)
        edge = min(two.limit, x)
        bend = min(max(x - one.limit, 0.0), edge)
        inside = _mass(two.mean, 0.0, edge) - one.reached * _product(one.mean, two.mean, x, bend, edge)
        at_limit = math.exp(-two.limit / two.mean) * one.below(x - two.limit, closed=closed)
        return (1 - two.reached) * one.below(x, closed=closed) + two.reached * (inside + at_limit)

    def _lacking(self, x: float, limits: Floats) -> float:
        """E(x - fills of both)+."""
        one, two = self._fills(limits)
        if x <= 0:
            return 0.0
        edge = min(two.limit, x)
        bend = min(max(x - one.limit, 0.0), edge)
        # the second fill y in (0, bend): the first one's limit is in reach; in (bend, edge): it is not
        scale = one.reached * one.mean
        inside = _mass(two.mean, 0.0, edge) * x - _moment(two.mean, edge)
        inside += scale * math.expm1(-one.limit / one.mean) * _mass(two.mean, 0.0, bend)
        inside += scale * (_product(one.mean, two.mean, x, bend, edge) - _mass(two.mean, bend, edge))
        at_limit = math.exp(-two.limit / two.mean) * one.lacking(x - two.limit)
        return (1 - two.reached) * one.lacking(x) + two.reached * (inside + at_limit)


def _mass(mean: float, low: float, high: float) -> float:
    """int_low^high e^{-y/m}/m dy."""
    return math.exp(-low / mean) * -math.expm1((low - high) / mean)


def _moment(mean: float, high: float) -> float:
    """int_0^high y e^{-y/m}/m dy."""
    return mean * -math.expm1(-high / mean) - high * math.exp(-high / mean)


def _product(first: float, second: float, x: float, low: float, high: float) -> float:
    """int_low^high e^{-(x-y)/first} e^{-y/second}/second dy, for 0 <= low <= high <= x: no exponent above 0."""
    width = high - low
    if width <= 0:
        return 0.0
    tilt = (1 / first - 1 / second) * width
    top = max(-(x - low) / first - low / second, -(x - high) / first - high / second)
    return math.exp(top) / second * width * (-math.expm1(-abs(tilt)) / abs(tilt) if tilt else 1.0)
