"""What leaves the queues of venues before time is up: scenarios from the market's volume and from what own orders met."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import pdtrik

from metaorder.domain.errors import Invalid
from metaorder.domain.state import MarketState, Outcome, Reason, SplitTerms
from metaorder.domain.units import MICRO, SECOND, Lots
from metaorder.models.inputs import Floats, Numbers, every, vector
from metaorder.models.walk_outflow import share_reached, walking

KINDS = ("exponential", "poisson", "empirical", "walk")
PRIOR = 4
"""Children of the present size that the market's own rate counts for, beside those that were seen to fill."""

FEWEST = 30
"""Stretches of the market's recent seconds; fewer are no distribution."""

LEAST, MOST = 0.25, 4.0
"""How far own outcomes may move a rate."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What outflows rest on where the price walks. move: standard deviation of the mid over the horizon; spread; behind: of the
    child behind the touch [ticks]. lump: mean square over mean of what trades in a second [lots]; seen: how many such there were.
    """

    move: float
    spread: float
    behind: float
    lump: float
    seen: float

    def scenarios(self, volumes: Sequence[float], count: int) -> Floats:
        """Equally likely outflows of the queues, of the volumes that are expected at their venues, shape (count, K) [lots]."""
        at = (np.arange(count) + 0.5) / count
        reached = share_reached(at, move=self.move, spread=self.spread, behind=self.behind)
        return np.column_stack([walking(volume, reached, self.lump, self.seen) for volume in volumes])


@dataclass(frozen=True, slots=True)
class Expected:
    """Outflows of the queues until time is up, equally likely, shape (J, K) [lots]. said: what they rest on, in words.

    facts: the numbers of it for the reason. volumes: what is expected to trade at each venue meanwhile; None where none is.
    """

    scenarios: Floats
    said: str
    facts: Reason
    volumes: tuple[float, ...] | None = None


def expected(
    lots: Lots,
    asked: SplitTerms,
    market: MarketState,
    depths: Mapping[str, Lots],
    outcomes: Mapping[str, Outcome],
    *,
    behind: int,
) -> Expected | None:
    """Outflows of the queues of some venues until a split's time is up; None where nobody knows the volume.

    depths: what each venue shows on our side. behind: ticks that the price to rest at is behind the touch.
    """
    factors = [learned(outcomes.get(venue), lots) for venue in depths]
    horizon = max(0, asked.until - market.now) / SECOND
    seconds = [market.seconds.get(venue, ()) for venue in depths]
    if asked.outflow == "empirical":
        found = recent(seconds, round(horizon), factors)
        if found is not None:
            return Expected(found, f"empirical, {len(found)} stretches of {round(horizon)} s", {})
    pace = rate(market)
    if pace is None:
        return None
    parts = shares(list(depths.values()))
    means = [pace * horizon * part * factor for part, factor in zip(parts, factors, strict=True)]
    kind, why = asked.outflow, "too few seconds were seen for empirical"
    if kind == "walk":
        known = walk(market, seconds, horizon, behind)
        if known is not None:
            facts = {name: f"{getattr(known, name):.6g}" for name in ("move", "spread", "behind", "lump", "seen")}
            volumes = tuple(2 * mean for mean in means)
            return Expected(known.scenarios(volumes, asked.scenarios), "walk", {"walk": [facts]}, volumes)
        why = "no volatility or no trade was seen for a walk"
    said = "exponential" if kind in KINDS[2:] else kind
    drawn = np.column_stack([grid(said, mean, asked.scenarios) for mean in means])
    return Expected(drawn, f"{said}: {why}" if said != kind else said, {})


def walk(market: MarketState, seconds: Sequence[Sequence[int]], horizon: float, behind: int) -> Walk | None:
    """How the price walks and trades come, by the last minutes; None where neither is known.

    seconds: others' volume of each venue by the second. horizon: [seconds].
    """
    bid, ask, sigma = market.quote.bid, market.quote.ask, market.flow.sigma
    traded = sum(sum(each) for each in seconds)
    if bid is None or ask is None or sigma is None or not traded:
        return None
    squares = sum(lots * lots for each in seconds for lots in each)
    return Walk(
        move=sigma / MICRO * math.sqrt(horizon),
        spread=float(max(0, ask - bid)),
        behind=float(behind),
        lump=squares / traded,
        seen=traded * traded / squares,
    )


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
    """Lots that leave one side of the book in a second: half of what others trade; None where nobody knows.

    Of the venues that the order may go to alone: their part of the volume is taken to be their part of what is shown.
    """
    return None if market.pace is None else market.pace / 2 * market.seen_share


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
