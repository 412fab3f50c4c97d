"""What trades paid for immediacy, measured with quotes: effective spread, realised spread and price impact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import Numbers, every, vector


@dataclass(frozen=True, slots=True)
class SpreadMeasures:
    """Share-weighted means in basis points of the mid at each trade; effective = realised + impact."""

    effective: float
    realised: float
    impact: float


def spread_measures(sides: Numbers, volumes: Numbers, prices: Numbers, mids: Numbers, later: Numbers) -> SpreadMeasures:
    """Measure trades against the mids at them and after them.

        effective = 2 D (P - m)/m,   realised = 2 D (P - m')/m,   impact = 2 D (m' - m)/m

    sides: D, +1 bought by the taker, -1 sold, shape (n,). volumes: >= 0 and above 0 somewhere, shape (n,) [shares].
    prices, mids, later: P, m, and m' some time after, each > 0, shape (n,) [$].
    Raises Invalid: a number breaks its rule, lengths differ, or there is no volume.
    Source: Huang and Stoll (1996); SEC Rule 605.
    """
    d = vector("sides", sides, least=1)
    every("sides", np.abs(d) == 1, "1 or -1", d)
    v = vector("volumes", volumes, length=d.size)
    every("volumes", v >= 0, "0 or more", v)
    if not v.sum() > 0:
        raise Invalid("volumes", "above 0 somewhere", 0.0)
    p, m, after = (vector(name, each, length=d.size) for name, each in (("prices", prices), ("mids", mids), ("later", later)))
    for name, each in (("prices", p), ("mids", m), ("later", after)):
        every(name, each > 0, "above 0", each)
    weight = 2e4 * d * (v / v.sum()) / m
    return SpreadMeasures(float(weight @ (p - m)), float(weight @ (p - after)), float(weight @ (after - m)))
