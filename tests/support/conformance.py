"""Answers and events are held against the published specifications, whoever asks for them."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[2]


@cache
def _openapi() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ROOT / "openapi" / "openapi.json").read_text())
    return document


@cache
def _asyncapi() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ROOT / "openapi" / "asyncapi.json").read_text())
    return document


@cache
def _routes() -> list[tuple[re.Pattern[str], str]]:
    """Paths as patterns, the more exact ones first."""
    paths = sorted(_openapi()["paths"], key=lambda path: (path.count("{"), -len(path)))
    return [(re.compile(re.sub(r"\{market_id\}", ".+", re.sub(r"\{(?!market_id)\w+\}", "[^/]+", path))), path) for path in paths]


@cache
def _validator(name: str, document: str) -> Draft202012Validator:
    """A validator of one schema among the components of a specification."""
    components = (_openapi() if document == "openapi" else _asyncapi())["components"]
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": components})


def check_answer(response: httpx.Response) -> None:
    """An answer has the status and the shape that OpenAPI promises for its route."""
    response.read()
    path = next((known for pattern, known in _routes() if pattern.fullmatch(response.request.url.path)), None)
    if path is None or response.request.method.lower() not in _openapi()["paths"][path]:
        assert response.status_code in {404, 405}
        return _check(response, "Problem")
    promised = _openapi()["paths"][path][response.request.method.lower()]["responses"]
    status = str(response.status_code)
    assert status in promised, f"{response.request.method} {path} answered {status}, which is not promised: {response.text[:300]}"
    media = promised[status].get("content", {})
    sent = response.headers.get("content-type", "application/json").partition(";")[0]
    assert not media or sent in media, f"{response.request.method} {path} answered {sent}, which is not promised"
    content = media.get(sent, {}) if sent == "application/json" else {}
    reference = content.get("schema", {}).get("$ref")
    if reference is not None:
        _check(response, reference.rpartition("/")[2])
    return None


def _check(response: httpx.Response, name: str) -> None:
    errors = list(_validator(name, "openapi").iter_errors(response.json()))
    assert not errors, f"{response.request.method} {response.request.url}: {errors[0].json_path}: {errors[0].message}"


def check_event(event: dict[str, Any]) -> None:
    """An event has the shape that AsyncAPI promises for its type."""
    if "market_seq" in event:
        name = "MarketEvent"
    else:
        name = "".join(part.capitalize() for part in event["type"].replace("_", ".").split("."))
    errors = list(_validator(name, "asyncapi").iter_errors(event))
    assert not errors, f"{event['type']}: {errors[0].json_path}: {errors[0].message}"
