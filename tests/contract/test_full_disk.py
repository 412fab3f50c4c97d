"""A disk that is full, and one that fails: nothing is acknowledged that is not there, and what stops orders still works."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from metaorder.adapters.clock import SystemClock
from metaorder.adapters.db.engine import writer_engine
from metaorder.adapters.db.journal import SqlJournal
from metaorder.adapters.memory import MemoryJournal
from metaorder.adapters.reserve import Reserve
from metaorder.core.chain import Entry, Sealed, alone
from metaorder.ports.journal import DiskFull, Extra
from metaorder.runtime.service import CommitFailed, NoSpace, NotWritable, Service
from metaorder.runtime.writer import Batch, Writer
from support.databases import fresh


class Failing(MemoryJournal):
    """A journal whose n-th append from now on fails in a given way, and each one after it until it is mended."""

    def __init__(self) -> None:
        super().__init__()
        self.error: Exception | None = None
        self.untidy: Exception | None = None

    def tidy(self) -> None:
        if self.untidy is not None:
            raise self.untidy

    def append(self, entries: Sequence[Entry], extras: Sequence[Extra]) -> list[Sealed]:
        if self.error is not None:
            raise self.error
        return super().append(entries, extras)


def row() -> Entry:
    return alone("risk.heartbeat", b'{"type":"risk.heartbeat","account":"a","timeout_s":0}')


def run(made: Failing, spare: Callable[[], bool], ask: Callable[[Service], Awaitable[Any]]) -> tuple[Service, int]:
    """A service on a journal, asked; and how often it said that the journal broke."""
    broke = []

    async def main() -> Service:
        service = Service(made, SystemClock(), {}, spare, lambda: broke.append(1))
        service.start([])
        try:
            await ask(service)
        finally:
            await asyncio.to_thread(service.stop)
        return service

    return asyncio.run(main()), len(broke)


def kinds(journal: MemoryJournal) -> list[str]:
    return [each.entry.type for each in journal.rows]


def test_a_full_disk_takes_what_was_accepted_from_the_reserve_and_then_only_what_stops_orders() -> None:
    journal = Failing()

    def spare() -> bool:
        journal.error = None
        return True

    async def ask(service: Service) -> None:
        journal.error = DiskFull("no room")
        await service.write([row()])
        with pytest.raises(NoSpace):
            await service.write([row()])
        with pytest.raises(NoSpace):
            await service.rearm("somebody")
        assert await service.kill("by hand", "somebody") > 0
        assert service.writable

    service, broke = run(journal, spare, ask)
    assert (service.full, broke) == (True, 0)
    found = kinds(journal)
    assert (found[0], sorted(found[1:])) == ("risk.heartbeat", ["risk.killed", "risk.killed"]), "one of its own accord"


@pytest.mark.parametrize("error", [DiskFull("no room"), OSError(5, "Input/output error")])
def test_nothing_is_acknowledged_after_a_failed_commit(error: Exception) -> None:
    journal = Failing()

    async def ask(service: Service) -> None:
        journal.error = error
        with pytest.raises(CommitFailed):
            await service.write([row()])
        journal.error = None  # whatever the disk says now: what was lost once is not trusted again
        for again in (service.write([row()]), service.kill("by hand", "somebody")):
            with pytest.raises(NotWritable):
                await again

    service, broke = run(journal, lambda: False, ask)
    assert (service.writable, broke, kinds(journal)) == (False, 1, [])


def test_nothing_is_written_after_a_checkpoint_that_failed() -> None:
    journal = Failing()

    async def ask(service: Service) -> None:
        journal.untidy = OSError(5, "Input/output error")
        await service.write([row()])  # this one is durable: the checkpoint came after it
        await asyncio.sleep(0.05)
        journal.untidy = None
        for again in (service.write([row()]), service.kill("by hand", "somebody")):
            with pytest.raises(NotWritable):
                await again

    service, broke = run(journal, lambda: False, ask)
    assert (service.writable, broke, kinds(journal)) == (False, 1, ["risk.heartbeat"])


def test_a_checkpoint_without_room_loses_nothing_and_lets_orders_be_stopped() -> None:
    journal, spared = Failing(), []

    async def ask(service: Service) -> None:
        journal.untidy = DiskFull("no room")
        await service.write([row()])
        await asyncio.sleep(0.05)
        with pytest.raises(NoSpace):
            await service.write([row()])
        assert await service.kill("by hand", "somebody") > 0

    def spare() -> bool:
        spared.append(1)
        return True

    service, broke = run(journal, spare, ask)
    assert (service.writable, service.full, broke, bool(spared)) == (True, True, 0, True)


def test_what_waits_behind_a_failed_commit_is_not_written_either() -> None:
    told: list[str] = []
    behind = threading.Event()

    class Waits(Failing):
        def append(self, entries: Sequence[Entry], extras: Sequence[Extra]) -> list[Sealed]:
            if not told:
                behind.wait(timeout=10)
                raise OSError(5, "Input/output error")
            return super().append(entries, extras)

    journal = Waits()
    writer = Writer(journal, lambda _rows, _waiting: told.append("written"), lambda *_: told.append("failed"), lambda: False)
    writer.start()
    writer.put(Batch([row()]))
    while writer._queue:  # until the first is being written
        time.sleep(0.001)
    writer.put(Batch([row()]))
    behind.set()
    writer.stop()
    assert (told, kinds(journal)) == (["failed", "failed"], [])


def test_a_database_without_room_says_so_and_is_as_it_was(tmp_path: Path) -> None:
    with fresh("sqlite", tmp_path) as url:
        engine = writer_engine(url)
        journal = SqlJournal(engine)
        journal.append([row()], [])
        pages = journal._connection.execute(text("PRAGMA page_count")).scalar_one()
        journal._connection.execute(text(f"PRAGMA max_page_count={pages}"))
        journal._connection.commit()
        big = alone("risk.heartbeat", b'{"account":"a","timeout_s":0,"pad":"' + b"x" * 100_000 + b'"}')
        with pytest.raises(DiskFull):
            journal.append([big], [])
        journal._connection.execute(text("PRAGMA max_page_count=1000000"))
        journal._connection.commit()
        journal.append([row()], [])
        assert journal.verify() == 2
        journal.close()


def test_the_reserve_takes_room_and_gives_it_back_once(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path / "reserve", 1_000_000)
    assert reserve.release() is False
    reserve.keep()
    assert (tmp_path / "reserve").stat().st_blocks * 512 >= 1_000_000
    assert reserve.release() is True
    assert reserve.release() is False
