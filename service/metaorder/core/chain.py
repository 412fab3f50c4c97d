"""The hash chain of the journal: each row seals what it says and all that came before it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

GENESIS = bytes(32)
"""What the first row is chained to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row before it is journaled.

    session, session_index: of the deterministic session it belongs to, and its place there; None for what has none.
    stream: whose numbered stream it is sent on: an account, MARKET_STREAM, or None for what is not sent.
    market_time, event_index: where in the session it happened.
    payload: the event or command as JSON, without its seq.
    """

    session: str | None
    session_index: int | None
    stream: str | None
    type: str
    version: int
    market_time: int | None
    event_index: int | None
    parent: str | None
    payload: bytes


MARKET_STREAM = "$market"
"""The public stream of what happens to markets themselves."""


def alone(kind: str, payload: bytes) -> Entry:
    """A row that belongs to no session and is sent to nobody."""
    return Entry(
        session=None,
        session_index=None,
        stream=None,
        type=kind,
        version=1,
        market_time=None,
        event_index=None,
        parent=None,
        payload=payload,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A row as it stands in the journal."""

    position: int
    seq: int | None
    hash: bytes
    entry: Entry


def seal(previous: bytes, position: int, seq: int | None, entry: Entry) -> Sealed:
    """The row at `position`, chained to the hash of the one before it."""
    return Sealed(position=position, seq=seq, hash=link(previous, position, seq, entry), entry=entry)


def link(previous: bytes, position: int, seq: int | None, entry: Entry) -> bytes:
    """SHA-256 over the previous hash and every field, each with its length, so that no two rows read alike."""
    digest = hashlib.sha256(previous)
    fields = (
        position,
        entry.session,
        entry.session_index,
        entry.stream,
        seq,
        entry.type,
        entry.version,
        entry.market_time,
        entry.event_index,
        entry.parent,
    )
    for field in fields:
        text = b"" if field is None else str(field).encode()
        digest.update(b"-" if field is None else b"%d:" % len(text))
        digest.update(text)
    digest.update(b"%d:" % len(entry.payload))
    digest.update(entry.payload)
    return digest.digest()
