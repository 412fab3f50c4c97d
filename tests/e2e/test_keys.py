"""Keys that end by themselves, and keys that follow each other."""

from __future__ import annotations

import time
from typing import Any

import httpx

from metaorder.domain.units import SECOND, time_text
from support.server import Server, eventually, until_closed

LATER = 3_600


def in_seconds(seconds: float) -> str:
    return time_text(time.time_ns() + int(seconds * SECOND))


def key(client: httpx.Client, **changes: Any) -> dict[str, Any]:
    answer = client.post("/v1/keys", json={"name": "k", "scopes": ["read"], **changes})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def code(server: Server, secret: str) -> str | None:
    """What a key is refused with; None where it opens."""
    with server.client(key=secret) as client:
        answer = client.get("/v1/fills")
        return None if answer.status_code == 200 else f"{answer.status_code} {answer.json()['code']}"


def test_a_key_that_has_expired_opens_nothing_and_its_streams_are_closed(server: Server, client: httpx.Client) -> None:
    made, lasting = key(client, expires_at=in_seconds(8)), key(client, expires_at=in_seconds(LATER))
    assert made["expires_at"] in [each["expires_at"] for each in client.get("/v1/keys").json()["items"]]
    with server.stream("", key=made["secret"]) as connection:
        closed, said = until_closed(connection, wait_s=30)
    assert (closed, said[-1][0]["code"] if isinstance(said[-1], list) else said[-1]["code"]) == (4401, "revoked")
    assert code(server, made["secret"]) == "401 key_expired"
    assert code(server, lasting["secret"]) is None
    for wrong in (in_seconds(-1), "soon"):
        answer = client.post("/v1/keys", json={"name": "k", "scopes": ["read"], "expires_at": wrong})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/expires_at")


def test_a_key_is_followed_by_another_that_may_do_the_same(server: Server, client: httpx.Client) -> None:
    old = key(client, account="desk", scopes=["read", "cancel"], name="robot")
    new = client.post(f"/v1/keys/{old['id']}/rotate", json={"overlap_s": LATER}).json()
    assert [new[name] for name in ("account", "scopes", "name", "expires_at")] == ["desk", ["read", "cancel"], "robot", None]
    assert (code(server, old["secret"]), code(server, new["secret"])) == (None, None), "both, for a while"
    again = client.post(f"/v1/keys/{new['id']}/rotate", json={"overlap_s": 0}).json()
    eventually(lambda: code(server, new["secret"]) == "401 key_expired")
    assert code(server, again["secret"]) is None
    over = client.post(f"/v1/keys/{new['id']}/rotate")
    assert (over.status_code, over.json()["code"]) == (409, "key_over")
    short = key(client, expires_at=in_seconds(LATER))
    client.post(f"/v1/keys/{short['id']}/rotate", json={"overlap_s": 10 * LATER})
    kept = {each["id"]: each["expires_at"] for each in client.get("/v1/keys").json()["items"]}
    assert kept[short["id"]] == short["expires_at"], "rotation makes no key last longer"
    server.kill()
    server.start()
    assert code(server, new["secret"]) == "401 key_expired", "over a restart too"
    assert code(server, again["secret"]) is None
