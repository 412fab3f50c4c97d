"""The shapes of answers about markets and instruments."""

from __future__ import annotations

from typing import Any, Literal

from metaorder.api.shapes import QuoteOut, Reply
from metaorder.domain.instrument import FeeUnit
from metaorder.runtime.session import SessionState


class InstrumentOut(Reply):
    """The grid of an instrument, its currency and its fees: per unit or in bps of the notional, negative = a rebate.

    unit_size: what one unit of quantity is of the asset.
    """

    symbol: str
    mic: str
    currency: str
    tick_size: str
    unit_size: str
    lot_size: int
    points_per_tick: int
    multiplier: int
    taker_fee: str
    maker_fee: str
    fee_unit: FeeUnit


class FloorOut(Reply):
    """A symbol at a venue, on its grid and at the venue's fees."""

    symbol: str
    venue: str
    instrument: InstrumentOut


class ListedInstrument(InstrumentOut):
    """An instrument, and the markets that trade it."""

    markets: list[str]


class InstrumentsOut(Reply):
    """Instruments of the markets that are not over."""

    items: list[ListedInstrument]


class MarketOut(Reply):
    """A market session. symbol, venue, instrument: of the first of its floors.

    divergences: in how many events or lots the live book had to differ from the recorded one, by rule.
    venue_reports: how many reports of its venues told nothing new (repeated, overtaken) or could not be so, by code.
    """

    id: str
    name: str
    kind: Literal["replay", "simulated"]
    symbol: str
    state: SessionState
    speed: float | Literal["max"]
    date: str
    open: str
    close: str
    venue: str
    instrument: InstrumentOut
    symbols: list[str]
    floors: list[FloorOut]
    options: dict[str, Any]
    session_hash: str | None
    error: str | None
    clock: str
    event_index: int
    halted: bool
    divergences: dict[str, int]
    venue_reports: dict[str, int]


class MarketsOut(Reply):
    """Market sessions, newest first."""

    items: list[MarketOut]
    next_cursor: str | None


class BookLevelOut(Reply):
    """A price of the live book. orders: null where levels alone are recorded; depth known only as a total counts as one."""

    price: str
    quantity: int
    orders: int | None


class RecordedLevelOut(Reply):
    """A price of the recorded book. orders: null where some of it was there before the recording, or levels alone are known."""

    price: str
    quantity: int
    orders: int | None


class RecordedBookOut(Reply):
    """The recorded book, untouched by us."""

    bids: list[RecordedLevelOut]
    asks: list[RecordedLevelOut]


class IndicationOut(Reply):
    """What an auction would end in now. imbalance: what more is wanted (side buy) or offered (side sell) at that price."""

    price: str
    quantity: int
    imbalance: int
    side: Literal["buy", "sell"]


class BookOut(Reply):
    """The live book, best price first. indicative: what the auction under way would end in, if anything crosses."""

    symbol: str
    clock: str
    event_index: int
    halted: bool
    phase: Literal["continuous", "opening_auction", "closing_auction", "closed"]
    indicative: IndicationOut | None
    bids: list[BookLevelOut]
    asks: list[BookLevelOut]
    recorded: RecordedBookOut | None


class BarOut(Reply):
    """One interval in which something traded; `ts` is its beginning."""

    ts: str
    open: str
    high: str
    low: str
    close: str
    volume: int
    own_volume: int


class BarsOut(Reply):
    """Bars of a session so far."""

    symbol: str
    interval: int
    items: list[BarOut]


class MarketViewOut(Reply):
    """A market's statistics since its open. Trades are those of continuous trading; a mid exists while both sides stand apart.

    imbalance: order-flow imbalance of the touch (Cont, Kukanov and Stoikov) [units]. microprice: the touch weighted by size.
    spread: weighted by time. quoted_spread, effective_spread: weighted by traded quantity, just before the trade.
    bid_depth, ask_depth: displayed up to `depth_ticks` behind the best price. trades: prints.
    sigma_per_sqrt_day: realised volatility of the mid, sampled each second and over 60 seconds (overlapping).
    """

    quote: QuoteOut
    microprice: str | None
    bid_depth: int
    ask_depth: int
    last_price: str | None
    volume: int
    trades: int
    vwap: str | None
    imbalance: int
    spread: str | None
    quoted_spread: str | None
    effective_spread: str | None
    sigma_per_sqrt_day: dict[Literal["1s", "60s"], float | None]


class StatisticsOut(Reply):
    """What a market comes to so far: without our own orders and trades, and with them."""

    symbol: str
    clock: str
    event_index: int
    halted: bool
    depth_ticks: int
    without_own: MarketViewOut
    with_own: MarketViewOut
