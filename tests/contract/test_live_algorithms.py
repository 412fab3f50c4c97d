"""Every algorithm at once in a real day and in the simulated market: what must hold is counted from their journals alone."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import msgspec
import pytest

from differential.test_replay_session import DAY as REAL_DAY
from differential.test_replay_session import INSTRUMENT
from metaorder.algos import ALGOS
from metaorder.core.commands import Accept
from metaorder.domain.calendar import TradingDay
from metaorder.domain.market import flat_curve
from metaorder.domain.order import Account, ParentId, ParentOrder, SessionId, Side
from metaorder.domain.units import SECOND, Lots, Nanos, to_nanos
from metaorder.domain.venue import Latency
from metaorder.runtime.session import LiveSession
from metaorder.sim.market import replayed
from metaorder.sim.tape import Tape
from support.data import GOOG
from support.replays import MILLISECOND, real_rows
from support.sessions import DAY, simulated

START_S, WINDOW_S = 600, 900
LOTS = 600


def goog() -> LiveSession:
    tape = Tape(real_rows(GOOG).tape, REAL_DAY)
    curve = flat_curve(REAL_DAY.open, REAL_DAY.close)
    market = replayed(tape, INSTRUMENT, curve=curve, latency=Latency(entry=Nanos(MILLISECOND)))
    return LiveSession(SessionId("lab"), "lab", market, REAL_DAY)


def order(algo: str, day: TradingDay, session: LiveSession) -> ParentOrder:
    return ParentOrder(
        id=ParentId(algo),
        account=Account(algo),
        client_order_id=algo,
        session=SessionId("lab"),
        market="lab",
        symbol=session.market.instrument.symbol,
        currency="USD",
        side=Side.BUY,
        lots=Lots(LOTS),
        algo=algo,
        params={},
        start=Nanos(day.open + START_S * SECOND),
        end=Nanos(day.open + (START_S + WINDOW_S) * SECOND),
        cap=Fraction(1, 5),
        min_child=Lots(1),
        must_complete=True,
    )


@pytest.mark.parametrize("market", ["simulated", pytest.param("replay", marks=pytest.mark.gauntlet)])
def test_no_hard_constraint_is_ever_broken_and_every_reason_holds_numbers(market: str) -> None:
    session, day = (goog(), REAL_DAY) if market == "replay" else (simulated().live, DAY)
    orders = {algo: order(algo, day, session) for algo in ALGOS}
    for each in orders.values():
        session.apply(Accept(order=each, rejection=None, body_hash="", received_at=Nanos(0)))
    session.run(until=Nanos(day.open + (START_S + WINDOW_S + 60) * SECOND))
    docs = [msgspec.json.decode(entry.payload) for entry in session.take()]
    assert not [doc for doc in docs if doc["type"] == "risk.blocked"]
    for algo, each in orders.items():
        after = session.engine.executions[each.id]
        assert after.status.terminal
        mine = [doc for doc in docs if doc.get("client_order_id") == algo]
        _holds(each, mine, int(session.market.metered(each.id, Nanos(-1))), after.filled)
        children = [doc for doc in mine if doc["type"] == "child.submitted"]
        assert children, f"{algo} has worked"
        assert all({"target", "due", "room", "placement"} <= set(doc["reason"]) for doc in children)


def _holds(order: ParentOrder, docs: list[dict[str, Any]], others: int, filled: int) -> None:
    fills = [doc for doc in docs if doc["type"] == "fill"]
    assert sum(doc["quantity"] for doc in fills) == filled <= order.lots
    assert all(order.start <= to_nanos(doc["ts"]) <= order.end for doc in fills)
    out: dict[str, int] = {}
    done = 0
    for doc in docs:
        if doc["type"] == "child.submitted":
            out[doc["child_id"]] = doc["quantity"]
        elif doc["type"] == "fill":
            out[doc["child_id"]] -= doc["quantity"]
            done += doc["quantity"]
        elif doc["type"] in {"child.canceled", "child.expired", "child.rejected"}:
            out.pop(doc["child_id"])
        assert done + sum(out.values()) <= order.lots, "conservation"
    assert filled == 0 or others == 0 or Fraction(filled, filled + others) <= order.cap or filled <= order.min_child
