"""Transaction cost analysis over REST."""

from __future__ import annotations

from fastapi import APIRouter, Response

from metaorder.api import replies
from metaorder.api.auth import Ctx, Reader
from metaorder.api.order_reads import parent_row
from metaorder.api.paging import reply

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
