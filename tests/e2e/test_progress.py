"""How orders that work are doing, over the stream's channel `progress` and in the timeline; on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import httpx
from websockets.sync.client import ClientConnection

from support.conformance import check_event
from support.orders import market, post, start
from support.server import Server, eventually, until_closed


def told(connection: ClientConnection, parent: str) -> dict[str, Any]:
    """The next that is told of an order."""
    while True:
        for event in json.loads(connection.recv(timeout=10)):
            check_event(event)
            if event["type"] == "parent.progress" and event["parent_id"] == parent:
                return dict(event)


def test_who_asks_is_told_each_second_how_the_orders_are_doing(server: Server, client: httpx.Client) -> None:
    lab = market(client, speed=300)
    made, _ = post(client, lab, quantity=20_000), post(client, lab, quantity=1_000)
    with server.stream("?parent_id=none") as connection:
        connection.send(json.dumps({"op": "subscribe", "channel": "progress", "parent_ids": [made["id"]]}))
        start(client, lab)
        seen = [told(connection, made["id"])]
        while len(seen) < 2 or not seen[-1]["filled_quantity"]:
            seen.append(told(connection, made["id"]))
            assert seen[-1]["parent_id"] == made["id"], "the other one was not asked for"
        last = seen[-1]
        assert all(one["ts"] < two["ts"] for one, two in pairwise(seen))
        assert last["filled_quantity"] + last["leaves_quantity"] == 20_000
        assert last["least_quantity"] <= last["target_quantity"] <= last["most_quantity"]
        assert 0 <= last["completion_probability"] <= 1
        assert 0 < last["participation"] < 1
        assert last["missing"] == {}
    kinds = {event["type"] for event in client.get("/v1/events?limit=500").json()["items"]}
    assert "fill" in kinds
    assert "parent.progress" not in kinds, "only who asks is told, and nothing of it is journaled"
    assert client.delete(f"/v1/markets/{lab}").status_code == 200


def test_the_timeline_says_how_an_order_is_doing_now_until_it_is_over(client: httpx.Client) -> None:
    lab = market(client, speed=300)
    made = post(client, lab, quantity=2_000)
    start(client, lab)

    def now() -> Any:
        return client.get(f"/v1/parent-orders/{made['id']}/timeline").json()["now"]

    found = eventually(now)
    assert (found["parent_id"], found["quantity"]) == (made["id"], 2_000)
    assert client.post(f"/v1/parent-orders/{made['id']}/cancel").status_code == 202
    eventually(lambda: client.get(f"/v1/parent-orders/{made['id']}").json()["status"] == "canceled")
    assert now() is None


def test_progress_has_no_seq_to_begin_after(server: Server) -> None:
    with server.stream("") as connection:
        connection.send(json.dumps({"op": "subscribe", "channel": "progress", "after": 3}))
        code, said = until_closed(connection)
    assert code == 4400
    assert "progress is as of now" in said[-1]["detail"]


def test_another_account_hears_nothing_of_it(server: Server, client: httpx.Client) -> None:
    secret = client.post("/v1/keys", json={"account": "desk-b", "name": "b", "scopes": ["read", "trade"]}).json()["secret"]
    lab = market(client, speed=300)
    made = post(client, lab, quantity=20_000)
    with server.stream("") as mine, server.stream("", key=secret) as theirs:
        for connection in (mine, theirs):
            connection.send(json.dumps({"op": "subscribe", "channel": "progress"}))
        start(client, lab)
        told(mine, made["id"])
        told(mine, made["id"])
        theirs.close()
        assert "parent.progress" not in {event["type"] for frame in theirs for event in json.loads(frame)}
