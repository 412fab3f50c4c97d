"""Almgren and Chriss with a forecast that changes over time and no trade back: what is left only falls."""

from __future__ import annotations

import math
from collections.abc import Sequence

from metaorder.models.inputs import finite, not_negative, positive


def left(drift: Sequence[float], *, kappa: float, period: float) -> list[float]:
    """What is left of one share at the start and after each of n equal periods, never increasing, first 1, last 0.

        min sum n_j^2 / tau + kappa~^2 tau sum x_j^2 + tau sum g_j x_j,   n_j = x_{j-1} - x_j >= 0
        kappa~ = 2 sinh(kappa tau / 2) / tau

    The objective over eta~ of E + lambda V of `ac_discrete`, for one share: g = (drift against the position) / (eta~ X).
    Where the forecast would have the order trade back, or more than there is, it waits instead; the optimum under n_j >= 0.

    drift: g_j, how fast the unperturbed price is expected to run away in each period, shape (n,) [1/time^2].
    kappa: >= 0 [1/time]; so large that no number holds it = all at once. period: tau > 0 [time].
    Raises Invalid: a number breaks its rule.
    Source: Almgren and Chriss (2000), sections 2 and 4.1, with a drift of each period; the first-order condition is tridiagonal.
    """
    n, tau = len(drift), positive("period", period)
    for place, each in enumerate(drift):
        finite(f"drift.{place}", each)
    if kappa * tau > 700:
        return [1.0] + [0.0] * n
    stiff = (2 * math.sinh(not_negative("kappa", kappa) * tau / 2)) ** 2
    still, end = [False] * n, n
    while True:
        end = _end(drift, stiff, tau, still, end)
        x = _solve(drift[:end], stiff, tau, still)
        back = [j for j in range(end - 1) if x[j + 1] > x[j] + 1e-12 and not still[j]]
        if not back:
            return _falling([*x, *[0.0] * (n - end)])
        for j in back:
            still[j] = True


def _end(drift: Sequence[float], stiff: float, tau: float, still: Sequence[bool], most: int) -> int:
    """The latest period to be done by, such that nothing is sold that is not there."""
    low, high = 1, most
    while low < high:
        middle = (low + high + 1) // 2 if high < most else high
        if min(_solve(drift[:middle], stiff, tau, still)) < 0:
            high = middle - 1
        else:
            low = middle
    return low


def _solve(drift: Sequence[float], stiff: float, tau: float, still: Sequence[bool]) -> list[float]:
    """The first-order condition with no trade in the periods that are `still`: one unknown for each run of equal holdings."""
    sizes, pulls = [0], [0.0]  # of each run: how many x_j, j >= 1, are in it; sum of their drifts. The first run holds x_0 = 1
    for j, each in enumerate(drift[:-1]):
        if not still[j]:
            sizes.append(0)
            pulls.append(0.0)
        sizes[-1] += 1
        pulls[-1] += each
    values = [1.0] * len(sizes)
    m = len(sizes) - 1
    # 2 x_r - x_{r-1} - x_{r+1} + stiff size_r x_r = -tau^2 pull_r / 2, x_0 = 1, x_{m+1} = 0; the last trade ends the order
    upper, rest = [0.0] * (m + 1), [0.0] * (m + 1)
    rest[0] = 1.0
    for r in range(1, m + 1):
        pivot = 2 + stiff * sizes[r] - upper[r - 1]
        upper[r] = 1 / pivot
        rest[r] = (rest[r - 1] - tau * tau * pulls[r] / 2) / pivot
    following = 0.0
    for r in range(m, 0, -1):
        values[r] = following = rest[r] + upper[r] * following
    x, run = [1.0], 0
    for j in range(len(drift) - 1):
        run += not still[j]
        x.append(values[run])
    return [*x, 0.0]


def _falling(x: Sequence[float]) -> list[float]:
    """The path with what is negative cut off, never increasing."""
    found, low = [], 1.0
    for each in x:
        low = min(low, max(0.0, each))
        found.append(low)
    return found
