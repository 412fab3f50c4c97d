"""How an order was executed: spreads met and captured, price improvement, waiting, and what children came to nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metaorder.tca.facts import NO_PRICE, Bools, Fills, Ints, Quotes
from metaorder.tca.tracking import Capture, spread_capture

SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ImpactUsed:
    """The impact of own fills that an algorithm reckoned with, lowest and highest over its children.

    beta: how fast it fades [1/second]. strength: lambda of a lot [ticks per lot^c]; None: it was not known. source: of lambda.
    """

    beta: tuple[float, float]
    strength: tuple[float, float] | None
    source: str


@dataclass(frozen=True, slots=True)
class Working:
    """The child orders of an order. children, canceled: how many were sent, and called back with something unfilled.

    sent: lots of all of them. waited: from each fill's child being sent to the fill [ns]. first_passive: lots of each fill that
    were first placed passively, those that were called back and crossed later included. queue_known: share of the lots ahead of
    resting children, as they joined, whose arrival was seen; 1 where nothing was ahead, None where no child joined a queue.
    impact: of own fills, as it was reckoned with.
    """

    children: int
    canceled: int
    sent: int
    waited: Ints
    first_passive: Ints
    queue_known: float | None = None
    impact: ImpactUsed | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Seconds until fills: of the first since arrival; mean and median over lots since their child was sent."""

    first: float
    mean: float
    median: float


def spreads(sign: int, fills: Fills) -> Ints:
    """The quoted spread just before each fill [points]; 0 where there was none."""
    known = (fills.mid2 != NO_PRICE) & (fills.touch != NO_PRICE)
    return np.where(known, sign * (2 * fills.touch - fills.mid2), 0)


def quoted_spread(sign: int, fills: Fills) -> float | None:
    """The quoted spread that the fills met, weighted by lots [share of the mid]; None where no book was two-sided."""
    return _mean(spreads(sign, fills), fills.mid2, fills.lots, fills.mid2 != NO_PRICE)


def price_improvement(sign: int, fills: Fills) -> float | None:
    """By how much the taken lots were better than the touch that they met: s (q - p) / m, positive = good.

    Negative where they walked beyond it. None where nothing was taken from a two-sided book.
    """
    usable = ~fills.maker & (fills.mid2 != NO_PRICE)
    return _mean(sign * (fills.touch - fills.price), fills.mid2, fills.lots, usable)


def capture(sign: int, fills: Fills, working: Working, quotes: Quotes) -> Capture:
    """Spread captured by the lots that were first placed passively."""
    return spread_capture(sign, fills, working.first_passive, quotes, spreads(sign, fills))


def waiting(fills: Fills, working: Working, arrived: int) -> Waiting:
    """How long fills took. There is at least one."""
    order = np.argsort(working.waited, kind="stable")
    reached = np.cumsum(fills.lots[order])
    middle = int(np.searchsorted(reached, (reached[-1] + 1) // 2))
    mean = float(np.average(working.waited, weights=fills.lots))
    return Waiting(
        first=(int(fills.ts.min()) - arrived) / SECOND,
        mean=mean / SECOND,
        median=int(working.waited[order][middle]) / SECOND,
    )


def _mean(points: Ints, mid2: Ints, lots: Ints, usable: Bools) -> float | None:
    """Mean over lots of points / mid."""
    total = int(lots[usable].sum())
    return float(np.sum(2 * points[usable] / mid2[usable] * lots[usable])) / total if total else None
