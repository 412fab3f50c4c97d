"""Sessions in process: simulated markets on a fixed day, and orders for them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from metaorder.core.commands import Accept
from metaorder.domain.calendar import TradingDay
from metaorder.domain.order import Account, ParentId, ParentOrder, SessionId, Side
from metaorder.domain.units import SECOND, Lots, Nanos, to_nanos
from metaorder.ports.market_data import RecordedDay, SourceNotFound
from metaorder.runtime.build import build
from metaorder.runtime.hosted import Hosted, MarketSpec
from metaorder.sim.presets import DEFAULT

DAY = TradingDay(date="2026-03-02", open=to_nanos("2026-03-02T14:30:00Z"), close=to_nanos("2026-03-02T21:00:00Z"))
ENGINE = "engine-of-the-tests"


class FixedCalendar:
    """Every date is a trading day, from 14:30 to 21:00 UTC."""

    def day(self, mic: str, date: str) -> TradingDay:
        return TradingDay(date=date, open=to_nanos(f"{date}T14:30:00Z"), close=to_nanos(f"{date}T21:00:00Z"))

    def next_date(self, mic: str, date: str) -> str:
        raise NotImplementedError

    def on_or_after(self, mic: str, now: Nanos) -> str:
        raise NotImplementedError

    def midnight(self, mic: str, date: str) -> Nanos:
        raise NotImplementedError


class NoFiles:
    """There is no recorded day."""

    def formats(self) -> list[str]:
        return []

    def load(self, data_format: str, source: str, symbol: str) -> RecordedDay:
        raise SourceNotFound(source)


def spec(session: str = "lab", seed: int = 7, speed: Any = "max") -> MarketSpec:
    """The specification of a simulated market."""
    return MarketSpec(
        id=session,
        name=session,
        kind="simulated",
        symbol="ACME",
        speed=speed,
        rolling=False,
        digest=None,
        engine=ENGINE,
        options={"seed": seed, "date": DAY.date, "latency_ms": 1.0, "scenario": DEFAULT, "parameters": {}},
    )


def simulated(session: str = "lab", seed: int = 7) -> Hosted:
    """A simulated market at its open."""
    return build(spec(session, seed), NoFiles(), FixedCalendar())


def order(name: str, *, session: str = "lab", account: str = "main", **changes: Any) -> ParentOrder:
    """An order for half an hour of the simulated market, from the open on."""
    terms: dict[str, Any] = {
        "id": ParentId(f"P-{account}-{name}"),
        "account": Account(account),
        "client_order_id": name,
        "session": SessionId(session),
        "market": session,
        "symbol": "ACME",
        "currency": "USD",
        "side": Side.BUY,
        "lots": Lots(20_000),
        "algo": "twap",
        "params": {},
        "start": DAY.open,
        "end": Nanos(DAY.open + 1_800 * SECOND),
        "cap": Fraction(1, 5),
        "min_child": Lots(1),
    }
    return ParentOrder(**{**terms, **changes})


def accept(placed: ParentOrder) -> Accept:
    """The command that starts an order."""
    return Accept(order=placed, rejection=None, body_hash="-", received_at=Nanos(1))
