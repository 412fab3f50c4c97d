"""The generated documents: OpenAPI, AsyncAPI and the algorithms. `python -m metaorder.bootstrap.specs DIR` writes them."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from metaorder.adapters.metrics import PrometheusMetrics
from metaorder.algos import ALGOS
from metaorder.api.app import create_app
from metaorder.api.asyncapi import asyncapi
from metaorder.api.context import Context
from metaorder.api.reference import describe
from metaorder.domain.child import CHILD_TRANSITIONS
from metaorder.domain.order import TRANSITIONS

PLAIN = r"^[^\x00-\x1f\x7f]*$"
OPEN_PATHS = ("/health/live", "/health/ready")


def documents() -> dict[str, str]:
    """Every generated document, by its path."""
    return {
        "openapi/openapi.json": _json(openapi()),
        "openapi/asyncapi.json": _json(asyncapi()),
        "docs/algos.md": algos(),
        "docs/states.md": states(),
    }


def openapi() -> dict[str, Any]:
    """OpenAPI 3.1 of the REST API."""
    document = create_app(_never, PrometheusMetrics()).openapi()
    document["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "description": "an API key"}}
    document["security"] = [{"key": []}]
    for path in OPEN_PATHS:
        document["paths"][path]["get"]["security"] = []
    for methods in document["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                _plain(parameter["schema"])
    return document


def _plain(schema: dict[str, Any]) -> None:
    """Say of texts in an address what the middleware holds them to: no control characters."""
    for each in (schema, *schema.get("anyOf", ())):
        if each.get("type") == "string" and not {"enum", "pattern", "format", "const"} & each.keys():
            each["pattern"] = PLAIN


def algos() -> str:
    """The algorithms with their parameters, for people."""
    lines = [
        "# Algorithms",
        "",
        "Generated from the registry; `GET /v1/algos` says the same as JSON Schema. What each reads leaves the order's own",
        "quotes and prints out. Where an input is missing it does what the list says, and `fallback` in the reason of each",
        "child names it; numbers of an instrument's profile (`docs/estimates.md`) come before the market's own, and `profile`",
        "there names them.",
    ]
    for name in ALGOS:
        found = describe(name)
        lines += [
            "",
            f"## {name}",
            "",
            found["summary"],
            "",
            found["description"],
            "",
            *([f"Source: {found['source']}.", ""] if found["source"] and "Source: " not in found["description"] else []),
            f"Reads {'; '.join(found['reads'])}.",
            "",
            *(
                ["Where something is missing:", "", *[f"{n}. {step}" for n, step in enumerate(found["without"], 1)], ""]
                if found["without"]
                else []
            ),
            "| parameter | default | amend | meaning |",
            "|---|---|---|---|",
        ]
        for parameter, schema in found["parameters"]["properties"].items():
            default = json.dumps(schema["default"])
            lines.append(f"| `{parameter}` | `{default}` | {'yes' if schema['x-mutable'] else 'no'} | {schema['description']} |")
    return "\n".join(lines) + "\n"


def states() -> str:
    """The states of parents and children as diagrams, with what takes each edge."""
    lines = ["# States", "", "Generated from the tables that the core obeys: no other edge exists, and a test walks all pairs."]
    for title, table in (("Parent orders", TRANSITIONS), ("Child orders", CHILD_TRANSITIONS)):
        edges = {(str(before), str(after)): why for (before, after), why in table.items()}
        lines += ["", f"## {title}", "", "```mermaid", "stateDiagram-v2"]
        lines += [f"    {before} --> {after}" for before, after in edges if before != after]
        lines += ["```", "", "| from | to | on |", "|---|---|---|"]
        lines += [f"| {before} | {after if after != before else 'itself'} | {why} |" for (before, after), why in edges.items()]
    return "\n".join(lines) + "\n"


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _never() -> AbstractAsyncContextManager[Context]:
    raise AssertionError("an application that is only described is never started")


def main(root: Path) -> None:
    """Write the documents under a directory."""
    for path, text in documents().items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
