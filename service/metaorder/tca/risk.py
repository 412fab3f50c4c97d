"""The risk that an order ran, what its impact left behind, and how it did against its forecast."""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, sqrt

import numpy as np

from metaorder.tca.facts import NO_PRICE, Fills, OrderFacts, Quotes

MINUTE_NS = 60 * 10**9
LEAST_STEPS = 10
REVERTED_NS = 1_800 * 10**9
"""What of the displacement is gone this long after the end was temporary."""

NO_VOLATILITY = f"volatility needs {LEAST_STEPS} minutes with a mid around the order"


@dataclass(frozen=True, slots=True)
class Risk:
    """volatility: of one-minute mids while the order was there, half an hour before it included [share per sqrt(hour)].

    cost_sd: standard deviation of the cost that holding the rest meant, sqrt(sum sigma^2 rest^2 dt) / X [share of the arrival].
    """

    volatility: float
    cost_sd: float
    steps: int


@dataclass(frozen=True, slots=True)
class Expected:
    """A forecast of the cost against arrival, made before the order: mean, and sd with the error of the model [bps]."""

    estimate_id: str
    cost_bps: float
    sd_bps: float


@dataclass(frozen=True, slots=True)
class Settled:
    """Displacement in twin difference: temporary is gone half an hour after the end, permanent the rest [share of the mid]."""

    temporary: float
    permanent: float


def risk(order: OrderFacts, fills: Fills, quotes: Quotes, now: int) -> Risk | str:
    """What waiting risked; or why it cannot be said. The rest is what is open of the order at each time."""
    if order.arrived is None:
        return "the order has not arrived"
    end = now if order.ended is None else order.ended
    times = np.arange(order.arrived - 30 * MINUTE_NS, end + MINUTE_NS, MINUTE_NS, dtype=np.int64)
    mids = quotes.at(times[times <= now])
    known = mids != NO_PRICE
    pairs = known[1:] & known[:-1]
    steps = np.log(mids[1:][pairs] / mids[:-1][pairs])
    if len(steps) < LEAST_STEPS:
        return NO_VOLATILITY
    per_minute = float(np.mean(steps**2))
    square_lot_minutes = _square_of_rest(order, fills, end) / MINUTE_NS
    return Risk(sqrt(60 * per_minute), sqrt(per_minute * square_lot_minutes) / order.lots, len(steps))


def settled(sign: int, order: OrderFacts, quotes: Quotes, untouched: Quotes, known_until: int) -> Settled | str:
    """Temporary and permanent impact by the difference to the market without the order; or why they are not known yet."""
    if order.ended is None:
        return "the order has not ended"
    after = order.ended + REVERTED_NS
    if after > known_until:
        return "half an hour after the end is not known"
    times = np.array([order.ended, after], dtype=np.int64)
    ours, theirs = quotes.at(times), untouched.at(times)
    if (ours == NO_PRICE).any() or (theirs == NO_PRICE).any():
        return "one of the markets had no mid at the end, or half an hour after it"
    at_end, later = (sign * (ours - theirs) / theirs).tolist()
    return Settled(at_end - later, later)


def z_score(realized_bps: float, expected: Expected) -> float | None:
    """How many standard deviations the cost came out above the forecast; None of a forecast that claims to be certain."""
    return (realized_bps - expected.cost_bps) / expected.sd_bps if expected.sd_bps > 0 else None


def probability(z: float) -> float:
    """The normal probability of less than z: the forecast's probability of a cost below the one that came."""
    return (1 + erf(z / sqrt(2))) / 2


def _square_of_rest(order: OrderFacts, fills: Fills, end: int) -> float:
    """The integral of the squared open lots over time [lots^2 ns]."""
    assert order.arrived is not None, "it has been there"
    changes = [(tranche.ts, tranche.lots) for tranche in order.tranches]
    changes += [(change.ts, -change.lots) for change in order.taken_back]
    ts = np.concatenate([[at for at, _ in changes], fills.ts]).astype(np.int64)
    lots = np.concatenate([[count for _, count in changes], -fills.lots]).astype(np.float64)
    ordered = np.argsort(ts, kind="stable")
    times = np.clip(ts[ordered], order.arrived, max(end, order.arrived))
    rest = np.cumsum(lots[ordered])
    spans = np.diff(np.append(times, max(end, order.arrived)))
    return float(np.dot(rest**2, spans))
