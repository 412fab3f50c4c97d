"""Market sessions over REST: create, start, pause, delete, look into the book."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from metaorder.api import replies
from metaorder.api.auth import Admin, Ctx, Reader, Trader
from metaorder.api.context import Context
from metaorder.api.paging import Cursor, Limit, read_cursor, reply, write_cursor
from metaorder.api.problems import refused
from metaorder.api.schemas import MarketIn, SpeedIn
from metaorder.core.commands import Refusal
from metaorder.core.convert import Doc
from metaorder.domain.errors import Invalid
from metaorder.domain.order import Side
from metaorder.domain.units import SECOND, price_text, time_text
from metaorder.ports.market_data import SourceNotFound
from metaorder.runtime.build import build
from metaorder.runtime.hosted import Hosted, MarketSpec
from metaorder.runtime.session import LiveSession
from metaorder.sim.bars import bars
from metaorder.sim.phase import Indication
from metaorder.sim.presets import DEFAULT
from metaorder.sim.tape import DataError
from metaorder.usecases import views
from metaorder.usecases.errors import Conflict, NotFound, Unprocessable
from metaorder.usecases.market_views import statistics
from metaorder.usecases.orders import unprocessable

router = APIRouter(prefix="/v1/markets", tags=["markets"])

DEFAULT_SYMBOL = "ACME"
DEFAULT_DATE = "2026-03-02"
ROLLING = "sim"
MOST_LEVELS = 100
MOST_TICKS = 10_000
MOST_BARS = 100_000


@router.post("", status_code=201, responses=replies.MARKET_CREATED)
async def post_market(body: MarketIn, principal: Trader, ctx: Ctx) -> Response:
    """Create a market session. It is `ready`: orders are accepted and will be worked from its first instant once it starts."""
    del principal
    if body.id == ROLLING or await ctx.queries.market(body.id) is not None:
        raise Conflict("market_exists", f"a market {body.id} exists, or did: ids are not used again")
    spec = _spec(body, ctx.engine)
    try:
        hosted = await asyncio.to_thread(build, spec, ctx.data, ctx.calendars)
    except Invalid as wrong:
        raise unprocessable(wrong) from None
    except SourceNotFound as missing:
        raise NotFound("source_not_found", str(missing)) from None
    except DataError as wrong:
        facts = {"file": wrong.file, "row": wrong.row, "rule": wrong.rule}
        raise Unprocessable("bad_data", str(wrong), facts=facts) from None
    shown = _shown(hosted)
    refusal = await ctx.service.host(hosted)
    if refusal is not None:
        raise refused(refusal)
    return reply(shown, 201)


@router.get("", responses=replies.MARKETS)
async def get_markets(principal: Reader, ctx: Ctx, limit: Limit = 100, cursor: Cursor = None) -> Response:
    """Market sessions, newest first."""
    del principal
    rows = await ctx.queries.markets(read_cursor(cursor) or 0, limit + 1)
    following = write_cursor(rows[limit - 1]["position"]) if len(rows) > limit else None
    return reply({"items": [views.market(row) for row in rows[:limit]], "next_cursor": following})


@router.post("/{market_id:path}/start", responses=replies.MARKET)
async def start_market(market_id: str, principal: Trader, ctx: Ctx) -> Response:
    """Let the market's clock run."""
    del principal
    return await _control(ctx, market_id, "start")


@router.post("/{market_id:path}/pause", responses=replies.MARKET)
async def pause_market(market_id: str, principal: Trader, ctx: Ctx) -> Response:
    """Stop the market's clock; `start` lets it go on."""
    del principal
    return await _control(ctx, market_id, "pause")


@router.get("/{market_id:path}/book", responses=replies.BOOK)
async def get_book(
    market_id: str,
    principal: Reader,
    ctx: Ctx,
    symbol: Annotated[str | None, Query(max_length=40)] = None,
    depth: Annotated[int, Query(ge=1, le=MOST_LEVELS)] = 10,
) -> Response:
    """The live book now, our own orders in it, best price first; beside it the recorded one, where there is one."""
    del principal
    hosted = await _of_symbol(ctx, market_id, symbol)
    answer = await ctx.service.ask(hosted.spec.id, lambda live: _book(live, depth))
    if isinstance(answer, Refusal):
        raise refused(answer)
    return reply(answer)


@router.get("/{market_id:path}/bars", responses=replies.BARS)
async def get_bars(
    market_id: str,
    principal: Reader,
    ctx: Ctx,
    symbol: Annotated[str | None, Query(max_length=40)] = None,
    interval: Annotated[int, Query(ge=1, le=86_400, description="seconds")] = 60,
) -> Response:
    """Bars so far: trades of continuous trading, hidden ones included, own ones apart."""
    del principal
    hosted = await _of_symbol(ctx, market_id, symbol)
    day = hosted.live.day
    if (day.close - day.open) // (interval * SECOND) > MOST_BARS:
        raise Unprocessable("validation", f"at most {MOST_BARS} bars", errors=[("query:interval", "is too short")])
    record = await ctx.service.ask(hosted.spec.id, lambda live: live.market.record())
    if isinstance(record, Refusal):
        raise refused(record)
    instrument = hosted.live.market.instrument
    made = await asyncio.to_thread(bars, record, day.open, interval, instrument)
    return reply({"symbol": instrument.symbol, "interval": interval, "items": made})


@router.get("/{market_id:path}/statistics", responses=replies.STATISTICS)
async def get_statistics(
    market_id: str,
    principal: Reader,
    ctx: Ctx,
    symbol: Annotated[str | None, Query(max_length=40)] = None,
    depth_ticks: Annotated[int, Query(ge=0, le=MOST_TICKS)] = 5,
) -> Response:
    """What the market comes to so far: touch, depth, volume, VWAP, spreads, order-flow imbalance, realised volatility."""
    del principal
    hosted = await _of_symbol(ctx, market_id, symbol)
    answer = await ctx.service.ask(hosted.spec.id, lambda live: statistics(live.market, live.day, depth_ticks))
    if isinstance(answer, Refusal):
        raise refused(answer)
    return reply(answer)


@router.patch("/{market_id:path}", responses=replies.MARKET)
async def patch_market(market_id: str, body: SpeedIn, principal: Trader, ctx: Ctx) -> Response:
    """Change the market's speed."""
    del principal
    return await _control(ctx, market_id, "speed", body.speed)


@router.delete("/{market_id:path}", responses=replies.MARKET)
async def delete_market(market_id: str, principal: Admin, ctx: Ctx) -> Response:
    """End a market. Its orders are canceled with it: `market_deleted`. Its id is not used again."""
    del principal
    return await _control(ctx, market_id, "delete")


@router.get("/{market_id:path}", responses=replies.MARKET)
async def get_market(market_id: str, principal: Reader, ctx: Ctx) -> Response:
    """One market session, by its id, or the newest of a name."""
    del principal
    row = await _market_row(ctx, market_id)
    hosted = ctx.service.hosted(row["id"])
    if hosted is None:
        return reply(views.market(row))
    state = await ctx.service.ask(row["id"], _state_of)
    return reply(views.market(row) if isinstance(state, Refusal) else views.market(row) | state)


async def hosted_market(ctx: Context, market: str) -> Hosted:
    """The session that a market's name or id means now.

    Raises:
        Unprocessable: there is no such market. Conflict: it is over.
    """
    hosted = ctx.service.hosted(market)
    if hosted is None:
        row = await ctx.queries.market(market)
        if row is None:
            raise Unprocessable("unknown_market", f"there is no market {market}", errors=[("/market", "is unknown")])
        hosted = ctx.service.hosted(row["id"])
    if hosted is None or hosted.state.over:
        raise Conflict("market_closed", f"the market {market} is closed")
    return hosted


async def _control(ctx: Context, market_id: str, action: str, speed: Any = None) -> Response:
    row = await _market_row(ctx, market_id)
    refusal = await ctx.service.control(row["id"], action, speed)
    if refusal is not None:
        raise refused(refusal)
    return reply(views.market(await _market_row(ctx, row["id"])))


async def _market_row(ctx: Context, market_id: str) -> Any:
    row = await ctx.queries.market(market_id)
    if row is None:
        raise NotFound("not_found", f"no market {market_id}")
    return row


async def _of_symbol(ctx: Context, market_id: str, symbol: str | None) -> Hosted:
    row = await _market_row(ctx, market_id)
    hosted = ctx.service.hosted(row["id"])
    if hosted is None:
        raise Conflict("market_closed", f"the market {market_id} is closed and no longer in memory")
    if symbol not in {None, hosted.spec.symbol}:
        raise NotFound("not_found", f"the market {market_id} does not trade {symbol}")
    return hosted


_REPLAY = ("queue", "spread_ticks", "volume_share")
_ONLY = {
    "replay": ("format", "source", "hidden", "volume_curve", *_REPLAY, "instrument", "impact_decay"),
    "simulated": ("symbols", "seed", "scenario", "parameters"),
}


_LATENCY = ("latency_ms", "latency_jitter_ms", "report_latency_ms", "report_latency_jitter_ms", "latency_seed")


def _spec(body: MarketIn, engine: str) -> MarketSpec:
    """The market that a body describes.

    Raises:
        Unprocessable: a field that its kind needs is missing, or one of the other kind is given.
    """
    given = body.model_fields_set
    other = "simulated" if body.kind == "replay" else "replay"
    wrong = [(f"/{name}", f"belongs to a {other} market") for name in _ONLY[other] if name in given]
    if body.kind == "replay":
        wrong += [(f"/{name}", "is required") for name in ("format", "source", "symbol") if getattr(body, name) is None]
    elif body.symbol is not None and body.symbols is not None:
        wrong.append(("/symbols", "stands in the place of symbol"))
    if wrong:
        raise Unprocessable("validation", "; ".join(f"{pointer} {what}" for pointer, what in wrong), errors=wrong)
    options: dict[str, Any] = {name: getattr(body, name) for name in _LATENCY}
    if body.fees is not None:
        options["fees"] = body.fees.model_dump(mode="json")
    symbol = body.symbol or (body.symbols[0] if body.symbols else DEFAULT_SYMBOL)
    if body.kind == "replay":
        options |= {"format": body.format, "source": body.source, "hidden": body.hidden, "volume_curve": body.volume_curve}
        options |= {name: getattr(body, name) for name in _REPLAY}
        options |= {} if body.date is None else {"date": body.date}
        options |= {} if body.impact_decay is None else {"impact_decay": body.impact_decay.model_dump()}
        options |= {} if body.instrument is None else {"instrument": body.instrument.model_dump()}
    else:
        options |= {"seed": 1 if body.seed is None else body.seed, "date": body.date or DEFAULT_DATE}
        options |= {"scenario": body.scenario or DEFAULT, "parameters": body.parameters or {}}
    return MarketSpec(
        id=body.id,
        name=body.id,
        kind=body.kind,
        symbol=symbol,
        speed=body.speed,
        rolling=False,
        digest=None,
        engine=engine,
        options=options,
    )


def _shown(hosted: Hosted) -> Doc:
    """A market that is not running yet."""
    spec = hosted.spec
    return {
        "id": spec.id,
        "name": spec.name,
        "kind": spec.kind,
        "symbol": spec.symbol,
        "state": str(hosted.state),
        "speed": spec.speed,
        **hosted.facts(),
        "options": spec.options,
        "session_hash": None,
        "error": None,
        **_state_of(hosted.live),
    }


def _state_of(live: LiveSession) -> Doc:
    """What moves while a market runs."""
    market = live.market
    return {
        "clock": time_text(market.clock),
        "event_index": market.index,
        "halted": market.halted,
        "divergences": market.counters() if market.recorded else {},
    }


def _indicative(found: Indication | None, live: LiveSession) -> Doc | None:
    if found is None:
        return None
    instrument = live.market.instrument
    return {
        "price": price_text(found.price, instrument.tick_size),
        "quantity": found.lots * instrument.lot_size,
        "imbalance": found.imbalance * instrument.lot_size,
        "side": found.side,
    }


def _book(live: LiveSession, depth: int) -> Doc:
    market, tick, lot = live.market, live.market.instrument.tick_size, live.market.instrument.lot_size

    def side(levels: list[Any]) -> list[Doc]:
        return [{"price": price_text(x.price, tick), "quantity": x.lots * lot, "orders": x.orders} for x in levels]

    doc = {
        "symbol": market.instrument.symbol,
        "clock": time_text(market.clock),
        "event_index": market.index,
        "halted": market.halted,
        "phase": market.phase.name.lower(),
        "indicative": _indicative(market.indication(), live),
        "bids": side(market.levels(Side.BUY, depth)),
        "asks": side(market.levels(Side.SELL, depth)),
        "recorded": None,
    }
    if market.recorded:
        recorded = {"bids": market.recorded_levels(Side.BUY, depth), "asks": market.recorded_levels(Side.SELL, depth)}
        doc["recorded"] = {name: side(levels) for name, levels in recorded.items()}
    return doc
