"""API keys over REST: made and shown once, listed without their secret, revoked."""

from __future__ import annotations

from fastapi import APIRouter, Response

from metaorder.api import replies
from metaorder.api.auth import Admin, Ctx
from metaorder.api.context import Context
from metaorder.api.idempotency import read_time
from metaorder.api.paging import reply
from metaorder.api.schemas import KeyIn, RotateIn
from metaorder.domain.principal import Scope
from metaorder.domain.units import SECOND, Nanos
from metaorder.ports.queries import Row
from metaorder.usecases import keys
from metaorder.usecases.errors import Conflict, NotFound

router = APIRouter(prefix="/v1/keys", tags=["keys"])


@router.post("", status_code=201, responses=replies.KEY_CREATED)
async def post_key(body: KeyIn, principal: Admin, ctx: Ctx) -> Response:
    """Make a key. Its secret is in this answer and nowhere else."""
    secret = ctx.ids.secret()
    account, scopes = body.account or principal.account, list(dict.fromkeys(body.scopes))
    made = keys.create(ctx.ids.sortable(), secret, account, body.name, scopes, ctx.clock.now(), _end(body.expires_at))
    await ctx.service.write([made])
    return await _made(ctx, secret)


@router.get("", responses=replies.KEYS)
async def get_keys(principal: Admin, ctx: Ctx) -> Response:
    """Every key, without its secret."""
    del principal
    return reply({"items": [keys.shown(row) for row in await ctx.queries.keys()]})


@router.post("/{key_id}/rotate", status_code=201, responses=replies.KEY_ROTATED)
async def rotate_key(key_id: str, principal: Admin, ctx: Ctx, body: RotateIn | None = None) -> Response:
    """Make the key that follows another: of its account, name and scopes. The old one holds for `overlap_s` more, no longer."""
    del principal
    body = RotateIn() if body is None else body
    row, now, secret = await _row(ctx, key_id), ctx.clock.now(), ctx.ids.secret()
    if row["revoked"] or (row["expires_at"] is not None and row["expires_at"] <= now):
        raise Conflict("key_over", "the key was revoked or has expired; make a new one")
    scopes = [Scope(scope) for scope in row["scopes"].split()]
    made = keys.create(ctx.ids.sortable(), secret, row["account"], row["name"], scopes, now, _end(body.expires_at))
    ends = now + body.overlap_s * SECOND
    old = keys.end_at(key_id, Nanos(ends if row["expires_at"] is None else min(ends, row["expires_at"])))
    await ctx.service.write([made, old])
    return await _made(ctx, secret)


@router.delete("/{key_id}", responses=replies.KEY)
async def delete_key(key_id: str, principal: Admin, ctx: Ctx) -> Response:
    """Revoke a key. Requests with it are refused from now on, and its streams are closed within a second."""
    del principal
    row = await _row(ctx, key_id)
    if not row["revoked"]:
        await ctx.service.write([keys.revoke(key_id)])
    return reply({**keys.shown(row), "revoked": True})


async def _row(ctx: Context, key_id: str) -> Row:
    row = next((row for row in await ctx.queries.keys() if row["id"] == key_id), None)
    if row is None:
        raise NotFound("not_found", f"no key {key_id}")
    return row


async def _made(ctx: Context, secret: str) -> Response:
    row = await ctx.queries.key_by_hash(keys.digest(secret))
    assert row is not None, "an acknowledged write is seen"
    return reply({**keys.shown(row), "secret": secret}, 201)


def _end(text: str | None) -> Nanos | None:
    return None if text is None else read_time(text, "expires_at")
