"""A PostgreSQL that crashes and comes back, or has no connection left: nothing lost, nothing doubled, nobody waits over 5 s."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg
import pytest

from faults.test_database_away import HANGS_S, Bench, Told, ask, busy, check
from metaorder.adapters.db.migrate import upgrade
from support.cluster import Cluster, cluster
from support.crash import MARKET, create_market
from support.data import DATA
from support.proxy import Proxy
from support.server import Server, eventually

pytestmark = pytest.mark.gauntlet

MOST_CONNECTIONS = 24
READS = 32
LOCKED = ("fills", "parents", "children", "markets", "analyses", "jobs")
READ = (
    *("/v1/fills", "/v1/parent-orders", "/v1/markets", "/v1/calibrations", "/v1/tca", "/v1/tca/summary", "/v1/tca/calibration"),
    "/v1/venues/FAKE/performance",
)
"""Reads of every kind: one row, a page, a list, figures of many orders."""

OTHERS = "others"
SERVERS = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres' AND application_name <> '{OTHERS}'"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[Cluster, Bench]]:
    """A cluster that no other test has, and a server of it with a market that runs."""
    with cluster(max_connections=MOST_CONNECTIONS) as made:
        upgrade(made.url)
        with Proxy(made.url) as proxy:
            server = Server(tmp_path / "state", DATA, database_url=made.url).start()
            try:
                with server.client() as client:
                    create_market(client, 50)
                    assert client.post(f"/v1/markets/{MARKET}/start").status_code == 200
                yield made, Bench(server, proxy, made.url)
            finally:
                server.kill()


def test_a_database_that_crashes_under_load_loses_and_doubles_nothing(own: tuple[Cluster, Bench]) -> None:
    made, bench = own
    told, over = Told(), threading.Event()
    threads = busy(bench, told, over)
    for _ in range(4):
        count = len(told.accepted)
        made.crash()
        eventually(lambda count=count: len(told.accepted) > count + 5)
    over.set()
    for thread in threads:
        thread.join()
    check(bench, told)


def test_a_database_without_a_free_connection_is_a_database_that_is_away(own: tuple[Cluster, Bench]) -> None:
    """Others take every connection that there is, and the server's own are ended: it cannot make new ones."""
    _, bench = own
    told, over = Told(), threading.Event()
    threads = busy(bench, told, over)
    eventually(lambda: len(told.accepted) > 5)
    with ExitStack() as taken:
        mine = taken.enter_context(psycopg.connect(bench.url, autocommit=True, application_name=OTHERS))

        def starved() -> bool:
            with suppress(psycopg.OperationalError):
                while True:
                    taken.enter_context(psycopg.connect(bench.url, application_name=OTHERS))
            return not mine.execute(SERVERS).fetchall()

        assert eventually(starved)
        with bench.server.client() as client:
            began = time.monotonic()
            # one that the server was just making when the last were taken is ended too
            away = ("/health/ready", "/v1/parent-orders")
            assert eventually(lambda: starved() and all(client.get(path).status_code == 503 for path in away))
            assert time.monotonic() - began < 2 * HANGS_S
    count = len(told.accepted)
    eventually(lambda: len(told.accepted) > count + 5)
    over.set()
    for thread in threads:
        thread.join()
    check(bench, told)


def test_reads_that_the_database_holds_up_are_answered_in_time_and_keep_nobody_out(own: tuple[Cluster, Bench]) -> None:
    """Every reader's connection is stuck behind a lock: who reads is told so, and reads go on after it."""
    _, bench = own
    told = Told()
    with bench.server.client() as client:
        assert ask(client, told, "before") == 201

        def read(number: int) -> tuple[str, int, float]:
            path = READ[number % len(READ)]
            began = time.monotonic()
            status = plain.get(path).status_code
            return path, status, time.monotonic() - began

        with psycopg.connect(bench.url) as locking, ThreadPoolExecutor(READS) as pool, bench.server.unchecked() as plain:
            locking.execute(f"LOCK TABLE {', '.join(LOCKED)} IN ACCESS EXCLUSIVE MODE")  # type: ignore[call-overload]
            answers = list(pool.map(read, range(READS)))
            locking.rollback()
        late = [(path, f"{seconds:.2f} s") for path, _, seconds in answers if seconds > HANGS_S]
        assert not late, f"answered after more than {HANGS_S} s"
        assert {(path, status) for path, status, _ in answers} == {(path, 503) for path in READ}
        for path in READ:
            assert eventually(lambda path=path: client.get(path).status_code in {200, 404})
    check(bench, told)
