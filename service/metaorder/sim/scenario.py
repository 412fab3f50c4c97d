"""The scenario of the simulated market: its parameters, and how the days before it traded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

import numpy as np

from metaorder import _native
from metaorder.domain.calendar import TradingDay
from metaorder.domain.errors import Invalid
from metaorder.domain.market import VolumeCurve
from metaorder.domain.units import Lots, Nanos, Ticks

HISTORY_DAYS = 20
PARTS = 26
"""Parts of the day in which volume is profiled: a quarter of an hour each, in a day of six and a half hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A small order-flow market around a fair value that wanders.

    start: fair value at the open [ticks]. sigma_bps: its volatility [bps per day].
    events_per_s: orders, cancels and takers together, mean over the day [1/second].
    market_share, cancel_share: of the events, those that take and those that withdraw.
    half_spread, depth_scale: of new orders around the fair value [ticks].
    """

    start: Ticks = Ticks(10_000)
    sigma_bps: float = 150.0
    events_per_s: float = 6.0
    market_share: float = 0.11
    cancel_share: float = 0.40
    half_spread: float = 1.2
    depth_scale: float = 4.0

    def flow(self, seed: int, day: TradingDay) -> _native.FlowConfig:
        """The native configuration of one day."""
        config = _native.FlowConfig()
        config.seed, config.open, config.close = seed, day.open, day.close
        config.start, config.sigma_bps, config.events_per_s = self.start, self.sigma_bps, self.events_per_s
        config.market_share, config.cancel_share = self.market_share, self.cancel_share
        config.half_spread, config.depth_scale = self.half_spread, self.depth_scale
        return config


@dataclass(frozen=True, slots=True)
class History:
    """What is known of a market before its day begins: where volume usually falls, and how much of it there is."""

    curve: VolumeCurve
    volume: Lots


def day_seed(seed: int, number: int) -> int:
    """The seed of the day `number` of a market: days differ, and each is always the same."""
    digest = sha256(f"{seed}/{number}".encode()).digest()
    return int.from_bytes(digest[:8], "little")


def simulate(
    scenario: Scenario, seed: int, day: TradingDay, *, latency: Nanos | _native.Latency, points_per_tick: int
) -> _native.Session:
    """A session of the simulated market, at its open."""
    return _native.Session.simulated(scenario.flow(seed, day), latency=latency, points_per_tick=points_per_tick)


@lru_cache(maxsize=16)
def history(scenario: Scenario, seed: int, day: TradingDay) -> History:
    """The mean of HISTORY_DAYS other days of the same market, of the same length: never the day itself."""
    edges = tuple(Nanos(day.open + (day.close - day.open) * i // PARTS) for i in range(PARTS + 1))
    totals = np.zeros(PARTS, dtype=np.int64)
    for back in range(1, HISTORY_DAYS + 1):
        session = simulate(scenario, day_seed(seed, -back), day, latency=Nanos(1), points_per_tick=2)
        session.advance(time=day.close, index=2**64 - 1, wake=2**63 - 1, on_quote=False, budget=2**64 - 1)
        prints = session.prints(0)
        part = np.clip(np.searchsorted(np.array(edges), prints["ts"], side="right") - 1, 0, PARTS - 1)
        totals += np.bincount(part, weights=prints["lots"], minlength=PARTS).astype(np.int64)
    weights = tuple(int(total) for total in totals)
    if not sum(weights):
        raise Invalid("scenario", "a market that trades", scenario)
    return History(VolumeCurve(edges, weights, f"mean of {HISTORY_DAYS} other days"), Lots(sum(weights) // HISTORY_DAYS))
