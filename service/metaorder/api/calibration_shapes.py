"""Calibrations on the wire: what may be asked, and what an estimate looks like."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StrictInt, StrictStr

from metaorder.api.schemas import Body, InstrumentIn
from metaorder.api.shapes import Page, Reply

SourceName = Annotated[StrictStr, Field(min_length=1, max_length=500)]


class CalibrationIn(Body):
    """What is estimated, and from what: a `market` of this server, recorded `sources`, or simulated days of a `scenario`.

    Several sources are days of one symbol. Tables of volume (`format` volume-table: a row an interval, a column a day) give a
    volume curve. Tables of metaorders (`format` metaorder-table: a row an order) give the square-root law, `kind` square-root.
    `kind` covariance takes days of several symbols, `symbols` in the order of `sources`, or a market that trades several.
    """

    kind: Literal["impact", "volatility", "volume", "all", "square-root", "covariance"] = "all"
    market: Annotated[StrictStr, Field(min_length=1, max_length=80)] | None = None
    source: SourceName | None = None
    sources: Annotated[list[SourceName], Field(min_length=1, max_length=60)] | None = None
    format: Annotated[StrictStr, Field(max_length=40)] | None = None
    symbol: Annotated[StrictStr, Field(min_length=1, max_length=40)] | None = None
    symbols: (
        Annotated[
            list[Annotated[StrictStr, Field(min_length=1, max_length=40)]],
            Field(min_length=2, max_length=60, description="of covariance: what each of the sources trades"),
        ]
        | None
    ) = None
    bar_s: Annotated[StrictInt, Field(ge=1, le=3_600, description="of covariance: length of a bar; default 60")] | None = None
    date: Annotated[StrictStr, Field(max_length=10)] | None = None
    instrument: InstrumentIn | None = None
    scenario: Annotated[StrictStr, Field(max_length=40)] | None = None
    parameters: Annotated[dict[str, Any], Field(max_length=100)] | None = None
    seed: Annotated[StrictInt, Field(ge=0, lt=2**62)] | None = None
    days: Annotated[StrictInt, Field(ge=1, le=30, description="simulated days, of seeds that follow each other")] | None = None


class JobReason(Reply):
    """Why a job failed."""

    code: str
    detail: str


class ParameterOut(Reply):
    """One estimate: a value with its error, or null with the reason. low, high: 95 % interval. unit: of all four."""

    name: str
    unit: str
    model: str
    method: str
    value: float | None
    standard_error: float | None
    low: float | None
    high: float | None
    r2: float | None
    n: int
    reason: JobReason | None
    note: str | None


class ChosenOut(Reply):
    """Which estimate of a parameter to use: the preferred one, or a fallback."""

    parameter: str
    how: Literal["preferred", "fallback"]


class MatrixOut(Reply):
    """Correlation and covariance of several symbols, in their order. covariance: of returns of a session."""

    symbols: list[str]
    correlation: list[list[float]]
    covariance: list[list[float]]
    shrinkage: float
    bar_s: float
    bars: int


class CalibrationResultOut(Reply):
    """What came of a calibration. parameters: every estimate, refused ones too. The rest refers to them, or is for pictures.

    sources: with digest, date and counts. as_of: end of the newest data. chosen: by parameter; absent where all were refused.
    """

    kind: str
    symbol: str | None
    currency: str | None
    as_of: str
    sources: list[dict[str, Any]]
    parameters: list[ParameterOut]
    chosen: dict[str, ChosenOut]
    refused: int
    horizons: list[dict[str, Any]]
    regimes: list[dict[str, Any]]
    net_pnl: list[dict[str, Any]]
    best_horizon: dict[str, Any] | None
    kernel: dict[str, list[float]] | None
    matrix: MatrixOut | None
    decay_profile: dict[str, list[float]] | None


class CalibrationOut(Reply):
    """A calibration: a job. progress: share done. result: once it is done, of one alone and not in lists."""

    id: str
    state: Literal["queued", "running", "done", "failed", "canceled"]
    progress: float
    step: str
    request: dict[str, Any]
    created_at: str
    started_at: str | None
    ended_at: str | None
    reason: JobReason | None
    result: CalibrationResultOut | None


class CalibrationsOut(Page):
    """Calibrations, newest first, without their results."""

    items: list[CalibrationOut]
