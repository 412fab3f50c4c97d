"""The account's stream over REST: the same events, byte for byte, a page at a time."""

from __future__ import annotations

from fastapi import APIRouter, Response

from metaorder.api import replies
from metaorder.api.auth import Ctx, Reader
from metaorder.api.paging import After, Cursor, Limit, read_cursor, write_cursor
from metaorder.ports.queries import Page
from metaorder.usecases.errors import Conflict

router = APIRouter(prefix="/v1/events", tags=["events"])


@router.get("", responses=replies.EVENTS)
async def get_events(
    principal: Reader,
    ctx: Ctx,
    after: After = 0,
    limit: Limit = 500,
    cursor: Cursor = None,
) -> Response:
    """Events of the account after a seq, oldest first; a cursor goes on where the page before ended."""
    start = read_cursor(cursor)
    found = await ctx.queries.events(principal, after if start is None else start, limit)
    head = found.as_of_seq
    if start is None and after > head:
        raise Conflict("seq_ahead", f"the stream's head is {head}, you hold {after}", facts={"head_seq": head})
    return event_page(found)


def event_page(found: Page) -> Response:
    """A part of a stream. The events are spliced as they were journaled, their seq in front."""
    items = b",".join(b'{"seq":%d,' % row["seq"] + bytes(row["payload"])[1:] for row in found.items)
    cursor = b"null" if found.next_seq is None else b'"%s"' % write_cursor(found.next_seq).encode()
    body = b'{"items":[%s],"next_cursor":%s,"as_of_seq":%d}' % (items, cursor, found.as_of_seq)
    return Response(body, media_type="application/json")
