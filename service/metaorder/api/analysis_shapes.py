"""Parts of an analysis on the wire: waiting, capture, reversion, risk, efficiency, the forecast's score, robustness."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from metaorder.api.shapes import Reply


class TimeToFillOut(Reply):
    """first: from arrival to the first fill. mean, median: over lots, from their child being sent."""

    first: float
    mean: float
    median: float


class CaptureOut(Reply):
    """Share of the spread captured by lots first placed passively: net of the mid ten seconds later, and gross."""

    net: float
    gross: float


class ReversionOut(Reply):
    """Price impact over horizons as permanent + transient, which halves every half_life_s."""

    half_life_s: float
    transient_bps: float
    permanent_bps: float
    transient_error_bps: float
    fills: int


class SettledOut(Reply):
    """Displacement at the end in twin difference: what was gone half an hour later, and what stayed."""

    temporary: float
    permanent: float


class RiskOut(Reply):
    """Volatility around the order, and the standard deviation and the variance of the cost that holding the rest meant."""

    volatility_bps_per_sqrt_hour: float
    cost_sd_bps: float
    cost_variance_bps2: float | None = None
    minutes: int


class EfficiencyOut(Reply):
    """What was paid against the arrival, and what a clairvoyant would have paid for all of it at the same cap. ratio: the first
    by the second; 1 is perfect, and null where a clairvoyant would have paid nothing.
    """

    realized_bps: float
    oracle_bps: float
    ratio: float | None


class CrossedOut(Reply):
    """Fills at which venues' quotes crossed each other: in the book, and in the market without the order."""

    book: int
    reference: int


class ForecastScoreOut(Reply):
    """The estimate that the order referred to against what came. probability: of a lower cost, said beforehand."""

    estimate_id: str
    expected_cost_bps: float
    sd_bps: float
    realized_cost_bps: float
    z_score: float
    probability: float


class RobustnessOut(Reply):
    """Slippage against benchmarks that mean the same: lowest, highest, whether the sign holds, and each."""

    low_bps: float
    high_bps: float
    agree: bool
    variants: dict[str, float]


class ImpactUsedOut(Reply):
    """The impact of own fills that the algorithm reckoned with, lowest and highest over its children: beta, how fast it fades
    [1/second], and lambda, of a lot [ticks per lot^c]. lambda is null where none was known.
    """

    beta: tuple[float, float]
    lambda_: Annotated[tuple[float, float] | None, Field(alias="lambda")]
    lambda_from: str
