"""What an algorithm decides on, and what it answers: facts in, intent out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from metaorder.domain.market import Quote, VolumeCurve
from metaorder.domain.order import Side
from metaorder.domain.units import Lots, Nanos

Reason = Mapping[str, int | str | bool | None]


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the schedule starts from: it is drawn anew whenever the order becomes workable again, so it never bursts.

    origin: when the order last became workable, or was amended.
    done: what was filled then.
    lots: what was left to do then.
    elapsed: workable time since the origin.
    window: workable time from the origin to the end.
    """

    origin: Nanos
    done: Lots
    lots: Lots
    elapsed: Nanos
    window: Nanos


@dataclass(frozen=True, slots=True)
class MarketState:
    """What can be known of the market now. Statistics leave our own orders out.

    quote: the touch without our own orders.
    halted: trading is halted; nothing may be sent.
    others: volume of others' prints that gives headroom to this order, since its start [lots].
    others_window: the part of it within the rolling window of the participation cap [lots].
    others_pace: the part of it within the catch-up horizon [lots].
    others_since_plan: the part of it since the plan's origin [lots].
    curve: the market's usual volume over the day, from other days.
    volume_ahead: volume expected from now until the order's end [lots]; None where nothing says so.
    """

    now: Nanos
    quote: Quote
    halted: bool
    others: Lots
    others_window: Lots
    others_pace: Lots
    others_since_plan: Lots
    curve: VolumeCurve
    volume_ahead: Lots | None


@dataclass(frozen=True, slots=True)
class State:
    """The facts of one order at one instant.

    filled: lots done. working: lots at venues or on their way there.
    pace_horizon: the trailing time over which lag is made up.
    """

    side: Side
    lots: Lots
    start: Nanos
    end: Nanos
    filled: Lots
    working: Lots
    min_child: Lots
    must_complete: bool
    plan: Plan
    pace_horizon: Nanos
    market: MarketState


@dataclass(frozen=True, slots=True)
class Intent:
    """What an algorithm wants now. Placement decides how, the core sees to the limits.

    target: lots that should be done, or working, now.
    due: lots that should be filled by now: the band hangs on it.
    behind: lots below `due` that are tolerated before the spread is crossed; None = the order's band.
    pace: lots planned within the trailing `pace_horizon`: lag is made up at a multiple of it.
    wake: the latest time to look again.
    reason: the numbers that led here.
    """

    target: Lots
    due: Lots
    pace: Lots
    wake: Nanos
    reason: Reason
    behind: Lots | None = None


class Algorithm(Protocol):
    """A value with no memory. What it would remember is a fact in its state, or a statistic of the market."""

    def on_event(self, state: State) -> Intent:
        """What should be done by now, and by when to look again."""
        ...

    def planned(self, state: State, time: Nanos) -> Lots | None:
        """Lots that the plan has done by `time`, given that all goes well; None where it follows the market and cannot know."""
        ...


def share_of(lots: int, share: Fraction) -> Lots:
    """A share of a quantity, rounded down."""
    return Lots(lots * share.numerator // share.denominator)


def own_for(others: int, rate: Fraction) -> Lots:
    """Own volume at participation `rate` beside others' volume: floor(rate / (1 - rate) * others)."""
    return Lots(others * rate.numerator // (rate.denominator - rate.numerator))
