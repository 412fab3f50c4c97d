"""Who may call what: every route times every kind of key, from the router itself. A new route fails until it has its row."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from metaorder.bootstrap.specs import openapi
from metaorder.domain.principal import Scope
from metaorder.risk.limits import OPEN, document
from support.orders import body, fresh_name, market, post, start
from support.server import Server, eventually

Who = frozenset[Scope]

NOBODY_ASKED: Who = frozenset()
READERS = frozenset({Scope.READ, Scope.TRADE, Scope.ADMIN})
TRADERS = frozenset({Scope.TRADE})
CANCELERS = frozenset({Scope.CANCEL, Scope.TRADE})
RISK = frozenset({Scope.RISK})
ADMINS = frozenset({Scope.ADMIN})

MATRIX: dict[Who, str] = {
    NOBODY_ASKED: "GET /health/live, GET /health/ready",
    READERS: """
        GET /v1/algos, GET /v1/algos/{name}, GET /v1/baskets/{basket_id},
        GET /v1/calibrations, GET /v1/calibrations/{job_id}, POST /v1/estimates,
        GET /v1/counterfactuals, GET /v1/counterfactuals/{job_id}, POST /v1/counterfactuals/{job_id}/cancel,
        GET /v1/estimates/{estimate_id}, GET /v1/events, GET /v1/fills, GET /v1/instruments,
        GET /v1/instruments/{symbol}/profile, GET /v1/markets, GET /v1/markets/{market_id},
        GET /v1/markets/{market_id}/bars, GET /v1/markets/{market_id}/book, GET /v1/markets/{market_id}/statistics,
        GET /v1/parent-orders, GET /v1/parent-orders/by-client-id/{client_order_id}, GET /v1/parent-orders/{parent_id},
        GET /v1/parent-orders/{parent_id}/children, GET /v1/parent-orders/{parent_id}/estimate,
        GET /v1/parent-orders/{parent_id}/events, GET /v1/parent-orders/{parent_id}/fills,
        GET /v1/parent-orders/{parent_id}/reasons, GET /v1/parent-orders/{parent_id}/schedule,
        GET /v1/parent-orders/{parent_id}/tca, GET /v1/parent-orders/{parent_id}/tca/report,
        GET /v1/parent-orders/{parent_id}/timeline, POST /v1/parent-orders/{parent_id}/counterfactual, GET /v1/presets,
        POST /v1/stream-tickets, GET /v1/tca, GET /v1/tca/calibration, GET /v1/tca/summary,
        GET /v1/venues/{venue}/performance
    """,
    TRADERS: """
        POST /v1/baskets, POST /v1/calibrations,
        PUT /v1/instruments/{symbol}/profile, POST /v1/markets, PATCH /v1/markets/{market_id},
        POST /v1/markets/{market_id}/pause, POST /v1/markets/{market_id}/start, POST /v1/parent-orders,
        PATCH /v1/parent-orders/{parent_id}, POST /v1/parent-orders/{parent_id}/pause
    """,
    CANCELERS: """
        POST /v1/baskets/{basket_id}/cancel,
        POST /v1/calibrations/{job_id}/cancel, POST /v1/heartbeat, POST /v1/parent-orders/cancel-all,
        POST /v1/parent-orders/{parent_id}/cancel
    """,
    READERS | RISK: "GET /v1/limits",
    TRADERS | RISK: "POST /v1/parent-orders/{parent_id}/resume",
    RISK: "POST /v1/kill, POST /v1/rearm, PUT /v1/limits, POST /v1/parent-orders/{parent_id}/settle",
    ADMINS: """
        GET /metrics, GET /v1/keys, POST /v1/keys, DELETE /v1/keys/{key_id}, POST /v1/keys/{key_id}/rotate,
        DELETE /v1/markets/{market_id}
    """,
}
"""Who may call which routes."""

ROWS = {route.strip(): who for who, routes in MATRIX.items() for route in routes.split(",")}

BODIES: dict[str, Any] = {
    "POST /v1/kill": {"account": "nobody"},
    "POST /v1/rearm": {"account": "nobody"},
    "PUT /v1/limits": {"account": "nobody"},
    "POST /v1/heartbeat": {"timeout_s": 0},
    "POST /v1/parent-orders/cancel-all": {"market": "none"},
    "POST /v1/parent-orders/{parent_id}/settle": {"disputed_quantity": 1, "traded_quantity": 1},
}
"""Bodies that do no harm where an empty one would."""


CONTROLS: dict[str, Any] = {
    "permitted_symbols": ["ACME"],
    "restricted_symbols": ["OTHER"],
    "duplicate_window_s": 7,
    **dict.fromkeys(("max_notional", "max_gross_notional", "max_child_notional", "max_loss"), "7000.00"),
    **dict.fromkeys(("max_adv_share", "price_collar"), "0.07"),
    "max_impact_bps": "7",
    **dict.fromkeys(("max_quantity", "max_position", "max_duplicates", "max_open_orders", "max_child_quantity"), 7),
    **dict.fromkeys(("max_open_children", "max_children_per_5_min", "max_children_per_s", "max_rejects_in_10_s"), 7),
    "max_data_age_s": 7,
}
"""A value for every limit of an account."""


def routes() -> list[str]:
    return sorted(f"{method.upper()} {path}" for path, methods in openapi()["paths"].items() for method in methods)


def call(client: httpx.Client, route: str, names: dict[str, str]) -> httpx.Response:
    method, path = route.split(" ")
    address = re.sub(r"\{(\w+)\}", lambda match: names.get(match[1], "missing"), path)
    content = {} if method == "GET" else {"json": BODIES.get(route, {})}
    return client.request(method, address, **content)


@pytest.fixture(scope="module")
def keys(server: Server) -> Iterator[dict[str, str]]:
    """A secret for each scope alone, for all of them, and one that was revoked."""
    with server.client() as admin:
        made = {
            scope: admin.post("/v1/keys", json={"name": scope, "scopes": [scope], "account": "other"}).json() for scope in Scope
        }
        every = admin.post("/v1/keys", json={"name": "every", "scopes": list(Scope), "account": "other"}).json()
        gone = admin.post("/v1/keys", json={"name": "gone", "scopes": list(Scope), "account": "other"}).json()
        admin.delete(f"/v1/keys/{gone['id']}")
        yield {**{scope: key["secret"] for scope, key in made.items()}, "every": every["secret"], "revoked": gone["secret"]}


def test_every_route_has_its_row() -> None:
    assert routes() == sorted(ROWS)


def test_every_kind_of_key_may_do_what_its_row_says_and_nothing_else(server: Server, keys: dict[str, str]) -> None:
    with httpx.Client(base_url=server.url) as client:
        for route in routes():
            who = ROWS[route]
            for scope in Scope:
                client.headers["Authorization"] = f"Bearer {keys[scope]}"
                status = call(client, route, {}).status_code
                refused = bool(who) and scope not in who
                assert (status == 403) is refused, (route, scope, status)
                assert status not in {401, 500}, (route, scope)
            for nobody in ("", "Bearer nonsense", f"Bearer {keys['revoked']}"):
                client.headers["Authorization"] = nobody
                assert (call(client, route, {}).status_code == 401) is bool(who), (route, nobody)


def test_what_is_anothers_looks_like_what_is_not_there(server: Server, client: httpx.Client, keys: dict[str, str]) -> None:
    lab = market(client)
    mine = post(client, lab)
    start(client, lab)
    eventually(lambda: client.get("/v1/fills").json()["items"])
    theirs = {"parent_id": mine["id"], "client_order_id": mine["client_order_id"]}
    with server.client(key=keys["every"]) as other:
        for route in routes():
            if not re.search(r"\{(parent_id|client_order_id)\}", route):
                continue
            found, missing = call(other, route, theirs), call(other, route, dict.fromkeys(theirs, "missing"))
            assert found.status_code == missing.status_code, route
            if found.status_code not in {422, 428}:
                assert found.status_code == 404, route
                words = [answer.text.replace(name, "it") for answer, name in ((found, mine["id"]), (missing, "missing"))]
                assert words[0].replace(mine["client_order_id"], "it") == words[1], route
        assert other.get("/v1/fills").json()["items"] == []


def test_a_ticket_opens_one_stream_for_our_own_page_alone(server: Server, client: httpx.Client) -> None:
    address = server.url.replace("http", "ws") + "/v1/stream?after=0&ticket="
    ticket = client.post("/v1/stream-tickets").json()["ticket"]
    with pytest.raises(InvalidStatus) as foreign:
        connect(address + ticket, origin="http://evil.example")
    assert foreign.value.response.status_code == 403
    with connect(address + ticket, origin=server.url) as opened:
        assert opened.recv(timeout=5)
    for used in (ticket, "nonsense", client.post("/v1/stream-tickets").json()["ticket"][:-1]):
        with pytest.raises(InvalidStatus) as refused:
            connect(address + used)
        assert refused.value.response.status_code == 401


def test_a_key_that_asks_too_often_is_held_but_not_its_cancels(tmp_server: Server) -> None:
    tmp_server.environment["METAORDER_REQUESTS_PER_S"] = "0.5"
    tmp_server.start()
    with tmp_server.client() as client:
        assert client.get("/v1/algos/twap").status_code == 200
        held = client.get("/v1/algos/twap")
        assert (held.status_code, held.json()["code"], held.json()["accepted"]) == (429, "rate_limited", False)
        assert 1 <= int(held.headers["Retry-After"]) <= 2
        assert client.post("/v1/parent-orders", json=body("sim", client_order_id=fresh_name("r"))).status_code == 429
        assert client.post("/v1/parent-orders/cancel-all", json={"market": "none"}).status_code == 202
        assert client.post("/v1/kill").status_code == 200
        assert client.get("/health/live").status_code == 200


def limits(answer: httpx.Response) -> dict[str, Any]:
    """The limits in an answer."""
    assert answer.status_code == 200, answer.text
    assert set(CONTROLS) == set(document(OPEN)), "a control that is new has a value here"
    return {name: answer.json()[name] for name in CONTROLS}


def test_every_control_is_set_by_the_risk_desk_alone_and_the_journal_says_by_which_key(tmp_server: Server) -> None:
    tmp_server.start()
    with tmp_server.client() as admin:
        others = [scope for scope in Scope if scope is not Scope.RISK]
        wanted = {"trader": others, "risk": [Scope.RISK]}
        keys = {
            name: admin.post("/v1/keys", json={"name": name, "scopes": wanted[name], "account": "a"}).json() for name in wanted
        }
    with tmp_server.client(key=keys["trader"]["secret"]) as trader, tmp_server.client(key=keys["risk"]["secret"]) as risk:
        before = now = limits(trader.get("/v1/limits"))
        for name, value in CONTROLS.items():
            assert trader.put("/v1/limits", json={name: value}).status_code == 403, name
            assert limits(trader.get("/v1/limits")) == now, name
            now = limits(risk.put("/v1/limits", json={name: value}))
            assert now == {**before, name: value}, name
        assert limits(risk.put("/v1/limits", json={})) == before
        for switch in ("kill", "rearm"):
            assert trader.post(f"/v1/{switch}", json={"account": "a"}).status_code == 403
            assert risk.post(f"/v1/{switch}", json={"account": "a"}).status_code == 200
    assert tmp_server.stop() == 0
    with closing(sqlite3.connect(tmp_server.state / "metaorder.db")) as journal:
        rows = journal.execute("SELECT type, payload FROM journal WHERE type LIKE 'risk.%'").fetchall()
    said = [(kind, json.loads(payload)["actor"]) for kind, payload in rows]
    assert said == [
        *[("risk.limits_set", keys["risk"]["id"])] * (len(CONTROLS) + 1),
        ("risk.killed", keys["risk"]["id"]),
        ("risk.rearmed", keys["risk"]["id"]),
    ]
