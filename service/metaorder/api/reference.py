"""What can be traded and how: algorithms and instruments."""

from __future__ import annotations

import inspect
from dataclasses import asdict
from typing import Any

import msgspec
from fastapi import APIRouter, Response

from metaorder.algos import ALGOS
from metaorder.algos.params import schema
from metaorder.algos.presets import PRESETS
from metaorder.api import replies
from metaorder.api.auth import Ctx, Reader
from metaorder.api.paging import reply
from metaorder.ports.journal import OPEN_STATES
from metaorder.runtime.listed import floors_of
from metaorder.usecases.errors import NotFound

router = APIRouter(prefix="/v1", tags=["reference"])


@router.get("/algos", responses=replies.ALGOS)
async def get_algos(principal: Reader) -> Response:
    """Every algorithm with its parameters as JSON Schema, their defaults, and which may be changed mid-flight."""
    del principal
    return reply({"items": [describe(name) for name in ALGOS]})


@router.get("/algos/{name}", responses=replies.ALGO)
async def get_algo(name: str, principal: Reader) -> Response:
    """One algorithm."""
    del principal
    if name not in ALGOS:
        raise NotFound("not_found", f"no algorithm {name}")
    return reply(describe(name))


@router.get("/presets", responses=replies.PRESETS)
async def get_presets(principal: Reader) -> Response:
    """Terms of an order by name: what a `preset` sets where the body does not."""
    del principal
    return reply({"items": [{"name": name, **asdict(each)} for name, each in PRESETS.items()]})


@router.get("/instruments", responses=replies.INSTRUMENTS)
async def get_instruments(principal: Reader, ctx: Ctx) -> Response:
    """The instruments of the markets that are not over."""
    del principal
    rows = await ctx.queries.markets(0, 500)
    open_rows = [row for row in rows if row["state"] in OPEN_STATES]
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in open_rows:
        for floor in floors_of(msgspec.json.decode(row["detail"])["facts"]):
            instrument = floor["instrument"]
            entry = found.setdefault((instrument["symbol"], instrument["mic"]), {**instrument, "markets": []})
            if row["id"] not in entry["markets"]:
                entry["markets"].append(row["id"])
    return reply({"items": list(found.values())})


def describe(name: str) -> dict[str, Any]:
    """An algorithm as a document, from its file and its dataclass."""
    kind = ALGOS[name]
    module = inspect.getmodule(kind)
    assert module is not None, "an algorithm has a file"
    summary = inspect.getdoc(module) or ""
    return {
        "name": name,
        "summary": summary.splitlines()[0],
        "description": inspect.getdoc(kind) or "",
        "source": getattr(kind, "source", None),
        "reads": list(getattr(kind, "reads", ())),
        "without": list(getattr(kind, "without", ())),
        "parameters": schema(kind),
    }
