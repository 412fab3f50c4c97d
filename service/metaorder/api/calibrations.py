"""Calibrations over REST: jobs that estimate the parameters of models from a tape."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response

from metaorder.api import replies
from metaorder.api.auth import Canceler, Ctx, Reader, Trader
from metaorder.api.calibration_shapes import CalibrationIn
from metaorder.api.context import Context
from metaorder.api.paging import Cursor, Limit, page, read_cursor, reply
from metaorder.calibration.covariance import BAR_S
from metaorder.calibration.run import COVARIANCE, ORDERS
from metaorder.domain.principal import Principal
from metaorder.ports.queries import Row
from metaorder.runtime.hosted import MarketSpec
from metaorder.runtime.tapes import recorded_spec, simulated_spec
from metaorder.sim.presets import DEFAULT, PRESETS
from metaorder.usecases import jobs
from metaorder.usecases.calibrations import METAORDER_TABLE, VOLUME_TABLE
from metaorder.usecases.errors import NotFound, Unprocessable
from metaorder.usecases.jobs import CALIBRATION, JobState

router = APIRouter(prefix="/v1/calibrations", tags=["calibrations"])

_ONLY = {
    "market": ("bar_s",),
    "sources": ("format", "symbol", "symbols", "bar_s", "date", "instrument"),
    "scenario": ("symbol", "parameters", "seed", "days"),
}
"""What may stand beside each origin of the data."""

DATE = "2026-03-02"


@router.post("", status_code=202, responses=replies.CALIBRATION_ACCEPTED)
async def post_calibration(body: CalibrationIn, principal: Trader, ctx: Ctx) -> Response:
    """Ask for a calibration. It is durable and queued; `calibration.*` events tell how far it is, and its id stays good."""
    specs, tables = await _origin(ctx, body)
    request = {
        "asked": body.model_dump(mode="json", exclude_none=True),
        "what": body.kind,
        "specs": [msgspec.to_builtins(spec) for spec in specs],
        "tables": tables,
        "bar_s": float(BAR_S if body.bar_s is None else body.bar_s),
    }
    job = await ctx.jobs.submit(principal, CALIBRATION, request)
    return reply(jobs.shown(job), 202, {"Location": f"/v1/calibrations/{job.id}"})


@router.get("", responses=replies.CALIBRATIONS)
async def get_calibrations(
    principal: Reader,
    ctx: Ctx,
    limit: Limit = 100,
    cursor: Cursor = None,
    state: Annotated[JobState | None, Query(description="only those in this state")] = None,
) -> Response:
    """The account's calibrations, newest first, without their results."""
    wanted = None if state is None else str(state)
    found = await ctx.queries.jobs(principal, CALIBRATION, wanted, read_cursor(cursor), limit)
    return page(found, lambda row: jobs.shown(jobs.restored(row)))


@router.get("/{job_id}", responses=replies.CALIBRATION)
async def get_calibration(job_id: str, principal: Reader, ctx: Ctx) -> Response:
    """One calibration, with its result once it is done."""
    row = await _row(ctx, principal, job_id)
    return reply(jobs.shown(jobs.restored(row), None if row["result"] is None else bytes(row["result"])))


@router.post("/{job_id}/cancel", responses=replies.CALIBRATION)
async def cancel_calibration(job_id: str, principal: Canceler, ctx: Ctx) -> Response:
    """End a calibration that waits or runs; one that is over stays as it is."""
    await _row(ctx, principal, job_id)
    await ctx.jobs.cancel(job_id)
    row = await _row(ctx, principal, job_id)
    return reply(jobs.shown(jobs.restored(row), None if row["result"] is None else bytes(row["result"])))


async def _row(ctx: Context, principal: Principal, job_id: str) -> Row:
    row = await ctx.queries.job(principal, CALIBRATION, job_id)
    if row is None:
        raise NotFound("not_found", f"no calibration {job_id}")
    return row


async def _origin(ctx: Context, body: CalibrationIn) -> tuple[list[MarketSpec], list[str]]:
    """The markets and the tables of volume that the data come from.

    Raises:
        Unprocessable: none or several origins, a field that belongs to another, or one that is missing. NotFound: no such market.
    """
    names = body.sources if body.sources is not None else [body.source] if body.source is not None else None
    given = {"market": body.market, "sources": names, "scenario": body.scenario}
    origins = [name for name, value in given.items() if value is not None]
    if len(origins) != 1 or (body.source is not None and body.sources is not None):
        _refuse("", "exactly one of market, source, sources and scenario is given")
    allowed = {"kind", "market", "source", "sources", "scenario", *_ONLY[origins[0]]}
    for name in sorted(body.model_fields_set - allowed):
        _refuse(name, f"does not stand beside {origins[0]}")
    if body.kind == ORDERS and names is None:
        _refuse("kind", f"{ORDERS} is estimated from sources that are tables of metaorders")
    _check_covariance(body)
    if body.market is not None:
        return [await _of_market(ctx, body.market)], []
    if body.scenario is not None:
        return _simulated(ctx, body, body.scenario), []
    assert names is not None, "the one origin that is left"
    return _recorded(ctx, body, names)


def _check_covariance(body: CalibrationIn) -> None:
    """Refuse what is of one kind alone where another is asked for."""
    if body.kind == COVARIANCE and body.scenario is not None:
        _refuse("kind", f"{COVARIANCE} is estimated from sources or a market: simulated days are of one symbol")
    for name in ("symbols", "bar_s"):
        if body.kind != COVARIANCE and getattr(body, name) is not None:
            _refuse(name, f"is of kind {COVARIANCE} alone")


async def _of_market(ctx: Context, market: str) -> MarketSpec:
    row = await ctx.queries.market(market)
    if row is None:
        raise NotFound("not_found", f"no market {market}")
    return msgspec.convert(msgspec.json.decode(row["spec"]), MarketSpec)


def _simulated(ctx: Context, body: CalibrationIn, scenario: str) -> list[MarketSpec]:
    if scenario not in PRESETS:
        _refuse("scenario", f"is one of {', '.join(PRESETS)}")
    seed = 1 if body.seed is None else body.seed
    return [
        simulated_spec(
            body.symbol or "ACME",
            ctx.engine,
            scenario=scenario or DEFAULT,
            seed=seed + number,
            date=DATE,
            parameters=body.parameters or {},
        )
        for number in range(body.days or 1)
    ]


def _recorded(ctx: Context, body: CalibrationIn, names: list[str]) -> tuple[list[MarketSpec], list[str]]:
    formats = [*ctx.data.formats(), VOLUME_TABLE, METAORDER_TABLE]
    if body.format not in formats:
        _refuse("format", f"is one of {', '.join(formats)}")
    if body.format == VOLUME_TABLE:
        if body.kind != "volume":
            _refuse("kind", "is volume where the sources are tables of volume")
        return [], names
    if (body.format == METAORDER_TABLE) != (body.kind == ORDERS):
        _refuse("kind", f"is {ORDERS} where the sources are tables of metaorders, and only there")
    if body.format == METAORDER_TABLE:
        return [], names
    if body.kind == COVARIANCE:
        return _several(ctx, body, names), []
    if body.symbol is None:
        _refuse("symbol", "is required")
    stated: dict[str, Any] | None = None if body.instrument is None else body.instrument.model_dump()
    assert body.format is not None, "it is one of the formats"
    assert body.symbol is not None, "it was refused otherwise"
    return [recorded_spec(body.format, name, body.symbol, ctx.engine, date=body.date, instrument=stated) for name in names], []


def _several(ctx: Context, body: CalibrationIn, names: list[str]) -> list[MarketSpec]:
    """Days of several symbols."""
    symbols, data_format = body.symbols or [], body.format
    if len(symbols) != len(names) or len(set(symbols)) < 2:
        _refuse("symbols", f"is a symbol for each of the {len(names)} sources, two different ones at the least")
    if body.symbol is not None or body.instrument is not None:
        _refuse("symbol" if body.symbol is not None else "instrument", f"does not stand beside kind {COVARIANCE}")
    assert data_format is not None, "it is one of the formats"
    return [
        recorded_spec(data_format, name, symbol, ctx.engine, date=body.date) for name, symbol in zip(names, symbols, strict=True)
    ]


def _refuse(field: str, rule: str) -> None:
    raise Unprocessable("validation", f"{field} {rule}".strip(), errors=[(f"/{field}" if field else "", rule)])
