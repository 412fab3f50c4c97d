"""How venues served over REST: two venues, an order, and what its children there came to."""

from __future__ import annotations

import httpx

from e2e.test_markets import closed
from support.orders import market, pages, post

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
