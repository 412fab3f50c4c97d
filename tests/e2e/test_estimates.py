"""Estimates and profiles over REST: asked, kept, referred to; on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from support.orders import body, fresh_name, market, post, start
from support.server import Server, eventually

PROFILE = {
    "adv": 4_000_000,
    "sigma_per_sqrt_day": 0.011,
    "median_spread": "0.14",
    "as_of": "2026-02-27T21:00:00Z",
    "source": "twenty days",
}


def ask(client: httpx.Client, market_id: str, **changes: Any) -> httpx.Response:
    return client.post("/v1/estimates", json=body(market_id, **changes))


def test_an_estimate_says_what_the_order_will_do_and_is_kept_with_it(client: httpx.Client) -> None:
    lab = market(client)
    answer = ask(client, lab, client_order_id=...)
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert len(said["frontier"]) >= 20
    assert said["expected_cost_bps"] > 0
    assert client.get("/v1/parent-orders").json()["items"] == [], "nothing was traded"
    assert client.get(f"/v1/estimates/{said['id']}").json() == said
    order = post(client, lab, estimate_id=said["id"])
    assert order["estimate_id"] == said["id"]
    start(client, lab)
    drawn = eventually(lambda: client.get(f"/v1/parent-orders/{order['id']}/schedule").json()["points"])
    assert drawn == said["schedule"]
    assert client.get(f"/v1/parent-orders/{order['id']}/estimate").json() == said
    other = post(client, market(client))
    assert client.get(f"/v1/parent-orders/{other['id']}/estimate").status_code == 404


@pytest.mark.gauntlet
def test_an_estimate_of_another_order_is_not_held_against_this_one(client: httpx.Client) -> None:
    lab = market(client)
    said = ask(client, lab, client_order_id=...).json()
    never = post(client, lab, estimate_id=said["id"], limit_price="1.00")
    less = post(client, lab, estimate_id=said["id"], quantity=500)
    same = post(client, lab, estimate_id=said["id"])
    start(client, lab)
    eventually(lambda: client.get(f"/v1/parent-orders/{same['id']}").json()["status"] == "filled")
    judged = client.get(f"/v1/parent-orders/{same['id']}/tca").json()
    assert judged["forecast"]["estimate_id"] == said["id"], judged["missing"]
    for order, why in (
        (less, "the estimate was of another quantity: 5,000, and the order's was 500"),
        (never, "nothing was filled"),
    ):
        judged = client.get(f"/v1/parent-orders/{order['id']}/tca").json()
        assert (judged["forecast"], judged["missing"]["forecast"]) == (None, why)


def test_its_refusals_are_those_of_an_order(client: httpx.Client) -> None:
    lab = market(client)
    wrong: list[dict[str, Any]] = [
        {"quantity": 0},
        {"symbol": "NONE"},
        {"algo": "none"},
        {"params": {"slices": 0}},
        {"limit_price": "1.001"},
        {"end_time": "2026-03-02T14:00:00Z"},
        {"quantity": 10_000_001},
        {"decision_time": "2026-03-02T20:00:00Z"},
        {"market": "nowhere"},
        {"unknown": 1},
    ]
    for changes in wrong:
        sent, asked = body(lab, **changes), body(lab, **changes)
        refused, same = client.post("/v1/parent-orders", json=sent), client.post("/v1/estimates", json=asked)
        assert (refused.status_code, refused.json()["code"]) == (same.status_code, same.json()["code"]), changes
        assert refused.json()["errors"] == same.json()["errors"], changes
    for model in ({"adv": 0}, {"impact": {"law": "power"}}, {"median_spread": "0"}, {"curve": [0, 0]}, {"x": 1}):
        assert ask(client, lab, model=model).status_code == 422, model


def test_an_estimate_that_is_not_there_or_for_another_side_cannot_be_referred_to(client: httpx.Client) -> None:
    lab = market(client)
    made = ask(client, lab).json()
    for estimate_id, side in (("none", "buy"), (made["id"], "sell")):
        answer = client.post("/v1/parent-orders", json=body(lab, estimate_id=estimate_id, side=side))
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/estimate_id"
    assert client.get("/v1/estimates/none").status_code == 404


def test_a_profile_has_versions_and_an_order_records_the_one_in_force(client: httpx.Client) -> None:
    symbol = fresh_name("SYM")
    path = f"/v1/instruments/{symbol}/profile"
    assert client.get(path).status_code == 404
    first = client.put(path, json=PROFILE).json()
    assert (first["version"], first["adv"], first["curve"]) == (1, 4_000_000, None)
    assert client.put(path, json=PROFILE).json() == first, "the same again is the same"
    assert client.put(path, json={**PROFILE, "adv": 5_000_000}).json()["version"] == 2
    assert client.get(path).json()["adv"] == 5_000_000
    assert client.get(path, params={"version": 1}).json() == first
    assert client.get(path, params={"version": 3}).status_code == 404
    lab = market(client, symbols=[symbol])
    assert post(client, lab, symbol=symbol)["profile_version"] == 2
    said = ask(client, lab, symbol=symbol).json()
    assert said["profile_version"] == 2
    assert said["model"]["parameters"]["adv"] == {"value": 5_000_000, "source": "profile: twenty days", "error": None}
    for wrong in ({"adv": -1}, {"as_of": "yesterday"}, {"source": ...}, {"curve": []}, {"more": 1}):
        sent = {name: value for name, value in {**PROFILE, **wrong}.items() if value is not ...}
        assert client.put(path, json=sent).status_code == 422, wrong
    assert client.get(path).json()["version"] == 2


@pytest.mark.gauntlet
def test_profiles_and_estimates_survive_a_restart(tmp_server: Server) -> None:
    with tmp_server.start().client() as client:
        lab = market(client)
        client.put("/v1/instruments/ACME/profile", json=PROFILE)
        made = ask(client, lab).json()
    tmp_server.kill()
    with tmp_server.start().client() as client:
        assert client.get(f"/v1/estimates/{made['id']}").json() == made
        assert client.get("/v1/instruments/ACME/profile").json()["version"] == 1
