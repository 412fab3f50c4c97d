"""The volume curve: the share of a day's volume that falls in each part of it, from twenty days or more."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from metaorder.calibration.estimate import Estimate, Subject
from metaorder.calibration.flow import Flow
from metaorder.models.inputs import Floats, matrix
from metaorder.models.volume_curve import mean_of_shares, persistence

MIN_DAYS = 20
BINS = 26


def volume_curve(volumes: Floats, *, least_days: int = MIN_DAYS) -> list[Estimate]:
    """The share of each bin, and how long a surprise lasts.

    volumes: of whole days, shape (days, bins) [units]. Standard errors are from the spread of the days. Refused: fewer than
    `least_days` days, or one without volume.
    """
    days, bins = matrix("volumes", volumes).shape
    subjects = [
        Subject(name=f"volume_share_{number}", unit="share of the day", model="volume_curve", method="mean of daily shares")
        for number in range(1, bins + 1)
    ]
    lasting = Subject(
        name="volume_persistence", unit="1", model="volume_curve", method="autoregression of surprises, jackknife of days"
    )
    empty = int(np.count_nonzero(volumes.sum(axis=1) <= 0))
    if days < least_days or empty:
        code = "too_few_days" if days < least_days else "day_without_volume"
        detail = f"{days} days, at least {least_days} must be" if days < least_days else f"{empty} of {days} days have no volume"
        return [each.refused(code, detail, n=days) for each in (*subjects, lasting)]
    shares = volumes / volumes.sum(axis=1)[:, None]
    errors = shares.std(axis=0, ddof=1) / math.sqrt(days)
    curve = mean_of_shares(volumes)
    found = [each.found(float(v), float(e), n=days) for each, v, e in zip(subjects, curve, errors, strict=True)]
    phi = persistence(volumes)
    left_out = np.array([persistence(np.delete(volumes, day, axis=0)) for day in range(days)])
    error = math.sqrt((days - 1) / days * float(((left_out - left_out.mean()) ** 2).sum()))
    return [*found, lasting.found(phi, error, n=days)]


def binned(flows: Sequence[Flow], *, bins: int = BINS) -> Floats:
    """Volumes of days in equal parts of their sessions, shape (days, bins)."""
    rows = []
    for flow in flows:
        place = np.clip((flow.t / flow.session_s * bins).astype(int), 0, bins - 1)
        rows.append(np.bincount(place, flow.volume, bins))
    return np.array(rows, dtype=np.float64)
