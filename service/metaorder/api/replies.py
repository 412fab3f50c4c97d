"""The answers of each route, for OpenAPI, and the problems that may come in their place."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from metaorder.api.calibration_shapes import CalibrationOut, CalibrationsOut
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
    TcaReportOut,
)
from metaorder.api.risk_shapes import HeartbeatOut, LimitsOut, SwitchOut
from metaorder.api.shapes import Page, Problem, Reply
from metaorder.domain.principal import Scope

Responses = dict[int | str, dict[str, Any]]


class EventsOut(Page):
    """Events of the stream, oldest first; their shapes are in asyncapi.json."""

    items: list[dict[str, Any]]


class AlgoOut(Reply):
    """An algorithm. parameters: JSON Schema; `x-mutable` marks what an amendment may change.

    reads: what it looks at, beside the order's own terms. without: what it does where something of it is missing, step by step.
    """

    name: str
    summary: str
    description: str
    source: str | None
    reads: list[str]
    without: list[str]
    parameters: dict[str, Any]


class PresetOut(Reply):
    """A preset: the terms that it sets where the body does not."""

    name: str
    doc: str
    urgency: str
    behind: str
    ahead: str
    price_discretion_ticks: int
    placement: str


class PresetsOut(Reply):
    """Every preset."""

    items: list[PresetOut]


class AlgosOut(Reply):
    """Every algorithm."""

    items: list[AlgoOut]


class KeyOut(Reply):
    """A key, without its secret."""

    id: str
    account: str
    name: str
    scopes: list[Scope]
    created_at: str
    expires_at: str | None
    revoked: bool


class NewKeyOut(KeyOut):
    """A key with its secret: shown once."""

    secret: str


class KeysOut(Reply):
    """Every key."""

    items: list[KeyOut]


class TicketOut(Reply):
    """A ticket for the stream: good once, and for so long [s]."""

    ticket: str
    expires_in_s: int


def answers(status: int, model: type[BaseModel], what: str, *problems: int) -> Responses:
    """An answer and the problems that may come in its place; what may be refused unwritten may also fail while it is written."""
    unknown = (500,) if 503 in problems else ()
    return {status: {"model": model, "description": what}, **refusals(401, 403, 408, 413, 422, 429, 503, *problems, *unknown)}


def refusals(*problems: int) -> Responses:
    """Problems by their status."""
    content: dict[str, Any] = {"application/problem+json": {}}
    return {code: {"model": Problem, "description": PROBLEMS[code], "content": content} for code in problems}


PROBLEMS = {
    401: "no key, or an unknown one",
    403: "the key may not do this",
    404: "there is no such thing in this account",
    408: "the body did not come in time; nothing was accepted",
    409: "it cannot be done now",
    412: "the version has moved",
    413: "the body is too large",
    422: "it can never be done as it stands",
    428: "If-Match is missing",
    429: "the key asks too often; nothing was accepted",
    500: "whether it was accepted is unknown: the same request again settles it",
    503: "nothing was accepted",
}

ACCEPTED = answers(201, AcceptedOut, "durable, and past the risk ladder", 409, 503) | {
    200: {"model": AcceptedOut, "description": "the first answer again (Idempotent-Replayed: true)"}
}
AMENDED = answers(200, AmendedOut, "amended", 404, 409, 412, 428, 503)
ORDER = answers(200, ParentOrderOut, "the order", 404, 409, 503)
CANCEL_REQUESTED = answers(202, ParentOrderOut, "requested: fills may still come", 404, 503) | {
    200: {"model": ParentOrderOut, "description": "the order was terminal already"}
}
CANCEL_ALL = answers(202, CancelAllOut, "requested", 503)
ORDERS = answers(200, OrdersOut, "parent orders")
CHILDREN = answers(200, ChildrenOut, "child orders", 404)
REASONS = answers(200, ReasonsOut, "reasons", 404)
FILLS = answers(200, FillsOut, "fills", 404)
EVENTS = answers(200, EventsOut, "events", 404, 409)
TCA = answers(200, TcaOut, "the analysis", 404, 409)
TCA_REPORT = answers(200, TcaReportOut, "the report", 404, 409)
TCA_REPORT[200]["content"] = {"text/markdown": {}, "text/html": {}}
SCHEDULE = answers(200, ScheduleOut, "the schedule in force", 404)
MARKET = answers(200, MarketOut, "the market", 404, 409, 503)
MARKET_CREATED = answers(201, MarketOut, "created, and ready", 404, 409, 503)
MARKETS = answers(200, MarketsOut, "markets")
BOOK = answers(200, BookOut, "the book", 404, 409)
BARS = answers(200, BarsOut, "bars", 404, 409)
STATISTICS = answers(200, StatisticsOut, "the statistics", 404, 409)
ALGO = answers(200, AlgoOut, "the algorithm", 404)
PRESETS = answers(200, PresetsOut, "presets")
ALGOS = answers(200, AlgosOut, "algorithms")
INSTRUMENTS = answers(200, InstrumentsOut, "instruments")
LIMITS = answers(200, LimitsOut, "limits", 503)
HEARTBEAT = answers(200, HeartbeatOut, "heard, and armed for so long", 503)
CALIBRATION = answers(200, CalibrationOut, "the calibration", 404, 503)
CALIBRATION_ACCEPTED = answers(202, CalibrationOut, "durable, and queued", 404, 409, 503)
CALIBRATIONS = answers(200, CalibrationsOut, "calibrations")
KEY = answers(200, KeyOut, "the key", 404, 503)
KEYS = answers(200, KeysOut, "keys")
KEY_ROTATED = answers(201, NewKeyOut, "made; the secret is shown once", 404, 409, 503)
KEY_CREATED = answers(201, NewKeyOut, "made; the secret is shown once", 503)
TICKET = answers(201, TicketOut, "the ticket")
SWITCH = answers(200, SwitchOut, "done, and durable", 503)
