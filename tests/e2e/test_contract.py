"""The contract, by requests that nobody would write: what schemathesis makes of OpenAPI, asked by three kinds of keys."""

from __future__ import annotations

import os
from collections.abc import Iterator

import httpx
import pytest

from support.hostile import Found, fuzz
from support.orders import fresh_name
from support.server import Server, serving

HOSTILE = int(os.environ.get("METAORDER_HOSTILE", "5000"))
"""Requests of the gauntlet, over all keys."""

SCOPES = {"admin": None, "trader": ["trade", "read"], "reader": ["read"]}

OWN = ("/v1/keys/{key_id}",)
"""Never asked as administrator: it would find its own key and revoke it."""

STOPS = (*OWN, "/v1/kill", "/v1/rearm", "/v1/limits", "/v1/heartbeat")
"""Left out of every other run of the administrator's: after a kill of everybody little else is accepted."""


@pytest.fixture
def lab(tmp_server: Server) -> Iterator[httpx.Client]:
    """A server with a market that stands at its open."""
    tmp_server.environment["METAORDER_REQUESTS_PER_S"] = "1000000"
    with serving(tmp_server) as client:
        assert client.post("/v1/markets", json={"id": "lab", "kind": "simulated"}).status_code == 201
        yield client


def key(client: httpx.Client, who: str) -> str:
    scopes = SCOPES[who]
    account = None if scopes is None else fresh_name(who)
    wanted = {"name": who, "scopes": scopes or ["read", "trade", "cancel", "risk", "admin"], "account": account}
    made = client.post("/v1/keys", json=wanted)
    assert made.status_code == 201, made.text
    return str(made.json()["secret"])


def nothing_wrong(server: Server, client: httpx.Client, found: Found) -> None:
    assert not found.failures, "\n".join(found.failures)
    assert client.get("/health/ready").json()["running"] is True
    assert not [line for line in server.lines if "Traceback" in line], server.lines[-40:]


def test_no_request_gets_an_answer_that_was_not_promised(tmp_server: Server, lab: httpx.Client) -> None:
    for who in SCOPES:
        found = fuzz(tmp_server.url, key(lab, who), seed=1, examples=1, without=STOPS)
        assert found.requests > 50
        nothing_wrong(tmp_server, lab, found)


@pytest.mark.gauntlet
@pytest.mark.timeout(4_500)
@pytest.mark.parametrize("who", SCOPES)
def test_thousands_of_requests_get_what_was_promised(tmp_server: Server, lab: httpx.Client, who: str) -> None:
    made, seed, secret = 0, 10, key(lab, who)
    while made < HOSTILE / len(SCOPES):
        phases = "examples,coverage,fuzzing,stateful" if made == 0 and HOSTILE > 10_000 else "fuzzing,stateful"
        found = fuzz(tmp_server.url, secret, seed=seed, examples=20, phases=phases, without=STOPS if seed % 2 == 0 else OWN)
        nothing_wrong(tmp_server, lab, found)
        made, seed = made + found.requests, seed + 1
