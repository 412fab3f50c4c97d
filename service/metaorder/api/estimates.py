"""Before trading: estimates of orders, and the profiles of instruments that they rest on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response

from metaorder.api import estimate_replies as replies
from metaorder.api.auth import Ctx, Reader, Trader
from metaorder.api.context import Context
from metaorder.api.estimate_schemas import EstimateIn, ProfileIn
from metaorder.api.markets import hosted_market
from metaorder.api.order_reads import parent_row
from metaorder.api.paging import reply
from metaorder.api.parent_orders import new_order
from metaorder.api.problems import refused
from metaorder.calibration.run import COVARIANCE
from metaorder.core.commands import Refusal
from metaorder.domain.errors import Invalid
from metaorder.domain.order import ParentId
from metaorder.domain.principal import Principal
from metaorder.domain.units import time_text
from metaorder.runtime.fitting import market_facts
from metaorder.runtime.preview import previewed, scenario_of
from metaorder.usecases import orders, profiles
from metaorder.usecases.calibrated import from_calibration
from metaorder.usecases.errors import NotFound, Unprocessable
from metaorder.usecases.estimates import estimate

router = APIRouter(prefix="/v1", tags=["estimates"])

Version = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="default: the newest")]


@router.post("/estimates", status_code=201, responses=replies.ESTIMATE_MADE)
async def post_estimate(body: EstimateIn, principal: Reader, ctx: Ctx) -> Response:
    """What an order is expected to cost, if it were sent here and now: nothing is traded. An order may refer to it by its id.

    What cannot be known is null, and `missing` says why. Refusals are those of `POST /v1/parent-orders`.
    """
    hosted = await hosted_market(ctx, body.market)
    facts = market_facts(hosted, seeded=False)
    row = await ctx.queries.profile(principal, body.symbol)
    new = new_order(body, row)
    made, now = ctx.ids.sortable(), ctx.clock.now()
    command = orders.accept(facts, principal, new, ParentId(made), now, "")
    model = await _model(ctx, principal, body)
    profile = None if row is None else profiles.stated(row)
    answer = await ctx.service.ask(hosted.spec.id, lambda asked: previewed(asked, command, scenario_of(hosted.spec), profile))
    if isinstance(answer, Refusal):
        raise refused(answer)
    try:
        found = await asyncio.to_thread(estimate, answer, model)
    except Invalid as wrong:
        raise orders.unprocessable(wrong) from None
    doc = {"id": made, "created_at": time_text(now), **found}
    await ctx.service.write([profiles.estimate_entry(principal.account, made, doc)])
    return reply(doc, 201)


@router.get("/estimates/{estimate_id}", responses=replies.ESTIMATE)
async def get_estimate(estimate_id: str, principal: Reader, ctx: Ctx) -> Response:
    """An estimate as it was made."""
    return reply(await kept_estimate(ctx, principal, estimate_id))


@router.get("/parent-orders/{parent_id}/estimate", responses=replies.ESTIMATE)
async def get_order_estimate(parent_id: str, principal: Reader, ctx: Ctx) -> Response:
    """The estimate that the order referred to when it came in."""
    row = await parent_row(ctx, principal, parent_id)
    referred = msgspec.json.decode(row["terms"]).get("estimate_id")
    if referred is None:
        raise NotFound("no_estimate", f"the parent order {parent_id} refers to no estimate")
    return reply(await kept_estimate(ctx, principal, referred))


@router.put("/instruments/{symbol:path}/profile", responses=replies.PROFILE_SET)
async def put_profile(symbol: str, body: ProfileIn, principal: Trader, ctx: Ctx) -> Response:
    """State what is known of an instrument. A new version, unless it says what the newest one says."""
    if not 0 < len(symbol) <= 40:
        raise orders.unprocessable(Invalid("symbol", "1 to 40 characters long", symbol))
    stated = body.model_dump(mode="json", exclude_unset=True)
    doc = profiles.checked({**await _calibrated(ctx, principal, body.calibration_id, symbol), **stated})
    async with ctx.profiles:  # two at once would become the same version
        before = await ctx.queries.profile(principal, symbol)
        version = profiles.following(doc, before)
        if version is not None:
            await ctx.service.write([profiles.entry(principal.account, symbol, version, doc, ctx.clock.now())])
    row = await ctx.queries.profile(principal, symbol)
    assert row is not None, "an acknowledged write is seen"
    return reply(profiles.shown(row))


@router.get("/instruments/{symbol:path}/profile", responses=replies.PROFILE)
async def get_profile(symbol: str, principal: Reader, ctx: Ctx, version: Version = None) -> Response:
    """The profile of an instrument: the newest, or the one of a version."""
    row = await ctx.queries.profile(principal, symbol, version)
    if row is None:
        which = "" if version is None else f" with the version {version}"
        raise NotFound("no_profile", f"{symbol} has no profile{which}")
    return reply(profiles.shown(row))


async def _model(ctx: Context, principal: Principal, body: EstimateIn) -> dict[str, Any]:
    """What the request states, and what its calibration says beside it.

    Raises:
        Unprocessable: a number that breaks a rule, or no such calibration.
    """
    if body.model is None:
        return {}
    stated = body.model.model_dump(mode="json", exclude_unset=True)
    found = await _calibrated(ctx, principal, body.model.calibration_id, body.symbol, pointer="/model/calibration_id")
    return profiles.checked({**found, **stated})


async def _calibrated(
    ctx: Context, principal: Principal, calibration: str | None, symbol: str, *, pointer: str = "/calibration_id"
) -> Mapping[str, Any]:
    """What a calibration says of an instrument; nothing where none is named.

    Raises:
        Unprocessable: there is none in this account, it is not done, or it is of another instrument.
    """
    if calibration is None:
        return {}
    row = await ctx.queries.job(principal, "calibration", calibration)
    result = None if row is None or row["result"] is None else msgspec.json.decode(row["result"])
    if result is None or result["symbol"] not in {None, symbol} or result["kind"] == COVARIANCE:
        rule = f"a calibration of this account for {symbol} that is done"
        raise Unprocessable("validation", f"calibration_id must be {rule}", errors=[(pointer, f"must be {rule}")])
    return from_calibration(calibration, result)


async def kept_estimate(ctx: Context, principal: Principal, estimate_id: str) -> Any:
    """An estimate of the account.

    Raises:
        NotFound: there is none, or it is another account's.
    """
    row = await ctx.queries.estimate(principal, estimate_id)
    if row is None:
        raise NotFound("not_found", f"no estimate {estimate_id}")
    return msgspec.json.decode(row["doc"])
