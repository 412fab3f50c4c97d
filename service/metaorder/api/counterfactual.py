"""What an order would have cost otherwise, over REST: without it at once, by another algorithm as a job."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response

from metaorder.api.auth import Ctx, Reader
from metaorder.api.context import Context
from metaorder.api.counterfactual_shapes import COUNTERFACTUAL_JOB, COUNTERFACTUAL_JOBS, WOULD_HAVE_BEEN, CounterfactualIn
from metaorder.api.order_reads import parent_row
from metaorder.api.paging import Cursor, Limit, page, read_cursor, reply
from metaorder.domain.errors import Invalid
from metaorder.domain.order import TERMINAL
from metaorder.domain.principal import Principal
from metaorder.ports.queries import Row
from metaorder.runtime.counterfactual import World, change, untouched
from metaorder.runtime.hosted import MarketSpec
from metaorder.usecases import jobs, orders
from metaorder.usecases.errors import Conflict, NotFound
from metaorder.usecases.jobs import COUNTERFACTUAL, JobState

router = APIRouter(tags=["analysis"])


@router.post("/v1/parent-orders/{parent_id}/counterfactual", responses=WOULD_HAVE_BEEN)
async def post_counterfactual(parent_id: str, body: CounterfactualIn, principal: Reader, ctx: Ctx) -> Response:
    """Run the same market again without the order (200), or with it worked by another algorithm (202, a job). Nothing is traded.

    The same algorithm does exactly what the original did. Every other order decides again.
    """
    row = await parent_row(ctx, principal, parent_id)
    if row["status"] not in TERMINAL or row["started"] is None:
        raise Conflict("order_not_over", "an order can be worked otherwise once it has worked and is over")
    if body.algo is None:
        return await _without(ctx, principal, row)
    try:
        instead = change(body.algo, body.params)
    except Invalid as wrong:
        raise orders.unprocessable(wrong) from None
    if row["basket_id"] is not None:
        raise Conflict("of_a_basket", "a leg of a basket was planned with the others, and cannot be worked otherwise alone")
    market = await ctx.queries.market(row["session"])
    assert market is not None, "an order's session is known"
    spec = _spec(market)
    if spec.engine != ctx.engine:
        raise Conflict("no_twin", f"the session was run by {spec.engine}, this is {ctx.engine}")
    request = {
        "asked": body.model_dump(mode="json", exclude_none=True),
        "order": parent_id,
        "algo": instead.algo,
        "params": dict(instead.params),
        "seeds": body.seeds,
    }
    job = await ctx.jobs.submit(principal, COUNTERFACTUAL, request)
    return reply(_shown(job), 202, {"Location": f"/v1/counterfactuals/{job.id}"})


@router.get("/v1/counterfactuals", responses=COUNTERFACTUAL_JOBS)
async def get_counterfactuals(
    principal: Reader,
    ctx: Ctx,
    limit: Limit = 100,
    cursor: Cursor = None,
    state: Annotated[JobState | None, Query(description="only those in this state")] = None,
) -> Response:
    """The account's counterfactuals, newest first, without their results."""
    wanted = None if state is None else str(state)
    found = await ctx.queries.jobs(principal, COUNTERFACTUAL, wanted, read_cursor(cursor), limit)
    return page(found, lambda row: _shown(jobs.restored(row)))


@router.get("/v1/counterfactuals/{job_id}", responses=COUNTERFACTUAL_JOB)
async def get_counterfactual(job_id: str, principal: Reader, ctx: Ctx) -> Response:
    """One counterfactual, with its result once it is done."""
    row = await _row(ctx, principal, job_id)
    return reply(_shown(jobs.restored(row), None if row["result"] is None else bytes(row["result"])))


@router.post("/v1/counterfactuals/{job_id}/cancel", responses=COUNTERFACTUAL_JOB)
async def cancel_counterfactual(job_id: str, principal: Reader, ctx: Ctx) -> Response:
    """End a counterfactual that waits or runs; one that is over stays as it is. Who may ask for one may end it."""
    await _row(ctx, principal, job_id)
    await ctx.jobs.cancel(job_id)
    return await get_counterfactual(job_id, principal, ctx)


async def _without(ctx: Context, principal: Principal, row: Row) -> Response:
    """The market without the order: the run that an analysis of it takes too."""
    case = await ctx.analyst.case(principal, row)
    if case.why_no_twin is not None:
        raise Conflict("no_twin", case.why_no_twin)
    world = World(spec=_spec(case.market), commands=(), case=case, tables=ctx.tables, data=ctx.data, calendars=ctx.calendars)
    return reply(await asyncio.to_thread(untouched, world))


def _spec(market: Row) -> MarketSpec:
    return msgspec.convert(msgspec.json.decode(market["spec"]), MarketSpec)


def _shown(job: jobs.Job, result: bytes | None = None) -> dict[str, Any]:
    shown = jobs.shown(job, result)
    return {"id": shown.pop("id"), "parent_id": job.request["order"], **shown}


async def _row(ctx: Context, principal: Principal, job_id: str) -> Row:
    row = await ctx.queries.job(principal, COUNTERFACTUAL, job_id)
    if row is None:
        raise NotFound("not_found", f"no counterfactual {job_id}")
    return row
