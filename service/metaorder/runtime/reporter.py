"""The reporter: says how the orders of an account that work are doing, now, for those who look; nothing of it is journaled."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from metaorder.core.commands import Refusal
from metaorder.domain.order import Account, ParentId
from metaorder.domain.principal import Principal
from metaorder.ports.clock import Clock
from metaorder.ports.queries import Queries
from metaorder.runtime.hosted import MarketSpec
from metaorder.runtime.preview import facts_of, scenario_of
from metaorder.runtime.service import Service
from metaorder.runtime.session import LiveSession
from metaorder.usecases import profiles
from metaorder.usecases.progress import Doc, Underway, progress

MOST = 100
"""Orders of an account that one look tells of, the oldest first: a look takes a millisecond or so of each order's market."""

FRESH_S = 0.5
"""A look this young is shown again, so that many clients cost what one does."""


@dataclass(slots=True)
class _Look:
    """What was found when [s]; held while it is taken, so that who comes meanwhile waits for it."""

    at: float = float("-inf")
    docs: list[Doc] = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class Reporter:
    """Looks at live markets, at most twice a second for an account. Of the event loop."""

    service: Service
    queries: Queries
    clock: Clock
    _looks: dict[Account, _Look] = field(default_factory=dict)

    async def latest(self, principal: Principal) -> list[Doc]:
        """How the account's orders that have arrived and are not over are doing."""
        look = self._looks.setdefault(principal.account, _Look())
        async with look.lock:
            if self.clock.monotonic() - look.at >= FRESH_S:
                look.docs = await self._look(principal)
                look.at = self.clock.monotonic()
            return look.docs

    async def one(self, principal: Principal, session: str, parent: ParentId) -> Doc | None:
        """How one order is doing; None where it has not arrived, is over, or its market is not live."""
        found = await self._in_market(principal, session, [parent])
        return found[0] if found else None

    async def _look(self, principal: Principal) -> list[Doc]:
        found: list[Doc] = []
        for hosted in self.service.live():
            at_work = await self.service.ask(hosted.spec.id, lambda live: _at_work(live, principal.account))
            if isinstance(at_work, Refusal) or not at_work:
                continue
            found += await self._in_market(principal, hosted.spec.id, at_work[: MOST - len(found)])
        return found

    async def _in_market(self, principal: Principal, session: str, parents: list[ParentId]) -> list[Doc]:
        hosted = self.service.hosted(session)
        if hosted is None:
            return []
        symbols = {symbol: await self.queries.profile(principal, symbol) for symbol in hosted.live.market.symbols}
        stated = {symbol: None if row is None else profiles.stated(row) for symbol, row in symbols.items()}
        spec = hosted.spec
        seen = await self.service.ask(session, lambda live: [_underway(live, spec, parent, stated) for parent in parents])
        if isinstance(seen, Refusal):
            return []
        known = [each for each in seen if each is not None]
        return await asyncio.to_thread(lambda: [progress(each) for each in known])


def _at_work(live: LiveSession, account: Account) -> list[ParentId]:
    """Orders of an account that have arrived and are not over, in the order of their acceptance."""
    return [
        parent
        for parent, execution in live.engine.executions.items()
        if execution.order.account == account and execution.started is not None and not execution.status.terminal
    ]


def _underway(
    live: LiveSession, spec: MarketSpec, parent: ParentId, stated: Mapping[str, Mapping[str, Any] | None]
) -> Underway | None:
    """An order and its market now; None where it has not arrived or is over."""
    execution = live.engine.executions.get(parent)
    if execution is None or execution.started is None or execution.status.terminal:
        return None
    symbol = execution.order.symbol
    return Underway(
        facts=facts_of(live, execution, scenario_of(spec), stated.get(symbol)),
        wanted=live.engine.wanted(parent),
        vwap=live.market.vwap_since(symbol, execution.started),
    )
