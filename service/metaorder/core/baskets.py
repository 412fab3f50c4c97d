"""Baskets in a session: which orders belong together, what each leg knows of the others, and plans that are drawn jointly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from metaorder.core.decide import Gate, Observe
from metaorder.core.events import ScheduleSet
from metaorder.core.execution import Execution
from metaorder.core.preview import shown_plan
from metaorder.domain.instrument import Instrument
from metaorder.domain.order import Account, ParentId
from metaorder.domain.state import NO_BASIS, Basket, Leg
from metaorder.domain.units import Lots

Executions = Mapping[ParentId, Execution]


class Baskets:
    """The legs of each basket, in the order of their acceptance. gates: of the venues that trade each symbol."""

    def __init__(self, gates: Mapping[str, Sequence[Gate]]) -> None:
        self._values = {symbol: tick_value(at[0].instrument) for symbol, at in gates.items()}
        self._legs: dict[tuple[Account, str], list[ParentId]] = {}

    def add(self, execution: Execution) -> None:
        """An order was accepted: if it is a leg, it stands behind those that were accepted before."""
        order = execution.order
        if order.basket is not None:
            self._legs.setdefault((order.account, order.basket), []).append(order.id)

    def of(self, executions: Executions, parent: ParentId) -> Basket | None:
        """The basket as one of its legs sees it now; None for an order that is alone."""
        order = executions[parent].order
        if order.basket is None:
            return None
        members = self._legs[order.account, order.basket]
        origin = executions[parent].plan_origin
        legs = tuple(self._leg(executions[each], planned=executions[each].plan_origin == origin) for each in members)
        return Basket(order.basket, legs, members.index(parent))

    def draw(self, executions: Executions, parent: ParentId, observe: Observe, cause: str) -> list[tuple[ParentId, ScheduleSet]]:
        """The schedule of an order from now on; of a leg, with those of the legs that are worked beside it."""
        together = self._together(executions, parent)
        markets = {each: observe(executions[each]) for each in together}
        drawn = dict(executions)
        for each, market in markets.items():
            before = executions[each]
            drawn[each] = replace(before, plan_origin=market.now, plan_done=before.filled, basis=market.basis)
        made = []
        for each, market in markets.items():
            points = shown_plan(drawn[each], market, self.of(drawn, each))
            why = cause if each == parent else f"{cause}: {executions[parent].order.symbol}"
            made.append((each, ScheduleSet(cause=why, done=drawn[each].filled, points=points, basis=market.basis)))
        return made

    def _together(self, executions: Executions, parent: ParentId) -> list[ParentId]:
        order = executions[parent].order
        if order.basket is None:
            return [parent]
        members = self._legs[order.account, order.basket]
        return [each for each in members if each == parent or _worked(executions[each])]

    def _leg(self, execution: Execution, *, planned: bool) -> Leg:
        order, over = execution.order, execution.status.terminal
        value = self._values[order.symbol]
        basis = execution.basis if execution.plan_origin is not None else NO_BASIS
        left = order.lots - execution.plan_done if planned and _worked(execution) else 0
        return Leg(
            symbol=order.symbol,
            side=order.side,
            lots=execution.filled if over else order.lots,
            filled=execution.filled,
            working=execution.working,
            planned=Lots(left),
            price=None if basis.mid2 is None else basis.mid2 / 2 * float(value),
            spent=execution.notional * float(value),
            basis=basis,
            tick_value=value,
        )


def _worked(execution: Execution) -> bool:
    return execution.status.live and execution.started is not None


def tick_value(instrument: Instrument) -> Fraction:
    """What one tick is worth on one lot [currency]."""
    return Fraction(instrument.tick_size) * instrument.lot_size * Fraction(instrument.unit_value)
