"""Costs over many orders, and the score of their forecasts, over REST."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, Query, Response

from metaorder.api import aggregate_shapes as replies
from metaorder.api.auth import Ctx, Reader
from metaorder.api.paging import reply
from metaorder.api.tables import as_csv, as_parquet
from metaorder.ports.queries import Asked
from metaorder.tca.forecasts import score
from metaorder.usecases.aggregates import FILTERS, aggregate, asked, flat, shown_score
from metaorder.usecases.tca_summary import MEASURES, summarise, summary_markdown, summary_page

router = APIRouter(prefix="/v1/tca", tags=["analysis"])

Filter = Annotated[str | None, Query(max_length=80)]
Day = Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}-\d{2}$", description="of the market, included")]
Format = Annotated[Literal["json", "csv", "parquet"], Query(description="csv and parquet have the groups alone")]


@router.get("", responses=replies.AGGREGATE)
async def get_aggregate(
    principal: Reader,
    ctx: Ctx,
    group_by: Annotated[str, Query(max_length=200, description="algo,symbol,venue,side,size_bucket,day,tag,…")] = "algo",
    metric: Annotated[str, Query(max_length=40)] = "is_bps",
    algo: Filter = None,
    symbol: Filter = None,
    venue: Filter = None,
    side: Filter = None,
    market: Filter = None,
    size_bucket: Filter = None,
    currency: Filter = None,
    tag: Annotated[str | None, Query(max_length=200, description="name=value")] = None,
    first_day: Day = None,
    last_day: Day = None,
    final: Annotated[bool, Query(description="only analyses that are final")] = False,
    compare: Annotated[bool, Query(description="hold groups against each other, pair by pair")] = False,
    format: Format = "json",  # noqa: A002 the word of the interface
) -> Response:
    """What orders that are over cost, by group: means, quantiles, intervals, outliers; and groups held against each other.

    Where there is not enough data to say, `says` says that.
    """
    given = (algo, symbol, venue, side, market, size_bucket, currency)
    where = {name: value for name, value in zip(FILTERS, given, strict=True) if value is not None}
    question = asked(group_by, metric, where, (first_day, last_day), tag, final=final)
    found, cells = await ctx.queries.aggregate(principal, question, compared=compare)
    doc = await asyncio.to_thread(aggregate, question, found, cells)
    if format == "json":
        return reply(doc)
    rows = flat(doc)
    if format == "csv":
        return Response(as_csv(rows), media_type="text/csv", headers={"Content-Disposition": "attachment; filename=tca.csv"})
    body = await asyncio.to_thread(as_parquet, rows)
    headers = {"Content-Disposition": "attachment; filename=tca.parquet"}
    return Response(body, media_type="application/vnd.apache.parquet", headers=headers)


@router.get("/calibration", responses=replies.CALIBRATION_SCORE)
async def get_calibration_score(
    principal: Reader, ctx: Ctx, algo: Filter = None, symbol: Filter = None, market: Filter = None
) -> Response:
    """How estimates of cost came out: coverage of their bands, the histogram of their probabilities, and what is wrong with them.

    Orders count that referred to an estimate (`estimate_id`) and are over.
    """
    given = {"algo": algo, "symbol": symbol, "market": market}
    where = {name: value for name, value in given.items() if value is not None}
    pairs = await ctx.queries.forecasts(principal, Asked(group_by=(), figure="z_score", where=where))
    if not pairs:
        return reply(shown_score(None))
    both = np.array(pairs, dtype=np.float64)
    return reply(shown_score(score(both[:, 0], both[:, 1])))


@router.get("/summary", responses=replies.SUMMARY)
async def get_summary(
    principal: Reader,
    ctx: Ctx,
    by: Annotated[Literal["day", "algo"], Query()] = "day",
    algo: Filter = None,
    symbol: Filter = None,
    market: Filter = None,
    first_day: Day = None,
    last_day: Day = None,
    format: Annotated[Literal["md", "html", "json"], Query(description="html has plots and needs no network")] = "json",  # noqa: A002
) -> Response:
    """What orders that are over cost, by day or algorithm: means with intervals, outliers, best and worst, forecasts scored.

    Where there is not enough data to say, `says` says that.
    """
    given = {"algo": algo, "symbol": symbol, "market": market}
    where = {name: value for name, value in given.items() if value is not None}
    days = (first_day, last_day)
    questions = {name: asked(by, name, where, days, None, final=False) for name in MEASURES}
    found = {name: (await ctx.queries.aggregate(principal, each, compared=False))[0] for name, each in questions.items()}
    scored = Asked(group_by=(), figure="z_score", where=where, first_day=first_day, last_day=last_day)
    pairs = np.array(await ctx.queries.forecasts(principal, scored), dtype=np.float64)

    def write() -> Response:
        doc = summarise(by, questions, found, shown_score(score(pairs[:, 0], pairs[:, 1]) if len(pairs) else None))
        if format == "html":
            return Response(summary_page(doc), media_type="text/html")
        return reply(doc) if format == "json" else Response(summary_markdown(doc), media_type="text/markdown")

    return await asyncio.to_thread(write)
