"""Implementation shortfall: six components that sum term by term, in whole half points x lots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from metaorder.tca.amounts import NOTHING, Amount
from metaorder.tca.facts import NO_PRICE, Fills, Ints, OrderFacts
from metaorder.tca.sums import summed, weighted
from metaorder.tca.tranches import shares, worth

COMPONENTS = ("delay", "spread", "impact", "timing", "opportunity", "fees")

NO_REFERENCE = "no_reference_path: what the market would have done without the order is not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """The cost of an order against its decision, positive = worse for the trader.

        IS = s (sum x p - X_f P_d) + s sum_u u (P_n - P_d) + F  =  delay + spread + impact + timing + opportunity + fees

    components: the six by name. impact_and_timing: their sum, known where no reference path splits it.
    walking, displaced: the parts of impact: through the levels of the book, and of the market by the order so far.
    canceled_by_client: the part of opportunity that the client closed.
    wagner_edwards: the same total cut otherwise: delay on what was filled, opportunity on the rest from the decision on.
    kissell: delay on all lots, trading against the arrival, opportunity from the arrival on. perold: paper against real:
    execution against the decision, opportunity from the decision on.
    notional: X P_d, what basis points are counted on.
    """

    total: Amount
    components: Mapping[str, Amount]
    impact_and_timing: Amount
    walking: Amount
    displaced: Amount
    canceled_by_client: Amount
    wagner_edwards: Mapping[str, Amount]
    kissell: Mapping[str, Amount]
    perold: Mapping[str, Amount]
    notional: Amount


def shortfall(order: OrderFacts, fills: Fills) -> Shortfall:
    """Decompose the cost of an order.

    Source: Perold (1988) for the identity, Wagner & Edwards (1993) for the second cut; the terms are defined in docs/tca.md.
    """
    s = order.sign
    decided = shares(order, lambda tranche: tranche.decision, fills)
    arrived = shares(order, lambda tranche: tranche.arrival, fills)
    taken_back = reduce(add, (worth(change.lots, change.price) for change in order.taken_back), NOTHING)
    left = worth(order.left(fills), order.end)
    closed = taken_back + left
    paid = Amount(2 * weighted(fills.price, fills.lots))
    fees = Amount(2 * summed(fills.fee))
    spread, walking = _crossing(s, fills)
    mids, reference = _at_mids(fills), _at_reference(fills)
    displaced = s * (mids - reference)
    timing = s * (reference - arrived.filled)
    components = {
        "delay": s * (arrived.ordered - decided.ordered),
        "spread": spread,
        "impact": walking + displaced,
        "timing": timing,
        "opportunity": s * (closed - arrived.unfilled),
        "fees": fees,
    }
    wagner_edwards = {
        "delay": s * (arrived.filled - decided.filled),
        "trading": s * (paid - arrived.filled),
        "opportunity": s * (closed - decided.unfilled),
        "fees": fees,
    }
    kissell = {
        "delay": components["delay"],
        "trading": wagner_edwards["trading"],
        "opportunity": components["opportunity"],
        "fees": fees,
    }
    perold = {"execution": s * (paid - decided.filled), "opportunity": wagner_edwards["opportunity"], "fees": fees}
    found = Shortfall(
        total=s * (paid + closed - decided.ordered) + fees,
        components=components,
        impact_and_timing=walking + s * (mids - arrived.filled),
        walking=walking,
        displaced=displaced,
        canceled_by_client=s * (taken_back - arrived.taken_back) + (s * (left - arrived.left) if order.by_client else NOTHING),
        wagner_edwards=wagner_edwards,
        kissell=kissell,
        perold=perold,
        notional=decided.ordered,
    )
    _check(found)
    return found


def _check(found: Shortfall) -> None:
    """Each cut sums to the total, to the last unit."""
    unsplit = {name: amount for name, amount in found.components.items() if name not in {"impact", "timing"}}
    unsplit["impact_and_timing"] = found.impact_and_timing
    for parts in (found.components, unsplit, found.wagner_edwards, found.kissell, found.perold):
        whole = reduce(add, parts.values())
        assert None in {whole.value, found.total.value} or whole == found.total, "the components sum to the total, exactly"


def _crossing(s: int, fills: Fills) -> tuple[Amount, Amount]:
    """What crossing the spread cost or resting earned, and what walking the book beyond the touch cost."""
    mids = fills.judged2
    why = _gap(mids, "the book")
    if why is not None:
        return Amount.missing(why), Amount.missing(why)
    beyond = ~fills.maker & (s * (fills.price - fills.touch) >= 0)
    judged = np.where(beyond, fills.touch, fills.price)
    spread = s * weighted(2 * judged - mids, fills.lots)
    return Amount(spread), Amount(2 * s * weighted(fills.price - judged, fills.lots))


def _at_mids(fills: Fills) -> Amount:
    """The filled lots at the mids just before their fills."""
    mids = fills.judged2
    why = _gap(mids, "the book")
    return Amount(weighted(mids, fills.lots)) if why is None else Amount.missing(why)


def _at_reference(fills: Fills) -> Amount:
    """The filled lots at the mids that the market would have had without the order."""
    why = fills.why_no_reference if len(fills.lots) else None
    why = why or _gap(fills.reference2, "the market without the order")
    return Amount(weighted(fills.reference2, fills.lots)) if why is None else Amount.missing(why)


def _gap(mid2: Ints, whose: str) -> str | None:
    """Why mids cannot be used, if they cannot: a single one that is missing leaves their sum unknown."""
    blind = int((mid2 == NO_PRICE).sum())
    return f"{whose} had no mid at {blind} of {len(mid2)} fills" if blind else None
