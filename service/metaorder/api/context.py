"""What every route may use: the service, the reads, and who is who. Made once by the composition root."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from metaorder.api.rates import Rates
from metaorder.api.ticket_box import Tickets
from metaorder.core.chain import Sealed
from metaorder.domain.principal import Principal
from metaorder.domain.units import Nanos
from metaorder.ports.calendars import Calendars
from metaorder.ports.clock import Clock, Ids
from metaorder.ports.market_data import MarketData
from metaorder.ports.queries import Queries
from metaorder.runtime.analyst import Analyst
from metaorder.runtime.jobs import Jobs
from metaorder.runtime.reporter import Reporter
from metaorder.runtime.service import Service
from metaorder.runtime.trial import Tables
from metaorder.usecases import keys
from metaorder.usecases.errors import Unauthorized

MOST_CACHED = 10_000


class KeyRing:
    """Principals by the hash of their secret. A key that is revoked, or is to end, is so as soon as its row is durable.

    keep: whether they are kept in memory; not where nobody tells of those that are revoked.
    """

    def __init__(self, queries: Queries, clock: Clock, *, keep: bool = True) -> None:
        self._queries = queries
        self._keep = keep
        self._clock = clock
        self._known: dict[str, Principal] = {}
        self._revoked: set[str] = set()
        self._ends: dict[str, Nanos] = {}

    async def principal(self, secret: str) -> Principal:
        """Who holds a secret.

        Raises:
            Unauthorized: nobody, or nobody any more.
        """
        digest = keys.digest(secret)
        found = self._known.get(digest)
        if found is None:
            row = await self._queries.key_by_hash(digest)
            if row is None or row["revoked"] or row["id"] in self._revoked:
                raise Unauthorized("unknown_key", "the key is unknown or revoked")
            if len(self._known) >= MOST_CACHED:
                self._known.clear()
            found = keys.principal(row)
            if self._keep:
                self._known[digest] = found
        if not self.valid(found):
            raise Unauthorized("key_expired", "the key has expired; ask for another")
        return found

    def valid(self, principal: Principal) -> bool:
        """Whether a key still stands."""
        end = self._ends.get(principal.key, principal.expires)
        return principal.key not in self._revoked and (end is None or self._clock.now() < end)

    def on_rows(self, rows: list[Sealed]) -> None:
        """Hear of keys that are revoked, or that are to end."""
        for row in rows:
            if row.entry.type == "key.revoked":
                self._known.clear()
                self._revoked.add(keys.named(row.entry))
            elif row.entry.type == "key.expiring":
                self._ends[keys.named(row.entry)] = keys.ends(row.entry)


@dataclass(frozen=True, slots=True)
class InFlight:
    """A request that is being worked on: what it asks, and when it is over."""

    body_hash: str
    over: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Context:
    """The composition that the routes run on. engine: the build, which a session remembers. in_flight: creates under way.

    profiles: held while one is set. origins: whose pages may open a stream, beside our own.
    retention: events that a stream may be behind before it begins anew with a snapshot; 0 = any number.
    """

    service: Service
    queries: Queries
    clock: Clock
    ids: Ids
    data: MarketData
    calendars: Calendars
    ring: KeyRing
    engine: str
    jobs: Jobs
    analyst: Analyst
    reporter: Reporter
    tables: Callable[[], Tables]
    rates: Rates
    tickets: Tickets
    origins: frozenset[str] = frozenset()
    retention: int = 0
    in_flight: dict[tuple[str, str], InFlight] = field(default_factory=dict)
    profiles: asyncio.Lock = field(default_factory=asyncio.Lock)
