"""How fast is said once: two ways in one request are refused at every door, and one that is amended replaces the other."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from support.orders import body, fresh_name, market, post
from support.server import Server

LATE = {"start_time": ..., "end_time": "2026-03-02T20:00:00Z"}
TWICE: list[dict[str, Any]] = [
    {"algo": "is", "params": {"urgency": "0.3", "risk_aversion": "0.001"}},
    {"algo": "is", "params": {"risk_aversion": "0.001", "half_life_s": "600"}},
    {"algo": "is", "params": {"half_life_s": "600"}, "urgency": "0.5"},
    {"algo": "robust", "params": {"risk_aversion": "0.001"}, "urgency": "0.9"},
]
ONCE: list[dict[str, Any]] = [
    {"algo": "is", "params": {"half_life_s": "600"}},
    {"algo": "is", "params": {"half_life_s": "600"}, "preset": "aggressive"},
    {"algo": "is", "params": {"half_life_s": "600", "urgency": None}, "urgency": None},
    {"algo": "is", "params": {"urgency": "0.3"}, "urgency": "0.9"},
    {"algo": "myopic", "params": {"half_life_s": "600"}, "urgency": "0.9"},
]


@pytest.fixture(scope="module")
def lab(server: Server) -> str:
    with server.client() as client:
        return market(client)


def said(terms: dict[str, Any]) -> list[str]:
    """What an order says of how fast it goes."""
    return sorted({*terms["params"], *(["urgency"] if "urgency" in terms else [])})


def refused(answer: httpx.Response, names: list[str]) -> None:
    """The answer points at one and names both."""
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["pointer"].removeprefix("/params/") in names
    assert all(name in answer.json()["detail"] for name in names)


@pytest.mark.parametrize("terms", TWICE)
@pytest.mark.parametrize("path", ["/v1/parent-orders", "/v1/estimates"])
def test_said_twice_is_refused(client: httpx.Client, lab: str, path: str, terms: dict[str, Any]) -> None:
    refused(client.post(path, json=body(lab, **terms)), said(terms))


def test_said_twice_is_refused_of_a_basket(client: httpx.Client, lab: str) -> None:
    basket: dict[str, Any] = {
        "basket_id": fresh_name("b"),
        "market": lab,
        "legs": [{"symbol": "ACME", "side": "buy", "quantity": 1_000}],
        "duration_s": 600,
        "params": {"risk_aversion": "0.001"},
    }
    refused(client.post("/v1/baskets", json={**basket, "urgency": "0.5"}), ["risk_aversion", "urgency"])
    assert client.post("/v1/baskets", json=basket).status_code == 201


@pytest.mark.parametrize("terms", ONCE)
def test_what_nobody_stated_contradicts_nothing(client: httpx.Client, lab: str, terms: dict[str, Any]) -> None:
    post(client, lab, **{**LATE, **terms})


def test_an_amendment_says_it_anew_or_is_refused_and_changes_nothing(client: httpx.Client, lab: str) -> None:
    order = post(client, lab, **LATE, algo="is", params={"half_life_s": "600"})
    path, version = f"/v1/parent-orders/{order['id']}", order["version"]

    def amend(**changes: Any) -> httpx.Response:
        return client.patch(path, json=changes, headers={"If-Match": f'"{version}"'})

    refused(amend(urgency="0.9", params={"half_life_s": "60"}), ["half_life_s", "urgency"])
    refused(amend(params={"risk_aversion": "1", "half_life_s": "60"}), ["half_life_s", "risk_aversion"])
    now = client.get(path).json()
    assert (now["version"], now["params"], now["urgency"]) == (version, order["params"], order["urgency"])
    assert amend(params={"risk_aversion": "0.001"}).status_code == 200
    now, version = client.get(path).json(), version + 1
    assert (now["params"]["risk_aversion"], now["params"]["half_life_s"]) == ("0.001", None)
    assert amend(urgency="0.9").status_code == 200
    now = client.get(path).json()
    assert (now["params"]["risk_aversion"], now["urgency"]) == (None, "0.9")
