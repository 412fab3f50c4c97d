"""The gatekeeper: the guard first, then the watch; what does not leave is not counted."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from metaorder.core.commands import SetLimits
from metaorder.core.decide import Gate
from metaorder.core.events import ChildSubmitted
from metaorder.core.gatekeeper import Gatekeeper
from metaorder.domain.order import Account
from metaorder.domain.units import SECOND, Lots
from metaorder.risk.limits import GateLimits
from support.core import INSTRUMENT, LATENCY, OPEN, PARENT, at, market_state, parent_order, started, submitted, touch
from support.fake_market import FILLS_AT_ONCE, FakeMarket, Quoted

GATES = (Gate("FAKE", LATENCY, INSTRUMENT),)


def code(keeper: Gatekeeper, lots: int, number: int = 1) -> str | None:
    breach = keeper.admit(started(), submitted(number, lots=Lots(lots)), market_state(), GATES)
    return None if breach is None else breach.code


def test_the_guard_speaks_before_the_watch_and_a_blocked_child_is_not_counted() -> None:
    keeper = Gatekeeper()
    keeper.watch.set(Account("desk"), GateLimits(max_child_quantity=600))
    assert code(keeper, 1_001) == "guard_quantity"
    assert code(keeper, 601) == "max_child_quantity"
    assert code(keeper, 600) is None
    assert code(keeper, 401, 2) == "guard_quantity", "the one that left counts"
    assert code(keeper, 400, 2) is None
    keeper.forget(started().order.id)
    assert code(keeper, 600, 3) is None


def test_children_past_so_many_in_a_second_wait_and_leave_later() -> None:
    """Fills at once call for the next child at once: at most so many of them leave in any second."""
    market = FakeMarket([Quoted(OPEN, touch())], lambda n: FILLS_AT_ONCE, background=10**9, watchers=[])
    market.run(OPEN)
    market.apply(SetLimits(account=Account("desk"), limits={"max_children_per_s": 1}))
    market.accept(parent_order(max_child=Lots(10), end=at(60), urgency=Fraction(1)))
    market.run(at(59))
    sent = [step.happened.ts for step in market.steps if isinstance(step.happened.event, ChildSubmitted)]
    assert len(sent) > 30
    assert all(after - before >= SECOND for before, after in pairwise(sent))
    assert market.engine.executions[PARENT].status.live, "it is slowed down, not stopped"
