"""A market that fails at its ends: as it is taken in, as it closes, as its record is taken. Nothing else fails with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import text

from metaorder.adapters.clock import SystemClock
from metaorder.adapters.db.engine import writer_engine
from metaorder.adapters.db.journal import SqlJournal
from metaorder.core import engine
from metaorder.core.commands import Refusal, SetLimits
from metaorder.domain.order import Account
from metaorder.domain.units import SECOND, Lots, Nanos, Ticks
from metaorder.risk.limits import Limits
from metaorder.runtime.boot import boot
from metaorder.runtime.service import Service
from metaorder.runtime.session import LiveSession
from metaorder.sim.market import Market
from support.databases import fresh
from support.planted import PLANTED, planted
from support.sessions import DAY, ENGINE, FixedCalendar, NoFiles, accept, order, simulated

ENDS = DAY.close  # the last rows of its order come with its close


def of_lab(market: Market, *_: Any) -> bool:
    return market.seed_of_the_test == "lab"  # type: ignore[attr-defined, no-any-return]


async def hosted(service: Service, *names: str, **changes: Any) -> None:
    """Markets, each with an order until its close."""
    for name in names:
        made = simulated(name)
        made.live.market.__dict__["seed_of_the_test"] = name
        assert await service.host(made) is None
        terms = {"lots": Lots(4_000), "start": Nanos(DAY.open + SECOND), "end": ENDS, **changes}
        await service.apply(name, accept(order(f"{name}-a", session=name, **terms)))


async def over(service: Service, name: str) -> None:
    """A market runs to its end."""
    assert await service.control(name, "speed", "max") is None
    assert await service.control(name, "start") is None
    for _ in range(3_000):
        if name not in {each.spec.id for each in service.live()}:
            await service.ask(name, lambda _live: None)  # it is answered after whatever ended it
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{name} does not end")


def played(tmp_path: Path, play: Callable[[Service], Awaitable[None]]) -> dict[str, dict[str, Any]]:
    """Markets and orders as the journal has them, once a service with two markets has been through something."""
    with fresh("sqlite", tmp_path) as url:
        journal, broke = SqlJournal(writer_engine(url)), []

        async def main() -> None:
            service = Service(journal, SystemClock(), {}, broke=lambda: broke.append(1))
            service.start([])
            try:
                await play(service)
                await service.set_limits(Account("main"), Limits(), "somebody")
                assert (service.writable, service.running) == (True, True)
            finally:
                await asyncio.to_thread(service.stop)

        asyncio.run(main())
        assert broke == []
        found = {table: _rows(journal, table) for table in ("markets", "parents")}
        for name in found["markets"]:
            rows = [(row.entry.type, msgspec.json.decode(row.entry.payload)) for row in journal.session(name)]
            done = sum(doc["quantity"] for kind, doc in rows if kind == "fill")
            assert done == sum(row["filled"] for row in found["parents"].values() if row["session"] == name)
            indices = [row.entry.session_index for row in journal.session(name)]
            assert indices == list(range(1, len(indices) + 1)), "no row is missing"
        journal.close()
        again = SqlJournal(writer_engine(url))
        again.verify()
        booted = boot(again, NoFiles(), FixedCalendar(), ENGINE)
        again.close()
    assert booted.switches.latches == []
    found["back"] = {each.spec.id: {} for each in booted.hosted}
    return found


def _rows(journal: SqlJournal, table: str) -> dict[str, dict[str, Any]]:
    with journal._engine.connect() as connection:
        return {row["id"]: dict(row) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()}


def test_a_market_whose_record_cannot_be_taken_at_its_close_fails_with_all_its_rows(tmp_path: Path) -> None:
    async def play(service: Service) -> None:
        await hosted(service, "lab", "other", limit=Ticks(1))
        with planted(Market, "record", of_lab):
            await over(service, "lab")
        await over(service, "other")

    found = played(tmp_path, play)
    states = {name: row["state"] for name, row in found["markets"].items()}
    assert states == {"lab": "failed", "other": "closed"}
    assert f"{PLANTED}; its record is lost: {PLANTED}" in found["markets"]["lab"]["detail"]
    ended = {row["client_order_id"]: row["status"] for row in found["parents"].values()}
    assert ended["lab-a"] == ended["other-a"], "the order was over before, and is what it was"
    assert ended["lab-a"] == "expired", "at the close, and not before"


def test_a_market_that_fails_and_whose_record_fails_says_both(tmp_path: Path) -> None:
    async def play(service: Service) -> None:
        await hosted(service, "lab", "other")
        with (
            planted(engine, "decide", lambda placed, *_: placed.order.client_order_id == "lab-a" and placed.filled > 0),
            planted(Market, "record", of_lab),
        ):
            await over(service, "lab")

    found = played(tmp_path, play)
    assert found["markets"]["lab"]["state"] == "failed"
    assert f"{PLANTED}; its record is lost: {PLANTED}" in found["markets"]["lab"]["detail"]
    (lab,) = (row for row in found["parents"].values() if row["session"] == "lab")
    assert (lab["status"], lab["reason"], lab["filled"] > 0) == ("canceled", "session_lost", True)
    assert found["back"].keys() == {"other"}


def test_a_market_that_cannot_be_taken_in_is_not_there_and_can_be_taken_in_later(tmp_path: Path) -> None:
    def limits_of_lab(live: LiveSession, command: Any) -> bool:
        return live.id == "lab" and isinstance(command, SetLimits)

    async def play(service: Service) -> None:
        await service.set_limits(Account("main"), Limits(max_open_children=50), "somebody")
        await hosted(service, "other")
        with planted(LiveSession, "apply", limits_of_lab):
            answer = await service.host(simulated("lab"))
            assert isinstance(answer, Refusal)
            assert (answer.code, answer.detail) == ("market_failed", PLANTED)
            assert service.hosted("lab") is None
            assert await service.control("other", "start") is None
            assert await service.control("other", "pause") is None
        await hosted(service, "lab")

    found = played(tmp_path, play)
    assert found["back"].keys() == {"lab", "other"}


def test_a_record_that_fails_while_its_market_runs_ends_that_market_alone(tmp_path: Path) -> None:
    async def play(service: Service) -> None:
        await hosted(service, "lab", "other")
        with planted(Market, "record", of_lab):
            answer = await service.ask("lab", lambda live: live.market.record("ACME"))
            assert isinstance(answer, Refusal)
            assert answer.code == "market_failed"
        assert [each.spec.id for each in service.live()] == ["other"]

    found = played(tmp_path, play)
    assert found["markets"]["lab"]["state"] == "failed"
    assert found["back"].keys() == {"other"}
