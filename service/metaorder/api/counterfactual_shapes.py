"""Counterfactuals on the wire: how an order is to be worked instead, and what that would have cost."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from metaorder.api.calibration_shapes import JobReason
from metaorder.api.order_shapes import ImpactBoundsOut
from metaorder.api.replies import answers
from metaorder.api.shapes import Page, Reply

MOST_SEEDS = 20


class CounterfactualIn(BaseModel):
    """How the order is worked instead. algo null: not at all. seeds: other days of a simulated market, with both on each."""

    model_config = ConfigDict(extra="forbid")

    algo: str | None = Field(default=None, max_length=40)
    params: dict[str, Any] = Field(default_factory=dict)
    seeds: int = Field(default=0, ge=0, le=MOST_SEEDS)


class DisplacementOut(Reply):
    """By how much the order had displaced the mid so long after its start; + = against it."""

    seconds: float
    displacement_bps: float | None


class CounterfactualOut(Reply):
    """The order as it was and as it would have been. Differences: counterfactual less original, + = it would have cost more.

    impact_path, impact_bounds: without the order, where the market reacts, and on a replay.
    difference_bounds_bps: on a replay, where impact is bounded and not measured. reproduced: of the same algorithm, whether it
    did the very same. paired: over other days of a simulated market.
    """

    basis: str
    original: dict[str, Any] | None
    counterfactual: dict[str, Any] | None
    difference_bps: float | None
    difference_bounds_bps: dict[str, float | None] | None
    reproduced: bool | None
    impact_path: list[DisplacementOut] | None
    impact_bounds: ImpactBoundsOut | None = None
    paired: dict[str, Any] | None
    missing: dict[str, str]


class CounterfactualJobOut(Reply):
    """A counterfactual: a job. progress: share done. result: once it is done, of one alone and not in lists."""

    id: str
    parent_id: str
    state: Literal["queued", "running", "done", "failed", "canceled"]
    progress: float
    step: str
    request: dict[str, Any]
    created_at: str
    started_at: str | None
    ended_at: str | None
    reason: JobReason | None
    result: CounterfactualOut | None


class CounterfactualJobsOut(Page):
    """Counterfactuals, newest first, without their results."""

    items: list[CounterfactualJobOut]


WOULD_HAVE_BEEN = {
    **answers(202, CounterfactualJobOut, "another algorithm: durable, and queued", 404, 409, 413, 503),
    **answers(200, CounterfactualOut, "without the order: how far it had moved the market", 404, 409, 413, 503),
}
COUNTERFACTUAL_JOB = answers(200, CounterfactualJobOut, "the counterfactual", 404, 503)
COUNTERFACTUAL_JOBS = answers(200, CounterfactualJobsOut, "counterfactuals")
