"""What an algorithm decides on, and what it answers: facts in, intent out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from metaorder.domain.fills import NO_FILLS, Fills
from metaorder.domain.market import Closing, Quote, VolumeCurve
from metaorder.domain.order import Side, Waiting
from metaorder.domain.outcome import Outcome as Outcome
from metaorder.domain.units import SECOND, Lots, Microticks, Nanos, Ticks

Candidate = Mapping[str, int | str | None]
Candidates = list[Candidate]
"""What was compared before a choice was made."""

Reason = Mapping[str, int | str | bool | Candidates | None]


@dataclass(frozen=True, slots=True)
class Basis:
    """What the market showed when a plan was drawn, our own orders and prints left out. None: it did not say.

    A schedule that rests on volatility or volume rests on these, not on those of the moment: it does not shift under the order.

    mid2: bid + ask, twice the mid [ticks].
    spread: its mean over time since the open.
    sigma: realised volatility since the open, per square root of a second.
    adv: volume of a usual day [lots].
    ahead: volume expected from then until the order's end [lots].
    impact: gamma, eta and beta of a power law, as the order's profile states them.
    stated: what of this the order's profile states, and its source; None: nothing.
    """

    mid2: Ticks | None = None
    spread: Microticks | None = None
    sigma: Microticks | None = None
    adv: Lots | None = None
    ahead: Lots | None = None
    impact: tuple[str, str, str] | None = None
    stated: str | None = None


NO_BASIS = Basis()


FLOW_S = 60
RECENT_S = 300


@dataclass(frozen=True, slots=True)
class Flow:
    """How the market without us has moved of late. None: it does not say.

    imbalance: order-flow imbalance of the last FLOW seconds; gross: the sum of its size second by second [lots].
    mid2: bid + ask that long ago [ticks].
    sigma: realised volatility of the last `recent_s` seconds, per square root of a second.
    volume: traded in them; today: traded since the open [lots].
    open: when the day began.
    recent_s: RECENT, or what the order's own parameter says.
    """

    imbalance: int | None = None
    gross: int | None = None
    mid2: Ticks | None = None
    sigma: Microticks | None = None
    volume: Lots | None = None
    today: Lots | None = None
    open: Nanos | None = None
    recent_s: int = RECENT_S


NO_FLOW = Flow()
LEAST_SEEN_S = 30
"""Seconds of a day that a pace may rest on where nothing is usual; fewer are chance."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the schedule starts from: it is drawn anew whenever the order becomes workable again, so it never bursts.

    origin: when the order last became workable, or was amended.
    done: what was filled then.
    lots: what was left to do then.
    elapsed: workable time since the origin.
    window: workable time from the origin to the end.
    basis: what the market showed at the origin.
    blackouts: stretches [from, to) in which nothing is sent, in order, none within another.
    """

    origin: Nanos
    done: Lots
    lots: Lots
    elapsed: Nanos
    window: Nanos
    basis: Basis = NO_BASIS
    blackouts: tuple[tuple[Nanos, Nanos], ...] = ()

    def volume(self, curve: VolumeCurve, start: Nanos, end: Nanos) -> int:
        """Volume that a curve expects from `start` to `end`, without the blackouts, in the curve's units."""
        end = Nanos(max(start, end))
        if not self.blackouts:
            return curve.between(start, end)
        lost = sum(
            curve.between(Nanos(max(since, start)), Nanos(min(to, end)))
            for since, to in self.blackouts
            if max(since, start) < min(to, end)
        )
        return curve.between(start, end) - lost

    def worked(self, time: Nanos) -> Nanos:
        """Workable time from the origin to `time`."""
        return workable(self.origin, time, self.blackouts)


@dataclass(frozen=True, slots=True)
class Leg:
    """What the legs of a basket know of each other.

    lots: of the whole order; of one that is over, what it did. filled, working: as in State.
    planned: what was left when the basket's plan was drawn, and has a place in it; 0 = it has none.
    price: of a lot when the plan was drawn [currency]; None: the market showed none. spent: on what is filled [currency].
    basis: what its market showed then. tick_value: what one tick is worth on one lot [currency].
    """

    symbol: str
    side: Side
    lots: Lots
    filled: Lots
    working: Lots
    planned: Lots
    price: float | None
    spent: float
    basis: Basis
    tick_value: Fraction


@dataclass(frozen=True, slots=True)
class Basket:
    """A basket as one of its legs sees it: the legs in the order of their acceptance, and which of them it is."""

    name: str
    legs: tuple[Leg, ...]
    place: int


@dataclass(frozen=True, slots=True)
class MarketState:
    """What can be known of the market now. Statistics leave our own orders out.

    quote: the touch without our own orders, over all venues of the symbol.
    halted: trading is halted; nothing may be sent.
    others: volume of others' prints that gives headroom to this order, since its start [lots].
    others_window: the part of it within the rolling window of the participation cap [lots].
    others_pace: the part of it within the catch-up horizon [lots].
    others_since_plan: the part of it since the plan's origin [lots].
    curve: the market's usual volume over the day, from other days.
    volume_ahead: volume expected from now until the order's end [lots]; None where nothing says so.
    basis: what a plan that is drawn now would rest on. flow: how the market has moved of late.
    tick_value: what one tick is worth on one lot [currency].
    venues: of a symbol that trades at several, each venue's own touch, where trading goes on; empty where there is one alone.
    denied: venues that the order may not go to, with what they show where trading goes on: no part of quote and venues.
    silent: venues that owe a word and do not speak, or whose data are old; nothing is sent there. stale: the data of all are old.
    closing: the closing auction that is to come; None: the market holds none.
    seconds: others' volume in each of the flow's recent seconds, oldest first, by venue; empty where nobody asks for it [lots].
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
    basis: Basis = NO_BASIS
    flow: Flow = NO_FLOW
    tick_value: Fraction = Fraction(1, 100)
    venues: Mapping[str, Quote] = field(default_factory=dict)
    seconds: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    denied: Mapping[str, Quote] = field(default_factory=dict)
    stale: bool = False
    closing: Closing | None = None

    @property
    def seen_share(self) -> float:
        """The part of what all venues show that those show which the order may go to."""
        if not self.denied:
            return 1.0
        seen, left_out = (sum(q.bid_size + q.ask_size for q in each.values()) for each in (self.venues, self.denied))
        return seen / (seen + left_out) if seen + left_out else len(self.venues) / (len(self.venues) + len(self.denied))

    @property
    def pace(self) -> float | None:
        """Others' volume a second, by the flow's recent seconds; what of them lies before the open counts as usual [lots].

        Without a usual volume the first LEAST_SEEN seconds of a day say nothing. None: nobody knows.
        """
        flow, usual = self.flow, self._usual()
        if flow.volume is None or flow.open is None:
            return usual
        seen = min(flow.recent_s, max(0, self.now - flow.open) / SECOND)
        if usual is not None:
            return (flow.volume + usual * (flow.recent_s - seen)) / flow.recent_s
        return flow.volume / seen if seen >= LEAST_SEEN_S else None

    def _usual(self) -> float | None:
        """Volume a second that a usual day holds in as many seconds to come, or the last of the day; None: nobody says."""
        edges = self.curve.edges
        if self.basis.adv is None:
            return None
        span = Nanos(self.flow.recent_s * SECOND)
        begin = Nanos(max(edges[0], min(self.now, edges[-1] - span)))
        end = Nanos(min(edges[-1], begin + span))
        whole = self.curve.between(edges[0], edges[-1])
        return self.basis.adv * self.curve.between(begin, end) / whole / ((end - begin) / SECOND)


@dataclass(frozen=True, slots=True)
class State:
    """The facts of one order at one instant.

    filled: lots done. working: lots at venues or on their way there.
    pace_horizon: the trailing time over which lag is made up.
    cap: the participation cap. urgency: 0 = patient, 1 = as fast as the cap allows.
    fills: own fills (time, lots), oldest first, as far back as they are remembered.
    notional: sum of lots times price of all fills [lots x ticks]. arrival2: bid + ask when the order arrived [ticks].
    seed: of all that an algorithm draws at random, from the order's identity.
    basket: the orders that it is planned with; None where it is alone.
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
    cap: Fraction = Fraction(1, 5)
    urgency: Fraction = Fraction(1, 2)
    fills: Fills = NO_FILLS
    notional: int = 0
    arrival2: Ticks | None = None
    seed: int = 0
    basket: Basket | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitTerms:
    """How the router is to split what is wanted between the market and the queues of the venues, after Cont and Kukanov.

    until: when what rests is called back. outflow: how the queues are drawn: exponential, poisson, empirical: as the market's
    last minutes were, or walk: as a price that walks and trades that come in lumps empty them. scenarios: how many are drawn.
    way: split; or, to be held against it, market: take all, venue: the market and the best venue alone, score: rest all in
    proportion to the score router's scores.
    under, over, impact: penalties for a lot too few and too many, and the impact of a lot [currency per unit]; under None = what
    it is expected to cost later (docs/routing.md). taker_fee: negative for a rebate; rebate: of makers [currency per unit]; None
    = each venue's own.
    """

    until: Nanos
    outflow: str = "exponential"
    scenarios: int = 200
    under: float | None = None
    over: float = 0.05
    impact: float = 0.0
    taker_fee: float | None = None
    rebate: float | None = None
    way: str = "split"


@dataclass(frozen=True, slots=True)
class Intent:
    """What an algorithm wants now. Placement decides how, the core sees to the limits.

    target: lots that should be done, or working, now.
    due: lots that should be filled by now: the band hangs on it.
    behind: lots below `due` that are tolerated before the spread is crossed; None = the order's band.
    pace: lots planned within the trailing `pace_horizon`: lag is made up at a multiple of it.
    wake: the latest time to look again.
    reason: the numbers that led here.
    held: what keeps the target from being higher, for people to see while nothing works.
    split: the router splits what is wanted between market and queues; None = placement joins, and crosses behind the band.
    """

    target: Lots
    due: Lots
    pace: Lots
    wake: Nanos
    reason: Reason
    behind: Lots | None = None
    held: Waiting | None = None
    split: SplitTerms | None = None


class Algorithm(Protocol):
    """A value with no memory. What it would remember is a fact in its state, or a statistic of the market."""

    def on_event(self, state: State) -> Intent:
        """What should be done by now, and by when to look again."""
        ...

    def planned(self, state: State, time: Nanos) -> Lots | None:
        """Lots that the plan has done by `time`, given that all goes well; None where it follows the market and cannot know."""
        ...


def workable(start: Nanos, end: Nanos, blackouts: tuple[tuple[Nanos, Nanos], ...]) -> Nanos:
    """Time from `start` to `end`, 0 where that is before it, without the stretches in which nothing is sent."""
    lost = sum(max(0, min(to, end) - max(since, start)) for since, to in blackouts) if blackouts else 0
    return Nanos(max(0, end - start) - lost)


def share_of(lots: int, share: Fraction) -> Lots:
    """A share of a quantity, rounded down."""
    return Lots(lots * share.numerator // share.denominator)


def own_for(others: int, rate: Fraction) -> Lots:
    """Own volume at participation `rate` beside others' volume: floor(rate / (1 - rate) * others)."""
    return Lots(others * rate.numerator // (rate.denominator - rate.numerator))
