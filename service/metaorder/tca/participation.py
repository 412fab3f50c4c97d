"""Participation: the order's part of the volume while it could work, at its peak, and bucket by bucket."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metaorder.tca.facts import Bools, Ints, MarketFacts, OrderFacts, Tape

BUCKET_NS = 300 * 10**9
MOST_BUCKETS = 96
"""A longer order gets longer buckets: whole multiples of BUCKET_NS."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Own and others' lots in [start, end) [ns]."""

    start: int
    end: int
    own: int
    others: int

    @property
    def share(self) -> float | None:
        """Own / all; None where nobody traded."""
        return self.own / (self.own + self.others) if self.own + self.others else None


@dataclass(frozen=True, slots=True)
class Participation:
    """own, others: lots while the order could work. peak: the largest share of the rolling window, ending at a print of ours.

    mean: of the buckets' shares. window: the rolling one [ns].
    """

    own: int
    others: int
    peak: float | None
    mean: float | None
    window: int
    buckets: tuple[Bucket, ...]


NOTHING = Participation(0, 0, None, None, 0, ())


def volumes(order: OrderFacts, market: MarketFacts) -> tuple[int, int]:
    """Own and others' lots from arrival to the end, pauses left out."""
    found = participation(order, market)
    return found.own, found.others


def participation(order: OrderFacts, market: MarketFacts) -> Participation:
    """Own over all lots from arrival to the end; pauses are left out."""
    if order.arrived is None:
        return NOTHING
    end = market.clock if order.ended is None else order.ended
    own, everybody = (workable(tape.between(order.arrived, end), order) for tape in (market.own, market.whole))
    mine, all_lots = own.volume, everybody.volume
    window = max(BUCKET_NS, (order.stop - order.start) // 20)
    buckets = _buckets(own, everybody, order.arrived, end)
    shares = [bucket.share for bucket in buckets if bucket.share is not None]
    mean = float(np.mean(shares)) if shares else None
    return Participation(mine, all_lots - mine, _peak(own, everybody, order.arrived, window), mean, window, buckets)


def _peak(own: Tape, everybody: Tape, arrived: int, window: int) -> float | None:
    """The largest own / all over (t - window, t] at prints t of ours; only full windows, unless there is none."""
    if not len(own.ts):
        return None
    times = own.ts[own.ts >= arrived + window]
    if not len(times):
        return own.volume / everybody.volume
    mine, whole = (_over(tape, times, window) for tape in (own, everybody))
    return float(np.max(mine / whole))


def _over(tape: Tape, times: Ints, window: int) -> Ints:
    """Lots in (t - window, t]."""
    reached = np.concatenate([[0], np.cumsum(tape.lots)])
    last, first = (np.searchsorted(tape.ts, edge, side="right") for edge in (times, times - window))
    found: Ints = reached[last] - reached[first]
    return found


def _buckets(own: Tape, everybody: Tape, start: int, end: int) -> tuple[Bucket, ...]:
    """Buckets from the arrival on; the last one is cut at the end, which belongs to it."""
    if end <= start:
        return ()
    width = BUCKET_NS * max(1, -(-(end - start) // (BUCKET_NS * MOST_BUCKETS)))
    edges = np.append(np.arange(start, end, width, dtype=np.int64), end)
    inner = edges[1:-1]
    mine, whole = (_between(tape, inner) for tape in (own, everybody))
    return tuple(Bucket(int(edges[i]), int(edges[i + 1]), int(mine[i]), int(whole[i] - mine[i])) for i in range(len(edges) - 1))


def _between(tape: Tape, inner: Ints) -> Ints:
    """Lots by bucket: before the first inner edge, between them, and from the last on."""
    reached = np.concatenate([[0], np.cumsum(tape.lots)])
    at = np.concatenate([[0], np.searchsorted(tape.ts, inner, side="left"), [len(tape.ts)]])
    found: Ints = np.diff(reached[at])
    return found


def workable(tape: Tape, order: OrderFacts) -> Tape:
    """Prints while the order was not suspended."""
    chosen: Bools = np.ones(len(tape.ts), dtype=np.bool_)
    for start, stop in order.pauses:
        first, last = np.searchsorted(tape.ts, (start, stop), side="left")
        chosen[first:last] = False
    at = np.flatnonzero(chosen)
    return tape if len(at) == len(tape.ts) else Tape(tape.ts[at], tape.points[at], tape.lots[at])
