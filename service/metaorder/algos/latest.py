"""The soonest and the latest that a share of the volume still allows: what can be done by a time, and what may be left then."""

from __future__ import annotations

from fractions import Fraction

from metaorder.domain.state import State, own_for
from metaorder.domain.units import Lots, Nanos


def may_be_left(state: State, time: Nanos, rate: Fraction) -> Lots | None:
    """Lots that the expected volume from `time` to the end takes at a share of it; None where no volume is expected.

    Where the whole window has no room for the plan, what is left falls as the volume comes. rate: own volume included.
    """
    plan, curve, ahead = state.plan, state.market.curve, state.plan.basis.ahead
    whole = plan.volume(curve, plan.origin, state.end)
    if not ahead or not whole:
        return None
    rest = plan.volume(curve, time, state.end)
    can = own_for(ahead * rest // whole, rate)
    return Lots(min(can if own_for(ahead, rate) >= plan.lots else plan.lots * rest // whole, plan.lots))


def can_be_done(state: State, time: Nanos, rate: Fraction) -> Lots | None:
    """Lots done by `time` at most, at a share of the expected volume from the plan's origin; None where none is expected."""
    plan, curve, ahead = state.plan, state.market.curve, state.plan.basis.ahead
    whole = plan.volume(curve, plan.origin, state.end)
    if not ahead or not whole:
        return None
    return Lots(plan.done + own_for(ahead * plan.volume(curve, plan.origin, time) // whole, rate))
