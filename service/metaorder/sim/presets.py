"""Scenarios by name: a line here is all that a new one needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from metaorder.domain.errors import Invalid
from metaorder.domain.units import Ticks
from metaorder.sim.scenario import Scenario, changed

PLAIN = Scenario()
"""A busy stock with a small tick and nothing hidden: what thin and volatile are made of."""

SMALL_TICK = replace(
    PLAIN,
    value_bps=74,
    rates=(1, 9, 11, 11),
    taker_activity=(0.104, 0.089, 0.067, 0.068, 0.061, 0.060, 0.043, 0.041, 0.050, 0.066, 0.054, 0.086, 0.285),
    sweep=0.35,
    levels=2,
    maker_size=95,
    gap=14,
    slots=44,
    behind=40,
    hidden=0.15,
    adv=2_900_000,
    background=(45, 10.5, 5.6, 4.4, 8.7),
)
"""A price of $570 that moves in cents: a spread of some fifteen ticks, little at each price. Like AAPL or GOOG in 2012."""

LARGE_TICK = Scenario(
    start=Ticks(3_000),
    value_bps=130,
    rates=(1.8, 12, 15, 15),
    market_size=300,
    market_size_sd=1.0,
    sweep=0.03,
    makers=8,
    reacting=2,
    maker_size=500,
    half_spread=0.2,
    gap=1,
    tolerance=0,
    opinion=0.4,
    snipe=0.8,
    refresh=0.1,
    width_power=0,
    crowding=1,
    inventory_limit=8_000,
    skew=0.3,
    slots=300,
    limit_size=400,
    improve=0.3,
    improve_from=1,
    at_best=0.45,
    behind=2,
    adv=23_500_000,
    impact_bps=140,
    background=(60, 15, 2, 1, 1),
)
"""A price of $30: the spread is one tick nearly always, with a long queue at each price. No recorded day stands behind it."""

PRESETS: Mapping[str, Scenario] = {
    "liquid-small-tick": SMALL_TICK,
    "liquid-large-tick": LARGE_TICK,
    "thin": replace(
        PLAIN,
        start=Ticks(4_000),
        value_bps=160,
        rates=(0.09, 0.5, 0.6, 1.2),
        makers=2,
        levels=2,
        half_spread=4,
        gap=3,
        snipe=3,
        opinion=1,
        skew=1,
        slots=400,
        improve_from=2,
        behind=8,
        adv=240_000,
        impact_bps=160,
        background=(15, 4, 0.6, 0.3, 0.3),
        inventory_limit=800,
    ),
    "volatile": replace(
        PLAIN,
        value_bps=165,
        volvol=1.0,
        jump_chance=0.02,
        half_spread=28,
        gap=10,
        snipe=14,
        opinion=5,
        adv=4_000_000,
        impact_bps=340,
    ),
}
"""thin: a small stock that trades once in ten seconds. volatile: a liquid small tick on a bad day."""

DEFAULT = "liquid-small-tick"


def preset(name: str, parameters: Mapping[str, Any] | None = None) -> Scenario:
    """The scenario of a name, with some parameters of one's own.

    Raises:
        Invalid: no such preset, or a parameter that breaks a rule.
    """
    scenario = PRESETS.get(name)
    if scenario is None:
        raise Invalid("scenario", f"one of {', '.join(PRESETS)}", name)
    return changed(scenario, parameters or {})
