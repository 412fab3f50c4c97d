"""Cases for the analysis as the service itself writes them: a session is run, and its journal folded into what the API reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.db.projector import Projector
from metaorder.adapters.market_data.files import Files
from metaorder.core.chain import Entry, Sealed
from metaorder.core.commands import Amend, Cancel, Pause, Resume
from metaorder.domain.order import ParentId, Side
from metaorder.domain.units import SECOND, Lots, Nanos
from metaorder.runtime.build import build
from metaorder.runtime.hosted import Hosted, MarketSpec
from metaorder.runtime.twin import run_without
from metaorder.usecases.analyse import Case
from support.data import DATA, real
from support.sessions import DAY, ENGINE, FixedCalendar, NoFiles, accept, order, simulated, spec

WORKED = ParentId("P-main-a")
"""The order that is analysed."""


def worked(side: Side, *, until_s: int) -> Case:
    """A simulated order that was amended up, paused, amended down and canceled, beside another order of the account."""
    hosted = simulated()
    live, placed = hosted.live, order("a", side=side, lots=Lots(30_000), end=Nanos(DAY.open + 3_600 * SECOND))
    live.apply(accept(placed))
    live.apply(accept(order("b", side=side)))

    def until(seconds: int) -> None:
        live.run(until=Nanos(DAY.open + seconds * SECOND))

    until(600)
    live.apply(Amend(parent=placed.id, expected_version=1, body_hash="-", lots=Lots(40_000)))
    until(900)
    live.apply(Pause(parent=placed.id, cancel_open=True))
    until(960)
    live.apply(Resume(parent=placed.id))
    until(1_800)
    live.apply(Amend(parent=placed.id, expected_version=2, body_hash="-", lots=Lots(35_000)))
    until(2_400)
    live.apply(Cancel(parent=placed.id))
    until(until_s)
    return folded(hosted, live.take())


def replayed(symbol: str, source: str, **terms: Any) -> Case:
    """An order in a real recorded day, from its first minutes to its last, and the day then run to its end."""
    assert real(source).is_relative_to(DATA)
    return replayed_from(DATA, symbol, source, **terms)


def replayed_from(folder: Path, symbol: str, source: str, **terms: Any) -> Case:
    """The same in a LOBSTER day of a folder."""
    options = {"format": "lobster", "source": source, "latency_ms": 1.0, "hidden": "central"}
    market = MarketSpec(
        id="day",
        name="day",
        kind="replay",
        symbol=symbol,
        speed="max",
        rolling=False,
        digest=None,
        engine=ENGINE,
        options=options,
    )
    calendars = ExchangeCalendars()
    hosted = build(market, Files([folder], calendars), calendars)
    live, day = hosted.live, hosted.live.day
    window: dict[str, Any] = {"start": Nanos(day.open + 600 * SECOND), "end": Nanos(day.close - 600 * SECOND)}
    live.run(until=Nanos(day.open + 60 * SECOND))
    live.apply(accept(order("a", session="day", symbol=symbol, **{**window, **terms})))
    live.run(until=day.close)
    return folded(hosted, live.take())


def folded(hosted: Hosted, entries: list[Entry]) -> Case:
    """What the API reads of a session for the analysis of WORKED."""
    tables: dict[str, dict[str, Any]] = {}
    projector = Projector(lambda table, key: tables.get(table, {}).get(key))
    sealed = [Sealed(position=at, seq=at, hash=b"", entry=entry) for at, entry in enumerate(entries, 1)]
    for table, rows in projector.fold(sealed).items():
        tables[table] = {str(row.get("id") or row.get("execution_id")): row for row in rows}
    commands = [entry.payload for entry in entries if entry.type.startswith("command.")]
    record, twin = hosted.live.market.record(), None
    if hosted.spec.kind == "simulated":
        twin = run_without(spec(), commands, WORKED, "ACME", record.clock, ENGINE, NoFiles(), FixedCalendar())
    return Case(
        parent=tables["parents"][WORKED],
        fills=sorted((row for row in tables["fills"].values() if row["parent"] == WORKED), key=lambda row: int(row["seq"])),
        record=record,
        twin=twin,
        why_no_twin=None,
        mine=frozenset(tables["parents"]),
        market={
            "spec": msgspec.json.encode(hosted.spec).decode(),
            "detail": msgspec.json.encode({"facts": hosted.facts()}).decode(),
        },
        instrument=hosted.live.market.instrument,
        children=sorted(
            (row for row in tables["children"].values() if row["parent"] == WORKED), key=lambda row: int(row["number"])
        ),
    )
