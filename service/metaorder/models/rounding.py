"""Schedules in whole lots: nothing is lost, and nothing is added."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import not_negative, rows, whole

Weight = float | Fraction


def largest_remainder(shares: int, weights: Sequence[Weight], lot: int = 1) -> list[int]:
    """Each bin's part in whole lots, the lots that are left over to the largest remainders, the earliest first among equals.

    No bin is off by a lot or more. What is no whole lot goes to the last bin that trades.

    shares: >= 0. weights: >= 0, at least one above 0, in any scale; taken as exact numbers. lot: >= 1 [shares].
    Returns whole shares, as many as weights, that sum to `shares`.
    Raises Invalid: a number breaks its rule.
    """
    parts = _parts(shares, weights, lot)
    lots = [math.floor(part) for part in parts]
    rest = shares // lot - sum(lots)
    for place in sorted(range(len(parts)), key=lambda place: (lots[place] - parts[place], place))[:rest]:
        lots[place] += 1
    return _whole(shares, lots, weights, lot)


def cumulative(shares: int, weights: Sequence[Weight], lot: int = 1) -> list[int]:
    """Each bin's part in whole lots, so that what is done by the end of each bin is never more than half a lot off.

        n_k = floor(c_k + 1/2) - floor(c_{k-1} + 1/2),  c_k what should be done by the end of bin k [lots]

    Arguments, what is returned and what is raised as `largest_remainder`.
    """
    lots, due, done = [], Fraction(0), 0
    parts = _parts(shares, weights, lot)
    for part in parts:
        due += part
        lots.append(math.floor(due + Fraction(1, 2)) - done)
        done += lots[-1]
    return _whole(shares, lots, weights, lot)


def _parts(shares: int, weights: Sequence[Weight], lot: int) -> list[Fraction]:
    """What each bin should have [lots], exactly."""
    whole("shares", shares, least=0, most=10**18)
    whole("lot", lot, most=10**18)
    for place, weight in enumerate(rows("weights", weights, object)):
        not_negative(f"weights.{place}", weight)
    exact = [Fraction(weight) for weight in weights]
    total = sum(exact)
    if not total:
        raise Invalid("weights", "above 0 somewhere", list(weights))
    return [int(shares) // int(lot) * weight / total for weight in exact]


def _whole(shares: int, lots: list[int], weights: Sequence[Weight], lot: int) -> list[int]:
    """Lots as shares, with the odd shares in the last bin that trades; in the last that could, when none does."""
    found = [each * lot for each in lots]
    last = max((place for place, each in enumerate(lots) if each), default=None)
    if last is None:
        last = max(place for place, weight in enumerate(weights) if weight)
    found[last] += shares % lot
    return found
