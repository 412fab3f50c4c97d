"""The schedule of an order before it is worked: its algorithm's plan, or what it does as forecast, under the order's cap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from metaorder.core.closing import kept, shown, trading_ends
from metaorder.core.decide import SHOWN_POINTS, plan_of, plan_points, state_of
from metaorder.core.execution import Execution
from metaorder.core.pace import caught_up, evenly
from metaorder.domain.state import Basket, MarketState
from metaorder.domain.units import Lots, Nanos
from metaorder.risk.participation import Own, headroom, rolling_window

Forecast = Callable[[Nanos, Nanos], Lots]
"""Others' volume between two times, as it is expected."""

Points = tuple[tuple[Nanos, Lots], ...]


def preview(execution: Execution, market: MarketState, expected: Forecast | None) -> Points:
    """What is done by when, from the order's start on, if the market trades as expected: the engine's own plan under the cap.

    What the cap or the bound on catching up holds back is done later, by the rules that the engine works by. An algorithm that
    follows the market is asked, step by step, what it would do if every child were filled at once. Where nothing is expected of
    the market the plan is shown as it is, and one that follows the market is empty.
    """
    known = plan_points(execution, market)
    if expected is None:
        return known
    order = execution.order
    origin = Nanos(max(market.now, order.start))
    end = trading_ends(order, market)
    if execution.status.terminal or origin >= end:
        return ()
    drawn = replace(execution, plan_origin=origin, plan_done=execution.filled, basis=market.basis)
    whole = Lots(order.lots - kept(drawn, market))
    points: list[tuple[Nanos, Lots]] = []
    for i in range(SHOWN_POINTS + 1):
        time = Nanos(origin + (end - origin) * i // SHOWN_POINTS)
        seen = _seen(drawn, market, origin, time, expected)
        target = known[i][1] if known else drawn.algo.on_event(state_of(drawn, seen)).target
        room = _room(drawn, seen, points)
        if known:
            room = min(room, _catch_up(drawn, seen, known, points))
        drawn = replace(drawn, filled=Lots(max(min(target, whole, drawn.filled + room), drawn.filled)))
        points.append((time, drawn.filled))
    return tuple(points)


def shown_plan(execution: Execution, market: MarketState, basket: Basket | None = None) -> Points:
    """The schedule from now on with what is kept for the closing auction, drawn for people to look at."""
    return shown(plan_points(execution, market, basket), execution, market)


def _room(execution: Execution, seen: MarketState, points: list[tuple[Nanos, Lots]]) -> Lots:
    """Lots that the cap leaves at a time, on both clocks."""
    window = Nanos(seen.now - rolling_window(execution.order))
    own = Own(execution.filled, Lots(execution.filled - _done(points, window, execution.filled)), Lots(0))
    return headroom(execution.order, own, seen)


def _catch_up(execution: Execution, seen: MarketState, known: Points, points: list[tuple[Nanos, Lots]]) -> Lots:
    """Lots that the bound on catching up leaves at a time, over no less than one step between two points."""
    time = seen.now
    step = points[-1][0] if points else time
    since = Nanos(max(known[0][0], min(step, time - execution.pace_horizon(time))))
    pace = Lots(_done(known, time, known[0][1]) - _done(known, since, execution.plan_done))
    pace = max(pace, evenly(plan_of(execution, seen), since, time))
    return caught_up(pace, execution.order.min_child, Lots(execution.filled - _done(points, since, execution.filled)))


def _done(points: Points | list[tuple[Nanos, Lots]], time: Nanos, before: Lots) -> Lots:
    """Lots done by a time, between two points along a line; `before` where there is no point yet."""
    if not points:
        return before
    times, lots = zip(*points, strict=True)
    return Lots(int(np.interp(time - times[0], [each - times[0] for each in times], lots) + 1e-6))


def _seen(execution: Execution, market: MarketState, origin: Nanos, time: Nanos, expected: Forecast) -> MarketState:
    """The market as it would be seen at a time, had it traded as expected since the origin."""

    def since(begin: int) -> Lots:
        return expected(Nanos(max(begin, origin)), time)

    return replace(
        market,
        now=time,
        halted=False,
        others=Lots(market.others + since(origin)),
        others_window=since(time - rolling_window(execution.order)),
        others_pace=since(time - execution.pace_horizon(time)),
        others_since_plan=since(origin),
        volume_ahead=expected(time, execution.order.end),
    )
