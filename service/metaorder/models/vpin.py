"""VPIN: how one-sided the flow is, measured on the clock of volume."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from metaorder.models.inputs import Floats, Numbers, every, positive, vector, whole

WHOLE = 1e-12
"""A bucket that lacks no more than this share of its volume is full: sums of decimals seldom hit a boundary exactly."""


def buy_share(sides: Numbers) -> Floats:
    """What of each trade was bought, by the side of its taker: 1 for +1, 0 for -1, one half for 0, unknown. Raises Invalid."""
    sign = vector("sides", sides)
    every("sides", np.isin(sign, (-1.0, 0.0, 1.0)), "-1, 0 or 1", sign)
    return (sign + 1) / 2


def bulk_buy_share(prices: Numbers, *, sigma: float) -> Floats:
    """Bulk volume classification: what of each bar was bought, by how far the price moved in it.

        Phi(dP / sigma_dP)

    prices: at the end of each bar, shape (n,) [$]. sigma: standard deviation of the moves > 0 [$].
    Returns n - 1 values in [0, 1]: the first bar has no move and cannot be classified.
    Raises Invalid: a number breaks its rule.
    Source: Easley, Lopez de Prado and O'Hara (2012), "Flow toxicity and liquidity in a high-frequency world".
    """
    return np.asarray(ndtr(np.diff(vector("prices", prices)) / positive("sigma", sigma)), dtype=np.float64)


def bucket_imbalance(volumes: Numbers, bought: Numbers, *, bucket: float) -> Floats:
    """|bought - sold| in each bucket of exactly `bucket` shares; a trade on a boundary is split, an unfinished bucket left out.

    volumes: of trades or bars >= 0, shape (n,) [shares]. bought: share of each that was bought in [0, 1], shape (n,).
    bucket: > 0 [shares]. Returns one value a full bucket in [0, bucket] [shares].
    Raises Invalid: a number breaks its rule.
    """
    volume = vector("volumes", volumes)
    share = vector("bought", bought, length=volume.size)
    size = positive("bucket", bucket)
    every("volumes", volume >= 0, "0 or more", volume)
    every("bought", (share >= 0) & (share <= 1), "in [0, 1]", share)
    ends = np.concatenate([[0.0], np.cumsum(volume)])
    net = np.concatenate([[0.0], np.cumsum(volume * (2 * share - 1))])
    full = int(np.floor(ends[-1] / size * (1 + WHOLE)))
    edges = np.minimum(size * np.arange(full + 1), ends[-1])
    inside = np.clip(np.searchsorted(ends, edges, side="left") - 1, 0, None)
    # not by interpolation: whole shares of one side stay exact when a trade is split
    at_edge = net[inside] + (edges - ends[inside]) * (2 * share[inside] - 1) if full else np.zeros(1)
    return np.abs(np.diff(at_edge))


def vpin(imbalances: Numbers, *, bucket: float, window: int) -> Floats:
    """Share of the volume of the last `window` buckets that was one-sided.

        sum of the last n |Vb - Vs| / (n V)

    imbalances: of the buckets, shape (m,) [shares]. bucket: V > 0 [shares]. window: n >= 1 buckets.
    Returns m - n + 1 values in [0, 1], the first when n buckets are full; none before.
    Raises Invalid: a number breaks its rule.
    Source: Easley, Lopez de Prado and O'Hara (2012).
    """
    one_sided, size = vector("imbalances", imbalances), positive("bucket", bucket)
    window = whole("window", window)
    if one_sided.size < window:
        return np.zeros(0)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(one_sided, window).sum(axis=1) / (window * size), dtype=np.float64)
