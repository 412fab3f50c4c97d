"""Risk controls over REST: the kill switch, limits of accounts, and heartbeats."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from metaorder.api import replies
from metaorder.api.auth import Canceler, Ctx, LimitsReader, RiskManager, check
from metaorder.api.context import Context
from metaorder.api.paging import reply
from metaorder.api.risk_shapes import HeartbeatIn, KillIn, LimitsIn, ReachIn, given
from metaorder.domain.errors import Invalid
from metaorder.domain.order import Account
from metaorder.domain.principal import Scope
from metaorder.risk.latches import Reach
from metaorder.risk.limits import SETS, document, read
from metaorder.usecases import heartbeats
from metaorder.usecases.orders import unprocessable

router = APIRouter(prefix="/v1", tags=["risk"])


@router.post("/kill", responses=replies.SWITCH)
async def kill(principal: RiskManager, ctx: Ctx, body: KillIn | None = None) -> Response:
    """Suspend orders and call back their children: everybody's, or those of an account, a market, a symbol or one order.

    From `kill_seq` on, a position of the journal, they make no new exposure. It holds over restarts, until it is rearmed.
    """
    body = KillIn() if body is None else body
    position = await ctx.service.kill(body.reason, principal.key, _reach(body))
    return reply(_switch(ctx, position))


@router.post("/rearm", responses=replies.SWITCH)
async def rearm(principal: RiskManager, ctx: Ctx, body: ReachIn | None = None) -> Response:
    """Open one latch, named as it was shut; others stay shut. What was suspended stays suspended until it is resumed."""
    position = await ctx.service.rearm(principal.key, _reach(ReachIn() if body is None else body))
    return reply(_switch(ctx, position))


@router.get("/limits", responses=replies.LIMITS)
async def get_limits(principal: LimitsReader, ctx: Ctx, account: str | None = None) -> Response:
    """What the account may do; another account's with the risk scope."""
    if account not in (None, principal.account):
        check(principal, Scope.RISK)
    return reply(_limits(ctx, Account(account or principal.account)))


@router.put("/limits", responses=replies.LIMITS)
async def put_limits(body: LimitsIn, principal: RiskManager, ctx: Ctx) -> Response:
    """Set the limits of an account: those of a set, with what the body names in their place. They hold at once.

    Orders that are open stay; their children are held to the new limits from now on.
    """
    account = Account(body.account or principal.account)
    try:
        limits = read({**document(SETS[body.set]), **given(body)})
    except Invalid as wrong:
        raise unprocessable(wrong) from None
    await ctx.service.set_limits(account, limits, principal.key)
    return reply(_limits(ctx, account))


@router.post("/heartbeat", responses=replies.HEARTBEAT)
async def heartbeat(principal: Canceler, ctx: Ctx, body: HeartbeatIn | None = None) -> Response:
    """A sign of life. Once it stays away, the account's orders are suspended and their children called back."""
    timeout_s = HeartbeatIn().timeout_s if body is None else body.timeout_s
    beats = ctx.service.heartbeats
    if beats.timeout(principal.account) != timeout_s:
        await ctx.service.write([heartbeats.armed(principal.account, timeout_s, principal.key)])
    beats.arm(principal.account, timeout_s)
    return reply({"timeout_s": timeout_s})


def _reach(body: ReachIn) -> Reach:
    return Reach(account=body.account, market=body.market, symbol=body.symbol, parent=body.parent_id)


def _reach_doc(reach: Reach) -> dict[str, Any]:
    return {"account": reach.account, "market": reach.market, "symbol": reach.symbol, "parent_id": reach.parent}


def _switch(ctx: Context, position: int) -> dict[str, Any]:
    latches = ctx.service.latches
    return {"killed": bool(latches), "kill_seq": position, "latches": [_reach_doc(each) for each in latches]}


def _limits(ctx: Context, account: Account) -> dict[str, Any]:
    shut = [each for each in ctx.service.latches if each.account in (None, account)]
    return {
        "account": account,
        **document(ctx.service.limits(account)),
        "latches": [_reach_doc(each) for each in shut],
        "heartbeat_s": ctx.service.heartbeats.timeout(account),
    }
