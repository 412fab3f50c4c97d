"""Coming back: a start that begins killed stops the orders that come back, and not new ones alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import msgspec
import pytest

from metaorder.adapters.memory import MemoryJournal
from metaorder.core import apply
from metaorder.domain.order import Status, SuspendReason
from metaorder.domain.units import SECOND, Nanos
from metaorder.risk.latches import EVERYBODY
from metaorder.runtime import boot as boot_module
from metaorder.runtime.boot import boot
from metaorder.runtime.recovery import recover
from metaorder.runtime.session import LiveSession, SessionState
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


def kept(*names: str) -> MemoryJournal:
    """A journal of markets that ran for five minutes, each with an order, and were killed."""
    journal = MemoryJournal()
    for name in names:
        hosted = simulated(name)
        journal.append([hosted.entry("market.created", spec=msgspec.to_builtins(hosted.spec), facts=hosted.facts())], [])
        hosted.state = SessionState.RUNNING
        hosted.live.apply(accept(order(f"{name}-a", session=name)))
        hosted.live.run(until=Nanos(DAY.open + 300 * SECOND))
        journal.append([*hosted.live.take(), hosted.entry("market.started", speed="max")], [])
    return journal


def planted(where: Any, name: str, when: Callable[..., bool]) -> Any:
    """A function that fails in a way that nobody foresaw, where that is so."""
    right = getattr(where, name)

    def wrong(*args: Any, **rest: Any) -> Any:
        if when(*args):
            raise ZeroDivisionError("planted")
        return right(*args, **rest)

    return mock.patch.object(where, name, wrong)


BUGS: dict[str, Callable[[], Any]] = {
    "the market is made": lambda: planted(boot_module, "build", lambda spec, *_: spec.id == "lab"),
    "the market is run again": lambda: planted(LiveSession, "apply", lambda live, *_: live.id == "lab"),
    "its orders are killed": lambda: planted(apply, "suspend", lambda placed, *_: placed.order.session == "lab"),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_market_that_fails_as_it_comes_back_is_ended_and_the_start_begins_killed(bug: str) -> None:
    journal = kept("lab", "other")
    late = bug == "its orders are killed"
    with BUGS[bug]():
        booted = boot(journal, NoFiles(), FixedCalendar(), ENGINE, "the disk was gone" if late else None)
    assert [each.spec.id for each in booted.hosted] == ["other"]
    assert "market lab is lost: ZeroDivisionError: planted" in booted.said
    assert any("The kill switch is on" in line and "lab" in line and "planted" in line for line in booted.said)
    assert booted.switches.latches == [EVERYBODY]
    ended, goes_on = (journal.tables["parents"][f"P-main-{name}-a"] for name in ("lab", "other"))
    assert (ended["status"], ended["reason"]) == ("canceled", "session_lost")
    assert goes_on["status"] == "suspended"
    market = journal.tables["markets"]["lab"]
    assert (market["state"], "planted" in market["detail"]) == ("failed", True)
    again = boot(journal, NoFiles(), FixedCalendar(), ENGINE)
    assert [each.spec.id for each in again.hosted] == ["other"]
    assert again.switches.latches == [EVERYBODY], "the latch is in the journal"


def test_a_market_whose_rows_cannot_be_read_is_left_as_it_is_and_the_start_begins_killed() -> None:
    journal = kept("lab", "other")
    before = dict(journal.tables["markets"]["lab"])
    with (
        planted(boot_module, "build", lambda spec, *_: spec.id == "lab"),
        planted(boot_module, "fold", lambda *_: True),
    ):
        booted = boot(journal, NoFiles(), FixedCalendar(), ENGINE)
    assert [each.spec.id for each in booted.hosted] == ["other"]
    assert booted.switches.latches == [EVERYBODY]
    assert journal.tables["markets"]["lab"] == before
    assert [each.spec.id for each in boot(journal, NoFiles(), FixedCalendar(), ENGINE).hosted] == ["lab", "other"]


def test_a_specification_that_cannot_be_read_ends_its_market_and_the_start_begins_killed() -> None:
    journal = kept("lab", "other")
    journal.tables["markets"]["lab"]["spec"] = '{"id": "lab"}'
    booted = boot(journal, NoFiles(), FixedCalendar(), ENGINE)
    assert [each.spec.id for each in booted.hosted] == ["other"]
    assert journal.tables["markets"]["lab"]["state"] == "failed"
    assert booted.switches.latches == [EVERYBODY]


@pytest.mark.parametrize(("name", "value"), [("limits main", '{"max_loss": '), ("heartbeat main", "soon"), ("killed x", "1")])
def test_a_switch_that_cannot_be_read_begins_killed_and_is_named(name: str, value: str) -> None:
    journal = kept("other")
    journal.tables.setdefault("switches", {})[name] = {"name": name, "value": value}
    booted = boot(journal, NoFiles(), FixedCalendar(), ENGINE)
    assert [each.spec.id for each in booted.hosted] == ["other"]
    assert booted.switches.latches == [EVERYBODY]
    assert any(f"the switch {name}" in line for line in booted.said)
    assert "risk.killed" in {row.entry.type for row in journal.rows}


def test_a_database_that_cannot_be_read_ends_no_market() -> None:
    journal = kept("lab")

    class Away(MemoryJournal):
        def session(self, session: str) -> Any:
            raise OSError("the database is away")

    away = Away()
    away.__dict__.update(journal.__dict__)
    with pytest.raises(OSError, match="away"):
        boot(away, NoFiles(), FixedCalendar(), ENGINE)
    assert journal.tables["markets"]["lab"]["state"] == "running"


def test_a_market_of_another_build_is_lost_and_nothing_is_killed() -> None:
    journal = kept("lab")
    booted = boot(journal, NoFiles(), FixedCalendar(), "another build")
    assert (booted.hosted, booted.switches.latches) == ([], [])
    assert booted.said[0].startswith("market lab is lost: engine_changed")
