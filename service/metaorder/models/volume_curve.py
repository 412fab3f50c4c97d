"""Intraday volume curves: where in the day volume comes, and what today's volume so far says about the rest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Floats, Numbers, every, matrix, not_negative, vector

Days = Sequence[Numbers] | npt.NDArray[np.floating]
"""Volumes of past days, a row a day and a column a bin."""


def mean_of_shares(volumes: Days) -> Floats:
    """The share of the day that each bin has on an average day: every day counts the same.

        mean_d (v_db / sum_b v_db)

    volumes: >= 0, shape (days, bins) [shares]. Returns shape (bins,), sum 1.
    Raises Invalid: no day, a negative volume, or a day without volume, which has no shares.
    """
    v = _days(volumes)
    total = v.sum(axis=1)
    every("volumes", total > 0, "a day with volume", total)
    return np.asarray((v / total[:, None]).mean(axis=0), dtype=np.float64)


def share_of_means(volumes: Days) -> Floats:
    """The share of all past volume that fell in each bin: busy days count more.

        mean_d v_db / sum_b mean_d v_db

    volumes: >= 0, shape (days, bins) [shares]. Returns shape (bins,), sum 1. Raises Invalid: no day, or no volume at all.
    """
    mean = _days(volumes).mean(axis=0)
    if not mean.sum() > 0:
        raise Invalid("volumes", "days with volume", 0.0)
    return np.asarray(mean / mean.sum(), dtype=np.float64)


def persistence(volumes: Days) -> float:
    """How much of a bin's surprise is left in the next bin of the same day.

        phi = sum y_t y_{t-1} / sum y_{t-1}^2,   y = v - mean_d v,   within days

    volumes: >= 0, shape (days, bins) [shares]. Returns phi; 0.0 when nothing ever surprised. Raises Invalid as above.
    """
    v = _days(volumes)
    surprise = v - v.mean(axis=0)
    before, after = surprise[:, :-1].ravel(), surprise[:, 1:].ravel()
    squares = float(before @ before)
    level = float((v**2).sum())
    return float(before @ after) / squares if squares > 1e-26 * level else 0.0


def forecast(volumes: Days, today: Numbers) -> Floats:
    """Volume expected in each bin of the day that is still to come.

        c_k + phi^{k-m+1} (v_{m-1} - c_{m-1}),   c = mean_d v,   not below 0

    volumes: of past days >= 0, shape (days, bins) [shares]. today: of the m bins that are over >= 0, shape (m,), m <= bins.
    Returns bins - m values [shares]. With m = 0 it is the mean of the past days.
    Raises Invalid: more bins today than in a day, or a negative volume.
    Source: Bialkowski, Darolles and Le Fol (2008), with one autoregression in place of their common and specific parts.
    """
    v, seen = _days(volumes), vector("today", today)
    every("today", seen >= 0, "0 or more", seen)
    bins, m = v.shape[1], seen.size
    if m > bins:
        raise Invalid("today", f"at most {bins} bins", m)
    mean = np.asarray(v.mean(axis=0), dtype=np.float64)
    if m == 0:
        return mean
    surprise = float(seen[-1] - mean[m - 1])
    return np.maximum(mean[m:] + persistence(v) ** np.arange(1, bins - m + 1) * surprise, 0.0)


def split(remaining: float, expected: Numbers) -> Floats:
    """Shares for each bin to come, in proportion to the volume expected there; in equal parts when none is expected.

    remaining: >= 0 [shares]. expected: >= 0, shape (n,). Returns n values that sum to `remaining`. Raises Invalid.
    """
    f, shares = vector("expected", expected), not_negative("remaining", remaining)
    every("expected", f >= 0, "0 or more", f)
    largest = f.max(initial=0.0)
    weights = f / largest if largest > 0 else np.ones_like(f)
    return np.asarray(shares * (weights / weights.sum()), dtype=np.float64) if f.size else f


def common_component(volumes: Days) -> tuple[Floats, float | None]:
    """What moves all bins of a day together: the first principal component, put back on the mean.

    volumes: >= 0, shape (days, bins) [shares].
    Returns (common part, shape (days, bins) [shares]; the share of all variation that it explains, None when nothing varies).
    Raises Invalid: no day, or a negative volume.
    Source: Bialkowski, Darolles and Le Fol (2008), the common component of one stock's bins.
    """
    v = _days(volumes)
    mean = v.mean(axis=0)
    days, values, bins = np.linalg.svd(v - mean, full_matrices=False)
    variation = float((values**2).sum())
    if variation <= 1e-26 * float((v**2).sum()):
        return np.broadcast_to(mean, v.shape).copy(), None
    return values[0] * np.outer(days[:, 0], bins[0]) + mean, float(values[0] ** 2) / variation


def _days(volumes: Days) -> Floats:
    v = matrix("volumes", volumes)
    if v.size == 0:
        raise Invalid("volumes", "at least one day of at least one bin", v.shape)
    return every("volumes", v >= 0, "0 or more", v)
