"""What must hold of a journal, whatever went wrong while it was written: read from disk, and from what clients were promised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from sqlalchemy import select

from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.db.engine import writer_engine
from metaorder.adapters.db.journal import SqlJournal
from metaorder.adapters.db.reconcile import differences
from metaorder.adapters.db.tables import markets
from metaorder.core.chain import Sealed
from metaorder.core.events import ChildSubmitted, Fill
from metaorder.core.execution import Execution, Step, evolve
from metaorder.domain.child import ChildStatus
from metaorder.domain.order import ParentId
from metaorder.domain.units import Nanos
from metaorder.risk.latches import Latches, Reach
from metaorder.runtime.build import build
from metaorder.runtime.hosted import Hosted, MarketSpec
from metaorder.runtime.recovery import recover
from support.laws import Laws
from support.sessions import NoFiles
from support.simulated_clients import MARKET, Promises

LATENCY = 1_000_000
_read = msgspec.json.decode


def check(url: str, promises: Promises, streams: Sequence[list[dict[str, Any]]]) -> tuple[str, str]:
    """Every law; the hashes of the journal's last row and of the session."""
    journal = SqlJournal(writer_engine(url))
    try:
        journal.verify()
        rows = list(journal.everything())
        assert differences(journal)[1] == [], "what people read is what the journal says"
        found = journal.first(select(markets.c.spec).where(markets.c.id == MARKET))
        assert found is not None
        hosted = build(msgspec.convert(_read(found[0]), MarketSpec), NoFiles(), ExchangeCalendars())
        recover(hosted, journal.session(MARKET), None)
    finally:
        journal.close()
    assert not hosted.live.entries, "a clean run of the journal makes no row that was not there"
    ended = [row for row in rows if row.entry.type in {"market.closed", "market.failed"}]
    assert [row.entry.type for row in ended] == ["market.closed"]
    assert _read(ended[0].entry.payload)["session_hash"] == hosted.live.hash, "the day ended like a run that nobody disturbed"
    _streamed(rows, streams)
    executions = _worked(rows, hosted)
    _promised(executions, promises, {row.position for row in rows if row.entry.type.startswith("risk.")})
    _switched(rows, hosted)
    return rows[-1].hash.hex(), hosted.live.hash


def _streamed(rows: Sequence[Sealed], streams: Sequence[list[dict[str, Any]]]) -> None:
    """Who read the stream has every event of it, each once, in order, as it was written."""
    sent = [{"seq": row.seq, **_read(row.entry.payload)} for row in rows if row.entry.stream == "main"]
    assert [event["seq"] for event in sent] == list(range(1, len(sent) + 1)), "a stream counts without a gap"
    for stream in streams:
        assert stream == sent


def _worked(rows: Sequence[Sealed], hosted: Hosted) -> dict[ParentId, Execution]:
    """Fold the events beside what the market printed; the laws are held at each."""
    record, wire, laws = hosted.live.market.record(), hosted.live.wire, Laws(LATENCY)
    prints = record.prints
    executions: dict[ParentId, Execution] = {}
    seen: set[str] = set()
    printed = 0
    for row in rows:
        entry = row.entry
        if entry.session_index is None or entry.type.startswith("command."):
            continue
        assert entry.market_time is not None
        while printed < len(prints) and prints[printed]["ts"] <= entry.market_time:
            _printed(laws, prints[printed], record.parents)
            printed += 1
        happened = wire.read_event(_read(entry.payload))
        before = executions.get(happened.parent)
        after = executions[happened.parent] = evolve(before, happened)
        laws.on_step(Step(happened, before, after), Nanos(entry.market_time))
        _conserved(after)
        if isinstance(happened.event, Fill):
            assert happened.event.execution_id not in seen, "an execution counts once"
            seen.add(happened.event.execution_id)
    assert executions == hosted.live.engine.executions
    assert all(execution.status.terminal for execution in executions.values()), "at the close every order is over"
    return executions


def _printed(laws: Laws, each: np.void, parents: Sequence[str]) -> None:
    """A print gives headroom to every order that had no part in it; no order here has a limit."""
    own = {parents[each["parent"]], parents[each["counterparty"]]}
    for parent, ledger in laws.ledgers.items():
        if ledger.live and ledger.started and parent not in own:
            ledger.theirs.append((int(each["ts"]), int(each["lots"])))


def _conserved(execution: Execution) -> None:
    """filled + working + unknown + unsent is the quantity, and none of them is less than nothing."""
    sure = {ChildStatus.NEW, ChildStatus.PARTIALLY_FILLED}
    working = sum(child.open for child in execution.open.values() if child.status in sure)
    unknown = sum(child.open for child in execution.open.values() if child.status not in sure)
    unsent = execution.order.lots - execution.filled - working - unknown
    assert min(working, unknown, unsent, execution.filled) >= 0, "no lot is made or lost"


def _promised(executions: dict[ParentId, Execution], promises: Promises, switches: set[int]) -> None:
    """What was acknowledged is there, and nothing is there that nobody asked for."""
    found = {execution.order.client_order_id: execution for execution in executions.values()}
    assert len(found) == len(executions), "a request that is repeated makes one order"
    assert promises.acknowledged.keys() <= found.keys() <= promises.submitted.keys()
    for name, made in promises.acknowledged.items():
        assert found[name].order.id == made["id"]
    for parent, held in promises.versions.items():
        now = executions[ParentId(parent)]
        assert now.version >= held["version"], "an amendment that was acknowledged is there"
        assert now.version > held["version"] or now.order.lots == held["quantity"]
    for parent in promises.cancels:
        assert executions[ParentId(parent)].status in {"canceled", "filled"}, "a cancel that was taken has its way"
    assert promises.switches <= switches, "a kill that was acknowledged is in the journal"


def _switched(rows: Sequence[Sealed], hosted: Hosted) -> None:
    """From a kill on, to its rearming, nothing goes out that it concerns."""
    latches, wire = Latches(), hosted.live.wire
    orders = {parent: execution.order for parent, execution in hosted.live.engine.executions.items()}
    for row in rows:
        kind = row.entry.type
        if kind in {"risk.killed", "risk.rearmed"}:
            doc = _read(row.entry.payload)
            reach = Reach(**{name: doc.get(name) for name in ("account", "market", "symbol", "parent")})
            (latches.shut_at if kind == "risk.killed" else latches.open_at)(reach)
        elif kind == "child.submitted":
            happened = wire.read_event(_read(row.entry.payload))
            assert isinstance(happened.event, ChildSubmitted)
            assert latches.barring(orders[happened.parent]) is None, "no child goes out after a kill"
