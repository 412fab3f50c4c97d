"""Risk controls over REST: latches that reach as far as they say, limits that hold at once and over a crash, heartbeats."""

from __future__ import annotations

from errno import ENOSPC
from pathlib import Path
from typing import Any

import httpx
import pytest

from metaorder.bootstrap.state import mark_broken
from support.orders import body, fresh_name, market, pages, post, start
from support.server import Server, eventually

LATE = {"start_time": ..., "end_time": "2026-03-02T20:00:00Z"}


def status(client: httpx.Client, order: dict[str, Any]) -> str:
    return str(client.get(f"/v1/parent-orders/{order['id']}").json()["status"])


def refusal(client: httpx.Client, market_id: str, **changes: Any) -> str | None:
    answer = client.post("/v1/parent-orders", json=body(market_id, **changes))
    return None if answer.status_code == 201 else str(answer.json()["code"])


NO_LIMITS: list[tuple[str, Any]] = [
    *(("max_position", value) for value in ("many", "5", True, 5.5, -1, [5], {})),
    *(("max_notional", value) for value in ("many", "NaN", "inf", "-1", "1e5", "\u0663", 5, True, None, ["5"])),
    *(("max_loss", value) for value in ("-0.01", "Infinity", "\u0663", 0.5, False)),
    *(("max_quantity", value) for value in (0, -1, "1", None, True, 10**16)),
    *(("max_children_per_s", value) for value in (-1, "1", 1.5)),
    *(("restricted_symbols", value) for value in ("ACME", [1], [""], None, {"ACME": 1})),
    ("duplicate_window_s", 0),
    ("max_postion", 5),
]
"""Names and values that are no limit."""


def suspensions(client: httpx.Client, order: dict[str, Any]) -> list[dict[str, Any]]:
    events = pages(client, f"/v1/parent-orders/{order['id']}/events")
    return [event for event in events if event["type"] == "parent.suspended"]


def test_a_kill_reaches_as_far_as_it_says_and_no_further(server: Server, client: httpx.Client) -> None:
    one, two = market(client), market(client)
    first, second, elsewhere = post(client, one, **LATE), post(client, one, **LATE), post(client, two, **LATE)
    killed = client.post("/v1/kill", json={"parent_id": first["id"], "reason": "drill"}).json()
    assert killed["latches"] == [{"account": None, "market": None, "symbol": None, "parent_id": first["id"]}]
    assert [status(client, each) for each in (first, second, elsewhere)] == ["suspended", "new", "new"]
    assert client.post(f"/v1/parent-orders/{first['id']}/resume").json()["code"] == "kill_switch"
    client.post("/v1/kill", json={"market": one})
    assert [status(client, each) for each in (second, elsewhere)] == ["suspended", "new"]
    assert refusal(client, one, **LATE) == "kill_switch"
    assert refusal(client, two, **LATE) is None
    assert client.post("/v1/kill", json={"account": "nobody", "symbol": "ACME"}).status_code == 200
    assert refusal(client, two, **LATE) is None, "of nobody alone"
    assert client.post("/v1/rearm").json()["killed"] is True, "everybody was never shut"
    for reach in ({"parent_id": first["id"]}, {"market": one}, {"account": "nobody", "symbol": "ACME"}):
        client.post("/v1/rearm", json=reach)
    assert client.get("/v1/limits").json()["latches"] == []
    assert client.post(f"/v1/parent-orders/{first['id']}/resume").json()["status"] == "new"
    assert client.post("/v1/kill", json={"colour": "red"}).status_code == 422


def test_what_is_no_limit_is_refused_by_name_and_changes_nothing(client: httpx.Client) -> None:
    client.put("/v1/limits", json={"account": "hostile", "set": "desk"})
    before = client.get("/v1/limits", params={"account": "hostile"}).json()
    for name, value in NO_LIMITS:
        answer = client.put("/v1/limits", json={"account": "hostile", "max_open_orders": 7, name: value})
        pointers = [each["pointer"] for each in answer.json().get("errors", [])]
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), (name, value)
        assert pointers, (name, value)
        assert all(f"{pointer}/".startswith(f"/{name}/") for pointer in pointers), (name, value, pointers)
    assert client.get("/v1/limits", params={"account": "hostile"}).json() == before


def test_limits_hold_at_once_over_a_crash_and_for_the_risk_scope_alone(server: Server, client: httpx.Client) -> None:
    lab = market(client, speed=600)
    before = client.get("/v1/limits").json()
    assert (before["account"], before["max_open_orders"], before["max_child_quantity"]) == ("main", 1_000, None)
    trader = client.post("/v1/keys", json={"name": "t", "scopes": ["trade", "read"], "account": "small"}).json()["secret"]
    with server.client(key=trader) as small:
        assert small.put("/v1/limits", json={"max_quantity": 10**9}).status_code == 403
        assert small.get("/v1/limits", params={"account": "main"}).status_code == 403
        made = client.put("/v1/limits", json={"account": "small", "max_quantity": 20_000, "max_duplicates": 1})
        assert (made.status_code, made.json()["max_quantity"]) == (200, 20_000)
        assert refusal(small, lab, quantity=20_001) == "max_quantity"
        order = post(small, lab, quantity=20_000, **LATE)
        assert refusal(small, lab, quantity=20_000, **LATE) == "duplicate_order"
        assert refusal(client, lab, quantity=20_001, **LATE) is None, "the limits of another account"
        assert client.put("/v1/limits", json={"max_adv_share": "-1"}).json()["errors"][0]["pointer"] == "/max_adv_share"
        start(client, lab)
        path = f"/v1/parent-orders/{order['id']}"
        eventually(lambda: small.get(path).json()["filled_quantity"] > 0)
        client.put("/v1/limits", json={"account": "small", "max_child_quantity": 1})
        eventually(lambda: suspensions(small, order))
        assert suspensions(small, order)[0]["reason"] == "risk_guard"
        blocked = [event for event in pages(small, f"{path}/events") if event["type"] == "risk.blocked"]
        assert blocked[0]["code"] == "max_child_quantity"
    server.kill()
    server.start()
    with server.client(key=trader) as small, server.client() as again:
        assert small.get("/v1/limits").json()["max_child_quantity"] == 1
        assert status(small, order) == "suspended"
        again.put("/v1/limits", json={"account": "small"})
        assert small.post(f"{path}/resume").status_code == 200
        sent = len(pages(small, f"{path}/children"))
        eventually(lambda: len(pages(small, f"{path}/children")) > sent)
        again.delete(f"/v1/markets/{lab}")


def no_new_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that makes no file any more, and makes none longer."""

    def touch(self: Path) -> None:
        raise OSError(ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "touch", touch)


def test_who_falls_silent_has_nothing_out(server: Server) -> None:
    with server.client() as admin:
        secret = admin.post("/v1/keys", json={"name": "h", "scopes": ["trade"], "account": fresh_name("quiet")}).json()["secret"]
        lab = market(admin, speed=60)
        with server.client(key=secret) as quiet:
            order = post(quiet, lab, quantity=50_000, **LATE)
            other = post(admin, lab, quantity=5_000, **LATE)
            assert quiet.post("/v1/heartbeat", json={"timeout_s": 1}).json() == {"timeout_s": 1}
            assert quiet.get("/v1/limits").json()["heartbeat_s"] == 1
            eventually(lambda: status(quiet, order) == "suspended")
            assert suspensions(quiet, order)[0]["reason"] == "heartbeat_lost"
            assert status(admin, other) == "new"
            quiet.post("/v1/heartbeat", json={"timeout_s": 0})
            assert quiet.post(f"/v1/parent-orders/{order['id']}/resume").json()["status"] == "new"
        admin.delete(f"/v1/markets/{lab}")


@pytest.mark.parametrize("full", [False, True])
def test_a_start_after_a_journal_that_could_not_be_written_is_killed(
    tmp_server: Server, full: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_server.start()
    tmp_server.kill()
    note = tmp_server.state / "unwritable"
    if full:
        no_new_files(monkeypatch)
        mark_broken(tmp_server.state)
        monkeypatch.undo()
        assert not note.exists()
    else:
        note.touch()
    tmp_server.start()
    with tmp_server.client() as client:
        assert client.get("/health/ready").json()["killed"] is True
        assert refusal(client, market(client), **LATE) == "kill_switch"
        assert not note.exists()
    tmp_server.kill()
    tmp_server.start()
    with tmp_server.client() as client:
        assert client.get("/health/ready").json()["killed"] is True, "it is in the journal now"
        assert client.post("/v1/rearm").json()["killed"] is False


def test_an_order_that_disabled_itself_is_enabled_by_the_risk_desk_alone(server: Server) -> None:
    with server.client() as admin:
        account = fresh_name("fast")

        def key(*scopes: str) -> str:
            made = admin.post("/v1/keys", json={"name": scopes[0], "scopes": list(scopes), "account": account}).json()
            return str(made["secret"])

        admin.put("/v1/limits", json={"account": account, "max_children_per_5_min": 1})
        lab = market(admin, speed=60)
        with server.client(key=key("trade")) as trader, server.client(key=key("risk")) as risk:
            order = post(trader, lab, quantity=50_000, **LATE)
            start(admin, lab)
            eventually(lambda: status(trader, order) == "suspended")
            assert suspensions(trader, order)[0]["reason"] == "repeated_execution"
            refused = trader.post(f"/v1/parent-orders/{order['id']}/resume")
            assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
            assert status(trader, order) == "suspended"
            assert risk.post(f"/v1/parent-orders/{order['id']}/resume").status_code == 200
        admin.delete(f"/v1/markets/{lab}")
