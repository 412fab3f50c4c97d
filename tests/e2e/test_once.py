"""An order is made once: raced by many, over a crash between its commit and its answer, and not once it is too late."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from time import time_ns

import httpx
import pytest

from metaorder.domain.units import SECOND, time_text
from support.data import DATA
from support.databases import KINDS, fresh
from support.orders import body, market, pages
from support.server import Server

RACERS = 20


@pytest.fixture
def crashing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A server on the kind of database that the test names."""
    with fresh(request.param, tmp_path / "db") as url:
        made = Server(tmp_path / "state", DATA, database_url=url)
        yield made
        made.kill()


def test_of_twenty_who_race_one_id_one_makes_the_order_and_all_get_its_answer(server: Server, client: httpx.Client) -> None:
    asked = body(market(client))
    line = Barrier(RACERS)

    def race(_racer: int) -> httpx.Response:
        with server.client() as own:
            own.get("/v1/limits")  # connected before the start
            line.wait(timeout=30)
            return own.post("/v1/parent-orders", json=asked)

    with ThreadPoolExecutor(RACERS) as threads:
        answers = list(threads.map(race, range(RACERS)))
    assert sorted(answer.status_code for answer in answers) == [200] * (RACERS - 1) + [201]
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == RACERS - 1
    made = [order for order in pages(client, "/v1/parent-orders") if order["client_order_id"] == asked["client_order_id"]]
    accepted = [event for event in pages(client, "/v1/events") if event["type"] == "parent.accepted"]
    assert len(made) == 1
    assert [event["parent_id"] for event in accepted].count(made[0]["id"]) == 1


@pytest.mark.parametrize(
    ("crashing", "place", "status"),
    [*((kind, "journal.committed", 200) for kind in KINDS), ("sqlite", "journal.written", 201)],
    indirect=["crashing"],
)
def test_who_is_left_without_an_answer_repeats_and_gets_it(crashing: Server, place: str, status: int) -> None:
    crashing.start()
    with crashing.client() as client:
        asked = body(market(client))
    crashing.kill()
    crashing.environment["METAORDER_FAILPOINT"] = place  # at the first row that is written: the order's
    crashing.start()
    with crashing.client() as client, pytest.raises(httpx.HTTPError):
        client.post("/v1/parent-orders", json=asked)
    crashing.wait()
    del crashing.environment["METAORDER_FAILPOINT"]
    crashing.start()
    with crashing.client() as client:
        again = client.post("/v1/parent-orders", json=asked)
        assert again.status_code == status, "200 where it was committed, 201 where it was not"
        assert client.post("/v1/parent-orders", json=asked).content == again.content
        made = pages(client, "/v1/parent-orders")
        assert [(order["id"], order["status"]) for order in made] == [(again.json()["id"], "new")]
        assert [event["type"] for event in pages(client, "/v1/events")].count("parent.accepted") == 1


def test_what_arrives_too_late_is_not_done(client: httpx.Client) -> None:
    past, later = time_text(time_ns() - SECOND), time_text(time_ns() + 600 * SECOND)
    lab = market(client)
    asked = body(lab)
    late = client.post("/v1/parent-orders", json={**asked, "valid_until": past})
    assert (late.status_code, late.json()["code"]) == (409, "too_late")
    assert client.get(f"/v1/parent-orders/by-client-id/{asked['client_order_id']}").status_code == 404
    made = client.post("/v1/parent-orders", json={**asked, "valid_until": later})
    assert made.status_code == 201
    again = client.post("/v1/parent-orders", json={**asked, "valid_until": past})
    assert (again.status_code, again.content) == (200, made.content), "it was in time when it was done"
    path = f"/v1/parent-orders/{made.json()['id']}"
    amended = {"quantity": 6_000}
    late = client.patch(path, json={**amended, "valid_until": past}, headers={"If-Match": "1"})
    assert (late.status_code, late.json()["code"], client.get(path).json()["quantity"]) == (409, "too_late", 5_000)
    assert client.patch(path, json={**amended, "valid_until": later}, headers={"If-Match": "1"}).json()["quantity"] == 6_000
    legs = [{"symbol": "ACME", "side": "buy", "quantity": 100}]
    late = client.post(
        "/v1/baskets", json={"basket_id": "late", "market": lab, "duration_s": 60, "legs": legs, "valid_until": past}
    )
    assert (late.status_code, late.json()["code"]) == (409, "too_late")
    wrong = client.post("/v1/parent-orders", json=body(lab, valid_until="soon"))
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/valid_until")
