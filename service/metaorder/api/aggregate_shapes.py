"""The shapes of costs over many orders and of forecasts' scores."""

from __future__ import annotations

from metaorder.api.replies import answers
from metaorder.api.shapes import Reply


class IntervalOut(Reply):
    """An interval at 95 %; null of fewer than two."""

    low: float | None
    high: float | None


class OutlierOut(Reply):
    """An order far from the others of its group: modified z-score 0.6745 (x - median) / MAD, or by the mean deviation."""

    parent_id: str
    modified_z: float


class GroupOut(Reply):
    """A group. orders, notional: all of it; count: orders that have the figure. sharpe: -mean / sd.

    win_rate: share of orders that cost less than nothing.
    interval: of the mean weighted by notional, by bootstrap. outlying: how many outliers there are; the furthest are named.
    """

    key: dict[str, str]
    orders: int
    notional: float
    count: int
    mean: float | None
    weighted_mean: float | None
    median: float | None
    sd: float | None
    sharpe: float | None
    win_rate: float | None
    quantiles: dict[str, float | None]
    interval: IntervalOut
    outliers: list[OutlierOut]
    outlying: int
    says: str


class ComparisonOut(Reply):
    """First less second, over the market days, symbols and sides that both worked in."""

    first: dict[str, str]
    second: dict[str, str]
    pairs: int
    difference: float | None
    t_interval: IntervalOut
    bootstrap_interval: IntervalOut
    says: str


class AggregateOut(Reply):
    """Costs by group."""

    metric: str
    group_by: list[str]
    groups: list[GroupOut]
    comparisons: list[ComparisonOut]


class BandOut(Reply):
    """A central band of the forecasts: how much should fall into it, and did, with the interval of that at 99 %."""

    level: float
    covered: float
    low: float
    high: float


class ScoreOut(Reply):
    """The score of forecasts. bias: mean z-score. dispersion: sd of z, 1 where the spread is right.

    histogram: of the probabilities, in tenths. uniform_p: of the Kolmogorov-Smirnov test. faults: what is wrong, in words.
    """

    count: int
    bands: list[BandOut]
    histogram: list[int]
    bias: float | None
    bias_error: float | None
    dispersion: float | None
    uniform_p: float | None
    faults: list[str]
    says: str


class MeasureOut(Reply):
    """A measure of a group. weighted_mean: by notional, with its interval. outlying: how many outliers there are."""

    count: int
    mean: float | None
    weighted_mean: float | None
    median: float | None
    interval: IntervalOut
    win_rate: float | None
    outlying: int
    outliers: list[OutlierOut]
    says: str


class NamedOut(Reply):
    """An order and what it cost."""

    parent_id: str
    is_bps: float


class SummaryGroupOut(Reply):
    """A day or an algorithm. best, worst: its orders that cost least and most."""

    key: dict[str, str]
    orders: int
    notional: float
    measures: dict[str, MeasureOut]
    best: list[NamedOut]
    worst: list[NamedOut]


class SummaryOut(Reply):
    """Costs by day or by algorithm, and the score of the forecasts of the same orders."""

    by: str
    orders: int
    groups: list[SummaryGroupOut]
    forecasts: ScoreOut


AGGREGATE = answers(200, AggregateOut, "the costs by group")
AGGREGATE[200]["content"] = {"text/csv": {}, "application/vnd.apache.parquet": {}}
CALIBRATION_SCORE = answers(200, ScoreOut, "the score")
SUMMARY = answers(200, SummaryOut, "the summary")
SUMMARY[200]["content"] = {"text/markdown": {}, "text/html": {}}
