"""Obizhaeva and Wang with trades at equal intervals: large first and last, equal in between."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from metaorder.models.inputs import Floats, whole
from metaorder.models.ow_continuous import Refilling


@dataclass(frozen=True, slots=True)
class Trades:
    """The optimum. shares: of each trade, shape (N + 1,). transient: cost of the impact that fades [$]. payment: all [$]."""

    shares: Floats
    transient: float
    payment: float


def optimal(order: Refilling, intervals: int) -> Trades:
    """The cheapest N + 1 trades, at 0, T/N, … T. A trade walks the book: it pays the mean of the prices before and after.

        a = exp(-rho T / N);  ends X / ((N-1)(1-a) + 2), in between (1-a) times that
        cost = kappa X^2 (1+a) / (2 ((N-1)(1-a) + 2))

    For ever more intervals it becomes `ow_continuous`.

    intervals: N >= 1.
    Raises Invalid: intervals is no whole number, or less than 1.
    Source: Obizhaeva and Wang (2013), section 5; the closed form is derived here from the inverse of exp(-rho |t_i - t_j|).
    """
    intervals = whole("intervals", intervals)
    step = order.resilience * order.horizon / intervals
    refilled = -math.expm1(-step)
    end = order.shares / ((intervals - 1) * refilled + 2)
    shares = np.full(intervals + 1, refilled * end)
    shares[0] = shares[-1] = end
    transient = order.kappa * order.shares * end * (2 - refilled) / 2
    return Trades(shares, transient, order.payment(transient))
