"""A recorded day beside days of a scenario: every statistic of both, and what it says of the scenario."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FITS, OFF = 1.25, 1.6
"""A ratio up to the first fits, as far as one recorded day can say; beyond the second it misses."""

CLOSE, APART = 0.05, 0.12
"""The same for what is a correlation or a share of one."""

_BY_DIFFERENCE = ("acf", "corr", "half hour")


@dataclass(frozen=True, slots=True)
class Line:
    """One statistic. error: standard error of the simulated mean over its days; None with fewer than two of them.

    verdict: fits, off, misses, or why nothing can be said; by: how far, as words.
    """

    name: str
    recorded: float
    simulated: float
    error: float | None
    verdict: str
    by: str


def compare(recorded: Mapping[str, float], days: Sequence[Mapping[str, float]]) -> list[Line]:
    """Line by line, in the order of the recorded day's statistics."""
    lines = []
    for name, value in recorded.items():
        values = [day[name] for day in days]
        mean = math.fsum(values) / len(values)
        spread = math.sqrt(math.fsum((each - mean) ** 2 for each in values) / (len(values) - 1)) if len(values) > 1 else None
        verdict, by = judge(name, value, mean)
        lines.append(Line(name, value, mean, None if spread is None else spread / math.sqrt(len(values)), verdict, by))
    return lines


def judge(name: str, recorded: float, simulated: float) -> tuple[str, str]:
    """What two values of a statistic say."""
    if not (math.isfinite(recorded) and math.isfinite(simulated)):
        return "unknown", "the data cannot say"
    if any(word in name for word in _BY_DIFFERENCE):
        gap = simulated - recorded
        return _verdict(abs(gap), CLOSE, APART), f"{gap:+.3f}"
    if recorded <= 0 or simulated <= 0:
        fits = recorded == simulated
        return ("fits", "equal") if fits else ("misses", f"{simulated:.3g} against {recorded:.3g}")
    ratio = simulated / recorded
    return _verdict(max(ratio, 1 / ratio), FITS, OFF), f"x {ratio:.2f}"


def _verdict(distance: float, good: float, bad: float) -> str:
    return "fits" if distance <= good else "off" if distance <= bad else "misses"
