"""The simulated market `sim`: always there, a new seeded day when one ends."""

from __future__ import annotations

import asyncio
from typing import Any

from metaorder.api.context import Context
from metaorder.core.chain import Sealed
from metaorder.domain.errors import Invalid
from metaorder.domain.units import Nanos
from metaorder.ports.calendars import Calendars
from metaorder.runtime.boot import Booted
from metaorder.runtime.build import SIMULATED_MIC, build
from metaorder.runtime.hosted import MarketSpec
from metaorder.runtime.service import PATIENT
from metaorder.sim.presets import DEFAULT

NAME = "sim"
SYMBOL = "ACME"
SPEED = 60.0
SEED = 1
OVER = frozenset({"market.closed", "market.failed", "market.deleted"})

Ended = asyncio.Queue[str]
"""Days that have ended: a date, or `date/round` once the calendar was used up and begun anew."""


async def open_sim(context: Context, booted: Booted) -> Ended:
    """Make sure that a day is open before anybody asks for it; the queue tells when one ends."""
    ended: Ended = asyncio.Queue()

    def hear(rows: list[Sealed]) -> None:
        for row in rows:
            name, _, day = (row.entry.session or "").partition("/")
            if row.entry.type in OVER and name == NAME:
                ended.put_nowait(day)

    context.service.listen(hear)
    if not any(hosted.spec.rolling for hosted in booted.hosted):
        last = await context.queries.market(NAME)
        await _open(context, None if last is None else last["id"].partition("/")[2])
    return ended


async def keep_sim(context: Context, ended: Ended) -> None:
    """Open the next day whenever one ends."""
    PATIENT.set(True)
    while True:
        await _open(context, await ended.get())


def following(calendars: Calendars, after: str | None, now: Nanos) -> tuple[str, int]:
    """The date and the round of the day that comes after another: after the calendar's last date it begins anew from today."""
    if after is None:
        return calendars.on_or_after(SIMULATED_MIC, now), 1
    date, _, number = after.partition("/")
    turn = int(number or 1)
    try:
        return calendars.next_date(SIMULATED_MIC, date), turn
    except Invalid:
        return calendars.on_or_after(SIMULATED_MIC, now), turn + 1


async def _open(context: Context, after: str | None) -> None:
    calendars = context.calendars
    date, turn = await asyncio.to_thread(following, calendars, after, Nanos(context.clock.now()))
    options: dict[str, Any] = {"seed": _seed(date, turn), "date": date, "latency_ms": 1.0, "scenario": DEFAULT, "parameters": {}}
    spec = MarketSpec(
        id=f"{NAME}/{date}" if turn == 1 else f"{NAME}/{date}/{turn}",
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


def _seed(date: str, turn: int) -> int:
    """A seed of its own for each day."""
    return (SEED + turn - 1) * 100_000_000 + int(date.replace("-", ""))
