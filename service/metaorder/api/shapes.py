"""What every answer is made of: exact fields, pages, touches, and problems."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Reply(BaseModel):
    """An answer: exactly these fields."""

    model_config = ConfigDict(extra="forbid")


class ProblemError(Reply):
    """One field that is wrong."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """RFC 9457, with a stable code. More members name the facts behind it."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[ProblemError]


class QuoteOut(Reply):
    """The touch, without own orders; null where a side is empty."""

    bid: str | None
    ask: str | None
    bid_size: int
    ask_size: int


class Page(Reply):
    """A part of a list."""

    next_cursor: str | None
    as_of_seq: int
