"""Coming back: every session that was open is run again to where it was, or ended with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from metaorder.core.chain import Entry, alone
from metaorder.core.commands import Kill
from metaorder.core.wires import Wires
from metaorder.domain.errors import Invalid
from metaorder.domain.order import Account
from metaorder.domain.units import Nanos
from metaorder.ports.calendars import Calendars
from metaorder.ports.journal import Journal
from metaorder.ports.market_data import MarketData, SourceNotFound
from metaorder.risk.latches import Reach, named
from metaorder.risk.limits import Limits, read
from metaorder.runtime.abandon import abandon, fold
from metaorder.runtime.build import SourceChanged, build
from metaorder.runtime.failpoints import failpoint
from metaorder.runtime.hosted import Hosted, MarketSpec, market_entry
from metaorder.runtime.listed import instruments_of
from metaorder.runtime.recovery import Diverged, recover
from metaorder.runtime.session import SessionState
from metaorder.sim.tape import DataError

TAIL = 10_000
"""Rows of the journal's end whose chain is checked at each start; `metaorder admin verify` checks all."""


@dataclass(frozen=True, slots=True)
class Booted:
    """What came back. said: a line for each session, for whoever started the server."""

    hosted: list[Hosted]
    switches: Switches
    said: list[str]


@dataclass(frozen=True, slots=True)
class Switches:
    """What was set before the last end: latches that are shut, limits by account, and heartbeats by account [s]."""

    latches: list[Reach] = field(default_factory=list)
    limits: dict[Account, Limits] = field(default_factory=dict)
    heartbeats: dict[Account, int] = field(default_factory=dict)


def boot(journal: Journal, data: MarketData, calendars: Calendars, engine: str, kill: str | None = None) -> Booted:
    """Check the end of the journal, and bring every open session back. kill: why everything begins killed, if it does.

    Raises:
        Damaged: the journal does not hold together.
    """
    journal.verify(TAIL)
    hosted, said = [], []
    for row in journal.open_markets():
        spec = msgspec.convert(msgspec.json.decode(row["spec"]), MarketSpec)
        try:
            each, rows = _back(journal, data, calendars, engine, spec, row)
        except (Diverged, SourceChanged, SourceNotFound, DataError, Invalid, EngineChanged) as error:
            journal.append(_lost(journal, spec, row, str(error)), [])
            said.append(f"market {spec.id} is lost: {error}")
            continue
        hosted.append(each)
        said.append(f"market {spec.id} is back: {rows} rows run again, hash {each.live.hash[:12]}")
    if kill is not None:
        journal.append(_killed(hosted, kill), [])
    failpoint("recovery.done")
    return Booted(hosted, _switches(journal.switches()), said)


def _killed(hosted: list[Hosted], reason: str) -> list[Entry]:
    """The row that shuts the latch of everybody, and behind it what the orders that came back do at that."""
    row = alone("risk.killed", msgspec.json.encode({"type": "risk.killed", "actor": "boot", "reason": reason}))
    before = [entry for each in hosted for entry in each.live.take()]
    for each in hosted:
        each.live.apply(Kill(reason=reason))
    return [*before, row, *(entry for each in hosted for entry in each.live.take())]


def _switches(found: Mapping[str, str]) -> Switches:
    made = Switches()
    for name, value in found.items():
        kind, _, rest = name.partition(" ")
        if kind == "killed" and value == "1":
            made.latches.append(named(name))
        elif kind == "limits":
            made.limits[Account(rest)] = read(msgspec.json.decode(value))
        elif kind == "heartbeat" and int(value) > 0:
            made.heartbeats[Account(rest)] = int(value)
    return made


class EngineChanged(RuntimeError):
    """The session was run by another build: a re-run could decide otherwise."""


def _back(
    journal: Journal, data: MarketData, calendars: Calendars, engine: str, spec: MarketSpec, row: Mapping[str, Any]
) -> tuple[Hosted, int]:
    if spec.engine != engine:
        raise EngineChanged(f"engine_changed: the session was run by {spec.engine}, this is {engine}")
    hosted = build(spec, data, calendars)
    rows = recover(hosted, journal.session(spec.id), (Nanos(row["clock"]), row["event_index"]))
    hosted.state = SessionState(row["state"])
    hosted.speed = row["speed"] if row["speed"] == "max" else float(row["speed"])
    return hosted, rows


def _lost(journal: Journal, spec: MarketSpec, row: Mapping[str, Any], error: str) -> list[Entry]:
    """The rows that end a session that cannot go on, and its orders with it."""
    detail = msgspec.json.decode(row["detail"])
    wire = Wires(instruments_of(detail["facts"]).values())
    clock = Nanos(row["clock"])
    executions = fold(journal.session(spec.id), wire)
    failed = {"state": str(SessionState.FAILED), "error": error}
    _, ending = abandon(executions, wire, spec.id, clock)
    return [*ending, market_entry("market.failed", spec.id, failed, clock=clock, index=row["event_index"])]
