"""Price collars: how far from the mid an aggressive child may trade, whatever its parent wants."""

from __future__ import annotations

from fractions import Fraction

from metaorder.domain.market import Quote
from metaorder.domain.order import Side
from metaorder.domain.units import Ticks

COLLAR = Fraction(1, 50)
"""The widest distance from the mid, as a share of it; a tick where that is less, or a narrow spread could not be crossed."""


def worst_price(side: Side, quote: Quote, limit: Ticks | None) -> Ticks:
    """The worst price that a child may carry: the limit, or the collar around the mid if that is tighter."""
    assert quote.two_sided, "a collar needs a mid"
    assert quote.bid is not None
    assert quote.ask is not None
    parts = 2 * COLLAR.denominator  # of a tick, in which mid and collar are whole
    mid = (quote.bid + quote.ask) * COLLAR.denominator
    reach = max((quote.bid + quote.ask) * COLLAR.numerator, parts)
    if side is Side.BUY:
        collar = (mid + reach) // parts
        return Ticks(collar if limit is None else min(collar, limit))
    collar = -((reach - mid) // parts)
    return Ticks(collar if limit is None else max(collar, limit))
