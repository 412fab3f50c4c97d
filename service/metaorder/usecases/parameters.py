"""The numbers behind an estimate: each from the request, the profile or the market, with its source, or missing with why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from metaorder.domain.calendar import TradingDay
from metaorder.domain.instrument import Instrument
from metaorder.domain.market import VolumeCurve
from metaorder.domain.units import MINUTE, SECOND, Lots, Nanos
from metaorder.models.athl2005 import ETA, GAMMA
from metaorder.sim.scenario import Scenario
from metaorder.sim.usual import usual
from metaorder.sim.views import View

LEAST_SEEN = Nanos(30 * MINUTE)
"""A market tells its volume and volatility after half an hour, and no sooner."""

BIN_S = 300
PAPER = "Almgren, Thum, Hauptmann and Li (2005), US equities: published, not of this market"
BETA, GAMMA_ERROR, ETA_ERROR, BETA_ERROR = 0.6, 0.041, 0.0062, 0.038
"""The exponent, and the standard errors that the paper states."""


@dataclass(frozen=True, slots=True)
class Known:
    """A parameter. value None: missing, and `why`. error: its standard error in the same unit, None where nobody states one."""

    value: Any
    source: str | None = None
    error: float | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSoFar:
    """What a market tells up to now. others: its statistics without us. volumes: others' volume of each second [lots]."""

    now: Nanos
    day: TradingDay
    instrument: Instrument
    curve: VolumeCurve
    usual_volume: Lots | None
    others: View
    volumes: npt.NDArray[np.int64]
    scenario: Scenario | None

    @property
    def day_s(self) -> float:
        """Length of the session [seconds]."""
        return (self.day.close - self.day.open) / SECOND

    @property
    def seen(self) -> Nanos:
        """Time since the open."""
        return Nanos(self.now - self.day.open)


Stated = Mapping[str, Any]
"""A request's `model` or a profile: what it holds under the names of the API, what it does not hold absent or None."""


def parameters(model: Stated, profile: Stated | None, market: MarketSoFar) -> dict[str, Known]:
    """Every parameter by name: stated in the request, else in the profile, else as the market tells."""

    def first(name: str, told: Callable[[MarketSoFar], Known]) -> Known:
        for where, stated in (("request", model), ("profile", profile or {})):
            if stated.get(name) is not None:
                told_by = stated.get("source")
                error = (stated.get("errors") or {}).get(name)
                return Known(stated[name], f"{where}: {told_by}" if told_by else where, error)
        return told(market)

    return {
        "adv": first("adv", _volume),
        "sigma_per_sqrt_day": first("sigma_per_sqrt_day", _sigma),
        "median_spread": first("median_spread", _spread),
        "volume_sd": first("volume_sd", _volume_sd),
        "curve": first("curve", lambda seen: Known(None, seen.curve.source)),
        "impact": first("impact", _impact),
    }


def coefficients(stated: Mapping[str, Any], adv: float) -> tuple[dict[str, float], dict[str, float], str | None]:
    """The numbers of a stated law, their standard errors, and why they cannot be had. adv: [units/day].

    Of a square-root law y and delta, of the others gamma, eta and beta.
    """
    errors = dict(stated.get("errors") or {})
    if stated.get("law") == "square_root":
        return _named(stated, errors, {"y": "coefficient", "delta": "exponent"})
    if stated.get("law") == "almgren_2005":
        outstanding = stated.get("outstanding")
        if outstanding is None:
            return {}, {}, "almgren_2005 needs the shares outstanding"
        turnover = (outstanding / adv) ** 0.25
        found = {"gamma": GAMMA * turnover, "eta": ETA, "beta": BETA}
        return found, {"gamma": GAMMA_ERROR * turnover, "eta": ETA_ERROR, "beta": BETA_ERROR}, None
    return _named(stated, errors, {"gamma": "permanent", "eta": "temporary", "beta": "exponent"})


def _named(
    stated: Mapping[str, Any], errors: Mapping[str, float], names: Mapping[str, str]
) -> tuple[dict[str, float], dict[str, float], None]:
    return (
        {short: float(stated[name]) for short, name in names.items()},
        {short: float(errors[name]) for short, name in names.items() if name in errors},
        None,
    )


def _volume(market: MarketSoFar) -> Known:
    lot = market.instrument.lot_size
    if market.usual_volume is not None:
        return Known(market.usual_volume * lot, market.curve.source)
    curve = market.curve
    so_far = curve.between(market.day.open, market.now)
    if market.seen < LEAST_SEEN or not so_far:
        return Known(None, why="no volume is stated, and the market has not traded for half an hour")
    whole = curve.between(curve.edges[0], curve.edges[-1])
    value = market.others.volume * lot * whole / so_far
    spread = _volume_sd(market).value
    bins = int(market.seen // (BIN_S * SECOND))
    error = None if spread is None else value * spread * (LEAST_SEEN / (BIN_S * SECOND)) ** 0.5 / bins**0.5
    return Known(value, f"the market's volume so far on its {curve.source} curve", error)


def _sigma(market: MarketSoFar) -> Known:
    known = None if market.scenario is None else usual(market.scenario)
    if known is not None:
        return Known(known.sigma, f"{known.days} days of the preset", known.sigma_error)
    variance, minutes = market.others.variance_60s, market.others.returns_60s / 60
    if variance is None or minutes < LEAST_SEEN / MINUTE:
        return Known(None, why="no volatility is stated, and the market has not been quoted for half an hour")
    value = (variance * market.day_s) ** 0.5
    return Known(value, "one-minute returns of the mid so far", value / (2 * minutes) ** 0.5)


def _spread(market: MarketSoFar) -> Known:
    known = None if market.scenario is None else usual(market.scenario)
    tick = float(market.instrument.tick_size)
    if known is not None:
        return Known(known.spread * tick, f"{known.days} days of the preset", known.spread_error * tick)
    quoted = market.others.spread
    if quoted is not None and market.others.quoted >= MINUTE:
        return Known(quoted * float(market.instrument.point_size), "the time-weighted mean of the market so far")
    return Known(None, why="no spread is stated, and the market has not been quoted for a minute")


def _volume_sd(market: MarketSoFar) -> Known:
    known = None if market.scenario is None else usual(market.scenario)
    if known is not None:
        return Known(known.volume_sd, f"{known.days} days of the preset")
    bins = len(market.volumes) // BIN_S
    if bins < LEAST_SEEN // (BIN_S * SECOND):
        return Known(None, why="no dispersion of volume is stated, and the market has not traded for half an hour")
    got = market.volumes[: bins * BIN_S].reshape(bins, BIN_S).sum(axis=1)
    edges = [Nanos(market.day.open + i * BIN_S * SECOND) for i in range(bins + 1)]
    usually = np.array([market.curve.between(a, b) for a, b in pairwise(edges)], dtype=np.float64)
    if not (got > 0).all() or not (usually > 0).all():
        return Known(None, why="there were five minutes so far in which nobody traded")
    off = np.log(got / usually)
    value = float(np.std(off, ddof=1)) / (LEAST_SEEN / (BIN_S * SECOND)) ** 0.5
    return Known(value, "five-minute volumes so far, as independent", value / (2 * (bins - 1)) ** 0.5)


def _impact(market: MarketSoFar) -> Known:
    if market.scenario is not None:
        return Known({"law": "scenario"}, "the simulated market's own formula", 0.0)
    why = "no impact is stated: give model.impact, put one into the profile, or name a published law (almgren_2005)"
    return Known(None, why=why)
