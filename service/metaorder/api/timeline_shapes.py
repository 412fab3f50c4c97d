"""The shape of an order's timeline."""

from __future__ import annotations

from metaorder.api.replies import answers
from metaorder.api.shapes import Reply
from metaorder.domain.order import Status


class MomentOut(Reply):
    """The order at one time. least, most: the band of the schedule. slippage_bps: of the average price against the arrival."""

    ts: str
    filled_quantity: int
    avg_price: float | None
    slippage_bps: float | None
    target_quantity: int | None
    least_quantity: int | None
    most_quantity: int | None
    participation: float | None


class TimelineOut(Reply):
    """The order from its start to now, or to its end."""

    parent_id: str
    status: Status
    quantity: int
    clock: str
    final: bool
    points: list[MomentOut]
    missing: dict[str, str]


TIMELINE = answers(200, TimelineOut, "the timeline", 404, 409)
