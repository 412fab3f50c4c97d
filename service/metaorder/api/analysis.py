"""Transaction cost analysis over REST."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from metaorder.api import replies
from metaorder.api.auth import Ctx, Reader
from metaorder.api.order_reads import parent_row
from metaorder.api.paging import reply
from metaorder.api.timeline_shapes import TIMELINE
from metaorder.tca.recommendations import recommendations
from metaorder.usecases import views
from metaorder.usecases.tca_drawn import series
from metaorder.usecases.tca_page import page
from metaorder.usecases.tca_story import story
from metaorder.usecases.tca_words import markdown, summary, title
from metaorder.usecases.timeline import timeline

router = APIRouter(prefix="/v1/parent-orders", tags=["analysis"])

PAGE = 500


@router.get("/{parent_id}/tca", responses=replies.TCA)
async def get_tca(parent_id: str, principal: Reader, ctx: Ctx) -> Response:
    """What the order cost, term by term, against its benchmarks. What cannot be known is null, and `missing` says why.

    `final` is true once the order is terminal, its window is over, and the last markout is a fact: 1,800 s after its last fill,
    or at the close.
    """
    row = await parent_row(ctx, principal, parent_id)
    return reply(await ctx.analyst.analysis(principal, row))


@router.get("/{parent_id}/tca/report", responses=replies.TCA_REPORT)
async def get_report(
    parent_id: str,
    principal: Reader,
    ctx: Ctx,
    format: Annotated[Literal["md", "html", "json"], Query(description="html has plots and needs no network")] = "md",  # noqa: A002
) -> Response:
    """The analysis as a report: a summary in words, costs, benchmarks, plots, and recommendations with the rule that fired."""
    row = await parent_row(ctx, principal, parent_id)
    case, doc = await ctx.analyst.judged(principal, row)
    order = views.from_row(row)

    def write() -> Response:
        found, happened = recommendations(doc), story(case)
        if format == "json":
            said = {"title": title(doc, order), "summary": summary(doc, order, happened)}
            rules = [{**asdict(each), "unit": each.unit.strip()} for each in found]
            return reply({**said, "recommendations": rules, "analysis": doc})
        if format == "html":
            return Response(page(doc, order, found, series(case), happened), media_type="text/html")
        return Response(markdown(doc, order, found, happened), media_type="text/markdown")

    return await asyncio.to_thread(write)


@router.get("/{parent_id}/timeline", responses=TIMELINE)
async def get_timeline(parent_id: str, principal: Reader, ctx: Ctx) -> Response:
    """An order while it works: quantity done against its schedule and band, average price, slippage so far, participation."""
    row = await parent_row(ctx, principal, parent_id)
    case = await ctx.analyst.case(principal, row, alone=False)
    return reply(await asyncio.to_thread(timeline, case))
