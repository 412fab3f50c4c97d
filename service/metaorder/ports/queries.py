"""What can be read: projections of the journal, always for somebody, never without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from metaorder.domain.order import ParentId
from metaorder.domain.principal import Principal
from metaorder.ports.journal import Answer

Row = Mapping[str, Any]


class Unreachable(RuntimeError):
    """The database cannot be reached: nothing was read."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list. next_seq: where the next part begins; None = this is the last one. as_of_seq: of the account's stream."""

    items: Sequence[Row]
    next_seq: int | None
    as_of_seq: int


@dataclass(frozen=True, slots=True)
class StreamRow:
    """One event of a stream as it was journaled."""

    seq: int
    type: str
    parent: str | None
    payload: bytes


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What of an account is open, oldest first, as of a seq of its stream."""

    parents: Sequence[Row]
    children: Sequence[Row]
    as_of_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question over kept analyses. group_by: keys, or `tag`. figure: the column. where: keys that must be so.

    final: only those that are. first_day, last_day: of the market, included.
    """

    group_by: tuple[str, ...]
    figure: str
    where: Mapping[str, str]
    first_day: str | None = None
    last_day: str | None = None
    tag: str | None = None
    final: bool = False


@dataclass(frozen=True, slots=True)
class Values:
    """groups: key, orders and notional of each. rows: key, figure, notional and parent of each order that has the figure."""

    groups: Sequence[tuple[tuple[Any, ...], int, float]]
    rows: Sequence[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Cell:
    """The mean figure of a group in one market day, symbol and side."""

    key: tuple[Any, ...]
    shared: tuple[Any, ...]
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueAsked:
    """A question of how a venue served. where: symbol, market and algo that must be so. since: children sent from then on."""

    venue: str
    where: Mapping[str, str]
    since: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueCosts:
    """Children of one symbol and way at a venue. Quantities in units, money in the currency.

    rests: they were to rest. reached: children that were filled at all; refused: by the venue. traded, maker: filled units, and
    those filled at rest. known: children whose fills have both a cost and an expected one; weight: their units; cost, expected:
    summed over them; more_more, more_weight, weight_weight: sums over children of d d, d w and w w, where d = cost - expected.
    waited_ns: mean time to the first fill.
    """

    symbol: str
    currency: str
    rests: bool
    children: int
    quantity: int
    filled: int
    reached: int
    refused: int
    fills: int
    traded: int
    maker: int
    known: int
    weight: float
    cost: float
    expected: float
    more_more: float
    more_weight: float
    weight_weight: float
    waited_ns: float | None


VenueSums = list[VenueCosts]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryAsked:
    """A question of what was met in a symbol. since, until: market time of children, and of what came of them; until excluded."""

    symbol: str
    currency: str
    lot_size: int
    since: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueMet:
    """What children came to at a venue. expected: at rest [lots]; filled: of those, at rest [units]; rested, took: units whose
    fills have both a cost and an expected one, and what these cost more [currency].
    """

    venue: str
    expected: float
    filled: int
    rested: int
    rested_more: float
    took: int
    took_more: float


class Queries(Protocol):
    """Reads after writes: whatever was acknowledged is seen."""

    async def parent(self, principal: Principal, parent: ParentId) -> Row | None:
        """One parent order; None if there is none, or it is another account's."""
        ...

    async def parent_by_client_id(self, principal: Principal, client_order_id: str) -> Row | None:
        """The parent order with a client's id."""
        ...

    async def parents(self, principal: Principal, where: Mapping[str, str], before: int | None, limit: int) -> Page:
        """Parent orders, newest first, that match the filters status, market, symbol, algo and basket_id."""
        ...

    async def children(self, principal: Principal, parent: ParentId, after: int, limit: int) -> Page:
        """The children of an order, in the order in which they were sent."""
        ...

    async def fills(self, principal: Principal, parent: ParentId | None, after: int, limit: int) -> Page:
        """Fills, oldest first, of one order or of all."""
        ...

    async def events(self, principal: Principal, after: int, limit: int, parent: ParentId | None = None) -> Page:
        """Events of the account's stream after a seq, of one order or of all; items are StreamRow-like mappings."""
        ...

    async def schedules(self, principal: Principal, parent: ParentId) -> list[bytes]:
        """The schedules of an order as they were journaled, oldest first."""
        ...

    async def snapshot(self, principal: Principal) -> Snapshot:
        """What of the account is open, all of one instant."""

    async def stream(self, stream: str, after: int, limit: int) -> list[StreamRow]:
        """Events of a stream after a seq. For the broadcaster, which has checked who asks."""
        ...

    async def parents_of_session(self, principal: Principal, session: str) -> list[str]:
        """Ids of the account's parent orders in a session."""
        ...

    async def commands(self, session: str) -> list[bytes]:
        """The commands of a session as they were journaled, in order: what it can be run again from."""
        ...

    async def answer(self, principal: Principal, key: str) -> Answer | None:
        """The stored answer to a request."""
        ...

    async def market(self, market: str) -> Row | None:
        """A session by its id, or the newest one of a market's name."""
        ...

    async def markets(self, after: int, limit: int) -> list[Row]:
        """Sessions, newest first; `after` is the position that the last page ended at, 0 at first."""
        ...

    async def record(self, session: str, symbol: str) -> bytes | None:
        """The kept market record of a session that is over."""
        ...

    async def job(self, principal: Principal, kind: str, job: str) -> Row | None:
        """One job of a kind, with its result; None if there is none, or it is another account's."""
        ...

    async def jobs(self, principal: Principal, kind: str, state: str | None, before: int | None, limit: int) -> Page:
        """Jobs of a kind, newest first, without their results; of one state, or of all."""
        ...

    async def open_jobs(self) -> list[Row]:
        """Jobs of every account that are not over, oldest first. For the room that works on them."""
        ...

    async def key_by_hash(self, digest: str) -> Row | None:
        """A key by the hash of its secret, revoked or not."""
        ...

    async def keys(self) -> list[Row]:
        """Every key, without its secret: nobody has that."""
        ...

    async def profile(self, principal: Principal, symbol: str, version: int | None = None) -> Row | None:
        """The account's profile of an instrument: the newest, or the one of a version."""
        ...

    async def estimate(self, principal: Principal, estimate: str) -> Row | None:
        """An estimate of the account."""
        ...

    async def analysis(self, principal: Principal, parent: ParentId) -> Row | None:
        """The kept analysis of an order."""
        ...

    async def unanalysed(self, limit: int) -> list[Row]:
        """Orders of every account that are over and have no analysis, or one that can be made final now; oldest first."""
        ...

    async def aggregate(self, principal: Principal, asked: Asked, *, compared: bool) -> tuple[Values, list[Cell]]:
        """Figures of many orders by group; cells only where groups are compared."""
        ...

    async def venue(self, principal: Principal, asked: VenueAsked) -> VenueSums:
        """What the account's children came to at a venue, by symbol and way; empty where it sent none there."""
        ...

    async def venue_history(self, principal: Principal, asked: HistoryAsked) -> list[VenueMet]:
        """What the account's earlier children met at each venue of a symbol."""
        ...

    async def forecasts(self, principal: Principal, asked: Asked) -> list[tuple[float, float]]:
        """Probability and z-score of each order that was forecast."""
        ...
