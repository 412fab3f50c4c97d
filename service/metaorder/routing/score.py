"""The score router, a baseline: liquidity, fee, latency and fill rate are weighed, and the order is shared out in proportion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metaorder.domain.errors import Invalid
from metaorder.models.inputs import not_negative
from metaorder.models.rounding import largest_remainder

LIQUIDITY, FEE, LATENCY, FILLS = 0.4, 0.2, 0.2, 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """liquidity: lots shown there. fee: in any one unit, a rebate negative. latency_ms: >= 0. fill_rate: a share."""

    liquidity: float
    fee: float
    latency_ms: float
    fill_rate: float


def score(venue: Venue, lots: int, *, dearest: float, urgency: float = 0.5) -> float:
    """The score of a venue, from 0 to 1.

    Fees are put on the scale of the dearest venue's, so that the score does not hang on the unit they are stated in; the weights
    of latency and fee make up one, so that scores compare across urgencies.
    """
    not_negative("latency_ms", venue.latency_ms)
    scale = abs(dearest) or 1.0
    cheap = 1.0 / (1.0 + max(venue.fee / scale + 1.0, 0.0))
    quick = 1.0 / (1.0 + venue.latency_ms)
    spare = LATENCY * (1 - urgency)
    return (
        LIQUIDITY * min(venue.liquidity / lots, 1.0) + (FEE + spare) * cheap + LATENCY * urgency * quick + FILLS * venue.fill_rate
    )


def scored(lots: int, venues: Sequence[Venue], *, urgency: float = 0.5) -> list[int]:
    """Whole lots for each venue in the proportion of the scores, that sum to the order: it rests all of it, and takes nothing.

    Raises Invalid: no venue.
    """
    if not venues:
        raise Invalid("venues", "at least one", 0)
    dearest = max((abs(venue.fee) for venue in venues), default=0.0)
    return largest_remainder(lots, [score(venue, lots, dearest=dearest, urgency=urgency) for venue in venues])
