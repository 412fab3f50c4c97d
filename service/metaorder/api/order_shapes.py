"""The shapes of answers about orders."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from metaorder.api.analysis_shapes import (
    CaptureOut,
    CrossedOut,
    EfficiencyOut,
    ForecastScoreOut,
    ImpactUsedOut,
    ReversionOut,
    RiskOut,
    RobustnessOut,
    SettledOut,
    TimeToFillOut,
)
from metaorder.api.shapes import Page, QuoteOut, Reply
from metaorder.api.term_shapes import AuctionOut, BandOut, DarkOut, PriceAdaptationOut, VenueHistoryOut, VenuesOut
from metaorder.domain.child import ChildStatus, ChildType, Liquidity, TimeInForce
from metaorder.domain.order import Benchmark, ChildSizes, ParticipationMode, Placement, Side, Status, Waiting


class StampOut(Reply):
    """Where in the session it took effect."""

    market_time: str
    event_index: int


class ParentOrderOut(Reply):
    """A parent order as it stands.

    disputed_quantity: what venues may have filled beyond `filled_quantity`; settled_quantity: what they did, by the risk desk's
    word. Neither has a price or a fee that is known: avg_price and fees are of filled_quantity alone.
    """

    id: str
    client_order_id: str
    market: str
    session: str
    symbol: str
    currency: str
    side: Side
    quantity: int
    algo: str
    params: dict[str, Any]
    status: Status
    working: bool
    waiting: Waiting | None
    filled_quantity: int
    leaves_quantity: int
    canceled_quantity: int
    disputed_quantity: int
    settled_quantity: int
    avg_price: str | None
    fees: str
    reason: str | None
    version: int
    start_time: str
    end_time: str
    limit_price: str | None
    max_participation: str
    participation_mode: ParticipationMode
    participation_grace: int
    min_child_quantity: int
    max_child_quantity: int | None
    must_complete: bool
    benchmark: Benchmark
    urgency: str
    schedule_band: BandOut
    preset: str | None
    i_would_price: str | None
    i_would_max_share: str
    price_discretion_ticks: int
    min_participation: str | None
    blackouts: list[list[str]]
    display_quantity: int | None
    placement: Placement
    child_sizes: ChildSizes
    dark: DarkOut | None
    auction: AuctionOut | None = None
    price_adaptation: PriceAdaptationOut | None
    venues: VenuesOut | None
    venue_history: VenueHistoryOut | None
    decision_time: str | None
    decision_price: str | None
    tags: dict[str, str]
    estimate_id: str | None
    profile_version: int | None
    basket_id: str | None
    created_at: str


class AcceptedOut(ParentOrderOut):
    """A parent order as it was accepted."""

    stamp: StampOut


class PointOut(Reply):
    """What is done by when."""

    time: str
    quantity: int


class SchedulesOut(Reply):
    """A schedule before and after an amendment; empty where it follows the market."""

    before: list[PointOut]
    after: list[PointOut]


class AmendedOut(AcceptedOut):
    """A parent order as it was amended."""

    schedule: SchedulesOut


class ScheduleOut(Reply):
    """The schedule in force; `reason` says why it is empty."""

    drawn_at: str | None
    cause: str | None
    points: list[PointOut]
    reason: str | None


class OrdersOut(Page):
    """Parent orders, newest first."""

    items: list[ParentOrderOut]


class ChildOut(Reply):
    """A child order, and why it was sent."""

    id: str
    parent_id: str
    venue: str
    type: ChildType
    time_in_force: TimeInForce
    price: str
    quantity: int
    filled_quantity: int
    status: ChildStatus
    reason: dict[str, Any]
    expected_cost: str | None = Field(description="if it fills as meant, against the mid, fees included; negative = it earns")
    quote: QuoteOut
    venue_quote: QuoteOut | None = Field(description="of its venue alone, where the symbol trades at several")
    queue_ahead: int | None
    queue_known_ppm: int | None
    good_till: str
    ended_reason: str | None
    ended_at: str | None
    ts: str


class ChildrenOut(Page):
    """Child orders, first sent first."""

    items: list[ChildOut]


class ReasonOut(Reply):
    """Why a child was sent."""

    child_id: str
    ts: str
    reason: dict[str, Any]
    expected_cost: str | None = Field(description="if it fills as meant, against the mid, fees included; negative = it earns")
    quote: QuoteOut


class ReasonsOut(Page):
    """Reasons, first child first."""

    items: list[ReasonOut]


class FillOut(Reply):
    """A fill. quote and reference: just before the event that caused it, without own orders and without the order altogether."""

    execution_id: str
    child_id: str
    parent_id: str
    symbol: str
    venue: str
    side: Side
    quantity: int
    price: str
    liquidity: Liquidity
    fee: str
    evidence: str
    certain: bool
    after_end: bool
    quote: QuoteOut
    reference: QuoteOut
    venue_quote: QuoteOut | None = Field(description="of its venue alone, where the symbol trades at several")
    ts: str
    seq: int


class FillsOut(Page):
    """Fills, oldest first."""

    items: list[FillOut]


class CancelAllOut(Reply):
    """How many orders were asked to end, of those that were accepted up to a seq."""

    count: int
    through_seq: int = Field(ge=0)


class ImpactBoundsOut(Reply):
    """Impact, and the whole shortfall, in a replay: at least, at most, and with the decay that the market states, in bps.

    displacement: by how much our takes moved the mid against us, as a price. takes: how many did.
    """

    basis: Literal["replay"]
    lower_bps: float | None
    central_bps: float | None
    upper_bps: float | None
    is_lower_bps: float | None
    is_central_bps: float | None
    is_upper_bps: float | None
    displacement: str | None
    takes: int
    decay: dict[str, Any] | None


class VenueCostOut(Reply):
    """What an order did at a venue. fees: negative = rebates. passive_share: of the quantity, what rested."""

    fills: int
    quantity: int
    avg_price: str
    fees: str
    passive_share: float


class BucketOut(Reply):
    """A part of the order's time: quantities that we and others traded, and our share."""

    start: str
    end: str
    own: int
    others: int
    participation: float | None


class TcaOut(Reply):
    """The analysis of an order. Costs: positive = worse for the trader. Markouts and price improvement: positive = good.

    reduced_quantity: of the quantity, what amendments took back. unpriced_quantity: what venues are said to have filled, and is
    no fill of the record: in dispute, or settled as traded. Without price and fee it is in no figure: each counts it as not
    filled.
    """

    parent_id: str
    status: Status
    final: bool
    side: Side
    currency: str
    quantity: int
    reduced_quantity: int = 0
    unpriced_quantity: int = 0
    filled_quantity: int
    avg_price: str | None
    arrival_price: str | None
    decision_price: str | None
    end_price: str | None
    arrival_wait_s: float | None
    duration_s: float | None
    benchmarks: dict[str, str | None]
    sources: dict[str, str | None]
    slippage_bps: dict[str, float | None]
    decision_notional: str | None
    is_amount: str | None
    is_bps: float | None
    components_amount: dict[str, str | None]
    components_bps: dict[str, float | None]
    impact_and_timing_bps: float | None
    impact_parts_bps: dict[str, float | None]
    opportunity_canceled_by_client_bps: float | None
    wagner_edwards_amount: dict[str, str | None]
    wagner_edwards_bps: dict[str, float | None]
    kissell_amount: dict[str, str | None]
    kissell_bps: dict[str, float | None]
    perold_amount: dict[str, str | None]
    perold_bps: dict[str, float | None]
    impact_basis: Literal["replay", "simulated", "external"]
    impact_bounds: ImpactBoundsOut | None
    markouts_bps: dict[str, float | None]
    markouts_covered: dict[str, float]
    effective_spread_bps: float | None
    realized_spread_bps: dict[str, float | None]
    price_impact_bps: dict[str, float | None]
    quoted_spread_bps: float | None
    price_improvement_bps: float | None
    participation: float | None
    participation_peak: float | None
    participation_mean: float | None
    participation_buckets: list[BucketOut]
    fill_rate: float | None
    passive_share: float | None
    children: int
    cancel_ratio: float | None
    average_child_quantity: float | None
    average_fill_quantity: float | None
    time_to_fill_s: TimeToFillOut | None
    spread_capture: CaptureOut | None
    reversion: ReversionOut | None
    impact_split_bps: SettledOut | None
    risk: RiskOut | None
    forecast: ForecastScoreOut | None
    robustness_vwap: RobustnessOut | None
    robustness_arrival: RobustnessOut | None
    decision_efficiency: EfficiencyOut | None = None
    queue_known_share: float | None = None
    impact_used: ImpactUsedOut | None = None
    crossed_fills: CrossedOut | None = None
    assumed_share: float | None
    assumed_share_by_evidence: dict[str, float | None]
    fills: int
    venues: dict[str, VenueCostOut]
    assumptions: dict[str, Any]
    missing: dict[str, str]
    version: int | None = None


class RecommendationOut(Reply):
    """A rule that fired: what was observed, and beyond which threshold it fires. unit: of both."""

    rule: str
    observed: float
    threshold: float
    unit: str
    text: str


class TcaReportOut(Reply):
    """The analysis in words: title, executive summary, and recommendations that follow from the numbers.

    version, final: of the analysis that it is of; a version is null while the order works on.
    """

    title: str
    version: int | None
    final: bool
    summary: list[str]
    recommendations: list[RecommendationOut]
    analysis: TcaOut
