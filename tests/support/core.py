"""What tests of the pure floors share: one instrument, one day, plain orders, states and events."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from metaorder.core.events import ChildSubmitted, Fill, Happened, ParentAccepted, ParentStarted, ScheduleSet
from metaorder.core.execution import Execution, evolve
from metaorder.domain.calendar import TradingDay
from metaorder.domain.child import Child, ChildType, Liquidity, TimeInForce
from metaorder.domain.instrument import Instrument
from metaorder.domain.market import Quote, flat_curve
from metaorder.domain.order import Account, ParentId, ParentOrder, SessionId, Side
from metaorder.domain.state import MarketState, Plan, State
from metaorder.domain.units import MINUTE, SECOND, Lots, Nanos, Ticks, to_nanos

OPEN = to_nanos("2026-03-02T14:30:00Z")
CLOSE = to_nanos("2026-03-02T21:00:00Z")
DAY = TradingDay(date="2026-03-02", open=OPEN, close=CLOSE)
INSTRUMENT = Instrument(symbol="ACME", mic="XNAS", currency="USD", tick_size=Decimal("0.01"))
PARENT = ParentId("p-1")
LATENCY = Nanos(SECOND // 2)


def at(seconds: float) -> Nanos:
    """A time so many seconds after the open."""
    return Nanos(OPEN + int(seconds * SECOND))


def touch(bid: int | None = 10_000, ask: int | None = 10_001, bid_size: int = 500, ask_size: int = 500) -> Quote:
    """A quote: 100.00 bid, 100.01 offered, 500 lots on either side."""
    return Quote(None if bid is None else Ticks(bid), None if ask is None else Ticks(ask), Lots(bid_size), Lots(ask_size))


def parent_order(**changes: Any) -> ParentOrder:
    """A parent order: buy 1,000 lots in the ten minutes from the open, twap, capped at a fifth of the volume."""
    order = ParentOrder(
        id=PARENT,
        account=Account("desk"),
        client_order_id="c-1",
        session=SessionId("lab"),
        market="lab",
        symbol="ACME",
        currency="USD",
        side=Side.BUY,
        lots=Lots(1_000),
        algo="twap",
        params={},
        start=OPEN,
        end=Nanos(OPEN + 10 * MINUTE),
        cap=Fraction(1, 5),
        min_child=Lots(1),
    )
    return replace(order, **changes)


def market_state(**changes: Any) -> MarketState:
    """A market that has traded enough to leave room under any cap."""
    plenty = Lots(1_000_000)
    market = MarketState(
        now=OPEN,
        quote=touch(),
        halted=False,
        others=plenty,
        others_window=plenty,
        others_pace=plenty,
        others_since_plan=plenty,
        curve=flat_curve(OPEN, CLOSE),
        volume_ahead=None,
    )
    return replace(market, **changes)


def state(**changes: Any) -> State:
    """What an algorithm sees of the plain order at its start."""
    market = market_state()
    facts = State(
        side=Side.BUY,
        lots=Lots(1_000),
        start=OPEN,
        end=at(600),
        filled=Lots(0),
        working=Lots(0),
        min_child=Lots(1),
        must_complete=False,
        plan=Plan(OPEN, Lots(0), Lots(1_000), Nanos(0), Nanos(10 * MINUTE)),
        pace_horizon=Nanos(5 * MINUTE),
        market=market,
    )
    return replace(facts, **changes)


def state_at(seconds: float, lots: int = 1_000, window_s: int = 600, done: int = 0, **changes: Any) -> State:
    """The state of an order whose plan began at the open, so many seconds into it."""
    plan = Plan(OPEN, Lots(done), Lots(lots - done), Nanos(int(seconds * SECOND)), Nanos(window_s * SECOND))
    horizon = Nanos(max(1, min(window_s - int(seconds), 300)) * SECOND)
    market = changes.pop("market", market_state())
    return state(
        lots=Lots(lots),
        end=at(window_s),
        plan=plan,
        pace_horizon=horizon,
        market=replace(market, now=at(seconds)),
        **changes,
    )


def child(number: int = 1, **changes: Any) -> Child:
    """A child that has just been sent: 100 lots to rest at the bid."""
    plain = Child(
        number=number,
        venue="FAKE",
        type=ChildType.LIMIT,
        time_in_force=TimeInForce.GTD,
        price=Ticks(10_000),
        lots=Lots(100),
        good_till=at(600),
        sent=OPEN,
    )
    return replace(plain, **changes)


def submitted(number: int = 1, **changes: Any) -> ChildSubmitted:
    """A child of 100 lots at the bid leaves."""
    plain = ChildSubmitted(
        number=number,
        venue="FAKE",
        type=ChildType.LIMIT,
        time_in_force=TimeInForce.GTD,
        price=Ticks(10_000),
        lots=Lots(100),
        good_till=at(600),
        reason={},
        quote=touch(),
    )
    return replace(plain, **changes)


def fill(number: int = 1, lots: int = 100, **changes: Any) -> Fill:
    """A child trades at the bid."""
    plain = Fill(
        number=number,
        execution_id="lab-FAKE-1",
        venue="FAKE",
        price=Ticks(10_000),
        lots=Lots(lots),
        liquidity=Liquidity.MAKER,
        fee=0,
        quote=touch(),
        reference=touch(),
        evidence="fake",
        certain=True,
        after_end=False,
        filled=Lots(lots),
        leaves=Lots(1_000 - lots),
    )
    return replace(plain, **changes)


def fold(*events: object, start: Execution | None = None, ts: Nanos = OPEN) -> Execution:
    """The state after events that all happen at `ts`; a pair (time, event) happens at its own."""
    execution = start
    for each in events:
        when, event = each if isinstance(each, tuple) else (ts, each)
        execution = evolve(execution, Happened(PARENT, when, event))
    assert execution is not None
    return execution


def accepted(**changes: Any) -> Execution:
    """A parent order past the ladder, not yet started."""
    return fold(ParentAccepted(order=parent_order(**changes), quote=touch(), received_at=OPEN))


def started(**changes: Any) -> Execution:
    """A parent order that has arrived in the market, with its plan drawn."""
    begun = ParentStarted(arrival=touch(), reference=touch(), waited_ns=0)
    return fold(begun, ScheduleSet(cause="started", done=Lots(0), points=()), start=accepted(**changes))
