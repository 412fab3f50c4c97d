"""What leaves the queues of venues before time is up: scenarios from the market's volume and from what own orders met."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import pdtrik

from metaorder.domain.errors import Invalid
from metaorder.domain.state import MarketState, Outcome
from metaorder.domain.units import Lots
from metaorder.models.inputs import Floats, Numbers, every, vector

KINDS = ("exponential", "poisson", "empirical")
PRIOR = 4
"""Children of the present size that the market's own rate counts for, beside those that were seen to fill."""

FEWEST = 30
"""Stretches of the market's recent seconds; fewer are no distribution."""

LEAST, MOST = 0.25, 4.0
"""How far own outcomes may move a rate."""


def grid(kind: str, mean: float, scenarios: int) -> Floats:
    """Equally likely outflows of a queue, rising, shape (scenarios,) [lots]: quantiles, so that nothing is drawn.

    Raises Invalid: no such distribution, or a mean below 0.
    """
    if kind not in KINDS[:2]:
        raise Invalid("outflow", f"one of {', '.join(KINDS[:2])}", kind)
    if not (math.isfinite(mean) and mean >= 0):
        raise Invalid("mean", "a finite number, 0 or more", mean)
    at = (np.arange(scenarios) + 0.5) / scenarios
    if mean == 0:
        return np.zeros(scenarios)
    if kind == "exponential":
        return np.asarray(-mean * np.log1p(-at), dtype=np.float64)
    return np.asarray(np.ceil(np.maximum(pdtrik(at, mean), 0.0)), dtype=np.float64)


def recent(seconds: Sequence[Sequence[int]], horizon: int, factors: Sequence[float]) -> Floats | None:
    """What left the queues of each venue in every stretch of `horizon` seconds of late, together, shape (n, K) [lots].

    seconds: volume of each venue by the second, of which half is taken to have been on our side of the book. factors: what own
    outcomes have taught of each venue. None: fewer than FEWEST stretches were seen.
    """
    seen = min((len(each) for each in seconds), default=0)
    if horizon < 1 or seen - horizon + 1 < FEWEST:
        return None
    columns = [empirical(each[-seen:], horizon) * (factor / 2) for each, factor in zip(seconds, factors, strict=True)]
    return np.column_stack(columns)


def empirical(volumes: Numbers, horizon: int) -> Floats:
    """Outflows as they were: the sums of all stretches of `horizon` parts of recent volume, by the second, shape (n - h + 1,).

    Raises Invalid: fewer parts than a horizon, or a volume below 0.
    """
    seen = vector("volumes", volumes, least=max(1, horizon))
    every("volumes", seen >= 0, "0 or more", seen)
    if horizon < 1:
        raise Invalid("horizon", "at least 1", horizon)
    sums = np.concatenate([[0.0], np.cumsum(seen)])
    return np.asarray(sums[horizon:] - sums[:-horizon], dtype=np.float64)


def rate(market: MarketState) -> float | None:
    """Lots that leave one side of the book in a second: half of what others trade; None where nobody knows."""
    return None if market.pace is None else market.pace / 2


def learned(outcome: Outcome | None, size: Lots) -> float:
    """What the market's rate is to be multiplied by: (filled + prior) / (expected + prior), within bounds."""
    if outcome is None:
        return 1.0
    prior = PRIOR * max(size, 1)
    return min(MOST, max(LEAST, (outcome.filled + prior) / (outcome.expected + prior)))


def shares(depths: Sequence[Lots]) -> list[float]:
    """The part of a symbol's volume that falls to each venue: by what it shows, and evenly where nobody shows anything."""
    total = sum(depths)
    return [depth / total if total else 1 / len(depths) for depth in depths]
