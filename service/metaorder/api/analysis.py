"""Transaction cost analysis over REST."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from metaorder.api import replies
from metaorder.api.auth import Ctx, Reader
from metaorder.api.order_reads import parent_row
from metaorder.api.paging import reply
from metaorder.api.timeline_shapes import TIMELINE
from metaorder.domain.order import ParentId
from metaorder.tca.recommendations import DEFAULTS, Thresholds, recommendations
from metaorder.usecases import views
from metaorder.usecases.errors import Conflict
from metaorder.usecases.tca_drawn import series
from metaorder.usecases.tca_page import page
from metaorder.usecases.tca_story import story
from metaorder.usecases.tca_words import markdown, summary, title
from metaorder.usecases.timeline import timeline

router = APIRouter(prefix="/v1/parent-orders", tags=["analysis"])

PAGE = 500

Version = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="refuse (409 another_version) unless it is this one")]

Bps = Annotated[float, Query(ge=-10_000, le=10_000, allow_inf_nan=False, description="bps beyond which its rule fires")]


def limits(
    shortfall_bps: Bps = DEFAULTS.shortfall_bps,
    impact_bps: Bps = DEFAULTS.impact_bps,
    opportunity_bps: Bps = DEFAULTS.opportunity_bps,
    delay_bps: Bps = DEFAULTS.delay_bps,
    spread_bps: Bps = DEFAULTS.spread_bps,
    picked_off_bps: Bps = DEFAULTS.picked_off_bps,
    fill_rate: Annotated[float, Query(ge=0, le=1, description="share below which its rule fires")] = DEFAULTS.fill_rate,
    surprise: Annotated[float, Query(ge=0, le=100, description="standard deviations beyond which")] = DEFAULTS.surprise,
) -> Thresholds:
    """From where on the rules of a report fire."""
    costs = (shortfall_bps, impact_bps, opportunity_bps, delay_bps, spread_bps)
    return Thresholds(*costs, picked_off_bps, fill_rate, surprise)


Limits = Annotated[Thresholds, Depends(limits)]


@router.get("/{parent_id}/tca", responses=replies.TCA)
async def get_tca(parent_id: str, principal: Reader, ctx: Ctx, version: Version = None) -> Response:
    """What the order cost, term by term, against its benchmarks. What cannot be known is null, and `missing` says why.

    `final` is true once the order is terminal, its window is over, and the last markout is a fact: 1,800 s after its last fill,
    or at the close.
    """
    row = await parent_row(ctx, principal, parent_id)
    doc = await ctx.analyst.analysis(principal, row)
    _only(version, doc)
    return reply(doc)


@router.get("/{parent_id}/tca/report", responses=replies.TCA_REPORT)
async def get_report(
    parent_id: str,
    principal: Reader,
    ctx: Ctx,
    fires: Limits,
    format: Annotated[Literal["md", "html", "json"], Query(description="html has plots and needs no network")] = "md",  # noqa: A002
    version: Version = None,
) -> Response:
    """The analysis as a report: a summary in words, costs, benchmarks, plots, and recommendations with the rule that fired."""
    row = await parent_row(ctx, principal, parent_id)
    case, doc = await ctx.analyst.judged(principal, row)
    _only(version, doc)
    if format == "html":
        case = await ctx.analyst.planned(principal, case)
    order = views.from_row(row)

    def write() -> Response:
        found, happened = recommendations(doc, fires), story(case)
        if format == "json":
            which = {"version": doc["version"], "final": doc["final"]}
            said = {"title": title(doc, order), **which, "summary": summary(doc, order, happened)}
            rules = [{**asdict(each), "unit": each.unit.strip()} for each in found]
            return reply({**said, "recommendations": rules, "analysis": doc})
        if format == "html":
            return Response(page(doc, order, found, series(case), happened), media_type="text/html")
        return Response(markdown(doc, order, found, happened), media_type="text/markdown")

    return await asyncio.to_thread(write)


@router.get("/{parent_id}/timeline", responses=TIMELINE)
async def get_timeline(parent_id: str, principal: Reader, ctx: Ctx) -> Response:
    """An order while it works: quantity done against its schedule and band, average price, slippage so far, participation.

    `now`: how it is doing at this moment, with the probability that it will be done by its end; null once it is over.
    """
    row = await parent_row(ctx, principal, parent_id)
    case = await ctx.analyst.planned(principal, await ctx.analyst.case(principal, row, alone=False))
    now = await ctx.reporter.one(principal, row["session"], ParentId(row["id"]))
    return reply({**await asyncio.to_thread(timeline, case), "now": now})


def _only(version: int | None, doc: Mapping[str, object]) -> None:
    """Refuse another version than the one that was asked for: only the newest is kept.

    Raises:
        Conflict: it is another, or the order works on and has none.
    """
    stands = doc["version"]
    if version is not None and stands != version:
        which = "there is none yet" if stands is None else f"it is {stands} now, and only the newest is kept"
        raise Conflict("another_version", f"version {version} of the analysis was asked for; {which}", facts={"version": stands})
