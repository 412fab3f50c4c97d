"""Doing a thing once, however often it is asked: the same id and body get the first answer, another body is refused."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from fastapi import Response
from pydantic import BaseModel

from metaorder.api.context import Context, InFlight
from metaorder.domain.errors import Invalid
from metaorder.domain.principal import Principal
from metaorder.domain.units import Nanos, to_nanos
from metaorder.ports.journal import Answer
from metaorder.ports.queries import Unreachable
from metaorder.runtime.service import Unanswered
from metaorder.usecases.errors import Conflict, ServiceError, Unavailable, Unprocessable

PATIENCE_S = 4.0
REPLAYED = {"Idempotent-Replayed": "true"}


def body_hash(body: Any) -> str:
    """A digest of what a body says, whatever the order in which it says it."""
    return hashlib.sha256(msgspec.json.encode(body, order="sorted")).hexdigest()


def asked_for(body: BaseModel) -> tuple[dict[str, Any], Nanos | None]:
    """What a body asks for, and until when. The deadline is of the message alone: a repeat with a later one asks for the same.

    Raises:
        Unprocessable: the deadline is no time.
    """
    said = body.model_dump(mode="json", exclude_unset=True)
    until = said.pop("valid_until", None)
    return said, None if until is None else read_time(until, "valid_until")


def read_time(text: str, field: str) -> Nanos:
    """A time of a body.

    Raises:
        Unprocessable: it is none.
    """
    try:
        return to_nanos(text, field=field)
    except Invalid as wrong:
        raise Unprocessable("validation", str(wrong), errors=[(f"/{field}", str(wrong))]) from None


def other_body(key: str) -> ServiceError:
    """The refusal of a key that belongs to another body."""
    return Unprocessable("idempotency_mismatch", f"{key} was used with another body")


async def once(
    ctx: Context,
    principal: Principal,
    key: str,
    digest: str,
    do: Callable[[], Awaitable[Response]],
    mismatch: Callable[[str], ServiceError] = other_body,
) -> Response:
    """Do it, or answer as it was answered before. A twin that is under way is waited for, also where its caller is not any more.

    Raises:
        ServiceError: of `mismatch`, where the key belongs to another body.
        Conflict: the twin takes too long.
    """
    place = (principal.account, key)
    while (twin := ctx.in_flight.get(place)) is not None:
        if twin.body_hash != digest:
            raise mismatch(key)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await twin.over.wait()
        except TimeoutError:
            raise Conflict("in_progress", "the same request is being worked on; ask again") from None
    mine = ctx.in_flight[place] = InFlight(digest)

    def over(_: object = None) -> None:
        del ctx.in_flight[place]
        mine.over.set()

    late: asyncio.Future[Any] | None = None
    try:
        stored = await _stored(ctx, principal, key)
        if stored is None:
            return await do()
        if stored.body_hash != digest:
            raise mismatch(key)
        return replay(stored)
    except Unanswered as error:
        late = error.pending
        raise
    finally:
        if late is None:
            over()
        else:
            late.add_done_callback(over)


async def _stored(ctx: Context, principal: Principal, key: str) -> Answer | None:
    try:
        return await ctx.queries.answer(principal, key)
    except Unreachable as error:
        raise Unavailable("database_away", str(error), facts={"accepted": False}) from None


def replay(stored: Answer) -> Response:
    """The first answer again."""
    return answer_response(stored, 200 if stored.status < 400 else stored.status, REPLAYED)


def answer_response(answer: Answer, status: int, headers: dict[str, str] | None = None) -> Response:
    """A stored answer as a response."""
    media = "application/json" if status < 400 else "application/problem+json"
    return Response(answer.response, status, headers, media_type=media)
