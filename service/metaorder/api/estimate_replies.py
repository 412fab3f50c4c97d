"""The shapes of answers about what is expected, and the problems that may come in their place."""

from __future__ import annotations

from typing import Any

from metaorder.api.order_shapes import PointOut
from metaorder.api.replies import answers
from metaorder.api.shapes import Reply
from metaorder.domain.order import Side


class CostsOut(Reply):
    """A cost by its parts; positive = worse for the trader."""

    spread: float | None
    temporary: float | None
    permanent: float | None
    timing: float | None
    fees: float | None


class AmountsOut(Reply):
    """The same in money."""

    spread: str | None
    temporary: str | None
    permanent: str | None
    timing: str | None
    fees: str | None


class FrontierPointOut(Reply):
    """One way to work the order: what it costs, and what it risks.

    risk_aversion: the price of risk at which it is best [1/currency].
    """

    urgency: float
    kappa_t: float
    expected_cost_bps: float
    sd_bps: float
    expected_cost_amount: str | None
    sd_amount: str | None
    risk_aversion: float
    max_participation: float
    within_cap: bool


class ParameterOut(Reply):
    """A number behind the estimate, where it comes from, and its standard error."""

    value: Any
    source: str | None
    error: float | None


class EstimateModelOut(Reply):
    """The model and its calibration."""

    law: str | None
    parameters: dict[str, ParameterOut]
    crossing_share: float
    alpha_bps: float | None
    curve_source: str


class EstimateOut(Reply):
    """What an order is expected to cost. What cannot be known is null; `missing` says why.

    auction_quantity: of expected_quantity, what is kept for the closing auction; in no cost, since its price is nobody's to know.
    """

    id: str
    created_at: str
    as_of: str
    market: str
    session: str
    symbol: str
    side: Side
    quantity: int
    currency: str
    algo: str
    params: dict[str, Any]
    start_time: str
    end_time: str
    max_participation: str
    profile_version: int | None
    schedule: list[PointOut] | None
    schedule_basis: str | None
    reference_price: str | None
    reference_price_source: str | None
    expected_cost_bps: float | None
    expected_cost_amount: str | None
    expected_cost_error_bps: float | None
    parts_bps: CostsOut
    parts_amount: AmountsOut
    sd_bps: float | None
    sd_amount: str | None
    quantiles_bps: dict[str, float | None]
    quantiles_amount: dict[str, str | None]
    frontier: list[FrontierPointOut] | None
    completion_probability: float | None
    completion_error: float | None
    binding_constraint: str | None
    expected_quantity: int | None
    auction_quantity: int | None = None
    model: EstimateModelOut
    missing: dict[str, str]


class ProfileOut(Reply):
    """An instrument's profile."""

    symbol: str
    version: int
    adv: int | None
    sigma_per_sqrt_day: float | None
    median_spread: str | None
    volume_sd: float | None
    curve: list[int] | None
    impact: dict[str, Any] | None
    errors: dict[str, float] | None
    as_of: str
    source: str
    calibration_id: str | None
    created_at: str


ESTIMATE_MADE = answers(201, EstimateOut, "the estimate; nothing was traded", 404, 409, 413, 503)
ESTIMATE = answers(200, EstimateOut, "the estimate", 404)
PROFILE_SET = answers(200, ProfileOut, "the profile in force", 404, 413, 503)
PROFILE = answers(200, ProfileOut, "the profile", 404)
