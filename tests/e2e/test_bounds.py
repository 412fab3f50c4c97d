"""A body may be as deep as it is long: it is refused like any other that is wrong, and harms nobody."""

from __future__ import annotations

import json

import pytest

from support.orders import body, market
from support.server import Server

JSON = {"Content-Type": "application/json"}


def nested(depth: int) -> str:
    """Lists within lists."""
    return "[" * depth + "]" * depth


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
@pytest.mark.parametrize("depth", [100, 900, 1_100, 30_000])
def test_a_body_as_deep_as_it_may_be_long_is_refused_and_harms_nobody(server: Server, depth: int) -> None:
    with server.client() as client:
        lab = market(client)
        objects = min(depth, 9_000)
        for content in (nested(depth), '{"params": {"a": ' + nested(depth) + "}}", '{"a":' * objects + "1" + "}" * objects):
            answer = client.post("/v1/parent-orders", content=content, headers=JSON)
            assert answer.status_code == 422, answer.text[:300]
        text = json.dumps(body(lab)).replace('"params": {}', '"params": {"a": ' + nested(depth) + "}")
        answer = client.post("/v1/parent-orders", content=text, headers=JSON)
        assert answer.status_code == 422, answer.text[:300]
        assert client.get("/health/ready").status_code == 200
