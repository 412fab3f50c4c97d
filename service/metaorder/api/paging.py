"""Pages: an opaque cursor in, `items`, `next_cursor` and `as_of_seq` out."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec
from fastapi import Query, Response

from metaorder.ports.queries import Page
from metaorder.usecases.errors import Unprocessable

MOST_ITEMS = 500
MOST_SEQ = 2**63 - 1

Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="how many items, at most")]
After = Annotated[int, Query(ge=0, le=MOST_SEQ, description="the highest seq that you hold; 0 for all")]
Cursor = Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before")]


def reply(doc: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A document as a JSON response."""
    body = doc if isinstance(doc, bytes) else msgspec.json.encode(doc)
    return Response(body, status, dict(headers or {}), media_type="application/json")


def page(found: Page, show: Callable[[Mapping[str, Any]], Any]) -> Response:
    """A part of a list as a response."""
    items = [show(item) for item in found.items]
    following = None if found.next_seq is None else write_cursor(found.next_seq)
    return reply({"items": items, "next_cursor": following, "as_of_seq": found.as_of_seq})


def write_cursor(seq: int) -> str:
    """Where the next page begins, in a form that nobody computes with."""
    return base64.urlsafe_b64encode(b"s%d" % seq).decode().rstrip("=")


def read_cursor(cursor: str | None) -> int | None:
    """Where a page begins; None for the first.

    Raises:
        Unprocessable: not a cursor of ours.
    """
    if cursor is None:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        text = b""
    if not text.startswith(b"s") or not text[1:].isdigit() or len(text) > 20 or int(text[1:]) > MOST_SEQ:
        raise Unprocessable("invalid_cursor", "the cursor is not one that a page gave", errors=[("cursor", "is unknown")])
    return int(text[1:])
