"""kill -9 at random points and at failpoints: nothing acknowledged is lost, nothing done twice, and the run ends the same."""

from __future__ import annotations

import contextlib
import os
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import Table, func, select

from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.db import tables
from metaorder.adapters.db.engine import writer_engine
from metaorder.adapters.db.journal import SqlJournal
from metaorder.bootstrap.version import engine_version
from metaorder.runtime.build import build
from metaorder.runtime.failpoints import NAMES
from metaorder.runtime.hosted import MarketSpec
from metaorder.runtime.recovery import recover
from support.crash import (
    MARKET,
    SPEED,
    Promises,
    Watcher,
    check_promises,
    closed,
    create_market,
    first_orders,
    keep_asking,
)
from support.data import DATA, GOOG, real
from support.databases import KINDS, fresh
from support.orders import pages
from support.server import Server, eventually
from support.sessions import NoFiles

_SPEC = select(tables.markets.c.spec).where(tables.markets.c.id == MARKET)

POINTS = int(os.environ.get("METAORDER_CRASHES", "2")) // 2
"""Random kills of each of the two kinds below."""

GAUNTLET = "METAORDER_CRASHES" in os.environ
PASSES = {"recovery.session": 2, "recovery.done": 1, "child.sent": 80, "fill.heard": 60}
"""How often a failpoint is passed before it kills, where that is not twelve times."""

RUN_AGAIN = {"child.sent": tables.children, "fill.heard": tables.fills}
"""Failpoints that a recovery passes too, for each row of these: it is killed there once more."""


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A server on the kind of database that the test names."""
    with fresh(request.param, tmp_path / "db") as url:
        made = Server(tmp_path / "state", DATA, database_url=url)
        yield made
        made.kill()


def begin(server: Server, speed: Any) -> None:
    """Start the server with a market and its first orders, all of them before its first instant."""
    server.start()
    with server.client() as client:
        create_market(client, speed)
        for body in first_orders():
            assert client.post("/v1/parent-orders", json=body).status_code == 201


def start_market(server: Server) -> None:
    """Let the market run."""
    with server.client() as client:
        client.post(f"/v1/markets/{MARKET}/start")


@cache
def uninterrupted() -> tuple[str, list[tuple[Any, ...]]]:
    """The session hash and the fills of a run that nobody disturbed."""
    with tempfile.TemporaryDirectory() as directory:
        server = Server(Path(directory) / "state", DATA)
        try:
            begin(server, SPEED)
            start_market(server)
            with server.client() as client:
                market = closed(client)
                fills = pages(client, "/v1/fills")
        finally:
            server.kill()
    return market["session_hash"], [_fact(fill) for fill in fills]


def _fact(fill: dict[str, Any]) -> tuple[Any, ...]:
    """What a fill says without ids of parents, which are new in each run."""
    return (fill["execution_id"], fill["child_id"].rpartition("-")[2], fill["quantity"], fill["price"], fill["fee"], fill["ts"])


@pytest.mark.parametrize(("server", "point"), [(KINDS[i % 2], i) for i in range(POINTS)], indirect=["server"])
def test_a_killed_run_ends_like_one_that_was_not(server: Server, point: int) -> None:
    dice = random.Random(point)
    promises = Promises()
    begin(server, SPEED)
    watcher = Watcher(server, promises)
    start_market(server)
    time.sleep(dice.uniform(0.0, 1.2))
    server.kill()
    watcher.join()
    server.start()
    with server.client() as client:
        market = closed(client)
        fills = pages(client, "/v1/fills")
        stream = pages(client, "/v1/events")
        check_promises(client, promises, stream)
    assert (market["session_hash"], [_fact(fill) for fill in fills]) == uninterrupted()


@pytest.mark.parametrize(("server", "point"), [(KINDS[1 - i % 2], 100 + i) for i in range(POINTS)], indirect=["server"])
def test_what_was_acknowledged_mid_run_is_there_after_a_kill(server: Server, point: int) -> None:
    dice = random.Random(point)
    promises = Promises()
    begin(server, SPEED / 4)
    watcher = Watcher(server, promises)
    start_market(server)
    over = threading.Event()
    asking = threading.Thread(target=keep_asking, args=(server, promises, dice, over))
    asking.start()
    eventually(lambda: promises.parents)
    time.sleep(dice.uniform(0.0, 2.0))
    server.kill()
    over.set()
    asking.join(timeout=30)
    watcher.join()
    server.start()
    with server.client() as client:
        client.patch(f"/v1/markets/{MARKET}", json={"speed": "max"})
        market = closed(client)
        check_promises(client, promises, pages(client, "/v1/events"))
    server.stop()
    assert market["state"] == "closed"
    assert rerun(server) == market["session_hash"]


@pytest.mark.parametrize("name", [n for n in NAMES if GAUNTLET or n == "journal.written"])
def test_a_kill_at_a_failpoint_loses_nothing(name: str, tmp_server: Server) -> None:
    server = tmp_server
    promises = Promises()
    begin(server, SPEED / 20)
    server.stop()
    server.environment["METAORDER_FAILPOINT"] = f"{name}:{PASSES.get(name, 12)}"
    try:
        server.start()
    except RuntimeError:  # it was killed while it came back
        assert name.startswith("recovery")
    else:
        watcher, over = Watcher(server, promises), threading.Event()
        asking = threading.Thread(target=keep_asking, args=(server, promises, random.Random(5), over))
        asking.start()
        with contextlib.suppress(httpx.HTTPError):  # it may be killed in this very moment
            start_market(server)
        assert server.wait() == -9, "the failpoint killed it"
        over.set()
        asking.join(timeout=30)
        watcher.join()
    if name in RUN_AGAIN:
        while not _count(server, RUN_AGAIN[name]):  # the disk was slow: what was done but not committed is not run again
            server.start()
            start_market(server)
            assert server.wait() == -9
        server.environment["METAORDER_FAILPOINT"] = f"{name}:1"
        with pytest.raises(RuntimeError, match="ended with -9"):  # while the session is run again
            server.start()
    del server.environment["METAORDER_FAILPOINT"]
    server.start()
    with server.client() as client:
        client.post(f"/v1/markets/{MARKET}/start")
        client.patch(f"/v1/markets/{MARKET}", json={"speed": "max"})
        market = closed(client)
        check_promises(client, promises, pages(client, "/v1/events"))
    server.stop()
    assert rerun(server) == market["session_hash"]


def test_a_replay_of_a_real_day_comes_back(tmp_server: Server) -> None:
    real(GOOG)
    server = tmp_server
    server.start()
    market = {"id": MARKET, "kind": "replay", "format": "lobster", "source": GOOG, "symbol": "GOOG", "speed": 5_000}
    order = {
        "market": MARKET,
        "symbol": "GOOG",
        "side": "sell",
        "quantity": 8_000,
        "algo": "vwap",
        "start_time": "2012-06-21T13:45:00Z",
        "end_time": "2012-06-21T19:45:00Z",
    }
    with server.client() as client:
        assert client.post("/v1/markets", json=market).status_code == 201
        for name in ("a", "b"):
            assert client.post("/v1/parent-orders", json={**order, "client_order_id": name}).status_code == 201
        client.post(f"/v1/markets/{MARKET}/start")
        eventually(lambda: len(client.get("/v1/fills").json()["items"]) > 20)
    server.kill()
    server.start()
    with server.client() as client:
        client.patch(f"/v1/markets/{MARKET}", json={"speed": "max"})
        closed_market = closed(client)
        assert sum(fill["quantity"] for fill in pages(client, "/v1/fills")) == 16_000
    assert closed_market["state"] == "closed"
    assert any(line.startswith(f"market {MARKET} is back") for line in server.lines)


def _count(server: Server, table: Table) -> int:
    """How many rows a table has."""
    with writer_engine(_url(server)).connect() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def _url(server: Server) -> str:
    return server.database_url or f"sqlite:///{server.state / 'metaorder.db'}"


def rerun(server: Server) -> str:
    """The hash of a clean re-run of the session's journal; every row is compared on the way."""
    journal = SqlJournal(writer_engine(_url(server)))
    try:
        assert journal.verify() > 0
        row = journal.first(_SPEC)
        assert row is not None
        spec = msgspec.convert(msgspec.json.decode(row[0]), MarketSpec)
        assert spec.engine == engine_version()
        hosted = build(spec, NoFiles(), ExchangeCalendars())
        recover(hosted, journal.session(MARKET), None)
        assert not hosted.live.entries, "the re-run makes no row that was not there"
        return hosted.live.hash
    finally:
        journal.close()
