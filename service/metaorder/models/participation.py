"""Percent of volume: how much to trade against what others trade, and what rate would still finish."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import not_negative, rows, whole

MOST = 10**18
"""Shares, more than there are of anything."""


def own_by(others: int, rate: Fraction) -> int:
    """Shares that make us `rate` of all volume, ours within, when others trade `others`: floor(p/(1-p) others).

    others: >= 0 [shares]. rate: p in [0, 1).
    Raises Invalid: a number breaks its rule.
    """
    whole("others", others, least=0, most=MOST)
    if not_negative("rate", rate) >= 1:
        raise Invalid("rate", "in [0, 1)", rate)
    return math.floor(rate / (1 - rate) * others)


def follow(shares: int, others: Sequence[int], rate: Fraction) -> list[int]:
    """What to trade in each bin so that we are never above `rate` of the volume so far, until the order is done.

    Counted over all bins so far, so that rounding is made up and never adds up. shares: >= 0. others: volume of others in each
    bin, each >= 0 [shares]. rate: p in [0, 1), of all volume with ours within.
    Returns shares of each bin.
    Raises Invalid: a number breaks its rule.
    """
    whole("shares", shares, least=0, most=MOST)
    own_by(0, rate)
    found, volume, done = [], 0, 0
    for place, traded in enumerate(rows("others", others, object)):
        whole(f"others.{place}", traded, least=0, most=MOST)
        volume += traded
        found.append(min(shares, own_by(volume, rate)) - done)
        done += found[-1]
    return found


def share(own: int, others: int) -> float | None:
    """What part of all volume was ours; None when nobody traded."""
    return own / (own + others) if own + others else None


def required(left: int, others_left: int) -> float:
    """The rate that would just finish: R / (R + V), with V what others are expected to trade yet; 0 when nothing is left.

    Raises Invalid: a number is negative.
    """
    for name, value in (("left", left), ("others_left", others_left)):
        whole(name, value, least=0, most=MOST)
    return left / (left + others_left) if left else 0.0


def clipped(rate: float, lowest: float, highest: float) -> float:
    """`rate`, within [lowest, highest]. Raises Invalid: they are not in order within [0, 1]."""
    if not 0 <= not_negative("lowest", lowest) <= not_negative("highest", highest) <= 1:
        raise Invalid("lowest", "at most the highest, both in [0, 1]", (lowest, highest))
    return min(max(rate, lowest), highest)
