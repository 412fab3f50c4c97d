"""What the days of each preset are usually like: measured over many of them, and stated with the number of days behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from metaorder.models.order_cost import ForgettingLaw
from metaorder.sim.presets import PRESETS
from metaorder.sim.scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """A usual day. sigma, sigma_error: volatility and its standard error [fraction/sqrt(day)].

    spread, spread_error: the median, and its spread over days [ticks]. volume_sd: of the logarithm of half an hour's volume
    around its forecast. days: how many days they were measured over.
    """

    sigma: float
    sigma_error: float
    spread: float
    spread_error: float
    volume_sd: float
    days: int = 12


USUAL: Mapping[str, Usual] = {
    "liquid-small-tick": Usual(sigma=0.0109, sigma_error=0.0004, spread=14.5, spread_error=1.7, volume_sd=0.11),
    "liquid-large-tick": Usual(sigma=0.0161, sigma_error=0.0018, spread=1.0, spread_error=0.0, volume_sd=0.17),
    "thin": Usual(sigma=0.0186, sigma_error=0.0016, spread=4.9, spread_error=0.5, volume_sd=0.41),
    "volatile": Usual(sigma=0.0370, sigma_error=0.0017, spread=21.6, spread_error=3.1, volume_sd=0.11),
}
"""`tests/unit/sim/test_usual.py` measures them again: two days of one preset each time, twelve of each in the gauntlet."""


def usual(scenario: Scenario) -> Usual | None:
    """What is known of a scenario's days: of a preset as it stands, whatever its drift, and of no other."""
    return next((USUAL[name] for name, each in PRESETS.items() if each == replace(scenario, drift_bps=each.drift_bps)), None)


def own_law(scenario: Scenario, crossing_share: float) -> ForgettingLaw:
    """The scenario's own impact law, as `sim.impact` states it, for an order of which so much crosses the spread.

    crossing_share: in [0, 1]; what rests counts with `passive_weight`.
    """
    weight = crossing_share + (1 - crossing_share) * scenario.passive_weight
    return ForgettingLaw(
        scale=scenario.impact_bps * 1e-4 * weight**scenario.exponent,
        memory=(*scenario.memory, math.inf),
        weights=scenario.own,
        exponent=scenario.exponent,
    )
