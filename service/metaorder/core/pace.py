"""How fast lag is made up: never in a burst, and no slower because the plan had done most of it by now. Pure."""

from __future__ import annotations

from metaorder.core.execution import Execution
from metaorder.domain.state import Plan, State
from metaorder.domain.units import Lots, Nanos

CATCH_UP = 3
"""Lag is made up at this multiple, at most, of the rate planned of late or of the plan's mean rate, whichever is more."""


def caught_up(pace: Lots, min_child: Lots, done: Lots) -> Lots:
    """Lots that may be sent so that lag is never made up in a burst. pace: planned within the trailing horizon; done: in it."""
    return Lots(max(0, CATCH_UP * max(pace, min_child) - done))


def evenly(plan: Plan, since: Nanos, now: Nanos) -> Lots:
    """Lots that fall to the time from `since` to `now` if all of the plan is spread evenly over the time that it had to work.

    What was before the plan's origin, and blackouts, count as no time. Rounded down.
    """
    worked = plan.worked(now) - plan.worked(Nanos(max(since, plan.origin)))
    return Lots(max(0, plan.lots) * max(0, worked) // plan.window)


def paced(execution: Execution, state: State, pace: Lots, lit: Lots, asked: int) -> Lots:
    """Lots that the bound on catching up leaves, of those that are asked for. pace: planned within the trailing horizon.

    Where that is too little, what the plan comes to on average within the horizon counts in its place. A plan that follows the
    market has no such average: it owes nothing for time.
    """
    now, least = state.market.now, execution.order.min_child
    since = Nanos(now - state.pace_horizon)
    done = Lots(execution.filled_since(since) + lit)
    allowed, mean = caught_up(pace, least, done), evenly(state.plan, since, now)
    if allowed >= asked or mean <= pace or execution.algo.planned(state, now) is None:
        return allowed
    return caught_up(mean, least, done)
