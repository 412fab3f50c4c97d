"""The recorder: keeps markets that orders are worked in while they run, so that a lost one does not take its facts along."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from metaorder.core.commands import Refusal
from metaorder.domain.units import SECOND
from metaorder.ports.clock import Clock
from metaorder.ports.journal import StoredRecord
from metaorder.runtime.analyst import UNWRITTEN
from metaorder.runtime.service import PATIENT, Service
from metaorder.runtime.session import LiveSession

AFTER = 1_800 * SECOND
"""How long after the end of an order its market is a fact of it: the last markout's horizon, in market time."""

EVERY_S = 60.0
"""Between two keepings of one market in which nothing ended, by the wall."""

REST_S = 1.0
"""Between two looks."""

LOG = logging.getLogger("metaorder")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A symbol's orders at a look. clock: of the market [ns]."""

    clock: int
    active: int
    over: int


@dataclass(slots=True)
class _Kept:
    """How far a symbol's market was kept. over: orders that had ended by then. until: how far it is wanted. wall: when [s]."""

    clock: int = -1
    over: int = 0
    until: int = 0
    wall: float = -inf

    def due(self, seen: _Seen, now: float) -> bool:
        """Whether to keep it now: an order has ended, the half hour after the last one is over, or it has been a while."""
        ended = seen.over != self.over
        if seen.active or ended:
            self.until = seen.clock + AFTER
        if seen.clock <= self.clock or self.clock >= self.until:
            return False
        return ended or seen.clock >= self.until or now - self.wall >= EVERY_S


@dataclass(slots=True)
class Recorder:
    """One row a session and symbol, in place of the one before, until its session ends and is kept whole. Of the event loop."""

    service: Service
    clock: Clock
    _kept: dict[tuple[str, str], _Kept] = field(default_factory=dict)

    async def look(self) -> int:
        """Keep what is due; how many."""
        live = [hosted.spec.id for hosted in self.service.live()]
        self._kept = {key: kept for key, kept in self._kept.items() if key[0] in live}
        done = 0
        for session in live:
            try:
                done += await self._look_at(session)
            except UNWRITTEN as error:  # the service says so itself; the next look tries again
                LOG.warning("the market %s so far is not kept: %s", session, error)
        return done

    async def keep_up(self) -> None:
        """Look now and then, for ever."""
        PATIENT.set(True)
        while True:
            await asyncio.sleep(REST_S)
            if self.service.writable and not self.service.full:
                await self.look()

    async def _look_at(self, session: str) -> int:
        seen = await self.service.ask(session, _orders)
        if isinstance(seen, Refusal):
            return 0
        now = self.clock.monotonic()
        due = [symbol for symbol, orders in seen.items() if self._kept.setdefault((session, symbol), _Kept()).due(orders, now)]
        return sum([await self._keep(session, symbol) for symbol in due])

    async def _keep(self, session: str, symbol: str) -> bool:
        """Keep a symbol's market as it stands; whether it was still there."""
        answer = await self.service.ask(session, lambda live: (_orders(live)[symbol], live.market.record(symbol)))
        if isinstance(answer, Refusal):
            return False
        orders, record = answer
        data = await asyncio.to_thread(record.to_bytes)
        await self.service.write([], [StoredRecord(session=session, symbol=symbol, data=data, so_far=True)])
        kept = self._kept[session, symbol]
        kept.clock, kept.over, kept.wall = record.clock, orders.over, self.clock.monotonic()
        return True


def _orders(live: LiveSession) -> Mapping[str, _Seen]:
    """What the orders of each symbol do."""
    found: dict[str, _Seen] = {}
    for execution in live.engine.executions.values():
        before = found.get(execution.order.symbol, _Seen(live.market.clock, 0, 0))
        over = execution.status.terminal
        found[execution.order.symbol] = _Seen(before.clock, before.active + (not over), before.over + over)
    return found
