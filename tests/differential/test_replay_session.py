"""A whole session on a real day, algorithms and all, is the same however its advances are cut."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction

import pytest

from metaorder.core.commands import Accept
from metaorder.domain.calendar import TradingDay
from metaorder.domain.instrument import Instrument
from metaorder.domain.market import flat_curve
from metaorder.domain.order import Account, ParentId, ParentOrder, SessionId, Side
from metaorder.domain.units import Lots, Nanos
from metaorder.domain.venue import Latency
from metaorder.runtime.session import LiveSession
from metaorder.sim.market import replayed
from metaorder.sim.tape import Tape
from support.data import GOOG
from support.lobster import CLOSE, DATE, OPEN, SECOND
from support.replays import ALL, MILLISECOND, real_rows

DAY = TradingDay(date=DATE, open=Nanos(OPEN), close=Nanos(CLOSE))
INSTRUMENT = Instrument(symbol="GOOG", mic="XNAS", currency="USD", tick_size=Decimal("0.01"))


def live_session(name: str) -> LiveSession:
    market = replayed(
        Tape(real_rows(name).tape, DAY),
        INSTRUMENT,
        curve=flat_curve(DAY.open, DAY.close),
        latency=Latency(entry=Nanos(MILLISECOND)),
    )
    session = LiveSession(SessionId("lab"), "lab", market, DAY)
    for parent, side in (("A", Side.BUY), ("B", Side.SELL)):
        session.apply(Accept(order=parent_order(parent, side), rejection=None, body_hash="", received_at=Nanos(0)))
    return session


def parent_order(name: str, side: Side) -> ParentOrder:
    return ParentOrder(
        id=ParentId(name),
        account=Account(name),
        client_order_id=name,
        session=SessionId("lab"),
        market="lab",
        symbol="GOOG",
        currency="USD",
        side=side,
        lots=Lots(8_000),
        algo="vwap",
        params={},
        start=DAY.open,
        end=Nanos(DAY.close - 600 * SECOND),
        cap=Fraction(1, 5),
        min_child=Lots(1),
        must_complete=True,
    )


def facts(session: LiveSession) -> tuple[object, ...]:
    record = session.market.record()
    arrays = (record.quotes, record.prints, record.reference)
    rows = [(entry.type, entry.market_time, entry.event_index, entry.payload) for entry in session.entries]
    return (session.hash, session.market.hash(), rows, *(array.tobytes() for array in arrays))


@pytest.mark.gauntlet
@pytest.mark.long
def test_a_session_with_two_parents_is_the_same_however_it_is_cut() -> None:
    whole = live_session(GOOG)
    whole.run(until=DAY.close)
    cut = live_session(GOOG)
    dice = random.Random(10)
    while not cut.market.closed:
        until = Nanos(cut.market.clock + dice.choice((0, 1_000, MILLISECOND, SECOND, 60 * SECOND)))
        cut.run(until=min(until, DAY.close), index=dice.choice((ALL, cut.market.index + dice.randrange(200))))
    assert facts(cut) == facts(whole)
    filled = {name: execution.filled for name, execution in whole.engine.executions.items()}
    assert min(filled.values()) > 1_000
