"""Order flow imbalance at the best quotes: what was added to the bid and taken from the ask, less the opposite."""

from __future__ import annotations

import numpy as np

from metaorder.models.inputs import Floats, Numbers, every, vector, whole
from metaorder.models.least_squares import Fit, line


def contributions(bid: Numbers, ask: Numbers, bid_size: Numbers, ask_size: Numbers) -> Floats:
    """What each update of the best quotes says about demand: positive for buying pressure.

        e_n = 1{Pb_n >= Pb_{n-1}} qb_n - 1{Pb_n <= Pb_{n-1}} qb_{n-1} - 1{Pa_n <= Pa_{n-1}} qa_n + 1{Pa_n >= Pa_{n-1}} qa_{n-1}

    bid, ask: best prices, in any unit that compares exactly (ticks), shape (n,). bid_size, ask_size: >= 0, shape (n,) [shares].
    Returns n - 1 values [shares]; none for fewer than two quotes.
    Raises Invalid: lengths differ, a number is not finite, or a size is negative.
    Source: Cont, Kukanov and Stoikov (2014), "The price impact of order book events".
    """
    pb = vector("bid", bid)
    pa = vector("ask", ask, length=pb.size)
    qb, qa = vector("bid_size", bid_size, length=pb.size), vector("ask_size", ask_size, length=pb.size)
    every("bid_size", qb >= 0, "0 or more", qb)
    every("ask_size", qa >= 0, "0 or more", qa)
    demand = np.where(pb[1:] >= pb[:-1], qb[1:], 0.0) - np.where(pb[1:] <= pb[:-1], qb[:-1], 0.0)
    supply = np.where(pa[1:] <= pa[:-1], qa[1:], 0.0) - np.where(pa[1:] >= pa[:-1], qa[:-1], 0.0)
    return np.asarray(demand - supply, dtype=np.float64)


def imbalance(contributed: Floats, *, window: int) -> Floats:
    """OFI over windows of `window` updates each: the sum of what they contributed; an unfinished last window is left out."""
    window = whole("window", window)
    full = contributed.size // window
    return np.asarray(contributed[: full * window].reshape(full, window).sum(axis=1), dtype=np.float64)


def mid_moves(bid: Numbers, ask: Numbers, *, window: int) -> Floats:
    """Moves of the mid over the same windows, in the units of the quotes."""
    window = whole("window", window)
    pb = vector("bid", bid)
    mid = (pb + vector("ask", ask, length=pb.size)) / 2
    full = max(mid.size - 1, 0) // window
    return np.diff(mid[: full * window + 1 : window])


def price_impact(flow: Numbers, moves: Numbers) -> Fit:
    """How far the mid moves a share of imbalance.

        dP = a + b OFI + e

    flow: OFI of each window, shape (n,) [shares]. moves: of the mid, shape (n,). Returns the fit; its slope is b.
    Raises NotIdentified: fewer than two windows, or a flow that does not vary; Invalid: a number that is not finite.
    """
    return line(flow, moves)


def queue_imbalance(bid_size: Numbers, ask_size: Numbers) -> Floats:
    """Which queue is longer: (qb - qa)/(qb + qa) in [-1, 1], positive when the bid is; nan where both are empty.

    bid_size, ask_size: >= 0, shape (n,) [shares]. Raises Invalid: lengths differ or a size is negative.
    """
    qb = vector("bid_size", bid_size)
    qa = vector("ask_size", ask_size, length=qb.size)
    every("bid_size", qb >= 0, "0 or more", qb)
    every("ask_size", qa >= 0, "0 or more", qa)
    both = qb + qa
    return np.where(both > 0, (qb - qa) / np.where(both > 0, both, 1.0), np.nan)
