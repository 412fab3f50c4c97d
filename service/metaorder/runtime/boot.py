"""Coming back: every session that was open is run again to where it was, or ended with its reason."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from metaorder.core.chain import Entry, Sealed, alone
from metaorder.core.commands import Kill
from metaorder.core.wires import Wires
from metaorder.domain.errors import Invalid
from metaorder.domain.order import Account
from metaorder.domain.units import Nanos
from metaorder.ports.calendars import Calendars
from metaorder.ports.journal import Journal
from metaorder.ports.market_data import MarketData, SourceNotFound
from metaorder.risk.latches import EVERYBODY, Reach, named
from metaorder.risk.limits import Limits, read
from metaorder.runtime.abandon import abandon, fold
from metaorder.runtime.build import SourceChanged, build
from metaorder.runtime.failpoints import failpoint
from metaorder.runtime.hosted import Hosted, MarketSpec, market_entry
from metaorder.runtime.listed import instruments_of
from metaorder.runtime.recovery import Diverged, recover
from metaorder.runtime.session import SessionState
from metaorder.sim.tape import DataError

LOG = logging.getLogger("metaorder")

EXPECTED = (Diverged, SourceChanged, SourceNotFound, DataError, Invalid)
"""What may be known to be wrong with a session that was open; anything else is a mistake of ours, or a journal of other hands."""

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

    A session or a switch that fails in a way that nobody foresaw stops no start: it begins killed, and says why.

    Raises:
        Damaged: the journal does not hold together. What the database raises where it cannot be read.
    """
    journal.verify(TAIL)
    made = Booted([], Switches(), [])
    wrong = [] if kill is None else [kill]
    for row in journal.open_markets():
        try:
            each, rows = _back(journal, data, calendars, engine, row)
        except _Unread as unread:
            raise unread.error from None
        except Exception as error:
            if not isinstance(error, (*EXPECTED, EngineChanged)):
                wrong.append(_unforeseen(f"the market {row['id']}", error))
            made.said.append(_give_up(journal, row, error, wrong))
            continue
        made.hosted.append(each)
        made.said.append(f"market {each.spec.id} is back: {rows} rows run again, hash {each.live.hash[:12]}")
    _set(made.switches, journal.switches(), wrong)
    if wrong:
        journal.append(_killed(made, "; ".join(wrong), wrong), [])
        made.switches.latches.append(EVERYBODY)
        if wrong != [kill]:
            made.said.append(f"The kill switch is on until it is rearmed: {'; '.join(each for each in wrong if each != kill)}")
    failpoint("recovery.done")
    return made


def _unforeseen(what: str, error: Exception) -> str:
    LOG.critical("%s cannot be brought back", what, exc_info=error)
    return f"{what} could not be brought back: {type(error).__name__}: {error}"


def _give_up(journal: Journal, row: Mapping[str, Any], error: Exception, wrong: list[str]) -> str:
    """End a session that cannot go on; where not even its orders can be read, leave it as it stands for a build that can."""
    why = str(error) if isinstance(error, (*EXPECTED, EngineChanged)) else f"{type(error).__name__}: {error}"
    try:
        ending = _lost(journal, row, why)
    except _Unread as unread:
        raise unread.error from None
    except Exception as other:
        wrong.append(_unforeseen(f"the orders of the market {row['id']}", other))
        return f"market {row['id']} is left as it was: {why}"
    journal.append(ending, [])
    return f"market {row['id']} is lost: {why}"


def _killed(made: Booted, reason: str, wrong: list[str]) -> list[Entry]:
    """The row that shuts the latch of everybody, and behind it what the orders that came back do at that.

    A session in which they cannot be stopped ends, and they with it.
    """
    row = alone("risk.killed", msgspec.json.encode({"type": "risk.killed", "actor": "boot", "reason": reason}))
    before = [entry for each in made.hosted for entry in each.live.take()]
    after: list[Entry] = []
    for each in list(made.hosted):
        try:
            each.live.apply(Kill(reason=reason))
            after += each.live.take()
        except Exception as error:
            wrong.append(_unforeseen(f"the market {each.spec.id}", error))
            each.state = SessionState.FAILED
            after += [*each.live.lose(), each.entry("market.failed", error=f"{type(error).__name__}: {error}")]
            made.hosted.remove(each)
            made.said.append(f"market {each.spec.id} is lost: {type(error).__name__}: {error}")
    return [*before, row, *after]


def _set(made: Switches, found: Mapping[str, str], wrong: list[str]) -> None:
    """Set what was set before; what cannot be read is named, and nothing begins under limits that nobody knows."""
    for name, value in found.items():
        kind, _, rest = name.partition(" ")
        try:
            if kind == "killed" and value == "1":
                made.latches.append(named(name))
            elif kind == "limits":
                made.limits[Account(rest)] = read(msgspec.json.decode(value))
            elif kind == "heartbeat" and int(value) > 0:
                made.heartbeats[Account(rest)] = int(value)
        except Exception as error:
            wrong.append(_unforeseen(f"the switch {name}", error))


class EngineChanged(RuntimeError):
    """The session was run by another build: a re-run could decide otherwise."""


class _Unread(RuntimeError):
    """The journal could not be read just now, which says nothing about what is in it."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def _session(journal: Journal, session: str) -> Iterator[Sealed]:
    """The rows of a session; an error of the database is told from one of what runs them."""
    try:
        yield from journal.session(session)
    except Exception as error:
        raise _Unread(error) from error


def _back(journal: Journal, data: MarketData, calendars: Calendars, engine: str, row: Mapping[str, Any]) -> tuple[Hosted, int]:
    spec = msgspec.convert(msgspec.json.decode(row["spec"]), MarketSpec)
    if spec.engine != engine:
        raise EngineChanged(f"engine_changed: the session was run by {spec.engine}, this is {engine}")
    hosted = build(spec, data, calendars)
    rows = recover(hosted, _session(journal, spec.id), (Nanos(row["clock"]), row["event_index"]))
    hosted.state = SessionState(row["state"])
    hosted.speed = row["speed"] if row["speed"] == "max" else float(row["speed"])
    return hosted, rows


def _lost(journal: Journal, row: Mapping[str, Any], error: str) -> list[Entry]:
    """The rows that end a session that cannot go on, and its orders with it."""
    detail = msgspec.json.decode(row["detail"])
    wire = Wires(instruments_of(detail["facts"]).values())
    clock = Nanos(row["clock"])
    executions = fold(_session(journal, row["id"]), wire)
    failed = {"state": str(SessionState.FAILED), "error": error}
    _, ending = abandon(executions, wire, row["id"], clock)
    return [*ending, market_entry("market.failed", row["id"], failed, clock=clock, index=row["event_index"])]
