"""Presets: terms of an order by name, for a trader who would rather say how than how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """What a preset sets where the client does not.

    urgency: 0 patient to 1. behind, ahead: the band around the schedule [shares of the quantity].
    price_discretion_ticks: how far past its price a child that would rest may take [ticks]. placement: how children stand.
    """

    doc: str
    urgency: str
    behind: str
    ahead: str
    price_discretion_ticks: int
    placement: str = "auto"


PRESETS: Mapping[str, Preset] = {
    "passive": Preset(
        doc="Rests, lags up to twice the usual band before it pays the spread, and trades evenly",
        urgency="0.2",
        behind="0.04",
        ahead="0.02",
        price_discretion_ticks=0,
    ),
    "neutral": Preset(
        doc="The defaults: rests, and pays the spread when it is two per cent behind",
        urgency="0.5",
        behind="0.02",
        ahead="0.02",
        price_discretion_ticks=0,
    ),
    "aggressive": Preset(
        doc="Front-loads, pays the spread soon, and takes what is offered a tick past its price",
        urgency="0.8",
        behind="0.01",
        ahead="0.05",
        price_discretion_ticks=1,
    ),
}
