"""The market of an order is a fact: half an hour after its end, across kill -9, and when another build takes over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from metaorder.adapters.db.engine import writer_engine
from metaorder.adapters.db.tables import records
from metaorder.bootstrap.version import engine_version
from metaorder.domain.units import to_nanos
from metaorder.sim.record import from_bytes
from support.data import DATA
from support.databases import KINDS, fresh
from support.server import Server, eventually

SPEED = 120
ASKED = {"client_order_id": "a-1", "market": "lab", "symbol": "ACME", "side": "buy", "quantity": 400}
ORDER = {**ASKED, "algo": "twap", "duration_s": 60}
MARKET = {"id": "lab", "kind": "simulated", "seed": 7, "symbols": ["ACME"], "date": "2026-03-02", "speed": SPEED}


@pytest.fixture(params=KINDS)
def killed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Server, str, dict[str, Any]]]:
    """A server killed between the end of an order and half an hour after it, the order's id, and its report before that."""
    with fresh(request.param, tmp_path / "db") as url:
        server = Server(tmp_path / "state", DATA, database_url=url).start()
        try:
            with server.client() as client:
                assert client.post("/v1/markets", json=MARKET).status_code == 201
                made = client.post("/v1/parent-orders", json=ORDER).json()
                client.post("/v1/markets/lab/start")
                eventually(lambda: over(client, made["id"]))
                client.post("/v1/markets/lab/pause")
                report = client.get(f"/v1/parent-orders/{made['id']}/tca").json()
                last = client.get(f"/v1/parent-orders/{made['id']}/fills").json()["items"][-1]["ts"]
            eventually(lambda: kept(server, to_nanos(last)))
            server.kill()
            yield server, made["id"], report
        finally:
            server.kill()


def over(client: httpx.Client, parent: str) -> bool:
    """Whether an order is over."""
    found: bool = client.get(f"/v1/parent-orders/{parent}").json()["status"] in ("filled", "expired")
    return found


def kept(server: Server, time: int) -> bool:
    """Whether the recorder has come that far."""
    row = reading(server, lambda connection: connection.execute(select(records.c.data)).first())
    return row is not None and from_bytes(bytes(row[0])).clock >= time


def reading(server: Server, ask: Callable[[Any], Any]) -> Any:
    """Ask the server's database in a transaction."""
    assert server.database_url is not None
    engine = writer_engine(server.database_url)
    try:
        with engine.begin() as connection:
            return ask(connection)
    finally:
        engine.dispose()


def test_late_facts_finalise_a_report_across_a_kill(killed: tuple[Server, str, dict[str, Any]]) -> None:
    server, parent, before = killed
    assert (before["final"], before["markouts_bps"]["1800"]) == (False, None)
    server.start()
    with server.client() as client:
        again = client.get(f"/v1/parent-orders/{parent}/tca").json()
        assert {**again, "version": 0} == {**before, "version": 0}
        assert client.patch("/v1/markets/lab", json={"speed": 10 * SPEED}).status_code == 200
        client.post("/v1/markets/lab/start")
        eventually(lambda: final(client, parent))
        client.post("/v1/markets/lab/pause")
        after = final(client, parent)
    assert after is not None
    assert after["version"] > before["version"]
    assert after["markouts_bps"]["1800"] is not None
    assert after["components_amount"] == before["components_amount"]
    server.kill()
    another_build(server)
    with server.start().client() as client:
        assert final(client, parent) == after, "another build has no twin, and would say less"


def final(client: httpx.Client, parent: str) -> dict[str, Any] | None:
    """The report of an order once it is final."""
    report: dict[str, Any] = client.get(f"/v1/parent-orders/{parent}/tca").json()
    return report if report["final"] else None


def another_build(server: Server) -> None:
    """From here on, what runs is not what ran."""
    other = text("UPDATE markets SET spec = replace(spec, :build, 'another')")
    reading(server, lambda connection: connection.execute(other, {"build": engine_version()}))


def test_another_build_finds_the_facts_that_were_kept(killed: tuple[Server, str, dict[str, Any]]) -> None:
    server, parent, before = killed
    another_build(server)
    server.start()
    with server.client() as client:
        assert client.get("/v1/markets/lab").json()["state"] == "failed"
        report = client.get(f"/v1/parent-orders/{parent}/tca").json()
        assert client.get(f"/v1/parent-orders/{parent}/timeline").status_code == 200
    assert report["final"]
    assert report["missing"]["markout_1800"] == "the market ended before"
    assert report["markouts_bps"]["1"] == before["markouts_bps"]["1"]
    assert report["is_bps"] == before["is_bps"]
