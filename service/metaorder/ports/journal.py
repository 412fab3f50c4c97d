"""The journal: the one record of what happened, appended in transactions, never changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from metaorder.core.chain import Entry, Sealed

OPEN_STATES = ("ready", "running", "paused")
"""Of market sessions that are not over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The stored answer to a request that must not be done twice.

    key: the client's order id, or parent and version of an amendment. status: of HTTP.
    """

    account: str
    key: str
    body_hash: str
    parent: str
    status: int
    response: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """How far a session has come, so that a restart does not go back to its last event."""

    session: str
    market_time: int
    event_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """The market that an order was worked in.

    so_far: of a session that goes on; once that is over, it takes the place of nothing.
    """

    session: str
    symbol: str
    data: bytes
    so_far: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredJob:
    """A job as it stands: request, progress and reason in `doc`, as JSON. seq: of the jobs, in the order in which they came.

    result: once it is done, as JSON.
    """

    id: str
    account: str
    kind: str
    seq: int
    state: str
    doc: str
    result: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnalysis:
    """The analysis of an order that is over, in place of the one before. version: counts the times that it changed.

    keys: what it is found and grouped by. ended, made_at: [ns]. notional: of what was ordered, in the currency of its keys.
    figures: what can be asked over many orders. tags: name=value. doc: the report as JSON.
    """

    parent: str
    account: str
    version: int
    final: bool
    made_at: int
    keys: Mapping[str, str]
    ended: int
    notional: float | None
    figures: Mapping[str, float | None]
    tags: tuple[str, ...]
    doc: str


Extra = Answer | Checkpoint | StoredRecord | StoredJob | StoredAnalysis
"""What is written in the same transaction as the rows beside it, and is no part of the chain."""


class DiskFull(RuntimeError):
    """There is no room for the rows: nothing of them was written, and the journal is as it was."""


class WriterLost(RuntimeError):
    """Another server writes this database now; this one must stop."""


class GaveUp(RuntimeError):
    """The server ended while its database was away: what became of its last commit is not known."""


class Damaged(RuntimeError):
    """The journal does not hold together: where, and what is wrong. It is refused, never skipped."""

    def __init__(self, position: int, what: str) -> None:
        super().__init__(f"the journal is damaged at position {position}: {what}")
        self.position = position


class Journal(Protocol):
    """Owned by one thread at a time. away: its database cannot be reached just now, and what is to be appended waits."""

    away: bool

    def give_up(self) -> None:
        """Wait no longer for a database that is away; from any thread."""
        ...

    def append(self, entries: Sequence[Entry], extras: Sequence[Extra]) -> list[Sealed]:
        """Seal the entries, and write them, their projections and the extras in one transaction. Durable when it returns."""
        ...

    def tidy(self) -> None:
        """Between commits: do what the database puts off. All that was appended is durable whatever comes of it.

        Raises:
            DiskFull: there is no room for it just now. Anything else: what is appended from now on can be lost.
        """
        ...

    def session(self, session: str) -> Iterator[Sealed]:
        """The deterministic rows of a session, in the order of their session index."""
        ...

    def open_markets(self) -> list[Mapping[str, Any]]:
        """The market sessions that were not over, in the order in which they were made."""
        ...

    def switches(self) -> dict[str, str]:
        """Every switch with its value: latches, limits and heartbeats of accounts."""
        ...

    def verify(self, tail: int | None = None) -> int:
        """Check the chain, all of it or its last `tail` rows; the number of rows checked.

        Raises:
            Damaged: at the first row that does not hold.
        """
        ...

    def rebuild(self) -> int:
        """Draw every projection anew from the rows; the number of rows."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...
