"""Two servers on one PostgreSQL: one writes, the other waits; who was paused and wakes after the takeover writes nothing."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
from websockets.exceptions import InvalidStatus

from metaorder.adapters.db.engine import writer_engine
from metaorder.adapters.db.journal import SqlJournal
from support.crash import MARKET, create_market
from support.data import DATA
from support.databases import fresh
from support.server import Server, eventually

HELD = (
    "SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
    "WHERE l.locktype = 'advisory' AND d.datname = current_database()"
)

TAKEOVER_S = 60.0
"""Ten seconds by the contract, on a machine that is not busy with other things."""


@dataclass
class Pair:
    """The server that writes, the one that waits, and their database."""

    first: Server
    second: Server
    url: str
    starting: threading.Thread

    def taken_over(self) -> None:
        """Wait until the second server has brought everything back and serves."""
        eventually(lambda: httpx.get(f"{self.second.url}/health/ready").status_code == 200 if self.up() else False, TAKEOVER_S)

    def up(self) -> bool:
        """Whether the second server says that it has taken over."""
        return any("serving on" in line for line in self.second.lines)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with fresh("postgres", tmp_path) as url:
        first = Server(tmp_path / "first", DATA, database_url=url)
        second = Server(tmp_path / "second", DATA, database_url=url)
        first.start()
        second.state.mkdir()
        (second.state / "admin.key").write_text(first.key)
        with first.client() as client:
            create_market(client, 50)
            assert client.post(f"/v1/markets/{MARKET}/start").status_code == 200
        starting = threading.Thread(target=second.start, daemon=True)
        starting.start()
        eventually(lambda: any("waiting until it lets go" in line for line in second.lines), TAKEOVER_S)
        try:
            yield Pair(first, second, url, starting)
        finally:
            if first.process is not None and first.process.poll() is None:
                first.process.send_signal(signal.SIGCONT)
            first.kill()
            second.kill()


def ask(client: httpx.Client, name: str) -> httpx.Response:
    body = {"client_order_id": name, "market": MARKET, "symbol": "ACME", "side": "buy", "quantity": 300, "algo": "pov"}
    return client.post("/v1/parent-orders", json={**body, "duration_s": 20_000})


def check(pair: Pair, accepted: set[str]) -> None:
    """What was acknowledged is there, once, and nothing else; the chain holds."""
    assert pair.second.stop() == 0
    with psycopg.connect(pair.url) as reader:
        found = [row[0] for row in reader.execute("SELECT client_order_id FROM parents").fetchall()]
    assert sorted(found) == sorted(accepted)
    with closing(SqlJournal(writer_engine(pair.url))) as journal:
        assert journal.verify() > 0


def test_a_server_that_was_paused_wakes_fenced_and_ends(pair: Pair) -> None:
    assert pair.first.process is not None
    with pair.first.client() as client:
        assert ask(client, "before").status_code == 201
        pair.first.process.send_signal(signal.SIGSTOP)
        pair.starting.join(timeout=TAKEOVER_S)
        with pair.second.client() as other:
            assert ask(other, "before").status_code == 200
            assert ask(other, "after").status_code == 201
        late: list[int] = []

        def wake() -> None:
            try:
                late.append(ask(client, "late").status_code)
            except httpx.TransportError:
                late.append(0)  # it ended first

        asking = threading.Thread(target=wake)
        asking.start()
        time.sleep(0.2)
        pair.first.process.send_signal(signal.SIGCONT)
        asking.join(timeout=60)
    assert late in ([503], [0])
    assert pair.first.wait() != 0
    assert any("taken this database over" in line for line in pair.first.lines), pair.first.lines
    assert not (pair.first.state / "unwritable").exists(), "its next start does not begin killed"
    check(pair, {"before", "after"})


def test_a_server_that_waits_answers_what_can_be_read_and_goes_on_at_its_port(pair: Pair) -> None:
    line = eventually(lambda: next((line for line in pair.second.lines if "stands by on" in line), None))
    pair.second.url = line.split()[-1]
    with pair.first.client() as client, pair.second.client() as other:
        made = ask(client, "before").json()
        assert other.get("/health/live").status_code == 200
        ready = other.get("/health/ready")
        state = ready.json()
        assert (ready.status_code, state["ready"], state["standby"], state["killed"]) == (503, False, True, None)
        assert client.get("/health/ready").json()["standby"] is False
        assert other.get(f"/v1/parent-orders/{made['id']}").json()["client_order_id"] == "before"
        assert other.get("/v1/events").json()["items"][0]["type"] == "parent.accepted"
        assert other.get("/v1/events", params={"after": 10**9}).json()["code"] == "seq_ahead"
        refused = [ask(other, "here"), other.post(f"/v1/parent-orders/{made['id']}/cancel"), other.post("/v1/kill", json={})]
        for answer in [*refused, other.get("/v1/limits"), other.get(f"/v1/markets/{MARKET}/book")]:
            assert (answer.status_code, answer.json()["code"]) == (503, "standby"), answer.text
            assert (answer.json()["accepted"], answer.headers["Retry-After"]) == (False, "1")
        with pytest.raises(InvalidStatus) as handshake, pair.second.stream():
            pass
        assert handshake.value.response.status_code == 503
        key = client.post("/v1/keys", json={"name": "short", "scopes": ["read"]}).json()
        bearer = {"Authorization": f"Bearer {key['secret']}"}
        assert other.get("/v1/fills", headers=bearer).status_code == 200
        client.delete(f"/v1/keys/{key['id']}")
        assert other.get("/v1/fills", headers=bearer).status_code == 401, "nobody tells it, so it looks each time"
        standing, pair.second.url = pair.second.url, ""
        pair.first.kill()
        pair.starting.join(timeout=TAKEOVER_S)
        assert pair.second.url == standing
        assert ask(other, "before").status_code == 200
        assert ask(other, "after").status_code == 201
    check(pair, {"before", "after"})


def test_a_lease_whose_connection_is_lost_is_taken_again(pair: Pair) -> None:
    with psycopg.connect(pair.url, autocommit=True) as admin, pair.first.client() as client:
        for number in range(3):
            (held,) = admin.execute(HELD).fetchall()
            admin.execute("SELECT pg_terminate_backend(%s)", held)
            eventually(lambda held=held: admin.execute(HELD).fetchall() not in ([], [held]))
            answer = ask(client, str(number))
            assert answer.status_code == 201, answer.text
    assert not pair.up()
    pair.first.kill()
    pair.starting.join(timeout=TAKEOVER_S)
    check(pair, {"0", "1", "2"})
