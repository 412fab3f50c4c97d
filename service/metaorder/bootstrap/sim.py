"""The simulated market `sim`: always there, a new seeded day when one ends."""

from __future__ import annotations

import asyncio
from typing import Any

from metaorder.api.context import Context
from metaorder.core.chain import Sealed
from metaorder.domain.units import Nanos
from metaorder.runtime.boot import Booted
from metaorder.runtime.build import SIMULATED_MIC, build
from metaorder.runtime.hosted import MarketSpec

NAME = "sim"
SYMBOL = "ACME"
SPEED = 60.0
SEED = 1
OVER = frozenset({"market.closed", "market.failed", "market.deleted"})

Ended = asyncio.Queue[str]
"""Dates of days that have ended."""


async def open_sim(context: Context, booted: Booted) -> Ended:
    """Make sure that a day is open before anybody asks for it; the queue tells when one ends."""
    ended: Ended = asyncio.Queue()

    def hear(rows: list[Sealed]) -> None:
        for row in rows:
            name, _, date = (row.entry.session or "").partition("/")
            if row.entry.type in OVER and name == NAME:
                ended.put_nowait(date)

    context.service.listen(hear)
    if not any(hosted.spec.rolling for hosted in booted.hosted):
        last = await context.queries.market(NAME)
        await _open(context, None if last is None else last["id"].partition("/")[2])
    return ended


async def keep_sim(context: Context, ended: Ended) -> None:
    """Open the next day whenever one ends."""
    while True:
        await _open(context, await ended.get())


async def _open(context: Context, after: str | None) -> None:
    calendars = context.calendars
    if after is None:
        date = await asyncio.to_thread(calendars.on_or_after, SIMULATED_MIC, Nanos(context.clock.now()))
    else:
        date = await asyncio.to_thread(calendars.next_date, SIMULATED_MIC, after)
    options: dict[str, Any] = {"seed": _seed(date), "date": date, "latency_ms": 1.0}
    spec = MarketSpec(
        id=f"{NAME}/{date}",
        name=NAME,
        kind="simulated",
        symbol=SYMBOL,
        speed=SPEED,
        rolling=True,
        digest=None,
        engine=context.engine,
        options=options,
    )
    hosted = await asyncio.to_thread(build, spec, context.data, calendars)
    await context.service.host(hosted)
    await context.service.control(spec.id, "start")


def _seed(date: str) -> int:
    """A seed of its own for each day."""
    return SEED * 100_000_000 + int(date.replace("-", ""))
