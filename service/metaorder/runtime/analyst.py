"""The analyst: analyses orders from what the service recorded, keeps what came out, and comes back to what was not final."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any

import msgspec

from metaorder.core.commands import Refusal
from metaorder.domain.order import TERMINAL, Account, ParentId
from metaorder.domain.principal import Principal
from metaorder.ports.calendars import Calendars
from metaorder.ports.clock import Clock
from metaorder.ports.market_data import MarketData
from metaorder.ports.queries import Queries, Row, Unreachable
from metaorder.runtime.hosted import MarketSpec
from metaorder.runtime.kept_twins import KeptTwins
from metaorder.runtime.listed import instruments_of
from metaorder.runtime.service import PATIENT, Busy, CommitFailed, Fenced, NoSpace, NotWritable, Service, Unanswered
from metaorder.runtime.session import SessionState
from metaorder.runtime.twin import NoTwin, run_without
from metaorder.sim.record import MarketRecord, from_bytes
from metaorder.usecases.analyse import Case, analyse
from metaorder.usecases.errors import Conflict, NotFound
from metaorder.usecases.kept_analyses import stored

PAGE = 500
AT_ONCE = 8
MOST_TRIES = 3
REST_S = 5.0
"""Between two looks at what is left to do: live markets come first."""

UNWRITTEN = (Busy, CommitFailed, Fenced, NoSpace, NotWritable, Unanswered)

LOG = logging.getLogger("metaorder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyst:
    """Reads, computes in a thread, and keeps. engine: the build. It belongs to the event loop.

    ending: once it is set, what is being run in a thread is given up, so that a server that is told to end does.
    """

    service: Service
    queries: Queries
    clock: Clock
    data: MarketData
    calendars: Calendars
    engine: str
    ending: Event = field(default_factory=Event)
    twins: KeptTwins = field(default_factory=KeptTwins)

    async def case(self, principal: Principal, row: Row, *, alone: bool = True) -> Case:
        """All that is known of an order. alone: with the market without it, which may have to be run.

        Raises:
            Conflict: its market was lost before its record could be kept up to the order's end.
        """
        market = await self.queries.market(row["session"])
        assert market is not None, "an order's session is known"
        record = await self._record(row, market)
        parent = ParentId(row["id"])
        referred = msgspec.json.decode(row["terms"]).get("estimate_id")
        estimate = None if referred is None else await self.queries.estimate(principal, referred)
        twin, why = await self._twin(row, market, record) if alone else (None, "not asked for")
        return Case(
            parent=row,
            fills=await self._all(principal, parent, "fills"),
            record=record,
            twin=twin,
            why_no_twin=why,
            mine=frozenset(await self.queries.parents_of_session(principal, row["session"])),
            market=market,
            instrument=instruments_of(msgspec.json.decode(market["detail"])["facts"])[row["symbol"]],
            children=await self._all(principal, parent, "children"),
            estimate=None if estimate is None else msgspec.json.decode(estimate["doc"]),
        )

    async def planned(self, principal: Principal, case: Case) -> Case:
        """The same with the schedules of the order, one after another."""
        drawn = await self.queries.schedules(principal, ParentId(case.parent["id"]))
        return replace(case, schedules=[msgspec.json.decode(each) for each in drawn])

    async def world(self, account: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """All that is known of the order of a counterfactual, and the commands of its session.

        Raises:
            NotFound: there is no such order. Conflict: its market was lost.
        """
        principal = Principal(Account(account), "analyst", frozenset())
        row = await self.queries.parent(principal, ParentId(request["order"]))
        if row is None:
            raise NotFound("not_found", f"no parent order {request['order']}")
        case = await self.case(principal, row, alone=False)
        return {"case": replace(case, why_no_twin=None), "commands": await self.queries.commands(row["session"])}

    async def analysis(self, principal: Principal, row: Row) -> dict[str, object]:
        """The analysis of an order as it stands; kept once the order is over, and anew as late facts come in."""
        return (await self.judged(principal, row))[1]

    async def judged(self, principal: Principal, row: Row) -> tuple[Case, dict[str, object]]:
        """All that is known of an order, and its analysis.

        A final one that was held against the market without the order stands once that market cannot be run again: another build
        would say less, and never more.
        """
        case = await self.case(principal, row)
        if case.why_no_twin is not None:
            kept = await self.queries.analysis(principal, ParentId(row["id"]))
            if kept is not None and kept["final"]:
                return case, {**msgspec.json.decode(kept["doc"]), "version": kept["version"]}
        doc = await asyncio.to_thread(analyse, case)
        version = await self._keep(principal, row, case.market, doc)
        return case, {**doc, "version": version}

    async def catch_up(self, tries: Counter[str]) -> int:
        """Analyse some of what is over and was not, or not finally; how many. tries: of each order."""
        hopeless = sum(count >= MOST_TRIES for count in tries.values())
        rows = await self.queries.unanalysed(AT_ONCE + hopeless)
        done = 0
        for row in rows:
            if tries[row["id"]] >= MOST_TRIES:
                continue
            tries[row["id"]] += 1
            principal = Principal(Account(row["account"]), "analyst", frozenset())
            try:
                await self.analysis(principal, row)
                done += 1
            except Conflict as lost:
                LOG.warning("the order %s cannot be analysed: %s", row["id"], lost)
        return done

    async def keep_up(self) -> None:
        """Catch up now and then, for ever."""
        tries: Counter[str] = Counter()
        PATIENT.set(True)
        while True:
            await asyncio.sleep(REST_S)
            with suppress(Unreachable):  # the service says so itself, and there is a next look
                await self.catch_up(tries)

    async def _keep(self, principal: Principal, row: Row, market: Row, doc: dict[str, object]) -> int | None:
        """Keep an analysis of an order that is over; its version."""
        if row["status"] not in TERMINAL:
            return None
        before = await self.queries.analysis(principal, ParentId(row["id"]))
        kept = stored(row, market, doc, before, self.clock.now())
        if kept is None:
            assert before is not None, "it says what the one before said"
            return int(before["version"])
        try:
            await self.service.write([], [kept])
        except UNWRITTEN as error:  # the service says so itself; a report is still read, and is kept at the next look
            LOG.warning("the analysis of %s is not kept: %s", row["id"], error)
            return None
        return kept.version

    async def _record(self, row: Row, market: Row) -> MarketRecord:
        """The market that the order was worked in: from memory while it is there, else as it was kept.

        Of a market that was lost, it goes as far as the recorder came; more will never be known.
        """
        if self.service.hosted(row["session"]) is not None:
            answer = await self.service.ask(row["session"], lambda live: live.market.record(row["symbol"]))
            if not isinstance(answer, Refusal):
                return answer
        kept = await self.queries.record(row["session"], row["symbol"])
        record = None if kept is None or not SessionState(market["state"]).over else await asyncio.to_thread(from_bytes, kept)
        if record is None or record.clock < (row["ended"] or 0):
            raise Conflict("no_market_record", f"the market {row['session']} was lost before its record could be kept")
        return replace(record, closed=True)

    async def _all(self, principal: Principal, parent: ParentId, what: str) -> list[Row]:
        rows: list[Row] = []
        after = 0
        read = self.queries.fills if what == "fills" else self.queries.children
        while True:
            page = await read(principal, parent, after, PAGE)
            rows += page.items
            if page.next_seq is None:
                return rows
            after = page.next_seq

    async def _twin(self, row: Row, market: Row, record: MarketRecord) -> tuple[MarketRecord | None, str | None]:
        """The simulated market without the order; a replay has its recorded market instead."""
        spec = msgspec.convert(msgspec.json.decode(market["spec"]), MarketSpec)
        if spec.kind == "replay" or row["started"] is None:
            return None, None
        commands = await self.queries.commands(spec.id)

        def run() -> MarketRecord:
            parent = ParentId(row["id"])
            world = (self.engine, self.data, self.calendars)
            return run_without(spec, commands, parent, row["symbol"], record.clock, *world, self.ending.is_set)

        # The same commands up to the same instant make the same market: as long as neither the order nor its market moves on.
        so_far = (row["id"], row["version"], int(record.clock), len(commands))
        try:
            return await self.twins.get(so_far, run), None
        except NoTwin as missing:
            return None, str(missing)
