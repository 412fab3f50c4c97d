"""How venues served an account, over REST."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from metaorder.api import venue_shapes as shapes
from metaorder.api.auth import Ctx, Reader
from metaorder.api.paging import reply
from metaorder.domain.units import to_nanos
from metaorder.ports.queries import VenueAsked
from metaorder.usecases.errors import NotFound, Unprocessable
from metaorder.usecases.venue_performance import performance

router = APIRouter(prefix="/v1/venues", tags=["analysis"])

Filter = Annotated[str | None, Query(max_length=80)]


@router.get("/{venue}/performance", responses=shapes.PERFORMANCE)
async def get_venue_performance(
    venue: str,
    principal: Reader,
    ctx: Ctx,
    symbol: Filter = None,
    market: Filter = None,
    algo: Filter = None,
    since: Annotated[str | None, Query(max_length=40, description="children sent at or after this market time")] = None,
) -> Response:
    """Children, fills, fill rate, expected against achieved cost a unit with the interval of their difference, time to fill.

    Of the account's own children alone. A venue that none of them was sent to is not found.
    """
    given = {"symbol": symbol, "market": market, "algo": algo}
    where = {name: value for name, value in given.items() if value is not None}
    found = await ctx.queries.venue(principal, VenueAsked(venue=venue, where=where, since=_time(since)))
    if not found:
        raise NotFound("not_found", "no child of this account was sent to such a venue")
    return reply(performance(venue, found))


def _time(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return to_nanos(text)
    except ValueError:
        raise Unprocessable(
            "validation", "since must be an RFC 3339 time", errors=[("since", "must be an RFC 3339 time")]
        ) from None
