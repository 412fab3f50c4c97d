"""The kill switch over REST."""

from __future__ import annotations

from fastapi import APIRouter, Response

from metaorder.api import replies
from metaorder.api.auth import Ctx, RiskManager
from metaorder.api.paging import reply
from metaorder.api.schemas import KillIn

router = APIRouter(prefix="/v1", tags=["risk"])


@router.post("/kill", responses=replies.SWITCH)
async def kill(principal: RiskManager, ctx: Ctx, body: KillIn | None = None) -> Response:
    """Suspend every order and call back every child. From `kill_seq` on, a position of the journal, no new exposure."""
    reason = body.reason if body is not None else KillIn().reason
    position = await ctx.service.kill(reason, principal.key)
    return reply({"killed": True, "kill_seq": position})


@router.post("/rearm", responses=replies.SWITCH)
async def rearm(principal: RiskManager, ctx: Ctx) -> Response:
    """Let new orders in again. What was suspended stays suspended until it is resumed."""
    position = await ctx.service.rearm(principal.key)
    return reply({"killed": False, "kill_seq": position})
