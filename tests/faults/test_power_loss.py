"""Power cuts and disks that fail: what was acknowledged is there, whatever is left of what was not synced, and no more."""

from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from websockets.exceptions import WebSocketException

from metaorder.adapters.db.engine import writer_engine
from metaorder.adapters.db.journal import SqlJournal
from metaorder.adapters.db.tables import journal as journal_table
from metaorder.adapters.db.tables import parents as parents_table
from support.crash import MARKET, create_market, first_orders
from support.data import DATA
from support.disk import Disk, Operation, copied, read_trace, recording
from support.server import Server, events, eventually

IMAGES = int(os.environ.get("METAORDER_CUTS", "1000"))
ORDERS = 40


@dataclass
class Acknowledged:
    """What a client was told, each with the time at which it knew [ns of the monotonic clock]."""

    orders: list[tuple[int, str]] = field(default_factory=list)
    seqs: list[tuple[int, int]] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    refused: list[tuple[int, str, httpx.Response]] = field(default_factory=list)


def post(client: httpx.Client, told: Acknowledged, name: str) -> httpx.Response | None:
    """Ask for an order and note the answer; None where the server is gone."""
    body = {"client_order_id": name, "market": MARKET, "symbol": "ACME", "side": "buy", "quantity": 300, "algo": "pov"}
    told.asked.add(name)
    try:
        answer = client.post("/v1/parent-orders", json={**body, "duration_s": 3_600})
    except httpx.HTTPError:
        return None
    if answer.status_code == 201:
        told.orders.append((time.monotonic_ns(), name))
    else:
        told.refused.append((time.monotonic_ns(), name, answer))
    return answer


def keep_posting(server: Server, told: Acknowledged, who: str, over: threading.Event) -> None:
    """Ask for one order after the other until the server is gone."""
    with server.client() as client:
        number = 0
        while not over.is_set() and post(client, told, f"{who}-{number}") is not None:
            number += 1
            time.sleep(0.002)


def keep_reading(server: Server, told: Acknowledged) -> None:
    """Read the stream until the server is gone."""
    try:
        with server.stream() as connection:
            while True:
                found = events(connection, count=1)
                told.seqs += [(time.monotonic_ns(), event["seq"]) for event in found]
    except (WebSocketException, OSError, EOFError, TimeoutError):
        return


def worked(server: Server, told: Acknowledged, orders: int) -> None:
    """Clients and a market keep a server busy until so many orders are acknowledged; it is killed at once."""
    over = threading.Event()
    threads = [threading.Thread(target=keep_posting, args=(server, told, who, over)) for who in "abc"]
    threads.append(threading.Thread(target=keep_reading, args=(server, told)))
    with server.client() as client:
        assert client.post(f"/v1/markets/{MARKET}/start").status_code == 200
    for thread in threads:
        thread.start()
    eventually(lambda: len(told.orders) >= orders)
    server.kill()
    over.set()
    for thread in threads:
        thread.join(timeout=30)


@pytest.fixture
def prepared(tmp_path: Path) -> Iterator[tuple[Server, Path]]:
    """A server that is to run on a recorded disk, and what was on the disk before."""
    server = Server(tmp_path / "state", DATA)
    server.start()
    with server.client() as client:
        create_market(client, 500)  # a day of three quarters of a minute: slow machines are still in it at the 40th sync
        for body in first_orders():
            assert client.post("/v1/parent-orders", json=body).status_code == 201
    assert server.stop() == 0
    yield server, copied(server.state, tmp_path / "before")
    server.kill()


def recovered(state: Path) -> tuple[set[str], dict[str, int]]:
    """What a journal holds once its whole chain is checked: orders by the client's id, and the head of each stream."""
    journal = SqlJournal(writer_engine(f"sqlite:///{state / 'metaorder.db'}"))
    try:
        journal.verify()
        with journal._engine.connect() as connection:
            found = {str(row[0]) for row in connection.execute(select(parents_table.c.client_order_id))}
            types = [row[0] for row in connection.execute(select(journal_table.c.type))]
        assert types.count("parent.accepted") == len(found), "an order and its row, or neither"
        return found, journal.heads
    finally:
        journal.close()


def check_image(state: Path, told: Acknowledged, now: int) -> None:
    """Acknowledged is recovered, and recovered is submitted."""
    found, heads = recovered(state)
    first = {body["client_order_id"] for body in first_orders()}
    assert {name for time, name in told.orders if time < now} <= found - first <= told.asked
    assert max((seq for time, seq in told.seqs if time < now), default=0) <= heads["main"], "what was sent is there"


def power_cuts(server: Server, base: Path, trace: list[Operation], told: Acknowledged, seed: int, cuts: int) -> Iterator[Path]:
    """Images of power cuts at random operations, each checked."""
    dice = random.Random(seed)
    disk = Disk(server.state, base)
    at = set(dice.sample(range(len(trace)), min(cuts, len(trace))))
    for number, operation in enumerate(trace):
        disk.apply(operation, dice)
        if number in at:
            state = base.parent / f"cut-{number}"
            disk.crash(state, dice)
            check_image(state, told, operation.time)
            yield state
            shutil.rmtree(state)


@pytest.mark.parametrize(
    ("seed", "cuts"),
    [
        (1, 40),
        *(pytest.param(2 + part, IMAGES // 5, marks=[pytest.mark.gauntlet, pytest.mark.long]) for part in range(5)),
    ],
)
def test_a_power_cut_loses_nothing_that_was_acknowledged(prepared: tuple[Server, Path], seed: int, cuts: int) -> None:
    server, base = prepared
    told, trace = Acknowledged(), base.parent / "trace"
    server.environment = recording(server.state, trace)
    server.start()
    worked(server, told, ORDERS)
    operations = list(read_trace(trace))
    assert sum(each.kind == "s" for each in operations) > 20, "it syncs"
    for number, state in enumerate(power_cuts(server, base, operations, told, seed, cuts)):
        if number % 20 == 7:
            come_back(state)


def come_back(state: Path) -> None:
    """A server on what is left runs every session on from where it was."""
    server = Server(state, DATA)
    try:
        server.start()
        assert any(line.startswith(f"market {MARKET} is back") for line in server.lines), server.lines
        with server.client() as client:
            eventually(lambda: client.get("/health/ready").status_code == 200)
            assert client.post("/v1/kill", json={"reason": "drill"}).status_code == 200
    finally:
        server.kill()


UNSYNCED = """
import sys
from pysqlite3 import dbapi2 as sqlite
connection = sqlite.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode=WAL")
connection.execute("PRAGMA synchronous=" + sys.argv[2])
connection.execute("CREATE TABLE rows (x)")
for number in range(50):
    connection.execute("INSERT INTO rows VALUES (?)", (number,))
import os
os._exit(0)
"""


@pytest.mark.parametrize(("synchronous", "lost"), [("FULL", False), ("NORMAL", True), ("OFF", True)])
def test_the_disk_shows_a_commit_that_was_not_synced(tmp_path: Path, synchronous: str, *, lost: bool) -> None:
    root, base = tmp_path / "root", tmp_path / "base"
    root.mkdir()
    base.mkdir()
    environment = {**os.environ, **recording(root, tmp_path / "trace")}
    subprocess.run([sys.executable, "-c", UNSYNCED, str(root / "a.db"), synchronous], env=environment, check=True)
    found = set()
    for seed in range(20):
        dice, disk = random.Random(seed), Disk(root, base)
        for operation in read_trace(tmp_path / "trace"):
            disk.apply(operation, dice)
        disk.crash(tmp_path / f"cut-{seed}", dice)
        found.add(_rows(tmp_path / f"cut-{seed}" / "a.db"))
    assert (min(found) < 50) is lost


def _rows(path: Path) -> int:
    from pysqlite3 import dbapi2 as sqlite

    connection = sqlite.connect(path)
    try:
        return int(connection.execute("SELECT count(*) FROM rows").fetchone()[0])
    except sqlite.DatabaseError:
        return 0
    finally:
        connection.close()


LOG, FILE = "metaorder.db-wal", "metaorder.db"
FAILURES: list[Any] = [
    (LOG, errno.EIO, 40, 1),
    (FILE, errno.EIO, 1, 1),
    pytest.param(LOG, errno.ENOSPC, 25, 0, marks=pytest.mark.gauntlet),
    pytest.param(FILE, errno.ENOSPC, 2, 0, marks=pytest.mark.gauntlet),
]
MORE = [
    pytest.param(LOG, error, at, times, marks=[pytest.mark.gauntlet, *([pytest.mark.long] if at > 23 else [])])
    for error in (errno.EIO, errno.ENOSPC)
    for times in (0, 1, 2)
    for at in range(3, 83, 20)
]


@pytest.mark.parametrize(("name", "error", "at", "times"), [*FAILURES, *MORE])
def test_nothing_is_acknowledged_after_a_sync_that_failed(
    prepared: tuple[Server, Path], name: str, error: int, at: int, times: int
) -> None:
    """A commit's sync of the log, or a checkpoint's of the file.

    times: how many syncs fail; those after them seem to work, and have lost what the first should have kept.
    """
    server, base = prepared
    told, trace = Acknowledged(), base.parent / "trace"
    server.environment = recording(server.state, trace, sync=f"{name}:{at}:{error}:{times}")
    server.start()
    with server.client() as client:
        client.post(f"/v1/markets/{MARKET}/start")
        eventually(lambda: post(client, told, f"a-{len(told.asked)}").status_code != 201)  # type: ignore[union-attr]
        failed = told.refused[0][2]
        assert (failed.status_code, failed.json()["code"]) in {(500, "commit_failed"), (503, "not_writable")}
        check_read_only(client, told)
    server.kill()
    operations = list(read_trace(trace))
    dice, disk = random.Random(4), Disk(server.state, base)
    first = next(place for place, each in enumerate(operations) if each.kind == "f")
    for operation in operations[:first]:
        disk.apply(operation, dice)
    disk.crash(base.parent / "cut-before-the-error", dice, share=0)
    kept, _ = recovered(base.parent / "cut-before-the-error")
    assert {name for _, name in told.orders} <= kept, "no acknowledgement of what was not synced before the first error"
    assert len(list(power_cuts(server, base, operations, told, 3, 5))) == 5
    cut = base.parent / "cut-at-the-end"
    for operation in operations[first:]:
        disk.apply(operation, dice)
    disk.crash(cut, dice, share=0)
    for state in (cut, server.state):
        check_image(state, told, time.monotonic_ns())
    check_boots_killed(cut)


def check_read_only(client: httpx.Client, told: Acknowledged) -> None:
    """Nothing new is accepted, everything can be read, and what stops orders is effective."""
    for name in ("late-1", "late-2"):
        answer = post(client, told, name)
        assert answer is not None
        assert (answer.status_code, answer.json()["code"], answer.json()["accepted"]) == (503, "not_writable", False)
    page = client.get("/v1/parent-orders").json()
    assert page["items"]
    alive = next(each for each in page["items"] if each["status"] in {"new", "partially_filled"})
    for path in (f"/v1/parent-orders/{alive['id']}/cancel", "/v1/parent-orders/cancel-all", "/v1/kill"):
        stop = client.post(path, json={} if path == "/v1/kill" else None)
        assert (stop.status_code, stop.json()["accepted"], stop.json()["effective"]) == (503, False, True), path
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json()["writable"]) == (503, False)


def check_boots_killed(state: Path) -> None:
    """The next start lets nothing new begin."""
    server = Server(state, DATA)
    try:
        server.start()
        with server.client() as client:
            told = Acknowledged()
            answer = post(client, told, "after")
            assert answer is not None
            assert answer.json()["code"] == "kill_switch"
    finally:
        server.kill()
