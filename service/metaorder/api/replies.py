"""The answers of each route, for OpenAPI, and the problems that may come in their place."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from metaorder.api.market_shapes import BarsOut, BookOut, InstrumentsOut, MarketOut, MarketsOut, StatisticsOut
from metaorder.api.order_shapes import (
    AcceptedOut,
    AmendedOut,
    CancelAllOut,
    ChildrenOut,
    FillsOut,
    OrdersOut,
    ParentOrderOut,
    ReasonsOut,
    ScheduleOut,
    TcaOut,
)
from metaorder.api.shapes import Page, Problem, Reply
from metaorder.domain.principal import Scope

Responses = dict[int | str, dict[str, Any]]


class EventsOut(Page):
    """Events of the stream, oldest first; their shapes are in asyncapi.json."""

    items: list[dict[str, Any]]


class AlgoOut(Reply):
    """An algorithm. parameters: JSON Schema; `x-mutable` marks what an amendment may change."""

    name: str
    summary: str
    description: str
    parameters: dict[str, Any]


class AlgosOut(Reply):
    """Every algorithm."""

    items: list[AlgoOut]


class LimitsOut(Reply):
    """What the account may ask for at all."""

    max_quantity: int
    max_notional: str
    max_open_orders: int


class KeyOut(Reply):
    """A key, without its secret."""

    id: str
    account: str
    name: str
    scopes: list[Scope]
    created_at: str
    revoked: bool


class NewKeyOut(KeyOut):
    """A key with its secret: shown once."""

    secret: str


class KeysOut(Reply):
    """Every key."""

    items: list[KeyOut]


class SwitchOut(Reply):
    """The kill switch. kill_seq: the journal position from which this holds."""

    killed: bool
    kill_seq: int


def _of(status: int, model: type[BaseModel], what: str, *problems: int) -> Responses:
    """An answer and the problems that may come in its place."""
    made: Responses = {status: {"model": model, "description": what}}
    for code in (401, 403, 422, *problems):
        made[code] = {"model": Problem, "description": PROBLEMS[code], "content": {"application/problem+json": {}}}
    return made


PROBLEMS = {
    401: "no key, or an unknown one",
    403: "the key may not do this",
    404: "there is no such thing in this account",
    409: "it cannot be done now",
    412: "the version has moved",
    413: "the body is too large",
    422: "it can never be done as it stands",
    428: "If-Match is missing",
    503: "nothing was accepted",
}

ACCEPTED = _of(201, AcceptedOut, "durable, and past the risk ladder", 409, 413, 503) | {
    200: {"model": AcceptedOut, "description": "the first answer again (Idempotent-Replayed: true)"}
}
AMENDED = _of(200, AmendedOut, "amended", 404, 409, 412, 413, 428, 503)
ORDER = _of(200, ParentOrderOut, "the order", 404, 409, 503)
CANCEL_REQUESTED = _of(202, ParentOrderOut, "requested: fills may still come", 404, 503) | {
    200: {"model": ParentOrderOut, "description": "the order was terminal already"}
}
CANCEL_ALL = _of(202, CancelAllOut, "requested", 503)
ORDERS = _of(200, OrdersOut, "parent orders")
CHILDREN = _of(200, ChildrenOut, "child orders", 404)
REASONS = _of(200, ReasonsOut, "reasons", 404)
FILLS = _of(200, FillsOut, "fills", 404)
EVENTS = _of(200, EventsOut, "events", 404)
TCA = _of(200, TcaOut, "the analysis", 404, 409)
SCHEDULE = _of(200, ScheduleOut, "the schedule in force", 404)
MARKET = _of(200, MarketOut, "the market", 404, 409, 503)
MARKET_CREATED = _of(201, MarketOut, "created, and ready", 404, 409, 413, 503)
MARKETS = _of(200, MarketsOut, "markets")
BOOK = _of(200, BookOut, "the book", 404, 409)
BARS = _of(200, BarsOut, "bars", 404, 409)
STATISTICS = _of(200, StatisticsOut, "the statistics", 404, 409)
ALGO = _of(200, AlgoOut, "the algorithm", 404)
ALGOS = _of(200, AlgosOut, "algorithms")
INSTRUMENTS = _of(200, InstrumentsOut, "instruments")
LIMITS = _of(200, LimitsOut, "limits")
KEY = _of(200, KeyOut, "the key", 404, 503)
KEYS = _of(200, KeysOut, "keys")
KEY_CREATED = _of(201, NewKeyOut, "made; the secret is shown once", 413, 503)
SWITCH = _of(200, SwitchOut, "done, and durable", 503)
