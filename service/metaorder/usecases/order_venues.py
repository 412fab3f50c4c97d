"""The venues that an order may go to, held against those that its market has."""

from __future__ import annotations

from collections.abc import Sequence

from metaorder.domain.errors import Invalid
from metaorder.domain.order import ParentOrder, Placement


def check_venues(order: ParentOrder, lit: Sequence[str], dark: Sequence[str]) -> None:
    """Whether the order can be worked under its rule. lit, dark: the venues of its symbol.

    Raises:
        Invalid: a venue that there is not, no lit venue that is left, or a part for a dark pool that it may not go to.
    """
    rule = order.venues
    if rule is None:
        return
    there = (*lit, *dark)
    for place, venue in enumerate(rule.named):
        if venue not in there:
            raise Invalid(f"venues.{rule.name}.{place}", f"a venue of {order.symbol} in this market: {', '.join(there)}", venue)
    if not any(map(rule.permits, lit)):
        raise Invalid(f"venues.{rule.name}", f"such that a lit venue is left, one of {', '.join(lit)}", list(rule.named))
    if dark and not any(map(rule.permits, dark)):
        pools = ", ".join(dark)
        if order.dark_fraction is not None:
            raise Invalid("dark", f"left out where venues do not permit the dark pool {pools}", str(order.dark_fraction))
        if order.placement is Placement.MIDPOINT:
            raise Invalid("placement", f"another where venues do not permit the dark pool {pools}", str(order.placement))
