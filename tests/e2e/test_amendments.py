"""What is true of a new order stays true when it is amended; and nothing that was stopped starts again by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from support.orders import body, market, post, start
from support.server import Server, eventually


@pytest.fixture
def lab(client: httpx.Client) -> Iterator[str]:
    """A market that is ready; deleted afterwards."""
    made = market(client)
    yield made
    client.delete(f"/v1/markets/{made}")


def amend(client: httpx.Client, order: dict[str, Any], version: int = 1, **changes: Any) -> httpx.Response:
    return client.patch(f"/v1/parent-orders/{order['id']}", headers={"If-Match": str(version)}, json=changes)


@pytest.mark.parametrize(
    ("terms", "changes", "status", "code"),
    [
        ({}, {"quantity": 5_000_000_000}, 422, "max_quantity"),
        ({"limit_price": "100.00"}, {"limit_price": "9999999999.00"}, 422, "max_notional"),
        ({}, {"limit_price": "99999999999999999999999.00"}, 422, "validation"),
        ({"algo": "pov"}, {"params": {"target": "0.5"}}, 422, "validation"),
        ({"min_child_quantity": 500}, {"quantity": 100}, 422, "validation"),
        ({}, {"quantity": None}, 422, "validation"),
        ({}, {"end_time": None}, 422, "validation"),
        ({}, {"params": {}}, 422, "validation"),
        ({}, {}, 422, "validation"),
    ],
)
def test_an_amendment_that_a_new_order_could_not_be_changes_nothing(
    client: httpx.Client, lab: str, terms: dict[str, Any], changes: dict[str, Any], status: int, code: str
) -> None:
    order = post(client, lab, **terms)
    answer = amend(client, order, **changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    after = client.get(f"/v1/parent-orders/{order['id']}").json()
    assert (after["version"], after["quantity"], after["limit_price"]) == (1, order["quantity"], order["limit_price"])
    assert client.get(f"/v1/markets/{lab}").json()["state"] == "ready"


def test_of_two_who_amend_one_version_the_second_is_told_the_version(client: httpx.Client, lab: str) -> None:
    order = post(client, lab)
    assert amend(client, order, quantity=6_000).status_code == 200
    late = amend(client, order, quantity=7_000)
    assert (late.status_code, late.json()["code"], late.json()["version"]) == (412, "version_mismatch", 2)
    again = amend(client, order, quantity=6_000)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")


def test_nothing_starts_or_grows_while_the_kill_switch_is_on(client: httpx.Client, lab: str) -> None:
    order = post(client, lab, quantity=500_000, end_time="2026-03-02T20:30:00Z")
    start(client, lab)
    eventually(lambda: client.get(f"/v1/parent-orders/{order['id']}").json()["filled_quantity"])
    client.post(f"/v1/markets/{lab}/pause")
    assert client.post("/v1/kill").status_code == 200
    try:
        stopped = client.get(f"/v1/parent-orders/{order['id']}").json()
        assert stopped["status"] == "suspended"
        for answer in (
            client.post(f"/v1/parent-orders/{order['id']}/resume"),
            amend(client, order, stopped["version"], quantity=600_000),
            amend(client, order, stopped["version"], limit_price="120.00"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (409, "kill_switch")
        refused = client.post("/v1/parent-orders", json=body(lab, end_time="2026-03-02T20:45:00Z"))
        assert (refused.status_code, refused.json()["code"]) == (422, "kill_switch")
        assert amend(client, order, stopped["version"], quantity=400_000).status_code == 200  # less is always welcome
    finally:
        client.post("/v1/rearm")
    assert client.get(f"/v1/parent-orders/{order['id']}").json()["status"] == "suspended"  # rearmed is not resumed
    assert client.post(f"/v1/parent-orders/{order['id']}/resume").status_code == 200


def test_an_order_is_found_by_whatever_its_client_calls_it(server: Server, client: httpx.Client, lab: str) -> None:
    with httpx.Client(base_url=server.url, headers=client.headers) as plain:
        for name in (f"sl/ash/{lab}", "/", "children", f"a b+c%{lab}", f"ünïcode{lab}"):
            made = post(client, lab, client_order_id=name)
            found = plain.get(f"/v1/parent-orders/by-client-id/{quote(name, safe='')}")
            assert (found.status_code, found.json()["id"]) == (200, made["id"]), name


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/parent-orders?cursor=czk5OTk5OTk5OTk5OTk5OTk5OTk=", 422, "invalid_cursor"),
        ("/v1/events?after=99999999999999999999", 422, "validation"),
        ("/v1/events?after=999999999", 409, "seq_ahead"),
        ("/v1/parent-orders/%00", 422, "validation"),
        ("/v1/parent-orders?symbol=%00", 422, "validation"),
        ("/v1/parent-orders/by-client-id/%1b", 422, "validation"),
        ("/v1/markets/%00", 422, "validation"),
    ],
)
def test_an_address_that_cannot_be_is_refused(server: Server, path: str, status: int, code: str) -> None:
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {server.key}"}) as plain:
        answer = plain.get(path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        odd = plain.post("/v1/parent-orders", content=b'{"params":{"\\ud800":1}}', headers={"Content-Type": "application/json"})
        assert odd.status_code == 422
        deep = plain.post("/v1/parent-orders", content=b"[" * 60_000, headers={"Content-Type": "application/json"})
        assert (deep.status_code, deep.json()["code"]) == (422, "body_too_deep")
        odd_version = plain.patch("/v1/parent-orders/x", headers={"If-Match": b"1\xb2"}, json={"quantity": 1})
        assert odd_version.status_code == 422
