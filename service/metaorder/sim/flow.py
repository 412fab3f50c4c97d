"""What plans rest on and how a symbol has moved of late, our own orders and prints left out.

Of a symbol at several venues volume and imbalance are added up; the spread, the volatility and the mid of a while ago are those
of its first floor, whose statistics they are.
"""

from __future__ import annotations

import math

from metaorder import _native
from metaorder.domain.market import Quote
from metaorder.domain.state import FLOW_S, RECENT_S, Basis, Flow
from metaorder.domain.units import MICRO, Lots, Microticks, Nanos, Ticks
from metaorder.sim.floors import Listing

NO_MID = -(2**63)
LEAST_RETURNS = 60
"""Fewer returns than these say nothing of volatility."""


def basis(native: _native.Session, listing: Listing, quote: Quote, ahead: Lots | None) -> Basis:
    """What a plan that is drawn now may rest on. ahead: volume expected until the order's end."""
    mid2 = quote.mid2
    _, spread, short, long, shorts, longs = native.others(floor=listing.floors[0].index)
    variance = long if longs >= LEAST_RETURNS else short if shorts >= LEAST_RETURNS else None
    return Basis(
        mid2=mid2,
        spread=None if math.isnan(spread) else Microticks(round(spread * MICRO / listing.instrument.points_per_tick)),
        sigma=None if variance is None or mid2 is None else _sigma(variance, mid2),
        adv=listing.usual_volume,
        ahead=ahead,
    )


def flow(native: _native.Session, listing: Listing, quote: Quote, opened: Nanos, recent_s: int = RECENT_S) -> Flow:
    """How the market without us has moved of late. opened: when the session began. recent_s: for how long."""
    at = [floor.index for floor in listing.floors]
    short, long = [native.recent(FLOW_S, floor) for floor in at], [native.recent(recent_s, floor) for floor in at]
    ago, (squares, returns), mid2 = short[0][3], long[0][4:6], quote.mid2
    known = mid2 is not None and returns >= LEAST_RETURNS
    return Flow(
        imbalance=sum([row[0] for row in short]),
        gross=sum([row[1] for row in short]),
        mid2=None if ago <= NO_MID else Ticks(ago),
        sigma=_sigma(squares / returns, mid2) if known and mid2 is not None else None,
        volume=Lots(sum([row[2] for row in long])),
        today=Lots(sum([native.others(floor)[0] for floor in at])),
        open=opened,
        recent_s=recent_s,
    )


def _sigma(variance: float, mid2: int) -> Microticks:
    """Volatility of the log mid as one of the price, per square root of a second."""
    return Microticks(round(math.sqrt(variance) * mid2 / 2 * MICRO))
