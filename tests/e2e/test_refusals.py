"""Bad input gets a clear error and changes nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.databases import KINDS, fresh
from support.orders import body, fresh_name, market, post, start
from support.server import Server, eventually


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root of our own, with a secret beside it and a link to the secret inside."""
    directory = tmp_path_factory.mktemp("data")
    (directory / "secret.zip").write_bytes(b"secret")
    root = directory / "root"
    root.mkdir()
    (root / "link.zip").symlink_to(directory / "secret.zip")
    (root / "cut.zip").write_bytes(b"PK\x03\x04")
    (root / "empty.zip").write_bytes(_zip({}))
    (root / "bad.zip").write_bytes(_zip(_lobster("34200.5,1,11,100,5000000,1\n34200.4,1,12,100,5000000,1\n", 2)))
    (root / "short.zip").write_bytes(_zip(_lobster("34200.5,1,11,100,5000000\n", 1)))
    return root


def _zip(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def _lobster(messages: str, rows: int) -> dict[str, str]:
    name = "ACME_2012-06-21_34200000_57600000_{}_1.csv"
    return {name.format("message"): messages, name.format("orderbook"): "9999999999,0,5000000,100\n" * rows}


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, roots: Path) -> Iterator[Server]:
    directory = tmp_path_factory.mktemp("server")
    with fresh(request.param, directory / "db") as url:
        running = Server(directory / "state", roots, database_url=url).start()
        yield running
        running.kill()


@pytest.fixture(scope="module")
def lab(server: Server) -> str:
    with server.client() as client:
        return market(client)


ORDERS: list[tuple[dict[str, Any], str, str]] = [
    ({"colour": "red"}, "validation", "/colour"),
    ({"algo": "magic"}, "validation", "/algo"),
    ({"params": {"slice": 3}}, "validation", "/params/slice"),
    ({"params": {"slices": 0}}, "validation", "/params/slices"),
    ({"params": {"slices": "three"}}, "validation", "/params/slices"),
    ({"algo": "pov", "params": {"target": "0.3"}}, "validation", "/params/target"),
    ({"algo": "pov", "params": {"target": "0.1", "max": "0.05"}}, "validation", "/params/max"),
    ({"algo": "vwap", "params": {"curve": [0, 0]}}, "validation", "/params/curve"),
    ({"limit_price": "99.999"}, "validation", "/limit_price"),
    ({"limit_price": 99.99}, "validation", "/limit_price"),
    ({"limit_price": "1e2"}, "validation", "/limit_price"),
    ({"limit_price": "0"}, "validation", "/limit_price"),
    ({"limit_price": "-5.00"}, "validation", "/limit_price"),
    ({"quantity": 0}, "validation", "/quantity"),
    ({"quantity": -5}, "validation", "/quantity"),
    ({"quantity": 10**30}, "validation", "/quantity"),
    ({"quantity": 1.5}, "validation", "/quantity"),
    ({"quantity": "100"}, "validation", "/quantity"),
    ({"quantity": True}, "validation", "/quantity"),
    ({"side": "hold"}, "validation", "/side"),
    ({"symbol": "OTHER"}, "validation", "/symbol"),
    ({"market": "nowhere"}, "unknown_market", "/market"),
    ({"start_time": "2026-03-02T16:00:00Z", "end_time": "2026-03-02T15:00:00Z"}, "validation", "/end_time"),
    ({"start_time": "2026-03-02T13:00:00Z"}, "validation", "/start_time"),
    ({"end_time": "2026-03-03T15:00:00Z"}, "validation", "/end_time"),
    ({"end_time": "2026-03-02T15:05:00"}, "validation", "/end_time"),
    ({"end_time": "tomorrow"}, "validation", "/end_time"),
    ({"end_time": "2026-02-30T15:05:00Z"}, "validation", "/end_time"),
    ({"duration_s": 60}, "validation", "/end_time"),
    ({"end_time": ...}, "validation", "/end_time"),
    ({"end_time": ..., "duration_s": 0}, "validation", "/duration_s"),
    ({"max_participation": "0"}, "validation", "/max_participation"),
    ({"max_participation": "1"}, "validation", "/max_participation"),
    ({"max_participation": "-0.1"}, "validation", "/max_participation"),
    ({"urgency": "1.5"}, "validation", "/urgency"),
    ({"schedule_band": {"behind": "2"}}, "validation", "/schedule_band/behind"),
    ({"min_child_quantity": 200, "max_child_quantity": 100}, "validation", "/max_child_quantity"),
    ({"quantity": 50, "min_child_quantity": 100}, "validation", "/quantity"),
    ({"client_order_id": ""}, "validation", "/client_order_id"),
    ({"client_order_id": "x" * 65}, "validation", "/client_order_id"),
    ({"client_order_id": ...}, "validation", "/client_order_id"),
    ({"benchmark": "luck"}, "validation", "/benchmark"),
    ({"tags": {"a": 1}}, "validation", "/tags/a"),
    ({"limit_price": "9" * 20 + ".00"}, "validation", "/limit_price"),
    ({"decision_price": "0"}, "validation", "/decision_price"),
    ({"decision_price": "-5.00"}, "validation", "/decision_price"),
    ({"decision_price": "9" * 28}, "validation", "/decision_price"),
    ({"decision_time": "2026-03-02T19:00:00Z"}, "validation", "/decision_time"),
    ({"client_order_id": "a\x00b"}, "validation", "/"),
    ({"market": "a\x00b"}, "validation", "/"),
    ({"params": {"a\x00": 1}}, "validation", "/"),
    ({"tags": {"a": "b\x07"}}, "validation", "/"),
]


@pytest.mark.parametrize(("changes", "code", "pointer"), ORDERS, ids=[str(next(iter(c.items()))) for c, _, _ in ORDERS])
def test_an_order_that_cannot_be_is_refused_by_field(
    client: httpx.Client, lab: str, changes: dict[str, Any], code: str, pointer: str
) -> None:
    before = client.get("/v1/events").json()["as_of_seq"]
    request = body(lab, **changes)
    answer = client.post("/v1/parent-orders", json=request)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, code), problem
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance", "errors"} <= set(problem)
    assert any(error["pointer"].startswith(pointer) for error in problem["errors"]), problem
    assert client.get("/v1/events").json()["as_of_seq"] == before
    name = request.get("client_order_id", "")
    if 0 < len(name) <= 64 and name.isprintable():
        corrected = client.post("/v1/parent-orders", json=body(lab, client_order_id=name))
        assert corrected.status_code == 201, "an id is not used up by a refusal"


def test_an_order_past_the_ladder_is_rejected_with_limit_and_value(client: httpx.Client, lab: str) -> None:
    request = body(lab, quantity=10**9)
    answer = client.post("/v1/parent-orders", json=request)
    assert (answer.status_code, answer.json()["code"]) == (422, "max_quantity")
    assert (answer.json()["limit"], answer.json()["observed"]) == ("10000000", "1000000000")
    order = client.get(f"/v1/parent-orders/by-client-id/{request['client_order_id']}").json()
    assert (order["status"], order["reason"], order["leaves_quantity"]) == ("rejected", "max_quantity", 0)


def test_an_order_for_a_window_that_has_passed_is_refused(client: httpx.Client) -> None:
    lab = market(client, speed=6_000)
    start(client, lab)
    eventually(lambda: client.get(f"/v1/markets/{lab}").json()["clock"] > "2026-03-02T14:40")
    late = client.post("/v1/parent-orders", json=body(lab, start_time="2026-03-02T14:30:00Z", end_time="2026-03-02T14:31:00Z"))
    assert (late.status_code, late.json()["code"]) == (422, "window_passed")
    beyond = client.post("/v1/parent-orders", json=body(lab, start_time=..., end_time=..., duration_s=86_400))
    assert (beyond.status_code, beyond.json()["code"]) == (422, "window_outside_session")
    client.patch(f"/v1/markets/{lab}", json={"speed": "max"})
    eventually(lambda: client.get(f"/v1/markets/{lab}").json()["state"] == "closed")
    closed = client.post("/v1/parent-orders", json=body(lab))
    assert (closed.status_code, closed.json()["code"]) == (409, "market_closed")


MARKETS: list[tuple[dict[str, Any], int, str]] = [
    ({"kind": "magic"}, 422, "validation"),
    ({"id": "../etc"}, 422, "validation"),
    ({"id": "sim"}, 409, "market_exists"),
    ({"date": "2026-03-01"}, 422, "validation"),
    ({"date": "2026-13-01"}, 422, "validation"),
    ({"date": "1876-03-01"}, 422, "validation"),
    ({"seed": -1}, 422, "validation"),
    ({"speed": 0}, 422, "validation"),
    ({"speed": "warp"}, 422, "validation"),
    ({"latency_ms": 0}, 422, "validation"),
    ({"source": "x"}, 422, "validation"),
    ({"scenario": "quiet"}, 422, "validation"),
    ({"parameters": {"branching": [0.7, 0.3, 0.1]}}, 422, "validation"),
    ({"parameters": {"rates": [1, 1, -1, 1]}}, 422, "validation"),
    ({"parameters": {"tick_size": "0"}}, 422, "validation"),
    ({"parameters": {"pull": 3}}, 422, "validation"),
    ({"kind": "replay"}, 422, "validation"),
    (
        {"kind": "replay", "format": "lobster", "source": "cut.zip", "symbol": "ACME", "scenario": "thin"},
        422,
        "validation",
    ),
    ({"kind": "replay", "format": "tape", "source": "cut.zip", "symbol": "ACME"}, 422, "validation"),
    ({"kind": "replay", "format": "lobster", "source": "missing.zip", "symbol": "ACME"}, 404, "source_not_found"),
    ({"kind": "replay", "format": "lobster", "source": "../secret.zip", "symbol": "ACME"}, 404, "source_not_found"),
    ({"kind": "replay", "format": "lobster", "source": "/etc/passwd", "symbol": "ACME"}, 404, "source_not_found"),
    ({"kind": "replay", "format": "lobster", "source": "link.zip", "symbol": "ACME"}, 404, "source_not_found"),
    ({"kind": "replay", "format": "lobster", "source": "a\x00b", "symbol": "ACME"}, 422, "validation"),
    ({"kind": "replay", "format": "lobster", "source": ".", "symbol": "ACME"}, 404, "source_not_found"),
    ({"kind": "replay", "format": "lobster", "source": "cut.zip", "symbol": "ACME"}, 422, "bad_data"),
    ({"kind": "replay", "format": "lobster", "source": "empty.zip", "symbol": "ACME"}, 422, "bad_data"),
    ({"kind": "replay", "format": "lobster", "source": "bad.zip", "symbol": "OTHER"}, 422, "bad_data"),
]


@pytest.mark.parametrize(("changes", "status", "code"), MARKETS, ids=[str(c) for c, _, _ in MARKETS])
def test_a_market_that_cannot_be_is_refused(client: httpx.Client, changes: dict[str, Any], status: int, code: str) -> None:
    plain: dict[str, Any] = {"id": fresh_name("m"), "kind": "simulated"}
    before = len(client.get("/v1/markets").json()["items"])
    answer = client.post("/v1/markets", json={**plain, **changes})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert len(client.get("/v1/markets").json()["items"]) == before


def test_a_parameter_of_a_scenario_that_breaks_its_rule_is_pointed_at(client: httpx.Client) -> None:
    request = {"id": fresh_name("m"), "kind": "simulated", "scenario": "thin", "parameters": {"makers": 0}}
    problem = client.post("/v1/markets", json=request).json()
    assert problem["errors"] == [{"pointer": "/parameters/makers", "detail": "must be in [1, 100], was 0"}]


def test_a_value_that_fits_no_member_of_a_union_is_pointed_at_once(client: httpx.Client) -> None:
    """The names of a union's members are the validator's own, and no part of the body."""
    found = client.post("/v1/markets", json={"id": fresh_name("m"), "kind": "simulated", "speed": 0}).json()
    assert [error["pointer"] for error in found["errors"]] == ["/speed"]
    assert "greater than 0" in found["detail"]
    assert "'max'" in found["detail"]


@pytest.mark.parametrize(
    ("source", "file", "row", "rule"),
    [
        ("bad.zip", "ACME_2012-06-21_34200000_57600000_message_1.csv", 2, "backwards"),
        ("short.zip", "ACME_2012-06-21_34200000_57600000_message_1.csv", 1, "column"),
    ],
)
def test_a_damaged_file_names_file_row_and_rule(client: httpx.Client, source: str, file: str, row: int, rule: str) -> None:
    request = {"id": fresh_name("m"), "kind": "replay", "format": "lobster", "source": source, "symbol": "ACME"}
    answer = client.post("/v1/markets", json=request)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["file"], problem["row"]) == (422, "bad_data", file, row)
    assert rule in problem["rule"]


def test_cursors_limits_and_ids_that_are_nonsense_are_refused(client: httpx.Client) -> None:
    for cursor in ("nonsense", "!!!!", "c" * 150, "LTE"):
        answer = client.get("/v1/fills", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor"), cursor
    for limit in ("0", "501", "many"):
        assert client.get("/v1/fills", params={"limit": limit}).json()["code"] == "validation"
    assert client.get("/v1/events", params={"after": "-1"}).status_code == 422
    assert client.get("/v1/parent-orders/nothing").json()["code"] == "not_found"
    assert client.get("/v1/markets/nothing").json()["code"] == "not_found"
    assert client.get("/v1/nothing").json()["code"] == "not_found"
    assert client.delete("/v1/fills").json()["code"] == "method_not_allowed"


def test_a_body_that_is_too_large_or_not_json_is_refused(server: Server, client: httpx.Client, lab: str) -> None:
    large = client.post("/v1/parent-orders", json=body(lab, tags={"a": "x" * 70_000}))
    assert (large.status_code, large.json()["code"]) == (413, "body_too_large")

    def chunks() -> Iterator[bytes]:
        for _ in range(20):
            yield b" " * 4_096

    chunked = client.post("/v1/parent-orders", content=chunks(), headers={"Content-Type": "application/json"})
    assert (chunked.status_code, chunked.json()["code"]) == (413, "body_too_large")
    broken = client.post("/v1/parent-orders", content=b'{"a":', headers={"Content-Type": "application/json"})
    assert (broken.status_code, broken.json()["code"]) == (422, "malformed_json")


def test_keys_may_do_what_their_scopes_say(server: Server, client: httpx.Client, lab: str) -> None:
    made = post(client, lab)
    for scopes, allowed in {
        ("read",): {"read"},
        ("cancel",): {"cancel"},
        ("trade", "read"): {"read", "trade", "cancel"},
        ("risk",): {"risk"},
    }.items():
        key = client.post("/v1/keys", json={"name": "k", "scopes": list(scopes)}).json()["secret"]
        with server.client(key=key) as limited:
            found = {
                "read": limited.get(f"/v1/parent-orders/{made['id']}").status_code,
                "trade": limited.post("/v1/parent-orders", json=body(lab)).status_code,
                "cancel": limited.post("/v1/parent-orders/cancel-all", json={"market": "none"}).status_code,
                "risk": limited.post("/v1/rearm").status_code,
                "admin": limited.get("/v1/keys").status_code,
            }
        assert {name for name, status in found.items() if status < 300} == allowed, found
        assert all(status == 403 for name, status in found.items() if name not in allowed), found
    assert client.post("/v1/keys", json={"name": "k", "scopes": ["fly"]}).status_code == 422
    with httpx.Client(base_url=server.url) as nobody:
        assert nobody.get("/v1/fills").json()["code"] == "no_key"
        assert nobody.get("/health/live").status_code == 200
        assert nobody.get("/health/ready").status_code == 200
        assert nobody.get("/metrics").status_code == 401


def test_secrets_are_shown_once_and_never_stored(server: Server, client: httpx.Client) -> None:
    secret = client.post("/v1/keys", json={"name": "once", "scopes": ["read"]}).json()["secret"]
    assert secret not in client.get("/v1/keys").text
    assert not any(secret in line for line in server.lines)
    assert (server.state / "admin.key").stat().st_mode & 0o777 == 0o600


def test_a_second_server_on_the_same_state_is_refused(server: Server, roots: Path) -> None:
    twin = Server(server.state, roots, database_url=server.database_url)
    with pytest.raises(RuntimeError, match="another Metaorder server is using the state directory"):
        twin.start()
