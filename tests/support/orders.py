"""Markets and orders over REST, as tests make them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import count
from typing import Any

import httpx

_NUMBERS = count(1)

OPEN = "2026-03-02T14:30:00.000000000Z"
CLOSE = "2026-03-02T21:00:00.000000000Z"


def fresh_name(prefix: str) -> str:
    """A name that no other test uses."""
    return f"{prefix}-{next(_NUMBERS)}"


def market(client: httpx.Client, **changes: Any) -> str:
    """A simulated market, ready; its id."""
    name = fresh_name("lab")
    body = {"id": name, "kind": "simulated", "seed": 7, "symbols": ["ACME"], "date": "2026-03-02", "speed": "max", **changes}
    answer = client.post("/v1/markets", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def body(market_id: str, **changes: Any) -> dict[str, Any]:
    """The body of a parent order: half an hour from the open on."""
    plain = {
        "client_order_id": fresh_name("o"),
        "market": market_id,
        "symbol": "ACME",
        "side": "buy",
        "quantity": 5_000,
        "algo": "twap",
        "params": {},
        "start_time": "2026-03-02T14:35:00Z",
        "end_time": "2026-03-02T15:05:00Z",
    }
    return {name: value for name, value in {**plain, **changes}.items() if value is not ...}


def post(client: httpx.Client, market_id: str, **changes: Any) -> dict[str, Any]:
    """A parent order, accepted."""
    answer = client.post("/v1/parent-orders", json=body(market_id, **changes))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def start(client: httpx.Client, market_id: str) -> None:
    """Let a market run."""
    assert client.post(f"/v1/markets/{market_id}/start").status_code == 200


def asked(client: httpx.Client, path: str, query: Mapping[str, str] | None = None) -> httpx.Response:
    """What a client that means it gets: a database that says nothing for seconds is asked again, on a busy machine too."""
    until = time.monotonic() + 60
    while True:
        answer = client.get(path, params=query)
        if answer.status_code != 503 or time.monotonic() > until:
            return answer


def pages(client: httpx.Client, path: str, limit: int = 500) -> list[dict[str, Any]]:
    """Every item of a list, page by page."""
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        query = {"limit": str(limit)} | ({} if cursor is None else {"cursor": cursor})
        answer = asked(client, path, query)
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return items
