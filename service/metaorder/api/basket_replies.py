"""The shapes of answers about baskets, for OpenAPI, and the problems that may come in their place."""

from __future__ import annotations

from typing import Any

from metaorder.api.order_shapes import AcceptedOut, ParentOrderOut
from metaorder.api.replies import answers
from metaorder.api.shapes import Reply
from metaorder.domain.order import Status


class CashOut(Reply):
    """What a basket spent and earned. imbalance: + = purchases ahead, at the legs' arrival prices; null: see missing."""

    bought: str
    sold: str
    imbalance: str | None
    band: str | None
    missing: str | None


class ProgressOut(Reply):
    """Units of all legs together."""

    quantity: int
    filled_quantity: int


class BasketOut(Reply):
    """A basket as it stands, its legs in their order."""

    basket_id: str
    market: str
    session: str
    currency: str
    params: dict[str, Any]
    start_time: str
    end_time: str
    status: Status
    legs_done: int
    progress: ProgressOut
    cash: CashOut
    legs: list[ParentOrderOut]
    created_at: str


class BasketAcceptedOut(Reply):
    """A basket as it was accepted."""

    basket_id: str
    market: str
    legs: list[AcceptedOut]


ACCEPTED = answers(201, BasketAcceptedOut, "every leg is durable, and past the risk ladder", 409, 413, 503) | {
    200: {"model": BasketAcceptedOut, "description": "the first answer again (Idempotent-Replayed: true)"}
}
BASKET = answers(200, BasketOut, "the basket", 404)
CANCEL_REQUESTED = answers(202, BasketOut, "requested: fills may still come", 404, 503) | {
    200: {"model": BasketOut, "description": "every leg was terminal already"}
}
