"""Transaction cost analysis over REST."""

from __future__ import annotations

import asyncio

import msgspec
from fastapi import APIRouter, Response

from metaorder.api import replies
from metaorder.api.auth import Ctx, Reader
from metaorder.api.context import Context
from metaorder.api.order_reads import parent_row
from metaorder.api.paging import reply
from metaorder.core.commands import Refusal
from metaorder.domain.order import ParentId
from metaorder.domain.principal import Principal
from metaorder.ports.queries import Row
from metaorder.runtime.hosted import MarketSpec
from metaorder.runtime.listed import instruments_of
from metaorder.runtime.twin import NoTwin, run_without
from metaorder.sim.record import MarketRecord, from_bytes
from metaorder.usecases.analyse import Case, analyse
from metaorder.usecases.errors import Conflict

router = APIRouter(prefix="/v1/parent-orders", tags=["analysis"])

PAGE = 500


@router.get("/{parent_id}/tca", responses=replies.TCA)
async def get_tca(parent_id: str, principal: Reader, ctx: Ctx) -> Response:
    """What the order cost, term by term, against its benchmarks. What cannot be known is null, and `missing` says why.

    `final` is true once the order is terminal, its window is over, and the last markout is a fact: 1,800 s after its last fill,
    or at the close.
    """
    row = await parent_row(ctx, principal, parent_id)
    market = await ctx.queries.market(row["session"])
    assert market is not None, "an order's session is known"
    record = await _record(ctx, row)
    fills = await _all_fills(ctx, principal, parent_id)
    mine = await ctx.queries.parents_of_session(principal, row["session"])
    children = await _all_children(ctx, principal, parent_id)
    referred = msgspec.json.decode(row["terms"]).get("estimate_id")
    estimate = None if referred is None else await ctx.queries.estimate(principal, referred)
    twin, why = await _twin(ctx, row, market, record)
    case = Case(
        parent=row,
        fills=fills,
        record=record,
        twin=twin,
        why_no_twin=why,
        mine=frozenset(mine),
        market=market,
        instrument=instruments_of(msgspec.json.decode(market["detail"])["facts"])[row["symbol"]],
        children=children,
        estimate=None if estimate is None else msgspec.json.decode(estimate["doc"]),
    )
    return reply(await asyncio.to_thread(analyse, case))


async def _record(ctx: Context, row: Row) -> MarketRecord:
    """The market that the order was worked in: from memory while it is there, else as it was kept at its end."""
    if ctx.service.hosted(row["session"]) is not None:
        answer = await ctx.service.ask(row["session"], lambda live: live.market.record(row["symbol"]))
        if not isinstance(answer, Refusal):
            return answer
    kept = await ctx.queries.record(row["session"], row["symbol"])
    if kept is None:
        raise Conflict("no_market_record", f"the market {row['session']} was lost before its record could be kept")
    return await asyncio.to_thread(from_bytes, kept)


async def _all_fills(ctx: Context, principal: Principal, parent_id: str) -> list[Row]:
    rows: list[Row] = []
    after = 0
    while True:
        page = await ctx.queries.fills(principal, ParentId(parent_id), after, PAGE)
        rows += page.items
        if page.next_seq is None:
            return rows
        after = page.next_seq


async def _all_children(ctx: Context, principal: Principal, parent_id: str) -> list[Row]:
    rows: list[Row] = []
    after = 0
    while True:
        page = await ctx.queries.children(principal, ParentId(parent_id), after, PAGE)
        rows += page.items
        if page.next_seq is None:
            return rows
        after = page.next_seq


async def _twin(ctx: Context, row: Row, market: Row, record: MarketRecord) -> tuple[MarketRecord | None, str | None]:
    """The simulated market without the order; a replay has its recorded market instead."""
    spec = msgspec.convert(msgspec.json.decode(market["spec"]), MarketSpec)
    if spec.kind == "replay" or row["started"] is None:
        return None, None
    commands = await ctx.queries.commands(spec.id)

    def run() -> MarketRecord:
        parent = ParentId(row["id"])
        return run_without(spec, commands, parent, row["symbol"], record.clock, ctx.engine, ctx.data, ctx.calendars)

    try:
        return await asyncio.to_thread(run), None
    except NoTwin as missing:
        return None, str(missing)
