"""What an order would have cost otherwise, over REST."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from metaorder.api.auth import Ctx, Reader
from metaorder.api.order_reads import parent_row
from metaorder.api.paging import reply
from metaorder.api.replies import answers
from metaorder.api.shapes import Reply
from metaorder.domain.errors import Invalid
from metaorder.domain.order import TERMINAL
from metaorder.runtime.counterfactual import OfABasket, World, change, impact_path, over_seeds, worked_otherwise
from metaorder.runtime.hosted import MarketSpec
from metaorder.usecases import orders
from metaorder.usecases.errors import Conflict

router = APIRouter(prefix="/v1/parent-orders", tags=["analysis"])

MOST_SEEDS = 20
FEWEST_PAIRS = 5


class CounterfactualIn(BaseModel):
    """How the order is worked instead. algo null: not at all. seeds: other days of a simulated market, with both on each."""

    model_config = ConfigDict(extra="forbid")

    algo: str | None = Field(default=None, max_length=40)
    params: dict[str, Any] = Field(default_factory=dict)
    seeds: int = Field(default=0, ge=0, le=MOST_SEEDS)


class DisplacementOut(Reply):
    """By how much the order had displaced the mid so long after its start; + = against it."""

    seconds: float
    displacement_bps: float | None


class CounterfactualOut(Reply):
    """The order as it was and as it would have been. Differences: counterfactual less original, + = it would have cost more.

    impact_path: without the order. difference_bounds_bps: on a replay, where impact is bounded and not measured.
    reproduced: of the same algorithm, whether it did the very same. paired: over other days of a simulated market.
    """

    basis: str
    original: dict[str, Any] | None
    counterfactual: dict[str, Any] | None
    difference_bps: float | None
    difference_bounds_bps: dict[str, float | None] | None
    reproduced: bool | None
    impact_path: list[DisplacementOut] | None
    paired: dict[str, Any] | None
    missing: dict[str, str]


WOULD_HAVE_BEEN = answers(200, CounterfactualOut, "what would have been", 404, 409, 413)


@router.post("/{parent_id}/counterfactual", responses=WOULD_HAVE_BEEN)
async def post_counterfactual(parent_id: str, body: CounterfactualIn, principal: Reader, ctx: Ctx) -> Response:
    """Run the same market again with the order worked by another algorithm, or without it. Nothing is traded.

    The same algorithm does exactly what the original did. Every other order decides again.
    """
    row = await parent_row(ctx, principal, parent_id)
    if row["status"] not in TERMINAL or row["started"] is None:
        raise Conflict("order_not_over", "an order can be worked otherwise once it has worked and is over")
    case = await ctx.analyst.case(principal, row)
    if case.why_no_twin is not None:
        raise Conflict("no_twin", case.why_no_twin)
    spec = msgspec.convert(msgspec.json.decode(case.market["spec"]), MarketSpec)
    world = World(
        spec=spec,
        commands=await ctx.queries.commands(spec.id),
        case=case,
        tables=ctx.tables,
        data=ctx.data,
        calendars=ctx.calendars,
    )
    try:
        return await asyncio.to_thread(_run, world, body)
    except OfABasket as joint:
        raise Conflict("of_a_basket", str(joint)) from None


def _run(world: World, body: CounterfactualIn) -> Response:
    empty = ("original", "counterfactual", "difference_bps", "difference_bounds_bps", "reproduced", "impact_path", "paired")
    document: dict[str, Any] = {"basis": world.spec.kind, **dict.fromkeys(empty)}
    missing: dict[str, str] = {}
    if body.algo is None:
        if world.case.twin is None:
            missing["impact_path"] = "the recording does not react: it is the market without the order, and impact is bounded"
        else:
            document["impact_path"] = impact_path(world)
        return reply({**document, "missing": missing})
    try:
        instead = change(body.algo, body.params)
    except Invalid as wrong:
        raise orders.unprocessable(wrong) from None
    document |= worked_otherwise(world, instead)
    if body.seeds and world.spec.kind == "simulated":
        found, pairs = over_seeds(world, instead, body.seeds)
        document["paired"] = _paired(found, pairs)
    elif body.seeds:
        missing["paired"] = "a recorded day has no other seeds"
    return reply({**document, "missing": missing})


def _paired(found: Any, pairs: int) -> dict[str, Any]:
    """The paired difference with its interval, and whether it is enough to say anything."""
    if found is None:
        return {"pairs": 0, "mean": None, "low": None, "high": None, "says": "not enough data to say"}
    low, high = found.t.low, found.t.high
    enough = pairs >= FEWEST_PAIRS and low is not None and high is not None and (low > 0 or high < 0)
    says = ("it would have cost more" if found.t.mean > 0 else "it would have cost less") if enough else "not enough data to say"
    return {"pairs": pairs, "mean": found.t.mean, "low": low, "high": high, "says": says}
