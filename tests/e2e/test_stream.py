"""The stream over a plain WebSocket: gapless, resumable from any seq, filtered, guarded, and never thinned in silence."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from metaorder.client.stream import follow
from support.orders import market, pages, post, start
from support.raw_stream import close_code, opened
from support.server import Server, events, eventually, until_closed


@pytest.fixture(scope="module")
def history(server: Server) -> list[dict[str, Any]]:
    """Some hundred events of a finished order, as REST gives them."""
    with server.client() as client:
        lab = market(client)
        made = post(client, lab, quantity=20_000)
        start(client, lab)
        eventually(lambda: client.get(f"/v1/parent-orders/{made['id']}").json()["status"] == "filled")
        found = pages(client, "/v1/events")
    assert len(found) > 100
    return found


def test_everything_from_the_beginning_is_what_rest_gives(server: Server, history: list[dict[str, Any]]) -> None:
    with server.stream("?after=0") as connection:
        assert events(connection, count=len(history))[: len(history)] == history


@pytest.mark.parametrize("held", [1, 57, 99])
def test_a_client_that_dropped_goes_on_where_it_was(server: Server, history: list[dict[str, Any]], held: int) -> None:
    with server.stream(f"?after={held}") as connection:
        assert events(connection, count=len(history) - held)[0]["seq"] == held + 1
    with server.stream("") as connection:
        connection.send(json.dumps({"op": "subscribe", "after": held}))
        assert events(connection, count=len(history) - held)[: len(history) - held] == history[held:]


def test_without_after_it_is_live_from_now_on(server: Server, client: httpx.Client, history: list[dict[str, Any]]) -> None:
    lab = market(client)
    with server.stream("") as connection:
        beat = json.loads(connection.recv(timeout=5))
        assert beat[0]["type"] == "heartbeat"
        assert beat[0]["head_seq"] == beat[0]["through_seq"] >= len(history)
        made = post(client, lab)
        assert events(connection, count=1)[0]["parent_id"] == made["id"]


def test_a_heartbeat_comes_each_second(server: Server) -> None:
    with server.stream("") as connection:
        connection.recv(timeout=5)
        began = time.monotonic()
        assert json.loads(connection.recv(timeout=5))[0]["type"] == "heartbeat"
        assert 0.5 < time.monotonic() - began < 3.0


def begun_anew(connection: Any, reason: str) -> tuple[int, list[dict[str, Any]], list[dict[str, Any]]]:
    """What a stream begins anew with: its seq, the orders and the children."""
    head, *rest, end = events(connection, until="snapshot.end")
    assert (head["type"], head["reason"], head["as_of_seq"]) == ("reset", reason, end["as_of_seq"])
    parents = [event["parent"] for event in rest if event["type"] == "snapshot.parent"]
    children = [event["child"] for event in rest if event["type"] == "snapshot.child"]
    assert (head["parents"], head["children"], len(rest)) == (len(parents), len(children), len(parents) + len(children))
    return head["as_of_seq"], parents, children


def test_a_snapshot_is_what_rest_gives_and_the_stream_goes_on_after_it(
    server: Server, client: httpx.Client, history: list[dict[str, Any]]
) -> None:
    lab = market(client, speed=1)
    made = [post(client, lab, algo="pov", start_time=...) for _ in range(2)]
    start(client, lab)
    eventually(lambda: client.get(f"/v1/parent-orders/{made[1]['id']}/children").json()["items"])
    assert client.post(f"/v1/markets/{lab}/pause").status_code == 200
    with server.stream("?snapshot=true") as connection:
        seq, parents, children = begun_anew(connection, "asked")
        assert seq == len(pages(client, "/v1/events"))
        over = {"filled", "canceled", "expired", "rejected"}
        found = [order for order in reversed(pages(client, "/v1/parent-orders")) if order["status"] not in over]
        assert parents == found
        assert {order["id"] for order in made} <= {order["id"] for order in found}
        theirs = [child for order in found for child in pages(client, f"/v1/parent-orders/{order['id']}/children")]
        still = [child for child in theirs if child["status"] not in over]
        assert sorted(children, key=lambda child: str(child["id"])) == sorted(still, key=lambda child: str(child["id"]))
        assert children
        assert client.post(f"/v1/parent-orders/{made[0]['id']}/cancel").status_code == 202
        assert events(connection, count=1)[0]["seq"] == seq + 1
        connection.send(json.dumps({"op": "subscribe", "snapshot": True, "parent_ids": [made[1]["id"]]}))
        assert [order["id"] for order in begun_anew(connection, "asked")[1]] == [made[1]["id"]]
        connection.send(json.dumps({"op": "subscribe", "snapshot": True, "after": 1}))
        assert until_closed(connection)[0] == 4400
    assert client.delete(f"/v1/markets/{lab}").status_code == 200


def test_who_is_further_behind_than_events_are_kept_begins_anew(tmp_server: Server) -> None:
    kept = 5
    tmp_server.environment["METAORDER_STREAM_RETENTION"] = str(kept)
    tmp_server.start()
    with tmp_server.client() as client:
        lab = market(client)
        made = [post(client, lab)["id"] for _ in range(12)]
        head = len(pages(client, "/v1/events"))
        assert head > 2 * kept
        with tmp_server.stream(f"?after={head - kept}") as near, tmp_server.stream(f"?after={head - kept - 1}") as far:
            assert events(near, count=1)[0]["seq"] == head - kept + 1
            seq, parents, _ = begun_anew(far, "too_old")
            assert (seq, [order["id"] for order in parents]) == (head, made)
            post(client, lab)
            assert events(far, count=1)[0]["seq"] == head + 1
        told = follow(tmp_server.url, tmp_server.key, after=1)
        assert [next(told)["type"] for _ in range(15)] == ["reset", *["snapshot.parent"] * 13, "snapshot.end"]
        post(client, lab)
        assert next(told)["seq"] > head + 1
        told.close()


def test_filters_show_a_part_and_the_heartbeat_where_to_go_on(
    server: Server, client: httpx.Client, history: list[dict[str, Any]]
) -> None:
    parent = history[0]["parent_id"]
    wanted = [event for event in history if event["type"] == "fill"]
    with server.stream(f"?after=0&type=fill&parent_id={parent}&symbol=ACME") as connection:
        assert events(connection, count=len(wanted)) == wanted
        while True:
            beat = json.loads(connection.recv(timeout=5))[0]
            if beat["type"] == "heartbeat" and beat["through_seq"] >= history[-1]["seq"]:
                break
    with server.stream("?after=0&type=parent") as connection:
        kinds = {event["type"] for event in events(connection, until="parent.filled")}
    assert {"parent.accepted", "parent.started", "parent.filled"} <= kinds
    assert all(kind.startswith("parent.") for kind in kinds)


def test_a_client_that_holds_more_than_was_ever_sent_is_told(server: Server) -> None:
    with server.stream("?after=999999999") as connection:
        code, found = until_closed(connection)
    assert code == 4409
    assert [event["code"] for event in found if event["type"] == "error"] == ["seq_ahead"]


@pytest.mark.parametrize("message", ["{", "[]", '{"op":"fly"}', '{"op":"subscribe","after":-1}', '{"op":"subscribe","colour":1}'])
def test_a_message_that_is_not_understood_is_said_so(server: Server, message: str) -> None:
    with server.stream("") as connection:
        connection.send(message)
        code, found = until_closed(connection)
    assert code == 4400
    assert [event["code"] for event in found if event["type"] == "error"] == ["bad_message"]


def test_a_message_over_16_kb_is_refused(server: Server) -> None:
    with server.stream("") as connection:
        connection.send(json.dumps({"op": "subscribe", "types": ["x" * 20_000]}))
        code, _ = until_closed(connection)
    assert code == 1009


@pytest.mark.parametrize(
    ("key", "query", "status", "code"),
    [
        ("nobody", "", 401, "unknown_key"),
        ("", "", 401, "no_key"),
        (None, "?after=x", 422, "invalid_after"),
    ],
)
def test_a_handshake_is_refused_with_a_problem(server: Server, key: str | None, query: str, status: int, code: str) -> None:
    with pytest.raises(InvalidStatus) as refused, server.stream(query, key=key):
        pass
    answer = refused.value.response
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.body)["code"] == code


def test_a_revoked_key_closes_its_streams_within_a_second(server: Server, client: httpx.Client) -> None:
    made = client.post("/v1/keys", json={"name": "short", "scopes": ["read"]}).json()
    with server.stream("", key=made["secret"]) as connection:
        connection.recv(timeout=5)
        client.delete(f"/v1/keys/{made['id']}")
        began = time.monotonic()
        code, _ = until_closed(connection)
    assert code == 4401
    assert time.monotonic() - began < 2.0
    assert client.get("/v1/fills", headers={"Authorization": f"Bearer {made['secret']}"}).status_code == 401


def test_another_account_sees_nothing_of_ours(server: Server, client: httpx.Client, history: list[dict[str, Any]]) -> None:
    made = client.post("/v1/keys", json={"name": "other", "scopes": ["read", "trade"], "account": "other"}).json()
    lab = market(client)
    with server.client(key=made["secret"]) as stranger, server.stream("?after=0", key=made["secret"]) as connection:
        mine = post(stranger, lab)
        first = events(connection, count=1)[0]
        assert (first["seq"], first["parent_id"]) == (1, mine["id"])
        ours = history[0]["parent_id"]
        missing = stranger.get("/v1/parent-orders/nothing")
        hidden = stranger.get(f"/v1/parent-orders/{ours}")
        assert hidden.status_code == missing.status_code == 404
        assert hidden.text.replace(ours, "?") == missing.text.replace("nothing", "?")
        for path in ("children", "fills", "events", "schedule", "reasons", "tca"):
            assert stranger.get(f"/v1/parent-orders/{ours}/{path}").status_code == 404
        assert stranger.post(f"/v1/parent-orders/{ours}/cancel").status_code == 404
        assert stranger.get("/v1/fills").json()["items"] == []


def test_markets_have_a_channel_of_their_own(server: Server, client: httpx.Client) -> None:
    with server.stream("") as connection:
        connection.send(json.dumps({"op": "subscribe", "channel": "market"}))
        lab = market(client)
        start(client, lab)
        found: list[dict[str, Any]] = []
        while not any(event["type"] == "market.closed" and event["market_id"] == lab for event in found):
            found += [e for e in json.loads(connection.recv(timeout=10)) if e["type"].startswith("market.")]
    assert [event["type"] for event in found if event["market_id"] == lab] == [
        "market.created",
        "market.started",
        "market.closed",
    ]
    numbers = [event["market_seq"] for event in found]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


@pytest.mark.parametrize("message", ["not json", b"\xff\xfe", '{"op":"unsubscribe"}', '{"op":"subscribe","after":-1}'])
def test_a_message_that_cannot_be_is_answered_by_name(server: Server, message: str | bytes) -> None:
    with server.stream("?after=0&type=none") as connection:
        connection.send(message)
        code, said = until_closed(connection)
    assert code == 4400
    assert [event["code"] for event in said if event["type"] == "error"] == ["bad_message"]


def test_a_slow_client_is_closed_and_the_others_are_not(server: Server, client: httpx.Client) -> None:
    slow = opened(server, 0, buffer=65_536)
    lab = market(client)
    with server.stream("?after=0") as healthy:
        before = len(pages(client, "/v1/events"))
        for _ in range(30):
            post(client, lab, quantity=40_000, algo="pov", end_time="2026-03-02T20:35:00Z")
        start(client, lab)
        found = events(healthy, count=before + 5_000, wait_s=60)
        assert [event["seq"] for event in found] == list(range(1, len(found) + 1))
        eventually(lambda: _clients(client) <= 1, wait_s=30)
    with slow:
        assert close_code(slow) == 4408  # behind what it had not taken, it is told why
    client.delete(f"/v1/markets/{lab}")


def _clients(client: httpx.Client) -> float:
    line = next(line for line in client.get("/metrics").text.splitlines() if line.startswith("metaorder_stream_clients "))
    return float(line.split()[1])
