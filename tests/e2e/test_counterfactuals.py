"""Counterfactuals over REST: by another algorithm as a job of the account, told, read and cancelled; SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from support.orders import market, post, start
from support.server import Server, events, eventually

OVER = {"done", "failed", "canceled"}


def over(client: httpx.Client, parent: str) -> None:
    """Wait until an order is over."""
    eventually(lambda: client.get(f"/v1/parent-orders/{parent}").json()["status"] == "filled")


@pytest.fixture
def filled(client: httpx.Client) -> str:
    """An order that is over, in a market that then stands still."""
    lab = market(client)
    made = post(client, lab)
    start(client, lab)
    over(client, made["id"])
    client.post(f"/v1/markets/{lab}/pause")
    return str(made["id"])


def ask(client: httpx.Client, parent: str, **asked: Any) -> dict[str, Any]:
    answer = client.post(f"/v1/parent-orders/{parent}/counterfactual", json=asked)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/v1/counterfactuals/{answer.json()['id']}"
    made: dict[str, Any] = answer.json()
    return made


def ended(client: httpx.Client, job: str) -> dict[str, Any]:
    def found() -> Any:
        shown = client.get(f"/v1/counterfactuals/{job}").json()
        return shown if shown["state"] in OVER else None

    shown: dict[str, Any] = eventually(found, wait_s=120)
    return shown


def test_the_same_algorithm_is_a_job_that_does_the_very_same(server: Server, client: httpx.Client, filled: str) -> None:
    head = client.get("/v1/events", params={"limit": 1}).json()["as_of_seq"]
    with server.stream(f"?after={head}&type=counterfactual") as connection:
        made = ask(client, filled, algo="twap")
        told = events(connection, until="counterfactual.done", wait_s=120)
    assert (made["state"], made["parent_id"], made["result"]) == ("queued", filled, None)
    assert [event["type"] for event in told][:2] == ["counterfactual.queued", "counterfactual.started"]
    assert {event["job_id"] for event in told} == {made["id"]}
    found = ended(client, made["id"])
    assert (found["state"], found["progress"], found["request"]) == ("done", 1, {"algo": "twap", "params": {}, "seeds": 0})
    result = found["result"]
    assert (result["reproduced"], result["difference_bps"]) == (True, 0)
    assert result["original"]["is_bps"] == client.get(f"/v1/parent-orders/{filled}/tca").json()["is_bps"]
    listed = client.get("/v1/counterfactuals").json()["items"]
    assert [(each["id"], each["result"]) for each in listed if each["parent_id"] == filled] == [(made["id"], None)]


@pytest.mark.gauntlet
def test_a_job_is_its_accounts_and_can_be_cancelled(server: Server, client: httpx.Client, filled: str) -> None:
    running, waiting = (ask(client, filled, algo="pov", params={"target": "0.1"}, seeds=20)["id"] for _ in range(2))
    key = client.post("/v1/keys", json={"name": "o", "scopes": ["read"], "account": "other"}).json()["secret"]
    with server.client(key) as other:
        assert other.get("/v1/counterfactuals").json()["items"] == []
        assert other.get(f"/v1/counterfactuals/{running}").status_code == 404
        assert other.post(f"/v1/counterfactuals/{running}/cancel").status_code == 404
        assert other.post(f"/v1/parent-orders/{filled}/counterfactual", json={"algo": "twap"}).status_code == 404
    eventually(lambda: client.get(f"/v1/counterfactuals/{running}").json()["progress"] > 0, wait_s=60)
    for each in (waiting, running):
        assert client.post(f"/v1/counterfactuals/{each}/cancel").json()["state"] == "canceled"
    assert client.get(f"/v1/calibrations/{running}").status_code == 404, "a job of another kind"


def test_too_many_and_what_cannot_be_asked_are_refused(client: httpx.Client, filled: str) -> None:
    wrong = client.post(f"/v1/parent-orders/{filled}/counterfactual", json={"algo": "pov", "params": {"colour": "blue"}})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/params/colour")
    asked = {"algo": "twap", "seeds": 20}
    made = [ask(client, filled, **asked)["id"] for _ in range(8)]
    refused = client.post(f"/v1/parent-orders/{filled}/counterfactual", json=asked)
    assert (refused.status_code, refused.json()["code"], refused.json()["limit"]) == (409, "too_many_jobs", 8)
    for each in made[::-1]:
        assert client.post(f"/v1/counterfactuals/{each}/cancel").json()["state"] == "canceled"
    lab = market(client)
    early = client.post(f"/v1/parent-orders/{post(client, lab)['id']}/counterfactual", json=asked)
    assert (early.status_code, early.json()["code"]) == (409, "order_not_over")
