"""What only a comparison asks of a run: participation along the way, spread captured, and what a clairvoyant would have paid."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from metaorder.tca.facts import NO_PRICE, Bools, Fills, Ints, Quotes, Tape

MARK_NS = 300 * 10**9
MINUTE_NS = 60 * 10**9
CAPTURE_NS = 10 * 10**9
Floats = npt.NDArray[np.float64]


def participation_errors(own: Tape, others: Tape, start: int, end: int, target: float) -> list[float]:
    """The error |achieved / target - 1| of own / (own + others) since the start, at each five-minute mark and at the end.

    Nothing before the first trade. own, others: tapes without and with nothing of the other's. start, end: of the time in
    which the order worked [ns].
    """
    marks = [*range(start + MARK_NS, end, MARK_NS), end]
    errors = []
    for mark in marks:
        mine, theirs = own.between(start, mark).volume, others.between(start, mark).volume
        if mine + theirs:
            errors.append(abs(mine / (mine + theirs) / target - 1))
    return errors


@dataclass(frozen=True, slots=True)
class Capture:
    """Spread captured by lots that were first placed passively, as a share of the spread: net of the mid 10 s later, or gross."""

    net: float | None
    gross: float | None


def spread_capture(sign: int, fills: Fills, first_passive: Ints, quotes: Quotes, spread: Ints) -> Capture:
    """net: sum s x (m_10s - p) / sum x spread; gross: with the mid at the fill in place of the one 10 s later.

    first_passive: how many lots of each fill were first placed passively, those that were crossed later included.
    spread: of the book just before each fill [points], 0 where there was none; such fills are left out.
    """
    later = quotes.at(fills.ts + CAPTURE_NS)
    known: Bools = (later != NO_PRICE) & (fills.mid2 != NO_PRICE) & (spread > 0) & (first_passive > 0)
    lots = first_passive[known]
    room = float(np.dot(lots, spread[known]))
    if not room:
        return Capture(None, None)
    net = sign * np.dot(lots, later[known] - 2 * fills.price[known]) / 2
    gross = sign * np.dot(lots, fills.mid2[known] - 2 * fills.price[known]) / 2
    return Capture(float(net) / room, float(gross) / room)


def clairvoyant(sign: int, tape: Tape, lots: int, start: int, end: int, rate: Fraction) -> float | None:
    """The best average price [points] for whoever knew the tape: the cheapest five minutes first, at their VWAP, at most `rate`
    of the volume of each. None where the tape does not hold enough. It has no impact, so nobody reaches it.
    """
    first, last = np.searchsorted(tape.ts, (start, end), side="left")
    bucket = (tape.ts[first:last] - start) // MARK_NS
    sizes = tape.lots[first:last].astype(np.float64)
    volumes, values = np.bincount(bucket, sizes), np.bincount(bucket, tape.points[first:last] * sizes)
    traded = np.flatnonzero(volumes)
    priced: list[tuple[float, float]] = sorted(
        zip((sign * values[traded] / volumes[traded]).tolist(), volumes[traded].tolist(), strict=True)
    )
    left, paid, share = float(lots), 0.0, float(rate / (1 - rate))
    for price, volume in priced:
        take = min(left, volume * share)
        paid += take * sign * price
        left -= take
        if left <= 1e-9:
            return paid / lots
    return None


def timing_quality(sign: int, ts: Ints, lots: Ints, quotes: Quotes, start: int, end: int) -> float | None:
    """How well fills were timed, from -1 to 1: the correlation, minute by minute, of lots filled with how good the price was.

    The price of a minute is the mid at its end, in a market without the order: a buyer is right to fill much where it is low.
    None: fewer than three minutes have a mid, all prices are alike, or all minutes are filled alike. ts, lots: of the fills.
    """
    edges = np.arange(start, end, MINUTE_NS, dtype=np.int64)
    mids = quotes.at(np.minimum(edges + MINUTE_NS, end))
    filled = np.histogram(ts, bins=np.append(edges, end), weights=lots)[0]
    known: Bools = mids != NO_PRICE
    if known.sum() < 3 or np.ptp(mids[known]) == 0 or np.ptp(filled[known]) == 0:
        return None
    return float(np.corrcoef(filled[known], -sign * mids[known].astype(np.float64))[0, 1])
