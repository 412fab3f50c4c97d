"""What a child is expected to cost, what its fills came to, and what the difference at a venue teaches."""

from __future__ import annotations

from metaorder.domain.child import Liquidity, TimeInForce
from metaorder.domain.instrument import Instrument
from metaorder.domain.market import Quote
from metaorder.domain.order import Side
from metaorder.domain.state import Outcome
from metaorder.domain.units import Lots, Ticks

PRIOR = 4
"""Children of the present size that the expected cost counts for, beside the fills that were seen to cost something else."""


def expected(
    side: Side, price: Ticks, lots: Lots, tif: TimeInForce, far: Ticks | None, mid2: Ticks, grid: Instrument
) -> int | None:
    """What a child costs if it is filled as it is meant to be, against the mid that it was decided on [points x lots].

    One that takes pays its venue's far touch and the taker's fee; one that rests pays its own price and the maker's fee, so that
    it is negative where it earns. None: an auction's price is not known before.
    """
    if tif is TimeInForce.IOC:
        paid = price if far is None else far
        return _over(side, paid, mid2, grid) * lots + grid.fee(paid, lots, maker=False)
    if tif is TimeInForce.GTD:
        return _over(side, price, mid2, grid) * lots + grid.fee(price, lots, maker=True)
    return None


def achieved(
    side: Side, price: Ticks, lots: Lots, fee: int, liquidity: Liquidity, decided: Ticks | None, now: Quote, grid: Instrument
) -> int | None:
    """What a fill cost [points x lots]; None where there is no mid to hold it against.

    One that took is charged with what moved while it was on its way: it is held against the mid that it was decided on. One that
    rested is held against the mid just before its fill: a price that came through it has made it dear.
    """
    mid2 = decided if liquidity is Liquidity.TAKER else now.mid2
    return None if mid2 is None else _over(side, price, mid2, grid) * lots + fee


def part(whole: int | None, lots: Lots, of: Lots) -> int | None:
    """The part of an amount that falls to `lots` of a child, rounded half up."""
    return None if whole is None else (2 * whole * lots + of) // (2 * of)


def surcharge(outcome: Outcome | None, lots: int, *, maker: bool, most: float) -> float:
    """What a lot at a venue has cost beyond what was expected, held against a prior of none [points a lot].

    most: how far it may move a choice, either way: half the spread, so that one wild fill does not rule.
    """
    if outcome is None:
        return 0.0
    seen, more = (outcome.rested, outcome.rested_more) if maker else (outcome.took, outcome.took_more)
    if not seen:
        return 0.0
    return min(most, max(-most, more / (seen + PRIOR * max(lots, 1))))


def with_fill(known: Outcome, lots: Lots, more: int, liquidity: Liquidity) -> Outcome:
    """What is known of a venue, once a fill has cost so much more than expected [points x lots]."""
    if liquidity is Liquidity.MAKER:
        return Outcome(
            known.expected, known.filled, Lots(known.rested + lots), known.rested_more + more, known.took, known.took_more
        )
    return Outcome(known.expected, known.filled, known.rested, known.rested_more, Lots(known.took + lots), known.took_more + more)


def _over(side: Side, price: Ticks, mid2: Ticks, grid: Instrument) -> int:
    """How far a price is beyond the mid against the trader [points]; exact, since a tick has an even number of points."""
    return side.sign * (2 * price - mid2) * grid.points_per_tick // 2
