"""Several venues in round lots: the cheapest splits by trying every one, for few venues and few lots."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from metaorder.domain.errors import Invalid
from metaorder.models.ck_multi import Sample, missing, taking
from metaorder.models.inputs import Floats, positive

MOST = 50_000_000
"""Splits times scenarios that are tried at the most: some seconds."""

TIE = 1e-9
"""Costs that differ by no more are the same [$]."""


@dataclass(frozen=True, slots=True)
class Grid:
    """cost: the least, expected [$]. best: the splits that have it, rows of M, L_1 ... L_K, shape (n, K + 1) [shares].

    second: the least cost beyond these [$]; None when all splits cost the same. market_only: of taking everything now [$].
    """

    cost: float
    best: Floats
    second: float | None
    market_only: float


def on_grid(expected: Sample, lot: float) -> Grid:
    """Try every split into multiples of a lot, each part from 0 to the whole order.

        min over M, L_k in {0, lot, 2 lot, ...} <= S of sum_j p_j v(M, L, xi_j)

    expected: scenarios. lot: > 0 [shares]; the order should be a multiple of it, else the grid ends below it.
    Raises Invalid: more than MOST splits times scenarios; the search over all splits has no such limit.
    """
    terms = expected.terms
    lots = int(np.floor(terms.shares / positive("lot", lot) * (1 + 1e-12)))
    levels = np.asarray(np.arange(lots + 1) * float(lot), dtype=np.float64)
    scenarios, venues = expected.room.shape
    if levels.size ** (venues + 1) * scenarios > MOST:
        raise Invalid("lot", f"large enough for no more than {MOST} splits times scenarios", lot)
    fills = np.minimum(expected.room.T[:, None, :], levels[None, :, None])
    spared = np.asarray(terms.over - terms.earned, dtype=np.float64)
    own = spared[:, None] * (fills @ expected.weights) + terms.impact * levels
    taken = np.asarray(taking(terms) * levels - terms.over * terms.shares, dtype=np.float64)
    costs = np.empty((levels.size,) * (venues + 1))
    # one venue's levels at a time beside every choice of the others
    for choice in product(range(levels.size), repeat=max(venues - 1, 0)):
        got = sum((fills[venue, level] for venue, level in enumerate(choice)), start=np.zeros(scenarios))
        beside = sum(own[venue, level] for venue, level in enumerate(choice))
        place: tuple[slice | int, ...] = (slice(None), *choice)
        costs[place] = beside + _last(expected, got, fills, own, levels, taken)
    least = float(costs.min())
    ties = costs <= least + TIE
    dearer = costs[~ties]
    market_only = (terms.half_spread + terms.taker_fee + terms.impact) * terms.shares
    return Grid(least, levels[np.argwhere(ties)], float(dearer.min()) if dearer.size else None, market_only)


def _last(expected: Sample, got: Floats, fills: Floats, own: Floats, levels: Floats, taken: Floats) -> npt.NDArray[np.float64]:
    """Costs over the levels of the market order and, when there is a venue, of the last one."""
    miss, shares = missing(expected.terms), expected.terms.shares
    if fills.shape[0] == 0:
        return taken + miss * np.maximum(shares - levels, 0.0)
    lacking = shares - got - fills[-1]
    short = np.maximum(lacking[None, :, :] - levels[:, None, None], 0.0) @ expected.weights
    return np.asarray(taken[:, None] + own[-1] + miss * short, dtype=np.float64)
