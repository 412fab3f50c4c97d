"""A database that goes away under a server: what was acknowledged is there, once; nobody waits for long; and it goes on."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy.engine import make_url

from metaorder.adapters.db.engine import LOCKED_MS, reader_engine, writer_engine
from metaorder.adapters.db.journal import SqlJournal
from metaorder.adapters.db.queries import ANSWER_S, BEGINS_S
from support.crash import MARKET, create_market
from support.data import DATA
from support.databases import fresh
from support.proxy import Proxy
from support.server import Server, eventually

BACKENDS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


LONGEST_S = 5.0
"""How long anybody waits for an answer while the database is away: the promise, which the service's own limits add up to."""

HANGS_S = 3 * LONGEST_S
"""A clock on the wall also counts what the machine does beside the test; who waits longer than this waits for something else."""


def test_the_limits_of_a_read_add_up_to_what_is_promised() -> None:
    engine = reader_engine("postgresql://nobody@127.0.0.1:1/none", 2)
    assert ANSWER_S < LONGEST_S, "a look-up"
    assert BEGINS_S + LOCKED_MS / 1000 < LONGEST_S, "a read that takes its time, behind a lock"
    assert engine.pool.timeout() < ANSWER_S, "a pool without a free connection"  # type: ignore[attr-defined]


@dataclass
class Told:
    """What became of each order that was asked for, by the client's id."""

    accepted: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    longest_s: float = 0.0


@dataclass
class Bench:
    """A server, its database, and the network between them."""

    server: Server
    proxy: Proxy
    url: str

    def execute(self, sql: str) -> list[Any]:
        """Ask the database itself."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(sql).fetchall()  # type: ignore[arg-type]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with fresh("postgres", tmp_path) as url, Proxy(url) as proxy:
        server = Server(tmp_path / "state", DATA, database_url=proxy.url)
        server.start()
        with server.client() as client:
            create_market(client, 50)
            assert client.post(f"/v1/markets/{MARKET}/start").status_code == 200
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        yield Bench(server, proxy, plain)
        server.kill()


def ask(client: httpx.Client, told: Told, name: str) -> int:
    """Ask for an order, as often as its outcome is unknown, and note what was said."""
    body = {"client_order_id": name, "market": MARKET, "symbol": "ACME", "side": "buy", "quantity": 300, "algo": "pov"}
    began = time.monotonic()
    answer = client.post("/v1/parent-orders", json={**body, "duration_s": 20_000})
    told.longest_s = max(told.longest_s, time.monotonic() - began)
    if answer.status_code in {200, 201}:
        before = told.accepted.setdefault(name, answer.json()["id"])
        assert before == answer.json()["id"], "one order, however often it is asked for"
        told.unknown.discard(name)
    else:
        assert answer.status_code in {409, 500, 503}, answer.text
        known = answer.status_code == 503 and name not in told.unknown
        assert known <= (answer.json().get("accepted") is False), answer.text
        (told.refused if known else told.unknown).add(name)
    return answer.status_code


def busy(bench: Bench, told: Told, over: threading.Event) -> list[threading.Thread]:
    """Three clients that ask for one order after the other, each until it is taken."""

    def work(who: str) -> None:
        with bench.server.client() as client:
            number = 0
            while not over.is_set():
                number += ask(client, told, f"{who}-{number}") in {200, 201}

    threads = [threading.Thread(target=work, args=(who,)) for who in "abc"]
    for thread in threads:
        thread.start()
    return threads


def check(bench: Bench, told: Told) -> None:
    """Whatever is unknown is asked for again; then each order that was acknowledged is there once, and the chain holds."""
    with bench.server.client() as client:
        eventually(lambda: client.get("/health/ready").status_code == 200)
        for name in sorted(told.unknown):
            assert eventually(lambda name=name: ask(client, told, name) in {200, 201})
    assert told.longest_s <= HANGS_S, f"an answer came after {told.longest_s:.2f} s"
    assert bench.server.stop() == 0
    found = [row[0] for row in bench.execute("SELECT client_order_id FROM parents")]
    assert len(found) == len(set(found)), "nothing doubled"
    assert set(told.accepted) == set(found), "nothing lost, nothing made up"
    rows = [row[0] for row in bench.execute("SELECT count(*) FROM journal WHERE type = 'parent.accepted'")]
    assert rows == [len(found)]
    with closing(SqlJournal(writer_engine(bench.url))) as journal:
        journal.verify()


def test_connections_that_the_database_ends_are_made_again(bench: Bench) -> None:
    told, over = Told(), threading.Event()
    threads = busy(bench, told, over)
    for _ in range(5):
        count = len(told.accepted)
        bench.execute(BACKENDS)
        eventually(lambda count=count: len(told.accepted) > count + 5)
    over.set()
    for thread in threads:
        thread.join()
    check(bench, told)


@pytest.mark.parametrize("fault", ["lost", "unanswered", "late"])
def test_a_commit_whose_answer_never_came_is_looked_for_and_not_done_twice(bench: Bench, fault: str) -> None:
    told, over, dice = Told(), threading.Event(), random.Random(fault)
    threads = busy(bench, told, over)
    for _ in range(8):
        count, cuts = len(told.accepted), bench.proxy.cuts
        bench.proxy.at_commit = fault
        eventually(lambda cuts=cuts: bench.proxy.cuts > cuts)
        if dice.random() < 0.3:
            bench.proxy.cut()
        eventually(lambda count=count: len(told.accepted) > count + 2)
    over.set()
    for thread in threads:
        thread.join()
    assert bench.proxy.cuts >= 8
    check(bench, told)


@pytest.mark.parametrize("fault", ["silent", "gone"])
def test_nobody_waits_for_a_database_that_says_nothing(bench: Bench, fault: str) -> None:
    told, over = Told(), threading.Event()
    threads = busy(bench, told, over)
    eventually(lambda: len(told.accepted) > 5)
    if fault == "silent":
        bench.proxy.silent(on=True)
    else:
        bench.proxy.refusing = True
        bench.proxy.cut()
    eventually(lambda: told.unknown or told.refused)
    with bench.server.client() as client:
        ready = eventually(lambda: (answer := client.get("/health/ready")).status_code == 503 and answer)
        assert ready.json()["database"] is False
        read = client.get("/v1/parent-orders")
        assert (read.status_code, read.json()["code"]) == (503, "database_away")
    count = len(told.accepted)
    bench.proxy.refusing = False
    bench.proxy.silent(on=False)
    eventually(lambda: len(told.accepted) > count + 5)
    over.set()
    for thread in threads:
        thread.join()
    check(bench, told)


def test_a_second_server_waits_and_takes_over(bench: Bench, tmp_path: Path) -> None:
    told = Told()
    with bench.server.client() as client:
        assert ask(client, told, "before") == 201
    second = Server(tmp_path / "second", DATA, database_url=bench.url)
    second.state.mkdir()
    (second.state / "admin.key").write_text(bench.server.key)
    starting = threading.Thread(target=second.start)
    starting.start()
    try:
        eventually(lambda: any("waiting until it lets go" in line for line in second.lines))
        with bench.server.client() as client:
            assert ask(client, told, "while it waits") == 201
        bench.server.kill()
        starting.join(timeout=60)
        assert second.url, second.lines
        with second.client() as client:
            assert ask(client, told, "before") == 200
            assert ask(client, told, "after") == 201
    finally:
        second.kill()
    assert set(told.accepted) == {row[0] for row in bench.execute("SELECT client_order_id FROM parents")}
