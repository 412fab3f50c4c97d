"""What venues cost is fed back across the orders of an account over REST, and of no other account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from e2e.test_markets import closed
from support.orders import body, market, pages, post
from support.server import Server

VENUES = [{"id": "X0", "share": 0.6}, {"id": "X1", "share": 0.4}]
DAY = "2026-03-03"
LATER = {"start_time": f"{DAY}T14:35:00Z", "end_time": f"{DAY}T15:05:00Z"}


def lab(client: httpx.Client, **changes: Any) -> str:
    return market(client, parameters={"venues": VENUES}, **changes)


@pytest.fixture
def taught(client: httpx.Client) -> str:
    """An account whose first order met X0 alone, on the day before."""
    made = lab(client)
    post(client, made, quantity=20_000, venues={"allow": ["X0"]})
    closed(client, made)
    return made


@pytest.fixture
def stranger(server: Server, client: httpx.Client) -> Iterator[httpx.Client]:
    """A client of another account."""
    terms = {"name": "stranger", "scopes": ["read", "trade", "admin"], "account": "stranger"}
    with server.client(client.post("/v1/keys", json=terms).json()["secret"]) as made:
        yield made


def worked(client: httpx.Client, **terms: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """An order of the next day, and its children."""
    name = lab(client, date=DAY)
    made = post(client, name, **{**LATER, "quantity": 8_000, "client_order_id": f"second-{name}", **terms})
    closed(client, name)
    return made, pages(client, f"/v1/parent-orders/{made['id']}/children")


def shares(children: list[dict[str, Any]]) -> float:
    """The part of the quantity that went to X0."""
    return sum(each["quantity"] for each in children if each["venue"] == "X0") / sum(each["quantity"] for each in children)


def test_a_venue_that_disappointed_gets_less_of_the_next_order(taught: str, client: httpx.Client, stranger: httpx.Client) -> None:
    plain, without = worked(client)
    assert plain["venue_history"] is None
    made, children = worked(client, venue_history_days=1)
    (known,) = (each for each in made["venue_history"]["venues"] if each["venue"] == "X0")
    assert made["venue_history"]["missing"] is None
    assert float(known["rested_more"]) > 0, "it was dearer than expected"
    assert max(known["expected_quantity"], known["rested_quantity"] + known["took_quantity"]) <= 4_000, "half of the order"
    assert shares(children) < shares(without)
    weighed = {each["venue"]: each["reason"]["history_lots"] for each in children}
    assert weighed["X0"] > 0
    other, theirs = worked(stranger, venue_history_days=1)
    assert other["venue_history"] == {
        "days": 1,
        "venues": [],
        "missing": "no child of this account in ACME in the 1 days before",
    }
    assert {each["reason"]["history_lots"] for each in theirs} == {0}
    facts = [[(each["venue"], each["price"], each["quantity"], each["ts"]) for each in rows] for rows in (theirs, without)]
    assert facts[0] == facts[1], "as if nothing had ever been met"


def test_a_basket_begins_with_it_too_and_days_have_a_range(taught: str, client: httpx.Client) -> None:
    name = lab(client, date=DAY)
    leg = {"symbol": "ACME", "side": "sell", "quantity": 2_000}
    basket = {"basket_id": f"h-{name}", "market": name, "duration_s": 1_800, "legs": [leg], "venue_history_days": 30}
    made = client.post("/v1/baskets", json=basket)
    assert made.status_code == 201
    assert made.json()["legs"][0]["venue_history"]["venues"]
    for days in (0, 91, "7"):
        refused = client.post("/v1/parent-orders", json=body(name, **LATER, venue_history_days=days))
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/venue_history_days")


def test_a_restart_does_not_ask_the_database_again(tmp_server: Server) -> None:
    """What other orders have met since changes nothing of an order that is there."""
    server = tmp_server.start()
    with server.client() as client:
        first = lab(client)
        post(client, first, quantity=20_000, venues={"allow": ["X0"]})
        closed(client, first)
        names = [lab(client, date=DAY) for _ in range(2)]
        made = post(client, names[0], **LATER, quantity=8_000, venue_history_days=2)
        more = lab(client)
        post(client, more, quantity=30_000, venues={"allow": ["X1"]})
        closed(client, more)
    server.kill()
    server.start()
    with server.client() as client:
        closed(client, names[0])
        over = client.get(f"/v1/markets/{names[0]}").json()
        assert over["state"] == "closed"
        again = client.get(f"/v1/parent-orders/{made['id']}").json()
        assert again["venue_history"] == made["venue_history"]
        assert {each["venue"] for each in again["venue_history"]["venues"]} == {"X0"}
        later = post(client, names[1], **LATER, quantity=8_000, venue_history_days=2)
        assert {each["venue"] for each in later["venue_history"]["venues"]} == {"X0", "X1"}, "a new order knows more"
