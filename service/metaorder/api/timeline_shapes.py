"""The shape of an order's timeline."""

from __future__ import annotations

from typing import Literal

from metaorder.api.replies import answers
from metaorder.api.shapes import Reply
from metaorder.domain.order import Side, Status, Waiting


class MomentOut(Reply):
    """The order at one time. least, most: the band of the schedule that was in force then.

    slippage_bps: of the average price against the arrival of all that was asked for by then. participation: since the arrival,
    while the order could work.
    """

    ts: str
    filled_quantity: int
    avg_price: str | None
    slippage_bps: float | None
    target_quantity: int | None
    least_quantity: int | None
    most_quantity: int | None
    participation: float | None


class SlippageOut(Reply):
    """Of the average price so far, in basis points; positive = worse. interval_vwap: others' average price since the arrival."""

    arrival: float | None
    interval_vwap: float | None


class ProgressOut(Reply):
    """How an order that works is doing. open_quantity: of its children. target, least, most: by now, by its algorithm.

    completion_probability: that what is left is done by the end, by the volume that is expected until then.
    """

    type: Literal["parent.progress"]
    ts: str
    parent_id: str
    client_order_id: str
    symbol: str
    side: Side
    status: Status
    waiting: Waiting | None
    quantity: int
    filled_quantity: int
    leaves_quantity: int
    open_quantity: int
    target_quantity: int | None
    least_quantity: int | None
    most_quantity: int | None
    avg_price: str | None
    slippage_bps: SlippageOut
    participation: float | None
    completion_probability: float | None
    missing: dict[str, str]


class TimelineOut(Reply):
    """The order from its start to now, or to its end."""

    parent_id: str
    status: Status
    quantity: int
    clock: str
    final: bool
    points: list[MomentOut]
    missing: dict[str, str]
    now: ProgressOut | None


TIMELINE = answers(200, TimelineOut, "the timeline", 404, 409)
