"""API keys over REST: made and shown once, listed without their secret, revoked."""

from __future__ import annotations

from fastapi import APIRouter, Response

from metaorder.api import replies
from metaorder.api.auth import Admin, Ctx
from metaorder.api.paging import reply
from metaorder.api.schemas import KeyIn
from metaorder.usecases import keys
from metaorder.usecases.errors import NotFound

router = APIRouter(prefix="/v1/keys", tags=["keys"])


@router.post("", status_code=201, responses=replies.KEY_CREATED)
async def post_key(body: KeyIn, principal: Admin, ctx: Ctx) -> Response:
    """Make a key. Its secret is in this answer and nowhere else."""
    key_id, secret, now = ctx.ids.sortable(), ctx.ids.secret(), ctx.clock.now()
    account = body.account or principal.account
    scopes = list(dict.fromkeys(body.scopes))
    await ctx.service.write([keys.create(key_id, secret, account, body.name, scopes, now)])
    row = await ctx.queries.key_by_hash(keys.digest(secret))
    assert row is not None, "an acknowledged write is seen"
    return reply({**keys.shown(row), "secret": secret}, 201)


@router.get("", responses=replies.KEYS)
async def get_keys(principal: Admin, ctx: Ctx) -> Response:
    """Every key, without its secret."""
    del principal
    return reply({"items": [keys.shown(row) for row in await ctx.queries.keys()]})


@router.delete("/{key_id}", responses=replies.KEY)
async def delete_key(key_id: str, principal: Admin, ctx: Ctx) -> Response:
    """Revoke a key. Requests with it are refused from now on, and its streams are closed within a second."""
    del principal
    row = next((row for row in await ctx.queries.keys() if row["id"] == key_id), None)
    if row is None:
        raise NotFound("not_found", f"no key {key_id}")
    if not row["revoked"]:
        await ctx.service.write([keys.revoke(key_id)])
    return reply({**keys.shown(row), "revoked": True})
