"""Coming back: a start that begins killed stops the orders that come back, and not new ones alone."""

from __future__ import annotations

import msgspec

from metaorder.adapters.memory import MemoryJournal
from metaorder.domain.order import Status, SuspendReason
from metaorder.domain.units import SECOND, Nanos
from metaorder.runtime.boot import boot
from metaorder.runtime.recovery import recover
from metaorder.runtime.session import SessionState
from support.sessions import DAY, ENGINE, FixedCalendar, NoFiles, accept, order, simulated


def test_a_start_that_begins_killed_stops_the_orders_that_come_back() -> None:
    journal, hosted = MemoryJournal(), simulated()
    journal.append([hosted.entry("market.created", spec=msgspec.to_builtins(hosted.spec), facts=hosted.facts())], [])
    hosted.state = SessionState.RUNNING
    hosted.live.apply(accept(order("a")))
    hosted.live.run(until=Nanos(DAY.open + 300 * SECOND))
    journal.append([*hosted.live.take(), hosted.entry("market.started", speed="max")], [])
    before = len(journal.rows)
    booted = boot(journal, NoFiles(), FixedCalendar(), ENGINE, "the disk was gone")
    assert [row.entry.type for row in journal.rows[before : before + 2]] == ["risk.killed", "command.kill"]
    assert [reach.text for reach in booted.switches.latches] == ["everybody"]
    live = booted.hosted[0].live
    (execution,) = live.engine.executions.values()
    assert (execution.status, execution.suspended) == (Status.SUSPENDED, SuspendReason.KILL)
    sent = execution.children
    live.run(until=Nanos(DAY.open + 1_000 * SECOND))
    assert next(iter(live.engine.executions.values())).children == sent > 0, "not one child more"
    again = simulated()
    recover(again, journal.session("lab"), None)
    assert again.live.engine.executions[execution.order.id].suspended is SuspendReason.KILL
