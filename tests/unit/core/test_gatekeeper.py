"""The gatekeeper: the guard first, then the watch; what does not leave is not counted."""

from __future__ import annotations

from metaorder.core.decide import Gate
from metaorder.core.gatekeeper import Gatekeeper
from metaorder.domain.order import Account
from metaorder.domain.units import Lots
from metaorder.risk.limits import GateLimits
from support.core import INSTRUMENT, LATENCY, market_state, started, submitted

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
