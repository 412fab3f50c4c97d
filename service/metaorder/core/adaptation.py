"""A schedule that answers to the price: its target moved with the mid, own impact left out, and back by the end. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

from metaorder.algos.chain import noted
from metaorder.algos.scales import day_s, text
from metaorder.core.execution import Execution
from metaorder.core.pool import last_stretch
from metaorder.domain.adaptation import PriceAdaptation
from metaorder.domain.state import Intent, State
from metaorder.domain.units import MICRO, Lots, Nanos

BPS = 10_000
BILLION = 10**9
FADES = 10
"""The shift fades in the last 1/FADES of the window, to nothing halfway through it: the schedule is met at the end."""

UNKNOWN = "no {} is known: price_adaptation is left out"


@dataclass(frozen=True, slots=True)
class Moved:
    """How far the price has moved in the order's favour since it arrived.

    bps: of the mid less own impact, lower for a buy = positive. own_bps: what own fills have pushed it, against the order.
    """

    bps: float
    own_bps: float


def adapted(execution: Execution, state: State, intent: Intent) -> Intent:
    """What the algorithm wants, moved by what the price asks for; as it is where the order does not adapt to the price.

    Target and due move alike, and never out of the order. In the last stretch of `must_complete` nothing is held back or
    brought forward any more.
    """
    wanted, order = execution.order.adaptation, execution.order
    if wanted is None:
        return intent
    found = moved(state)
    if isinstance(found, str):
        return replace(intent, reason={**noted(intent.reason, UNKNOWN.format(found)), "price_shift": 0, "moved_bps": None})
    over = order.must_complete and state.market.now >= state.end - last_stretch(state.end - order.start)
    lots = 0 if over else shift(wanted, order.lots, found.bps, fade(order.start, state.end, state.market.now))
    return replace(
        intent,
        target=_within(intent.target + lots, state.lots),
        due=_within(intent.due + lots, state.lots),
        reason={**intent.reason, "price_shift": lots, "moved_bps": text(found.bps), "own_impact_bps": text(found.own_bps)},
    )


def moved(state: State) -> Moved | str:
    """How far the price has moved since arrival, own impact left out; or the name of what is not known.

        I = sigma sqrt(filled / V),  moved = -side (mid - side I - arrival) / arrival

    sigma: of a day, V: its usual volume, both as the plan rests on them, or as they are now where it has none: the square-root
    law, by which the risk ladder reckons too. The mid is that without own orders.
    """
    mid2, arrival2 = state.market.quote.mid2, state.arrival2
    if arrival2 is None:
        return "arrival mid"
    if mid2 is None:
        return "mid"
    sigma = state.plan.basis.sigma or state.market.basis.sigma
    volume = state.plan.basis.adv or state.market.basis.adv
    if not sigma or not volume:
        return "volatility" if not sigma else "usual volume"
    own = 2 * sigma / MICRO * math.sqrt(day_s(state)) * math.sqrt(state.filled / volume)  # against a mid in half ticks
    away = (mid2 - arrival2) * state.side.sign - own
    return Moved(0.0 - away / arrival2 * BPS, own / arrival2 * BPS)


def shift(wanted: PriceAdaptation, lots: Lots, bps: float, faded: Fraction) -> int:
    """Lots by which a schedule is brought forward, held back where negative; rounded towards none.

    bps: the price's move in the order's favour. faded: the share of the shift that is left at this time.
    """
    share = float(wanted.slope_per_bp) * bps * wanted.mode.sign
    most = float(wanted.max_shift)
    whole = abs(round(max(-most, min(most, share)) * BILLION))
    made = lots * whole * faded.numerator // (BILLION * faded.denominator)
    return made if share > 0 else -made


def fade(start: Nanos, end: Nanos, now: Nanos) -> Fraction:
    """The share of the shift that is left: all of it, and less and less in the last part of the window."""
    return min(Fraction(1), Fraction(max(0, 2 * FADES * (end - now) - (end - start)), end - start))


def _within(target: int, lots: Lots) -> Lots:
    return Lots(max(0, min(target, lots)))
