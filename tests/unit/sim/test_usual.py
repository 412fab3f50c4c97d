"""What is stated of the presets' days is what they are like, measured anew; and it is stated of presets alone."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from metaorder.domain.units import SECOND, Nanos
from metaorder.runtime.build import build
from metaorder.sim.presets import PRESETS
from metaorder.sim.usual import USUAL, usual
from support.sessions import DAY, FixedCalendar, NoFiles, spec

HALF = 1_800


def measured(name: str, seed: int) -> tuple[float, float, np.ndarray]:
    """Volatility [fraction/sqrt(day)] and median spread [ticks] of a day; log of half-hour volumes over their forecast."""
    wanted = spec(seed=seed)
    hosted = build(replace(wanted, options={**wanted.options, "scenario": name}), NoFiles(), FixedCalendar())
    hosted.live.run(until=DAY.close)
    market, listing = hosted.live.market, hosted.live.market.listing()
    others, _ = market.statistics(depth_ticks=0)
    assert others.variance_60s is not None
    assert listing.usual_volume is not None
    rows = market.record().quotes
    bid, ask = rows["live"]["bid"], rows["live"]["ask"]
    held = np.diff(np.append(rows["ts"], DAY.close)) * ((bid > 0) & (ask > bid))
    by_size = np.argsort(ask - bid)
    passed = np.cumsum(held[by_size])
    median = (ask - bid)[by_size][np.searchsorted(passed, passed[-1] / 2)]
    edges = [Nanos(DAY.open + k * HALF * SECOND) for k in range(14)]
    whole = listing.curve.between(DAY.open, DAY.close)
    volumes = market.volumes()
    off = [
        math.log(
            int(volumes[k * HALF : (k + 1) * HALF].sum())
            * whole
            / (listing.usual_volume * listing.curve.between(*edges[k : k + 2]))
        )
        for k in range(13)
    ]
    return math.sqrt(others.variance_60s * (DAY.close - DAY.open) / SECOND), float(median), np.array(off)


def check(name: str, days: int) -> None:
    """Within four standard errors of so many days; the dispersion of volume within half of itself."""
    stated, found = USUAL[name], [measured(name, seed) for seed in range(1, days + 1)]
    scale = 4 * math.sqrt(1 / days + 1 / stated.days)
    sigma, spread = (float(np.mean([row[column] for row in found])) for column in (0, 1))
    assert abs(sigma - stated.sigma) <= scale * stated.sigma_error * math.sqrt(stated.days)
    assert abs(spread - stated.spread) <= max(0.5, scale * stated.spread_error)
    assert 0.5 <= np.std(np.concatenate([row[2] for row in found])) / stated.volume_sd <= 1.6


@pytest.mark.parametrize("name", ["liquid-small-tick"])
def test_two_days_are_like_what_is_stated(name: str) -> None:
    check(name, 2)


@pytest.mark.gauntlet
@pytest.mark.parametrize("name", USUAL)
def test_twelve_days_are_like_what_is_stated(name: str) -> None:
    check(name, 12)


def test_it_is_stated_of_presets_alone_whatever_their_drift() -> None:
    assert set(USUAL) <= set(PRESETS)
    for name, found in USUAL.items():
        assert usual(PRESETS[name]) is found
        assert usual(replace(PRESETS[name], drift_bps=500.0)) is found
    assert usual(replace(PRESETS["thin"], value_bps=1.0)) is None
