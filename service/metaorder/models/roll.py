"""Roll's spread: trades that bounce between bid and ask betray how far apart these are."""

from __future__ import annotations

import math

import numpy as np

from metaorder.models.inputs import Numbers, vector
from metaorder.models.least_squares import enough


def roll_spread(prices: Numbers) -> float | None:
    """The spread that the bounce of trade prices implies, with no quotes at all.

        2 sqrt(-cov(dP_t, dP_{t-1})),   covariance = mean of products less product of means over the overlapping pairs

    prices: of consecutive trades, at least 3, shape (n,) [$]. Returns [$]; None when the covariance is not negative: the model
    then says nothing, and 0 would be a flattering guess.
    Raises NotIdentified: fewer than 3 trades; Invalid: a number that is not finite.
    Source: Roll (1984).
    """
    moves = np.diff(enough("prices", vector("prices", prices), 3))
    before, after = moves[:-1], moves[1:]
    covariance = float(np.mean((before - before.mean()) * (after - after.mean())))
    return 2 * math.sqrt(-covariance) if covariance < 0 else None
