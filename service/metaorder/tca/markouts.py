"""Execution measures: effective and realised spread, price impact, and where the price went after each fill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metaorder.tca.facts import NO_PRICE, Fills, Ints, MarketFacts

HORIZONS_S = (1, 5, 10, 30, 60, 300, 1_800)
SECOND = 1_000_000_000

NO_FILLS = "nothing was filled"
NO_MID = "the book had no mid at any fill"

Floats = npt.NDArray[np.float64]

By = Mapping[int, float | None]
"""A measure by horizon [s]."""


@dataclass(frozen=True, slots=True)
class Markouts:
    """Means over the lots filled [share of the mid at the fill], None where no lot can be measured.

    effective: 2 s (p - m) / m. realized: 2 s (p - m_later) / m. impact: 2 s (m_later - m) / m; realized + impact is the effective
    spread of the lots that the horizon could measure. markout: s (m_later - p) / m, positive = good for the trader.
    covered: the share of the lots that each horizon could measure. missing: why none could be. later: twice the mids at each.
    """

    effective: float | None
    realized: By
    impact: By
    markout: By
    covered: Mapping[int, float]
    missing: Mapping[str, str]
    later: Mapping[int, Ints]


def markouts(sign: int, fills: Fills, market: MarketFacts) -> Markouts:
    """Measure the fills against the mids at and after them."""
    known = fills.mid2 != NO_PRICE
    paid = 2 * fills.price
    worth = np.where(known, fills.lots / np.where(known, fills.mid2, 1), 0.0)
    later = _later(fills, market)
    usable = known & (later != NO_PRICE)
    measured = (usable @ fills.lots).tolist()
    weights = np.where(usable, worth, 0.0)
    realized = _means(2 * sign, paid - later, weights, measured)
    impact = _means(2 * sign, later - fills.mid2, weights, measured)
    markout = _means(sign, later - paid, weights, measured)
    lots = fills.total
    covered = {horizon: count / lots if lots else 0.0 for horizon, count in zip(HORIZONS_S, measured, strict=True)}
    missing = {f"markout_{horizon}": _why(fills, market, horizon) for horizon in HORIZONS_S if markout[horizon] is None}
    effective = _mean(2 * sign, paid - fills.mid2, worth, int(fills.lots[known].sum()))
    if effective is None:
        missing["effective_spread_bps"] = NO_MID if fills.total else NO_FILLS
    mids = dict(zip(HORIZONS_S, later, strict=True))
    return Markouts(effective, realized, impact, markout, covered, missing, mids)


def _later(fills: Fills, market: MarketFacts) -> Ints:
    """Twice the mid each horizon after each fill, a row a horizon; past the close, or later than now, there is none."""
    times = np.concatenate([fills.ts + horizon * SECOND for horizon in HORIZONS_S])
    mids = np.where(times > min(market.clock, market.closes), NO_PRICE, market.quotes.at(times))
    return mids.reshape(len(HORIZONS_S), -1)


def _why(fills: Fills, market: MarketFacts, horizon_s: int) -> str:
    """Why a horizon could measure no lot."""
    if not len(fills.ts):
        return NO_FILLS
    if (fills.mid2 == NO_PRICE).all():
        return NO_MID
    earliest = int(fills.ts.min()) + horizon_s * SECOND
    if earliest > market.closes:
        return "past the close"
    if earliest <= market.clock:
        return "the book had no mid then"
    return "the market ended before" if market.closed else "the market has not come that far"


def _mean(factor: int, moved: Ints | Floats, weights: Floats, total: int) -> float | None:
    """Mean over lots of factor x moved / twice the mid. weights: lots / twice the mid, 0 for what cannot be measured."""
    return factor * float(np.sum(moved * weights)) / total if total else None  # pairwise: the same on any number of cores


def _means(factor: int, moved: Ints, weights: Floats, totals: list[int]) -> dict[int, float | None]:
    """The mean of each horizon's row."""
    rows = zip(HORIZONS_S, moved.astype(np.float64), weights, totals, strict=True)
    return {horizon: _mean(factor, row, weight, total) for horizon, row, weight, total in rows}
