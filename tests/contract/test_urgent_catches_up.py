"""What the cap holds back of an urgent schedule is made up once the market has room, at a bounded rate: every algorithm."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from contract.test_catch_up import WINDOW_S
from contract.test_previewed import facts
from metaorder.algos import ALGOS
from metaorder.core import pace
from metaorder.core.commands import Pause, Resume
from metaorder.core.events import Fill
from metaorder.core.preview import preview
from metaorder.domain.order import ParentOrder
from metaorder.domain.units import SECOND, Lots, Nanos
from support.core import LATENCY, OPEN, PARENT, accepted, at, parent_order, touch
from support.fake_market import FILLS_AT_ONCE, REFUSES, FakeMarket, Fates, Printed, Quoted
from support.laws import Laws

LOTS = Lots(3_600)
QUIET_S = 600
"""So long others trade next to nothing: the cap leaves 150 lots in all."""

HORIZON_S = 300
MEAN = LOTS * HORIZON_S // WINDOW_S
"""What the plan comes to on average within the horizon on which lag is made up."""


def rate(second: int) -> int:
    """Others' lots in a second: the cap, a fifth, leaves a quarter of it."""
    return 1 if second < QUIET_S else 40


def expected(start: Nanos, end: Nanos) -> Lots:
    """The volume as it will come."""
    low, high = ((min(max(0, time - OPEN), WINDOW_S * SECOND)) for time in (start, end))
    turn = QUIET_S * SECOND
    return Lots((min(high, turn) - min(low, turn) + 40 * (max(high, turn) - max(low, turn))) // SECOND)


def urgent(algo: str, urgency: str = "0.8", **terms: Any) -> ParentOrder:
    """An order that is to be done soon: by its own parameter where the algorithm has one, by the order's urgency elsewhere."""
    fields = getattr(ALGOS[algo], "__dataclass_fields__", {})
    params = {"urgency": urgency} if "urgency" in fields else {"target": "0.10"} if algo == "pov" else {}
    given = {"lots": LOTS, "end": at(WINDOW_S), "cap": Fraction(1, 5), "min_child": Lots(5), "urgency": Fraction(urgency)}
    return parent_order(algo=algo, params=params, **{**given, **terms})


def market(fates: Fates = lambda n: FILLS_AT_ONCE, length_s: int = WINDOW_S) -> FakeMarket:
    prints = [Printed(at(second + 0.5), touch().bid, Lots(rate(second))) for second in range(length_s)]  # type: ignore[arg-type]
    made = FakeMarket([Quoted(OPEN, touch()), *prints], fates, ahead=expected, facts=facts, watchers=[Laws(LATENCY)])
    made.run(OPEN)
    return made


def fills(made: FakeMarket) -> list[tuple[int, int]]:
    return [(s.happened.ts, s.happened.event.lots) for s in made.steps if isinstance(s.happened.event, Fill)]


def busiest(made: FakeMarket, window_s: int, since: float) -> int:
    """The most lots filled within so many seconds."""
    known = fills(made)
    late = [ts for ts, _ in known if ts >= at(since)]
    return max((sum(lots for ts, lots in known if start <= ts < start + window_s * SECOND) for start in late), default=0)


@pytest.mark.parametrize(("algo", "urgency"), [*((algo, "0.8") for algo in ALGOS), ("is", "0.95")])
def test_an_urgent_order_that_the_cap_holds_back_at_first_is_done_by_its_end(algo: str, urgency: str) -> None:
    made = market()
    made.accept(urgent(algo, urgency))
    made.run(at(QUIET_S))
    assert made.engine.executions[PARENT].filled <= QUIET_S // 4 + 5, "the cap binds"
    made.run(at(WINDOW_S + 1))
    assert made.engine.executions[PARENT].leaves == 0
    assert busiest(made, HORIZON_S, since=QUIET_S) <= pace.CATCH_UP * MEAN + 5


@pytest.mark.parametrize("algo", ["is", "stochastic_control"])
def test_what_is_previewed_of_it_is_what_is_worked(algo: str) -> None:
    made = market()
    order = urgent(algo)
    execution = replace(accepted(), order=order, algo=accepted(algo=algo, params=order.params).algo)
    seen = replace(made.observe(execution), others_since_plan=Lots(0), basis=facts(OPEN, touch())[0])
    shown = preview(execution, seen, expected)
    made.accept(order)
    for time, lots in shown:
        made.run(time)
        slack = LOTS // 50 + pace.CATCH_UP * LOTS * 62 // WINDOW_S
        assert abs(made.engine.executions[PARENT].filled - lots) <= slack, (time - OPEN) // SECOND
    assert shown[-1][1] == LOTS


@pytest.mark.parametrize("algo", ["is", "basket"])
def test_time_that_was_paused_is_no_time_that_the_plan_had(algo: str) -> None:
    """After a pause the mean is that of the new plan, from its origin: the pause is not made up as lag."""
    made = market()
    made.accept(urgent(algo))
    made.run(at(QUIET_S + 60))
    made.apply(Pause(parent=PARENT, cancel_open=True))
    made.run(at(QUIET_S + 360))
    before = made.engine.executions[PARENT].filled
    made.apply(Resume(parent=PARENT))
    drawn = market()
    drawn.accept(urgent(algo, lots=Lots(LOTS - before), start=at(QUIET_S + 360)))
    made.run(at(QUIET_S + 420))
    drawn.run(at(QUIET_S + 420))
    assert made.engine.executions[PARENT].filled - before <= drawn.engine.executions[PARENT].filled + 5


def test_what_follows_the_market_owes_nothing_for_time() -> None:
    """Of 200,000 lots the mean is 16,667 in the horizon: pov makes up what was refused at three times its share, 1,333, alone."""
    made = market(lambda n: REFUSES if n < 1_500 else FILLS_AT_ONCE, 3_600)
    made.accept(urgent("pov", lots=Lots(200_000), end=at(3_600), cap=Fraction(2, 5)))
    made.run(at(3_000))
    execution = made.engine.executions[PARENT]
    assert execution.filled > 0
    assert min(fill[0] for fill in fills(made)) > at(1_800), "the lag is more than the bound"
    assert busiest(made, HORIZON_S, since=0) <= pace.CATCH_UP * (40 * HORIZON_S // 9 + 40)
