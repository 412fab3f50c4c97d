"""Almgren and Chriss with a forecast that changes over time and no trade back: what is left only falls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from metaorder.models.inputs import finite, not_negative, positive

LONGEST = 10
"""Changes of the active set, as a multiple of the periods, after which it is what it is; a few are usual."""

SMALL = 1e-12
"""A gain that is none, of a share."""


def left(drift: Sequence[float], *, kappa: float, period: float) -> list[float]:
    """What is left of one share at the start and after each of n equal periods, never increasing, first 1, last 0.

        min sum n_j^2 / tau + kappa~^2 tau sum x_j^2 + tau sum g_j x_j,   n_j = x_{j-1} - x_j >= 0
        kappa~ = 2 sinh(kappa tau / 2) / tau

    The objective over eta~ of E + lambda V of `ac_discrete`, for one share: g = (drift against the position) / (eta~ X).
    Where the forecast would have the order trade back, or more than there is, it waits instead; the optimum under n_j >= 0.

    drift: g_j, how fast the unperturbed price is expected to run away in each period, shape (n,) [1/time^2].
    kappa: >= 0 [1/time]; so large that no number holds it = all at once. period: tau > 0 [time].
    Raises Invalid: a number breaks its rule.
    Source: Almgren and Chriss (2000), sections 2 and 4.1, with a drift of each period; the programme is convex, and an active set
    of the periods that trade ends at its optimum: the first-order condition between them is tridiagonal.
    """
    n, tau = len(drift), positive("period", period)
    for place, each in enumerate(drift):
        finite(f"drift.{place}", each)
    if kappa * tau > 700:
        return [1.0] + [0.0] * n
    stiff = (2 * math.sinh(not_negative("kappa", kappa) * tau / 2)) ** 2
    pulls = [tau * tau * each / 2 for each in drift]
    trading = list(range(n))
    found = _trades(trading, pulls, stiff)
    while min(found) < 0:  # a first guess that trades back nowhere
        trading = [j for j in trading if found[j] > 0]
        found = _trades(trading, pulls, stiff)
    return _path(_improved(found, trading, pulls, stiff))


def _improved(found: list[float], trading: list[int], pulls: Sequence[float], stiff: float) -> list[float]:
    """From trades that are allowed to the best: the period that gains most is let in, one that would trade back is left out."""
    for _ in range(LONGEST * (len(pulls) + 1)):
        gains = _gains(found, pulls, stiff)
        entering = min((j for j in range(len(pulls)) if found[j] == 0), key=gains.__getitem__, default=None)
        if entering is None or gains[entering] >= gains[trading[0]] - SMALL:
            return found
        trading = sorted([*trading, entering])
        wanted = _trades(trading, pulls, stiff)
        while min(wanted) < 0:
            leaving = min((j for j in trading if wanted[j] < 0), key=lambda j: found[j] / (found[j] - wanted[j]))
            part = found[leaving] / (found[leaving] - wanted[leaving])
            found = [was + part * (will - was) for was, will in zip(found, wanted, strict=True)]
            found[leaving] = 0.0
            trading = [j for j in trading if j != leaving]
            wanted = _trades(trading, pulls, stiff)
        found = wanted
    return found


def _trades(trading: Sequence[int], pulls: Sequence[float], stiff: float) -> list[float]:
    """The first-order condition with trades in some periods alone, the rest 0: one unknown for each run of equal holdings."""
    runs = [range(first, last) for first, last in pairwise(trading)]
    upper, rest = [0.0], [1.0]
    # 2 x_r - x_{r-1} - x_{r+1} + stiff size_r x_r = -pull_r; x is 1 before the first trade and 0 after the last
    for run in runs:
        pivot = 2 + stiff * len(run) - upper[-1]
        rest.append((rest[-1] - sum(pulls[j] for j in run)) / pivot)
        upper.append(1 / pivot)
    held = [0.0]
    for before, share in zip(reversed(rest[1:]), reversed(upper[1:]), strict=True):
        held.append(before + share * held[-1])
    held = [*held, 1.0][::-1]
    found = [0.0] * len(pulls)
    for j, (before, after) in zip(trading, pairwise(held), strict=True):
        found[j] = before - after
    return found


def _gains(found: Sequence[float], pulls: Sequence[float], stiff: float) -> list[float]:
    """What a share more in each period adds to the objective, times tau / 2: at the optimum the same in all that trade."""
    x, gains, below = _path(found), [0.0] * len(found), 0.0
    for j in range(len(found) - 1, -1, -1):
        below += stiff * x[j + 1] + pulls[j]
        gains[j] = found[j] - below
    return gains


def _path(found: Sequence[float]) -> list[float]:
    """What is left after each trade: never increasing, exactly 0 after the last."""
    last = max(j for j, trade in enumerate(found) if trade > 0)
    x = [1.0]
    for j, trade in enumerate(found):
        x.append(0.0 if j >= last else max(0.0, x[-1] - trade))
    return x
