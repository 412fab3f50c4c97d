"""Sizes that do not show the parent: drawn around what others show, from who the order is and which child it is."""

from __future__ import annotations

import math

from metaorder.domain.units import Lots

_GOLDEN, _MIX1, _MIX2, _WORD = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 2**64 - 1

WIDTH = 2
"""A drawn size is from 1/WIDTH of what others show to WIDTH times as much, every ratio as likely as another."""


def uniform(seed: int, number: int) -> float:
    """A number in [0, 1) that belongs to a child: the same after every restart, and for no two children alike (splitmix64)."""
    word = (seed + (number + 1) * _GOLDEN) & _WORD
    word = ((word ^ (word >> 30)) * _MIX1) & _WORD
    word = ((word ^ (word >> 27)) * _MIX2) & _WORD
    return ((word ^ (word >> 31)) >> 11) / 2**53


def drawn(shown: Lots, chance: float) -> Lots:
    """The size of a child beside others who show so many lots at the touch; chance: in [0, 1).

    Round as people's sizes are: whole hundreds from two hundred on, tens from twenty on; at least one lot.
    """
    size = max(shown, 1) * WIDTH ** (2 * chance - 1)
    step = 100 if size >= 200 else 10 if size >= 20 else 1
    return Lots(max(1, math.floor(size / step + 0.5) * step))
