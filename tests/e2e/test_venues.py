"""How venues served over REST: two venues, an order, and what its children there came to."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from e2e.test_markets import closed
from support.orders import body, market, pages, post

VENUES = [{"id": "X0", "share": 0.6, "taker_fee": "0.0030", "maker_fee": "-0.0020"}, {"id": "X1", "share": 0.4}]


def test_a_venues_performance_adds_up_to_the_orders_fills(client: httpx.Client) -> None:
    lab = market(client, parameters={"venues": VENUES})
    made = post(client, lab, quantity=8_000, urgency=1, must_complete=True)
    split = post(client, lab, quantity=2_000, algo="traditional", side="sell")
    closed(client, lab)
    fills = pages(client, f"/v1/parent-orders/{made['id']}/fills")
    found = [client.get(f"/v1/venues/{venue}/performance", params={"market": lab}) for venue in ("X0", "X1")]
    assert [answer.status_code for answer in found] == [200, 200]
    both = [answer.json()["symbols"][0]["all"] for answer in found]
    sold = pages(client, f"/v1/parent-orders/{split['id']}/fills")
    assert sum(each["fills"] for each in both) == len(fills) + len(sold)
    assert sum(each["filled_quantity"] for each in both) == 8_000 + sum(each["quantity"] for each in sold)
    assert all(each["expected_cost"] is not None and each["says"] for each in both)
    reasons = pages(client, f"/v1/parent-orders/{made['id']}/reasons")
    assert all(each["expected_cost"] is not None for each in reasons)
    told = [each["reason"] for each in pages(client, f"/v1/parent-orders/{split['id']}/reasons")]
    ways = [{way["way"]: float(way["cost"]) for way in reason["ways"]} for reason in told if "ways" in reason]
    assert ways
    assert all(len(each) == 4 and each["split"] <= min(each.values()) + 1e-9 for each in ways)
    assert {queue["venue"] for reason in told if "ways" in reason for queue in reason["queues"]} == {"X0", "X1"}


def test_a_venue_that_nothing_was_sent_to_is_not_found_and_a_time_that_is_none_is_refused(client: httpx.Client) -> None:
    assert client.get("/v1/venues/NOWHERE/performance").json()["code"] == "not_found"
    assert client.get("/v1/venues/X0/performance", params={"since": "yesterday"}).status_code == 422


POOLED = [{"id": "X0", "share": 0.6}, {"id": "X1", "share": 0.4}, {"id": "POOL", "share": 0.3, "dark": True}]


def test_children_go_to_the_venues_of_their_order_alone_and_the_order_says_which(client: httpx.Client) -> None:
    lab = market(client, parameters={"venues": POOLED})
    made = post(client, lab, venues={"allow": ["X1"]}, urgency=1, must_complete=True)
    assert made["venues"] == {"allow": ["X1"]}
    free = post(client, lab, dark={"max_fraction": "0.2"})
    assert free["venues"] is None
    leg = {"symbol": "ACME", "side": "sell", "quantity": 2_000, "venues": {"deny": ["X1", "POOL"]}}
    basket = {"basket_id": f"b-{lab}", "market": lab, "duration_s": 1_800, "legs": [leg]}
    legs = client.post("/v1/baskets", json=basket).json()["legs"]
    assert legs[0]["venues"] == {"deny": ["X1", "POOL"]}
    closed(client, lab)
    assert client.get(f"/v1/parent-orders/{made['id']}").json()["venues"] == {"allow": ["X1"]}
    sent = {each: pages(client, f"/v1/parent-orders/{each}/children") for each in (made["id"], free["id"], legs[0]["id"])}
    went = {each: {child["venue"] for child in children} for each, children in sent.items()}
    assert went == {made["id"]: {"X1"}, free["id"]: {"X0", "X1", "POOL"}, legs[0]["id"]: {"X0"}}


@pytest.mark.parametrize(
    ("terms", "pointer"),
    [
        ({"venues": {}}, "/venues"),
        ({"venues": {"allow": ["X0"], "deny": ["X1"]}}, "/venues"),
        ({"venues": {"allow": []}}, "/venues/allow"),
        ({"venues": {"deny": ["X1", "X1"]}}, "/venues/deny/1"),
        ({"venues": {"allow": ["X0", "X7"]}}, "/venues/allow/1"),
        ({"venues": {"deny": ["X0", "X1"]}}, "/venues/deny"),
        ({"venues": {"allow": ["POOL"]}}, "/venues/allow"),
        ({"venues": {"allow": ["X0"]}, "dark": {"max_fraction": "0.2"}}, "/dark"),
        ({"venues": {"deny": ["POOL"]}, "placement": "midpoint"}, "/placement"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_where_it_is_wrong(client: httpx.Client, terms: dict[str, Any], pointer: str) -> None:
    lab = market(client, parameters={"venues": POOLED})
    for path in ("/v1/parent-orders", "/v1/estimates"):
        refused = client.post(path, json=body(lab, **terms))
        assert refused.status_code == 422
        assert refused.json()["code"] == "validation"
        assert [each["pointer"] for each in refused.json()["errors"]] == [pointer]
    leg = {"symbol": "ACME", "side": "sell", "quantity": 2_000, **terms}
    refused = client.post("/v1/baskets", json={"basket_id": "b-x", "market": lab, "duration_s": 1_800, "legs": [leg]})
    assert (refused.status_code, [each["pointer"] for each in refused.json()["errors"]]) == (422, [f"/legs/0{pointer}"])
