"""Tickets for the stream: a browser cannot send a header with a WebSocket, so it brings a ticket that is good once."""

from __future__ import annotations

from fastapi import APIRouter, Response

from metaorder.api import replies
from metaorder.api.auth import Ctx, Reader
from metaorder.api.paging import reply
from metaorder.api.ticket_box import GOOD_FOR_S

router = APIRouter(prefix="/v1", tags=["stream"])


@router.post("/stream-tickets", status_code=201, responses=replies.TICKET)
async def post_ticket(principal: Reader, ctx: Ctx) -> Response:
    """A ticket for `/v1/stream?ticket=…`: it opens one connection, within half a minute, as the key that asked for it."""
    return reply({"ticket": ctx.tickets.issue(principal), "expires_in_s": GOOD_FOR_S}, 201)
