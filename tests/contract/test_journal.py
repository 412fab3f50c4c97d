"""Every journal, in memory, in SQLite and in PostgreSQL, keeps the same promises."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from metaorder.adapters.db.engine import writer_engine
from metaorder.adapters.db.journal import SqlJournal
from metaorder.adapters.memory import MemoryJournal
from metaorder.core.chain import MARKET_STREAM, Entry, Sealed
from metaorder.core.commands import Amend, Cancel, Pause, Resume
from metaorder.domain.order import Side
from metaorder.domain.units import SECOND, Lots, Nanos
from metaorder.ports.journal import Answer, Checkpoint, Damaged, StoredRecord, WriterLost
from metaorder.runtime.abandon import fold
from metaorder.runtime.session import SessionState
from metaorder.usecases import keys
from support.databases import fresh
from support.sessions import DAY, accept, order, simulated

Open = Callable[[], Any]


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the journal of one kind; the one that was open before is closed first."""
    opened: list[Any] = []
    memory = MemoryJournal()
    with ExitStack() as stack:
        url = None if request.param == "memory" else stack.enter_context(fresh(request.param, tmp_path))

        def again() -> Any:
            while opened:
                opened.pop().close()
            opened.append(memory if url is None else SqlJournal(writer_engine(url)))
            return opened[-1]

        yield again
        while opened:
            opened.pop().close()


def entry(stream: str | None = "main", kind: str = "note", **changes: Any) -> Entry:
    plain = Entry(
        session=None,
        session_index=None,
        stream=stream,
        type=kind,
        version=1,
        market_time=None,
        event_index=None,
        parent=None,
        payload=b'{"type":"risk.killed"}',
    )
    return replace(plain, **changes)


def killed(stream: str | None = "main") -> Entry:
    return entry(stream, "risk.killed")


def busy_session() -> tuple[Any, list[Entry]]:
    """A simulated hour with orders, an amendment, a pause, a resume and a cancel in it, and its rows."""
    hosted = simulated()
    live = hosted.live
    rows = [hosted.entry("market.created", spec={"name": "lab", "speed": "max"}, facts={})]
    for name, changes in {"a": {}, "b": {"side": Side.SELL, "algo": "pov"}, "c": {"algo": "vwap", "account": "other"}}.items():
        live.apply(accept(order(name, **changes)))
    parents = list(live.engine.executions)
    live.run(until=Nanos(DAY.open + 300 * SECOND))
    live.apply(Amend(parent=parents[0], expected_version=1, body_hash="-", lots=Lots(30_000)))
    live.apply(Pause(parent=parents[1], cancel_open=True))
    live.run(until=Nanos(DAY.open + 600 * SECOND))
    live.apply(Resume(parent=parents[1]))
    live.apply(Cancel(parent=parents[2]))
    live.run(until=Nanos(DAY.open + 3_600 * SECOND))
    return live, [*rows, *live.take()]


def test_positions_and_seqs_count_up_by_one_and_survive_reopening(reopen: Open) -> None:
    journal = reopen()
    first = journal.append([killed(), killed(None), killed("other")], [])
    journal = reopen()
    second = journal.append([killed(), killed("other"), killed(MARKET_STREAM)], [])
    assert [row.position for row in (*first, *second)] == [1, 2, 3, 4, 5, 6]
    assert [row.seq for row in (*first, *second)] == [1, None, 1, 2, 2, 1]
    assert journal.heads == {"main": 2, "other": 2, MARKET_STREAM: 1}
    assert journal.verify() == 6
    assert journal.verify(2) == 2


def test_projections_tell_what_the_engine_holds(reopen: Open) -> None:
    live, rows = busy_session()
    journal = reopen()
    for i in range(0, len(rows), 97):  # commits that cut the session anywhere
        journal.append(rows[i : i + 97], [])
    stored = _table(journal, "parents")
    assert len(stored) == 3
    for parent, execution in live.engine.executions.items():
        row = stored[parent]
        assert (row["status"], row["filled"], row["version"]) == (execution.status, execution.filled, execution.version)
        assert row["quantity"] == execution.order.lots
        assert row["reason"] == execution.reason
        assert row["notional"] == _sum_of_fills(journal, parent)
    children = _table(journal, "children")
    assert len(children) == sum(execution.children for execution in live.engine.executions.values())
    assert sum(row["filled"] for row in children.values()) == sum(row["filled"] for row in stored.values())


def test_a_rebuild_draws_the_same_projections(reopen: Open) -> None:
    _, rows = busy_session()
    journal = reopen()
    journal.append([keys.create("K1", "secret", "main", "test", keys.EVERYTHING, Nanos(5)), *rows], [])
    names = ("parents", "children", "fills", "markets", "keys")
    before = {name: _table(journal, name) for name in names}
    assert journal.rebuild() == len(rows) + 1
    assert {name: _table(journal, name) for name in names} == before
    assert all(before.values())


def test_folding_the_journal_gives_the_state_that_made_it(reopen: Open) -> None:
    live, rows = busy_session()
    journal = reopen()
    journal.append(rows, [])
    assert fold(journal.session("lab"), live.wire) == live.engine.executions


def test_what_stands_beside_the_rows_is_kept_with_them(reopen: Open) -> None:
    journal = reopen()
    hosted = simulated()
    answer = Answer(account="main", key="a-1", body_hash="h", parent="P", status=201, response=b"{}")
    created = hosted.entry("market.created", spec={"name": "lab", "speed": "max"}, facts={})
    journal.append([created], [answer, StoredRecord(session="lab", symbol="ACME", data=b"\x00\x01")])
    journal.append([], [Checkpoint(session="lab", market_time=DAY.open + 5, event_index=9)])
    row = journal.open_markets()[0]
    assert (row["id"], row["state"], row["clock"], row["event_index"]) == ("lab", "ready", DAY.open + 5, 9)
    if isinstance(journal, MemoryJournal):
        assert journal.answers["main", "a-1"] == answer
    else:
        stored = journal.first(text("SELECT body_hash, response FROM answers WHERE account = 'main' AND key = 'a-1'"))
        assert (stored[0], bytes(stored[1])) == ("h", b"{}")
        assert bytes(journal.first(text("SELECT data FROM records"))[0]) == b"\x00\x01"


def test_a_market_so_far_never_takes_the_place_of_the_whole(reopen: Open) -> None:
    journal = reopen()
    hosted = simulated()
    journal.append([hosted.entry("market.created", spec={"name": "lab", "speed": "max"}, facts={})], [])
    for data in (b"a", b"ab"):
        journal.append([], [StoredRecord(session="lab", symbol="ACME", data=data, so_far=True)])
        assert _record(journal) == data
    hosted.state = SessionState.CLOSED
    closed = hosted.entry("market.closed", session_hash="h", counters={})
    journal.append([closed], [StoredRecord(session="lab", symbol="ACME", data=b"whole")])
    journal.append([], [StoredRecord(session="lab", symbol="ACME", data=b"abc", so_far=True)])
    assert _record(journal) == b"whole"


def _record(journal: Any) -> bytes:
    if isinstance(journal, MemoryJournal):
        return journal.records["lab", "ACME"]
    return bytes(journal.first(text("SELECT data FROM records"))[0])


def test_a_switch_is_what_was_said_last(reopen: Open) -> None:
    journal = reopen()
    assert journal.switches() == {}
    journal.append([killed()], [])
    assert journal.switches() == {"killed": "1"}
    journal.append([entry(None, "risk.rearmed")], [])
    journal = reopen()
    assert journal.switches() == {"killed": "0"}


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with fresh(request.param, tmp_path) as address:
        yield address


def test_a_commit_that_fails_leaves_nothing(url: str) -> None:
    journal = SqlJournal(writer_engine(url))
    journal.append([killed()], [])
    broken = Answer(account="main", key="k", body_hash="h", parent="P", status=201, response=None)  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r"NOT NULL|not-null"):
        journal.append([killed(), killed()], [broken])
    rows = journal.append([killed()], [])
    assert [(row.position, row.seq) for row in rows] == [(2, 2)]
    assert journal.verify() == 2
    journal.close()


def test_the_write_ahead_log_is_copied_once_it_has_grown_and_not_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metaorder.adapters.db.journal.MOST_FRAMES", 100)
    with fresh("sqlite", tmp_path) as address, closing(SqlJournal(writer_engine(address))) as journal:
        raw = journal._connection.connection.cursor()
        raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        waiting = []
        for _ in range(100):
            journal.append([killed()], [])
            journal.tidy()
            _, frames, copied = raw.execute("PRAGMA wal_checkpoint(NOOP)").fetchall()[0]
            waiting.append(frames - copied)
        assert 50 < max(waiting) < 100, "not at every commit, and before it is long"
        assert waiting.count(0) in range(2, 50)
        assert raw.execute("PRAGMA wal_autocheckpoint").fetchall() == [(0,)], "whose errors nobody would see"
        assert journal.verify() == 100


@pytest.mark.parametrize(
    ("damage", "position"),
    [
        ("UPDATE journal SET payload = X WHERE position = 3", 3),
        ("UPDATE journal SET seq = 99 WHERE position = 2", 2),
        ("UPDATE journal SET type = 'risk.rearmed' WHERE position = 4", 4),
        ("DELETE FROM journal WHERE position = 3", 3),
        ("DELETE FROM journal WHERE position = 5", 5),
        ("UPDATE journal_head SET position = 4", 5),
        ("UPDATE journal_head SET hash = X", 6),
    ],
)
def test_damage_is_refused_with_its_position(url: str, damage: str, position: int) -> None:
    journal = SqlJournal(writer_engine(url))
    journal.append([killed() for _ in range(5)], [])
    journal.close()
    engine = writer_engine(url)
    blob = "'\\x7b7d'::bytea" if engine.dialect.name == "postgresql" else "X'7b7d'"
    with engine.begin() as connection:
        connection.execute(text(damage.replace(" = X", f" = {blob}".replace(":", "\\:"))))
    engine.dispose()
    with pytest.raises(Damaged) as caught:
        _verify(url)
    assert caught.value.position == position


def _verify(url: str) -> None:
    with closing(SqlJournal(writer_engine(url))) as journal:
        journal.verify()


def test_a_reader_that_stops_in_the_middle_holds_nothing_open(reopen: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metaorder.adapters.db.journal.CHUNK", 100)
    _, rows = busy_session()
    journal = reopen()
    written = [row for row in journal.append(rows, []) if row.entry.session_index is not None]
    assert list(journal.session("lab")) == written
    assert journal.verify() == len(rows)
    reader = journal.session("lab")
    assert next(reader) == written[0]
    reopen().append([killed()], [])  # nothing is locked, and nothing is lost with the first journal
    assert list(reopen().session("lab")) == written


def test_a_rebuild_takes_as_long_as_it_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metaorder.adapters.db.hold.POLL_S", 0.01)
    monkeypatch.setattr("metaorder.adapters.db.hold.STALLED_S", 0.05)
    with fresh("postgres", tmp_path) as url, closing(SqlJournal(writer_engine(url))) as journal:
        journal.append([killed()], [])
        chunk = journal._chunk

        def slowly(after: int) -> list[Sealed]:
            time.sleep(0.3)
            return chunk(after)

        monkeypatch.setattr(journal, "_chunk", slowly)
        assert journal.rebuild() == 1


def test_two_servers_never_write_one_postgres(tmp_path: Path) -> None:
    with fresh("postgres", tmp_path) as url:
        first = SqlJournal(writer_engine(url))
        with pytest.raises(WriterLost, match="another server holds"):
            SqlJournal(writer_engine(url))
        with writer_engine(url).begin() as connection:  # somebody took over while we were paused
            connection.execute(text("UPDATE writer SET epoch = epoch + 1"))
        with pytest.raises(WriterLost, match="taken this database over"):
            first.append([killed()], [])
        first.close()


def _table(journal: Any, name: str) -> dict[str, dict[str, Any]]:
    """A projection by its key, as plain values."""
    if isinstance(journal, MemoryJournal):
        return {key: dict(row) for key, row in journal.tables.get(name, {}).items()}
    with journal._engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(text(f"SELECT * FROM {name}")).mappings()]
    return {str(next(iter(row.values()))): row for row in rows}


def _sum_of_fills(journal: Any, parent: str) -> str:
    docs = [msgspec.json.decode(row["doc"]) for row in _table(journal, "fills").values() if row["parent"] == parent]
    return str(sum((Decimal(doc["price"]) * doc["quantity"] for doc in docs), Decimal(0)))
