"""Price collars: how far from the mid an aggressive child may trade, whatever its parent wants."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

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
    mid = Fraction(quote.bid + quote.ask, 2)
    reach = max(mid * COLLAR, Fraction(1))
    if side is Side.BUY:
        collar = floor(mid + reach)
        return Ticks(collar if limit is None else min(collar, limit))
    collar = ceil(mid - reach)
    return Ticks(collar if limit is None else max(collar, limit))
