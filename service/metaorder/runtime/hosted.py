"""A session as the engine hosts it: its configuration, its state, its speed, and the rows that tell of them."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from metaorder.core.chain import MARKET_STREAM, Entry
from metaorder.core.convert import Doc
from metaorder.domain.instrument import Instrument
from metaorder.domain.units import SECOND, Nanos, time_text
from metaorder.runtime.session import LiveSession, SessionState

Speed = float | Literal["max"]

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSpec:
    """What a market is made of: with it and its commands a session can be run again, byte for byte.

    id: of the session. name: under which orders find it. kind: replay or simulated. rolling: a new day follows this one.
    digest: of the recorded file. engine: the build that ran it; another build refuses to go on with it.
    options: what the kind needs: format, source, seed, date, latency and so on.
    """

    id: str
    name: str
    kind: str
    symbol: str
    speed: Speed
    rolling: bool
    digest: str | None
    engine: str
    options: dict[str, Any]


def market_entry(kind: str, session_id: str, doc: Doc, *, clock: Nanos | None, index: int | None) -> Entry:
    """A row of the public market stream."""
    body = {"type": kind, "market_id": session_id, "ts": None if clock is None else time_text(clock), **doc}
    return Entry(
        session=session_id,
        session_index=None,
        stream=MARKET_STREAM,
        type=kind,
        version=1,
        market_time=clock,
        event_index=index,
        parent=None,
        payload=_encode(body),
    )


@dataclass(slots=True)
class Hosted:
    """One session in the engine's care. `inbox` may be filled from any thread; the rest is the engine's alone.

    recorded: whether its market record is worth keeping. diverged: what a re-run did differently, if it did.
    """

    spec: MarketSpec
    live: LiveSession
    state: SessionState = SessionState.READY
    speed: Speed = "max"
    inbox: deque[Any] = field(default_factory=deque)
    lock: threading.Lock = field(default_factory=threading.Lock)
    diverged: int | None = None
    _anchor_clock: Nanos = Nanos(0)
    _anchor_mono: float = 0.0

    def anchor(self, monotonic: float) -> None:
        """Tie the market's clock to the wall from here on."""
        self._anchor_clock = self.live.market.clock
        self._anchor_mono = monotonic

    def target(self, monotonic: float) -> Nanos:
        """How far the market may have come by now."""
        if self.speed == "max":
            return self.live.day.close
        passed = int((monotonic - self._anchor_mono) * self.speed * SECOND)
        return Nanos(min(self._anchor_clock + passed, self.live.day.close))

    def facts(self) -> Doc:
        """What never changes of the market, whatever happens in it."""
        market, day = self.live.market, self.live.day
        facts: Doc = {
            "date": day.date,
            "open": time_text(day.open),
            "close": time_text(day.close),
            "venue": market.venue,
            "instrument": _instrument(market.instrument),
        }
        floors = [floor for listing in market.listings for floor in listing.floors]
        if len(floors) > 1:
            facts["floors"] = [
                {"symbol": floor.instrument.symbol, "venue": floor.venue, "instrument": _instrument(floor.instrument)}
                for floor in floors
            ]
        return facts

    def entry(self, kind: str, **doc: Any) -> Entry:
        """A row about this market, here and now."""
        market = self.live.market
        return market_entry(kind, self.spec.id, {"state": str(self.state), **doc}, clock=market.clock, index=market.index)


def _instrument(instrument: Instrument) -> Doc:
    return {
        "symbol": instrument.symbol,
        "mic": instrument.mic,
        "currency": instrument.currency,
        "tick_size": str(instrument.tick_size),
        "unit_size": str(instrument.unit_size),
        "lot_size": instrument.lot_size,
        "points_per_tick": instrument.points_per_tick,
        "multiplier": instrument.multiplier,
        "taker_fee": str(instrument.taker_fee),
        "maker_fee": str(instrument.maker_fee),
        "fee_unit": str(instrument.fee_unit),
    }
