"""The schedule of an order before it is worked: the plan that the engine would draw, or what its algorithm does as forecast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from metaorder.core.decide import SHOWN_POINTS, plan_points, state_of
from metaorder.core.execution import Execution
from metaorder.domain.state import MarketState
from metaorder.domain.units import Lots, Nanos
from metaorder.risk.participation import rolling_window

Forecast = Callable[[Nanos, Nanos], Lots]
"""Others' volume between two times, as it is expected."""

Points = tuple[tuple[Nanos, Lots], ...]


def preview(execution: Execution, market: MarketState, expected: Forecast | None) -> Points:
    """What is done by when, from the order's start on: the engine's own plan, where the algorithm has one.

    One that follows the market is asked, step by step, what it would do if the market traded as expected and every child were
    filled at once; empty where nothing is expected of the market.
    """
    known = plan_points(execution, market)
    if known or expected is None:
        return known
    order = execution.order
    origin = Nanos(max(market.now, order.start))
    if execution.status.terminal or origin >= order.end:
        return ()
    drawn = replace(execution, plan_origin=origin, plan_done=execution.filled)
    points: list[tuple[Nanos, Lots]] = []
    for i in range(SHOWN_POINTS + 1):
        time = Nanos(origin + (order.end - origin) * i // SHOWN_POINTS)
        seen = _seen(drawn, market, origin, time, expected)
        target = drawn.algo.on_event(state_of(drawn, seen)).target
        drawn = replace(drawn, filled=Lots(max(min(target, order.lots), drawn.filled)))
        points.append((time, drawn.filled))
    return tuple(points)


def _seen(execution: Execution, market: MarketState, origin: Nanos, time: Nanos, expected: Forecast) -> MarketState:
    """The market as it would be seen at a time, had it traded as expected since the origin."""

    def since(begin: int) -> Lots:
        return expected(Nanos(max(begin, origin)), time)

    return replace(
        market,
        now=time,
        halted=False,
        others=since(origin),
        others_window=since(time - rolling_window(execution.order)),
        others_pace=since(time - execution.pace_horizon(time)),
        others_since_plan=since(origin),
        volume_ahead=expected(time, execution.order.end),
    )
