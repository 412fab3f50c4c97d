"""What a venue does at an instant, and what its auction would end in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from metaorder.domain.order import Side
from metaorder.domain.units import Lots, Ticks


class Phase(IntEnum):
    """What a venue does now; the numbers are the native core's."""

    CONTINUOUS = 0
    OPENING_AUCTION = 1
    CLOSING_AUCTION = 2
    CLOSED = 3


@dataclass(frozen=True, slots=True)
class Indication:
    """What an auction would end in now. imbalance: what more is wanted, or offered, at that price; side: of that surplus."""

    price: Ticks
    lots: Lots
    imbalance: Lots
    side: Side
