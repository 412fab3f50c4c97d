"""Several venues, take or rest: the cheapest split over scenarios, with a proof of how far it is from the best there is."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from metaorder.domain.errors import Invalid
from metaorder.models.ck_cost import Terms, reach
from metaorder.models.inputs import Floats, Numbers, every, vector

GAP = 1e-7
"""What is left unproven when none is asked for, as a share of the order's shares at the penalty for a share too few."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """market: shares to take now. limits: to rest at each venue, shape (K,). cost: expected [$].

    bound: no split whatever costs less [$]; cost - bound is what the search leaves unproven. steps: of the search.
    """

    market: float
    limits: Floats
    cost: float
    bound: float
    steps: int


class Expectation(Protocol):
    """What the search asks of the outflows."""

    terms: Terms

    def fill(self, venue: int, limit: float) -> tuple[float, float]:
        """Mean fill of a limit order, concave in `limit` [shares], and its slope: the chance that more would have been filled."""
        ...

    def rest(self, limits: Floats) -> tuple[float, float, Floats]:
        """The best market order beside `limits`, its `price`, and a subgradient of that in `limits`.

        price: min over M in [0, S] of taking M + missing E(S - M - fills)+, convex in `limits` [$].
        """
        ...


def taking(terms: Terms) -> float:
    """What a share taken costs, with the penalty that it brings nearer [$/share]."""
    return terms.taken + terms.over


def missing(terms: Terms) -> float:
    """What a share short costs, with the penalty for one too many that it is spared [$/share]."""
    return terms.under + terms.impact + terms.over


@dataclass(frozen=True)
class Sample:
    """Scenarios as they were seen or drawn: `room` for a fill at each venue, shape (J, K), each with its weight, sum 1."""

    terms: Terms
    room: Floats
    weights: Floats
    _sorted: tuple[tuple[Floats, Floats, Floats], ...] = ()

    @classmethod
    def of(cls, terms: Terms, outflows: Sequence[Numbers] | npt.NDArray[np.floating], weights: Numbers | None = None) -> Sample:
        """The scenarios of `outflows`.

        outflows: xi >= 0, shape (J, K) [shares]. weights: >= 0, shape (J,), any sum above 0; equal when None. Raises Invalid.
        """
        room = reach(terms, outflows)
        scenarios = room.shape[0]
        w = np.ones(scenarios) if weights is None else vector("weights", weights, length=scenarios)
        every("weights", w >= 0, "0 or more", w)
        if not w.sum() > 0:
            raise Invalid("weights", "not all 0", 0.0)
        w = w / w.sum()
        tables = []
        for column in room.T:
            order = np.argsort(column)
            ordered, mass = column[order], w[order]
            below = np.concatenate([[0.0], np.cumsum(ordered * mass)])
            tables.append((ordered, below, np.concatenate([np.cumsum(mass[::-1])[::-1], [0.0]])))
        return cls(terms, room, w, tuple(tables))

    def fill(self, venue: int, limit: float) -> tuple[float, float]:
        """Mean fill of a limit order at a venue, and the weight of the scenarios that would have filled more."""
        ordered, below, above = self._sorted[venue]
        place = int(np.searchsorted(ordered, limit, side="right"))
        return float(below[place] + limit * above[place]), float(above[place])

    def rest(self, limits: Floats) -> tuple[float, float, Floats]:
        """The best market order beside `limits`, its price, and a subgradient of that in `limits`: see `Expectation`."""
        take, miss, shares = taking(self.terms), missing(self.terms), self.terms.shares
        lacking = shares - np.minimum(self.room, limits).sum(axis=1)
        order = np.argsort(-lacking)
        mass = np.cumsum(self.weights[order]) * miss
        place = int(np.searchsorted(mass, take, side="right"))
        market, short = 0.0, (lacking > 0).astype(np.float64)
        if take < 0:
            market, short = shares, np.zeros_like(lacking)
        elif place < lacking.size and lacking[order[place]] > 0:
            # the scenario in which the market order just suffices is counted in part, so that the market order is at rest
            market, short = float(lacking[order[place]]), np.zeros_like(lacking)
            short[order[:place]] = 1.0
            short[order[place]] = (take - (mass[place - 1] if place else 0.0)) / (self.weights[order[place]] * miss)
        price = take * market + miss * float(self.weights @ np.maximum(lacking - market, 0.0))
        return market, price, -miss * ((self.weights * short) @ (self.room > limits))


def optimise(expected: Expectation, *, gap: float | None = None, most_steps: int = 5_000) -> Optimum:
    """The cheapest split of an order between taking now and resting at several venues, among all splits.

        min over M, L in [0, S] of E v = taking M + missing E(S - M - fills)+ + sum_k [(lo - h - r_k) E fill_k + theta L_k] - lo S

    The first two terms are convex together. A fill's mean is concave in L_k, so a venue where one too many costs more than a
    fill earns makes the cost bend down: no local search and no convex solver is to be trusted with it. That part is a sum over
    venues, so on a box it lies above its chords. Best-first branch and bound: each step minimises chords plus cutting planes,
    which hold in all boxes, and then adds a plane or halves a box at the point found.

    expected: the outflows, `Sample.of` for scenarios. gap: stop when no more than this is unproven [$], > 0.
    most_steps: stop there in any case; the bound says what was reached.
    Returns the best split found, a bound on all. More than S in all may rest: with two venues that can be right.
    Raises Invalid: gap is not above 0, or there is no venue.
    Source: Cont and Kukanov (2017) for the problem; the method is the usual one for separable concave costs.
    """
    terms = expected.terms
    venues = len(terms.rebates)
    if venues == 0:
        raise Invalid("rebates", "of at least one venue", 0)
    allowed = GAP * terms.shares * max(missing(terms), taking(terms)) if gap is None else gap
    if not allowed > 0:
        raise Invalid("gap", "above 0", gap)
    search = _Search(expected)
    for corner in (np.zeros(venues), np.full(venues, terms.shares), np.full(venues, terms.shares / venues)):
        search.visit(corner)
    ticket = count()  # equal bounds are taken in the order in which they came
    boxes = [(-math.inf, next(ticket), np.zeros(venues), np.full(venues, terms.shares))]
    proven, steps = math.inf, 0
    while boxes and steps < most_steps:
        bound, _, low, high = heapq.heappop(boxes)
        if bound < search.cost - allowed:
            steps += 1
            bound, at, height = search.relax(low, high)
        if bound >= search.cost - allowed:
            proven = min(proven, bound)
            continue
        loose = search.visit(at) - height
        bend = search.bend(at, low, high)
        venue = int(np.argmax(bend))
        parts = [(low, high)]
        if bend[venue] > 0 and loose <= bend.sum():
            left, right = high.copy(), low.copy()
            left[venue] = right[venue] = at[venue]
            parts = [(low, left), (right, high)]
        for part in parts:
            heapq.heappush(boxes, (bound, next(ticket), *part))
    if boxes:
        proven = min(proven, boxes[0][0])
    return Optimum(search.market, search.limits, search.cost, min(proven, search.cost), steps)


class _Search:
    """The best split so far, and the planes that the convex part lies above."""

    def __init__(self, expected: Expectation) -> None:
        terms = expected.terms
        self.expected = expected
        self.weight = np.asarray(terms.over - terms.earned, dtype=np.float64)
        self.concave = self.weight > 0
        self.constant = -terms.over * terms.shares
        self.impact = terms.impact
        self.planes: list[Floats] = []
        self.levels: list[float] = []
        self.cost = math.inf
        self.market = 0.0
        self.limits = np.zeros(self.weight.size)

    def fills(self, limits: Floats) -> tuple[Floats, Floats]:
        """What the fills of each venue add to the cost, beside the shortfall, and the slope of that."""
        both = np.array([self.expected.fill(venue, float(limit)) for venue, limit in enumerate(limits)])
        return self.weight * both[:, 0], self.weight * both[:, 1]

    def visit(self, limits: Floats) -> float:
        """Try `limits` as the answer, and put a plane under the convex part there. Returns the convex part."""
        market, price, slope = self.expected.rest(limits)
        fills, slopes = self.fills(limits)
        cost = price + float(fills.sum()) + self.impact * float(limits.sum()) + self.constant
        if cost < self.cost:
            self.cost, self.market, self.limits = cost, market, limits.copy()
        convex = price + float(fills[~self.concave].sum())
        plane = slope + np.where(self.concave, 0.0, slopes)
        self.planes.append(plane)
        self.levels.append(convex - float(plane @ limits))
        return convex

    def relax(self, low: Floats, high: Floats) -> tuple[float, Floats, float]:
        """The least cost on a box, of chords and planes: (a bound on the cost there, where it is, the planes' height there)."""
        start, slope = self._chords(low, high)
        rows = np.column_stack([np.array(self.planes), np.full(len(self.planes), -1.0)])
        found = linprog(
            np.concatenate([slope + self.impact, [1.0]]),
            A_ub=rows,
            b_ub=-np.array(self.levels),
            bounds=[*zip(low, high, strict=True), (None, None)],
            method="highs-ds",
            options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10, "presolve": False},
        )
        assert found.status == 0, f"a bounded programme with a point in it has a solution: {found.message}"
        at = np.clip(found.x[:-1], low, high)
        return float(found.fun) + float((start - slope * low).sum()) + self.constant, at, float(found.x[-1])

    def bend(self, at: Floats, low: Floats, high: Floats) -> Floats:
        """How far each venue's part lies above its chord, shape (K,) [$]."""
        start, slope = self._chords(low, high)
        return np.where(self.concave, self.fills(at)[0] - (start + slope * (at - low)), 0.0)

    def _chords(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        start, end = (np.where(self.concave, self.fills(corner)[0], 0.0) for corner in (low, high))
        width = high - low
        return start, np.where(width > 0, (end - start) / np.where(width > 0, width, 1.0), 0.0)
