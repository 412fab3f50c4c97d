"""Half the spread: as quoted over time, and as paid by those who trade."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from metaorder.calibration.estimate import Estimate, Subject
from metaorder.calibration.flow import Flow
from metaorder.models.inputs import Floats
from metaorder.models.robust_errors import block_error

BLOCKS = 26
MIN_QUOTES = 50
MIN_TRADES = 50
MOST_OUTSIDE = 0.25


def half_spreads(flows: Sequence[Flow]) -> list[Estimate]:
    """The quoted half-spread, weighted by time, and the effective one, weighted by volume, with errors from blocks of the day.

        quoted: mean over time of (ask - bid)/2;   effective: sum v |p - m|/sum v, m the mid before the trade

    Refused: too few quotes or trades; quotes that come so late that trades lie outside them.
    """
    quoted = Subject(name="half_spread_quoted", unit="price", model="spread", method="mean over time, block errors")
    paid = Subject(name="half_spread_effective", unit="price", model="spread", method="mean over volume, block errors")
    quotes, trades = sum(flow.quote_t.size for flow in flows), sum(int(np.count_nonzero(flow.signed)) for flow in flows)
    found = []
    if quotes < MIN_QUOTES:
        found.append(quoted.refused("too_few_quotes", f"{quotes} quotes, at least {MIN_QUOTES} must be", n=quotes))
    else:
        found.append(quoted.found(*_of_blocks([_quoted(flow) for flow in flows]), n=quotes))
    if trades < MIN_TRADES:
        found.append(paid.refused("too_few_trades", f"{trades} signed trades, at least {MIN_TRADES} must be", n=trades))
    else:
        found.append(_effective(paid, flows, trades))
    return found


def _effective(subject: Subject, flows: Sequence[Flow], trades: int) -> Estimate:
    """The effective half-spread, unless so much trades outside the quotes that they are not those that the trades met."""
    volume = outside = 0.0
    for flow in flows:
        mid, half = flow.mid_before(flow.t), flow.half_spread_before(flow.t)
        known = np.isfinite(mid)
        volume += float(flow.volume[known].sum())
        outside += float(flow.volume[known & (np.abs(flow.price - mid) > half * (1 + 1e-6) + 1e-9)].sum())
    if outside > MOST_OUTSIDE * volume:
        share, most = f"{outside / volume:.0%}", f"{MOST_OUTSIDE:.0%}"
        detail = f"{share} of the volume trades outside the quote before it, at most {most} may: quotes come late"
        return subject.refused("quotes_late", detail, n=trades)
    return subject.found(*_of_blocks([_paid(flow) for flow in flows]), n=trades)


def _of_blocks(days: list[tuple[Floats, Floats]]) -> tuple[float, float]:
    totals, weights = (np.concatenate(each) for each in zip(*days, strict=True))
    return block_error(totals, weights)


def _quoted(flow: Flow) -> tuple[Floats, Floats]:
    """Time-weighted sums, and time, of each block: every quote holds until the next, in whichever blocks that is."""
    edges = np.linspace(0, flow.session_s, BLOCKS + 1)
    held = np.diff(np.append(flow.quote_t, max(flow.session_s, flow.quote_t[-1])))
    area = np.concatenate([[0.0], np.cumsum(flow.half_spread * held)])
    times = np.append(flow.quote_t, max(flow.session_s, flow.quote_t[-1]))
    return np.diff(np.interp(edges, times, area)), np.diff(np.clip(edges, times[0], None))


def _paid(flow: Flow) -> tuple[Floats, Floats]:
    known = (flow.signed != 0) & np.isfinite(flow.mid_before(flow.t))
    away = np.abs(flow.price - flow.mid_before(flow.t))[known]
    volume = flow.volume[known]
    block = np.minimum((flow.t[known] / flow.session_s * BLOCKS).astype(int), BLOCKS - 1)
    totals = np.bincount(block, volume * away, BLOCKS).astype(np.float64)
    return totals, np.bincount(block, volume, BLOCKS).astype(np.float64)
