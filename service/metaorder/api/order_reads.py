"""What can be read of parent orders: the order, its children with their reasons, its fills, events, schedule and analysis."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response

from metaorder.api import replies
from metaorder.api.auth import Ctx, Reader
from metaorder.api.context import Context
from metaorder.api.events import event_page
from metaorder.api.paging import After, Cursor, Limit, page, read_cursor, reply
from metaorder.domain.order import ParentId, Status
from metaorder.domain.principal import Principal
from metaorder.ports.queries import Row
from metaorder.usecases import views
from metaorder.usecases.errors import NotFound

router = APIRouter(prefix="/v1/parent-orders", tags=["parent orders"])
fills_router = APIRouter(prefix="/v1/fills", tags=["fills"])

Filter = Annotated[str | None, Query(max_length=80)]


@router.get("", responses=replies.ORDERS)
async def get_parent_orders(
    principal: Reader,
    ctx: Ctx,
    limit: Limit = 100,
    cursor: Cursor = None,
    status: Status | None = None,
    market: Filter = None,
    symbol: Filter = None,
    algo: Filter = None,
    basket_id: Filter = None,
) -> Response:
    """Parent orders of the account, newest first."""
    given = {"status": status, "market": market, "symbol": symbol, "algo": algo, "basket_id": basket_id}
    where = {name: str(value) for name, value in given.items() if value is not None}
    found = await ctx.queries.parents(principal, where, read_cursor(cursor), limit)
    return page(found, views.from_row)


@router.get("/by-client-id/{client_order_id:path}", responses=replies.ORDER)
async def get_by_client_id(client_order_id: str, principal: Reader, ctx: Ctx) -> Response:
    """The parent order that the client calls so: how to learn the fate of a create that was not answered."""
    row = await ctx.queries.parent_by_client_id(principal, client_order_id)
    if row is None:
        raise NotFound("not_found", f"no parent order with the client_order_id {client_order_id}")
    return reply(views.from_row(row))


@router.get("/{parent_id}", responses=replies.ORDER)
async def get_parent_order(parent_id: str, principal: Reader, ctx: Ctx) -> Response:
    """One parent order."""
    return reply(views.from_row(await parent_row(ctx, principal, parent_id)))


@router.get("/{parent_id}/children", responses=replies.CHILDREN)
async def get_children(parent_id: str, principal: Reader, ctx: Ctx, limit: Limit = 100, cursor: Cursor = None) -> Response:
    """Its child orders, first sent first, each with the reason that it was sent for and the quote that it was decided on."""
    await parent_row(ctx, principal, parent_id)
    return page(await ctx.queries.children(principal, ParentId(parent_id), read_cursor(cursor) or 0, limit), views.child)


@router.get("/{parent_id}/reasons", responses=replies.REASONS)
async def get_reasons(parent_id: str, principal: Reader, ctx: Ctx, limit: Limit = 100, cursor: Cursor = None) -> Response:
    """Why each child was sent: the algorithm's numbers and the placement's."""
    await parent_row(ctx, principal, parent_id)
    found = await ctx.queries.children(principal, ParentId(parent_id), read_cursor(cursor) or 0, limit)
    return page(found, _reason)


@router.get("/{parent_id}/fills", responses=replies.FILLS)
async def get_order_fills(parent_id: str, principal: Reader, ctx: Ctx, limit: Limit = 100, cursor: Cursor = None) -> Response:
    """Its fills, oldest first."""
    await parent_row(ctx, principal, parent_id)
    return page(await ctx.queries.fills(principal, ParentId(parent_id), read_cursor(cursor) or 0, limit), views.fill)


@router.get("/{parent_id}/events", responses=replies.EVENTS)
async def get_order_events(
    parent_id: str, principal: Reader, ctx: Ctx, after: After = 0, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """Everything that happened to it, oldest first, with the seq that the stream gave it."""
    await parent_row(ctx, principal, parent_id)
    start = read_cursor(cursor)
    found = await ctx.queries.events(principal, after if start is None else start, limit, ParentId(parent_id))
    return event_page(found)


@router.get("/{parent_id}/schedule", responses=replies.SCHEDULE)
async def get_schedule(parent_id: str, principal: Reader, ctx: Ctx) -> Response:
    """The schedule in force: what is done by when, drawn anew at each start, resume and amendment."""
    row = await parent_row(ctx, principal, parent_id)
    drawn = msgspec.json.decode(row["facts"]).get("schedule")
    if drawn is None:
        return reply({"drawn_at": None, "cause": None, "points": [], "reason": "the order has not started"})
    points = [{"time": time, "quantity": quantity} for time, quantity in drawn["points"]]
    why = None if points else "the schedule follows the market's volume and cannot be known ahead"
    return reply({"drawn_at": drawn["ts"], "cause": drawn["cause"], "points": points, "reason": why})


@fills_router.get("", responses=replies.FILLS)
async def get_fills(principal: Reader, ctx: Ctx, limit: Limit = 100, cursor: Cursor = None) -> Response:
    """Every fill of the account, oldest first."""
    return page(await ctx.queries.fills(principal, None, read_cursor(cursor) or 0, limit), views.fill)


async def parent_row(ctx: Context, principal: Principal, parent_id: str) -> Row:
    """The row of an order.

    Raises:
        NotFound: there is none, or it is another account's.
    """
    row = await ctx.queries.parent(principal, ParentId(parent_id))
    if row is None:
        raise NotFound("not_found", f"no parent order {parent_id}")
    return row


def _reason(row: Any) -> dict[str, Any]:
    shown = views.child(row)
    return {"child_id": shown["id"], **{name: shown[name] for name in ("ts", "reason", "expected_cost", "quote")}}
