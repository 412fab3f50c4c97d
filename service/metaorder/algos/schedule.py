"""What every schedule shares: the next look, the pace that lag may be made up at, and rounding that loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from metaorder.domain.state import Intent, Plan, Reason, State
from metaorder.domain.units import SECOND, Lots, Nanos

LOOK_EVERY = SECOND
"""The longest time between two decisions: quotes move and bands are crossed between the steps of a schedule."""

BILLION = 10**9
_64 = 2**64 - 1

Done = Callable[[Nanos], Lots]
"""Lots that a schedule has done by a time, never decreasing."""


def follow(state: State, *, target: Done, due: Done, step: Nanos, reason: Reason) -> Intent:
    """The intent of a schedule that is a function of time.

    target: what should be done or working once the step that begins at a time is over.
    due: what should be filled by a time.
    step: when the target next rises.
    """
    now = state.market.now
    back = Nanos(max(now - state.pace_horizon, state.plan.origin))
    begun = state.plan.done if back == state.plan.origin else target(back)
    return Intent(
        target=target(now),
        due=due(now),
        pace=Lots(target(now) - begun),
        wake=Nanos(min(now + LOOK_EVERY, step, state.end)),
        reason=reason,
    )


def part(plan: Plan, numerator: int, denominator: int) -> Lots:
    """Lots done when `numerator` of `denominator` parts of the plan are over, rounded up so that odd lots go early."""
    clipped = min(max(numerator, 0), denominator)
    return Lots(plan.done - (-plan.lots * clipped // denominator))


def jitter(seed: int, place: int, share: Fraction) -> int:
    """A number in [-share, share], drawn by place from a seed alone [billionths]. The generator is SplitMix64."""
    z = (seed + (place + 1) * 0x9E3779B97F4A7C15) & _64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _64
    drawn = (z ^ (z >> 31)) % (2 * BILLION + 1) - BILLION
    return drawn * share.numerator // share.denominator
