"""A server that stands by answers what the database alone can say, and refuses everything else."""

from __future__ import annotations

import asyncio
import json

from metaorder.adapters.metrics import PrometheusMetrics
from metaorder.api.app import create_app
from metaorder.api.middleware import Message, Receive, Scope, Send
from metaorder.api.standby import Standby

ANSWERED = {
    "/health/live",
    "/health/ready",
    "/metrics",
    "/v1/parent-orders",
    "/v1/parent-orders/by-client-id/{client_order_id}",
    "/v1/parent-orders/{parent_id}",
    "/v1/parent-orders/{parent_id}/children",
    "/v1/parent-orders/{parent_id}/events",
    "/v1/parent-orders/{parent_id}/fills",
    "/v1/parent-orders/{parent_id}/reasons",
    "/v1/parent-orders/{parent_id}/schedule",
    "/v1/fills",
    "/v1/events",
}
"""Reads that ask no engine; a new one is looked at before it joins them."""


def test_every_route_is_answered_or_refused_as_it_should_be() -> None:
    async def reads(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def asked(method: str, path: str) -> list[Message]:
        said: list[Message] = []

        async def send(message: Message) -> None:
            said.append(message)

        await Standby(reads)({"type": "http", "method": method, "path": path}, asyncio.Event().wait, send)  # type: ignore[arg-type]
        return said

    paths = create_app(None, PrometheusMetrics()).openapi()["paths"]  # type: ignore[arg-type]
    assert paths.keys() >= ANSWERED
    for path, methods in paths.items():
        for method in methods:
            start, *rest = asyncio.run(asked(method.upper(), path.replace("{", "").replace("}", "")))
            expected = 200 if method == "get" and path in ANSWERED else 503
            assert start["status"] == expected, (method, path)
            if expected == 503:
                problem = json.loads(rest[0]["body"])
                assert (problem["code"], problem["accepted"]) == ("standby", False)
                assert (b"retry-after", b"1") in start["headers"]
