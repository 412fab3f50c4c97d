"""The participation cap, on two clocks: how many lots may still be sent."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from metaorder.domain.order import ParentOrder, ParticipationMode
from metaorder.domain.state import MarketState, own_for
from metaorder.domain.units import MINUTE, Lots, Nanos

HARD_MAXIMUM = Fraction(1, 2)
"""No cap is ever raised above this, whatever the mode."""

SOFT_PART = 10
"""soft_at_end: the cap doubles in the last 1/SOFT_PART of the window."""


@dataclass(frozen=True, slots=True)
class Own:
    """What the order has done and has out.

    filled: lots since its start. filled_window: the part within the rolling window. out: at venues or on their way.
    """

    filled: Lots
    filled_window: Lots
    out: Lots


def rolling_window(order: ParentOrder) -> Nanos:
    """The length of the rolling clock: 5 minutes, or 5 % of the horizon if that is longer."""
    return Nanos(max(5 * MINUTE, (order.end - order.start) // 20))


def cap_now(order: ParentOrder, now: Nanos) -> Fraction:
    """The cap in force: doubled near the end where the client lets it give way."""
    if order.participation_mode is ParticipationMode.HARD:
        return order.cap
    if now < order.end - (order.end - order.start) // SOFT_PART:
        return order.cap
    return max(order.cap, min(2 * order.cap, HARD_MAXIMUM))


def headroom(order: ParentOrder, own: Own, market: MarketState) -> Lots:
    """Lots that may be sent now without a breach if all that is out is filled; never negative.

        own <= max(floor(p / (1 - p) * others), grace), on the cumulative clock and on the rolling one

    grace: one smallest child, so that the order can start before anybody has traded.
    """
    cap = cap_now(order, market.now)
    cumulative = max(own_for(market.others, cap), order.min_child) - own.filled
    rolling = max(own_for(market.others_window, cap), order.min_child) - own.filled_window
    return Lots(max(0, min(cumulative, rolling) - own.out))
