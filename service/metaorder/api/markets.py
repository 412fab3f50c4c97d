"""Market sessions over REST: create, start, pause, delete, look into the book."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from starlette.convertors import Convertor, register_url_convertor

from metaorder.api import replies
from metaorder.api.auth import Admin, Ctx, Reader, Trader
from metaorder.api.context import Context
from metaorder.api.market_specs import spec_of
from metaorder.api.paging import Cursor, Limit, read_cursor, reply, write_cursor
from metaorder.api.problems import refused
from metaorder.api.schemas import MarketIn, SpeedIn
from metaorder.core.commands import Refusal
from metaorder.core.convert import Doc
from metaorder.domain.errors import Invalid
from metaorder.domain.units import SECOND, time_text
from metaorder.ports.market_data import SourceNotFound
from metaorder.runtime.build import build
from metaorder.runtime.hosted import Hosted
from metaorder.runtime.session import LiveSession
from metaorder.sim.bars import bars
from metaorder.sim.floors import Floor, Listing
from metaorder.sim.tape import DataError
from metaorder.usecases import views
from metaorder.usecases.errors import Conflict, NotFound, Unprocessable
from metaorder.usecases.market_views import book, statistics
from metaorder.usecases.orders import unprocessable


class BareMarket(Convertor[str]):
    """A market's id alone in an address. It may hold a slash (`sim/2026-03-02`), so what a market has is told from it by name."""

    regex = r"(?!.*/(?:bars|book|pause|start|statistics)$).+"

    def convert(self, value: str) -> str:
        """As it stands."""
        return value

    def to_string(self, value: str) -> str:
        """As it stands."""
        return value


register_url_convertor("market", BareMarket())

router = APIRouter(prefix="/v1/markets", tags=["markets"])

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
    spec = spec_of(body, ctx.engine)
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


Symbol = Annotated[str | None, Query(max_length=40, description="required where the market trades several")]
Venue = Annotated[
    str | None, Query(max_length=40, description="of a symbol that trades at several; all of them together without it")
]


@router.get("/{market_id:path}/book", responses=replies.BOOK)
async def get_book(
    market_id: str,
    principal: Reader,
    ctx: Ctx,
    symbol: Symbol = None,
    venue: Venue = None,
    depth: Annotated[int, Query(ge=1, le=MOST_LEVELS)] = 10,
) -> Response:
    """The live book now, our own orders in it, best price first; beside it the recorded one, where there is one."""
    del principal
    hosted, listing, floors = await _listed(ctx, market_id, symbol, venue)
    answer = await ctx.service.ask(hosted.spec.id, lambda live: book(live.market, listing, floors, depth))
    if isinstance(answer, Refusal):
        raise refused(answer)
    return reply(answer)


@router.get("/{market_id:path}/bars", responses=replies.BARS)
async def get_bars(
    market_id: str,
    principal: Reader,
    ctx: Ctx,
    symbol: Symbol = None,
    venue: Venue = None,
    interval: Annotated[int, Query(ge=1, le=86_400, description="seconds")] = 60,
) -> Response:
    """Bars so far: trades of continuous trading, hidden ones included, own ones apart."""
    del principal
    hosted, listing, _ = await _listed(ctx, market_id, symbol, venue)
    day = hosted.live.day
    if (day.close - day.open) // (interval * SECOND) > MOST_BARS:
        raise Unprocessable("validation", f"at most {MOST_BARS} bars", errors=[("query:interval", "is too short")])
    record = await ctx.service.ask(hosted.spec.id, lambda live: live.market.record(listing.symbol, venue))
    if isinstance(record, Refusal):
        raise refused(record)
    made = await asyncio.to_thread(bars, record, day.open, interval, listing.instrument)
    return reply({"symbol": listing.symbol, "interval": interval, "items": made})


@router.get("/{market_id:path}/statistics", responses=replies.STATISTICS)
async def get_statistics(
    market_id: str,
    principal: Reader,
    ctx: Ctx,
    symbol: Symbol = None,
    venue: Annotated[str | None, Query(max_length=40, description="required of a symbol that trades at several")] = None,
    depth_ticks: Annotated[int, Query(ge=0, le=MOST_TICKS)] = 5,
) -> Response:
    """What the market comes to so far: touch, depth, volume, VWAP, spreads, order-flow imbalance, realised volatility."""
    del principal
    hosted, listing, floors = await _listed(ctx, market_id, symbol, venue)
    if len(floors) > 1:
        there = ", ".join(floor.venue for floor in floors)
        errors = [("query:venue", f"must be one of {there}")]
        raise Unprocessable("venue_required", f"statistics are a venue's; {listing.symbol} trades at {there}", errors=errors)
    answer = await ctx.service.ask(hosted.spec.id, lambda live: statistics(live.market, floors[0], live.day, depth_ticks))
    if isinstance(answer, Refusal):
        raise refused(answer)
    return reply(answer)


@router.patch("/{market_id:market}", responses=replies.MARKET)
async def patch_market(market_id: str, body: SpeedIn, principal: Trader, ctx: Ctx) -> Response:
    """Change the market's speed."""
    del principal
    return await _control(ctx, market_id, "speed", body.speed)


@router.delete("/{market_id:market}", responses=replies.MARKET)
async def delete_market(market_id: str, principal: Admin, ctx: Ctx) -> Response:
    """End a market. Its orders are canceled with it: `market_deleted`. Its id is not used again."""
    del principal
    return await _control(ctx, market_id, "delete")


@router.get("/{market_id:market}", responses=replies.MARKET)
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


async def _listed(
    ctx: Context, market_id: str, symbol: str | None, venue: str | None
) -> tuple[Hosted, Listing, tuple[Floor, ...]]:
    """A market in memory, the symbol that is asked for, and its floors: those of one venue, or all.

    Raises:
        NotFound: no such market, or it trades no such symbol, or not there. Conflict: it is no longer in memory.
        Unprocessable: the market trades several symbols and none was named.
    """
    row = await _market_row(ctx, market_id)
    hosted = ctx.service.hosted(row["id"])
    if hosted is None:
        raise Conflict("market_closed", f"the market {market_id} is closed and no longer in memory")
    market = hosted.live.market
    if symbol is None and len(market.listings) > 1:
        traded = ", ".join(market.symbols)
        raise Unprocessable(
            "symbol_required", f"the market trades {traded}", errors=[("query:symbol", f"must be one of {traded}")]
        )
    if symbol is not None and symbol not in market.symbols:
        raise NotFound("unknown_symbol", f"the market {market_id} does not trade {symbol}, but {', '.join(market.symbols)}")
    listing = market.listing(symbol)
    floors = listing.lit if venue is None else tuple(floor for floor in listing.floors if floor.venue == venue)
    if not floors:
        there = ", ".join(floor.venue for floor in listing.floors)
        raise NotFound("unknown_venue", f"{listing.symbol} does not trade at {venue} in the market {market_id}, but at {there}")
    return hosted, listing, floors


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
        **views.listed(hosted.facts()),
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
        "venue_reports": dict(live.engine.hearing.counts),
    }
