"""Volume-weighted average price: lots follow the share of the day's volume that usually trades by then."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import ClassVar

from metaorder.algos.chain import noted
from metaorder.algos.parameter import parameter
from metaorder.algos.schedule import follow, part
from metaorder.domain.errors import Invalid
from metaorder.domain.market import VolumeCurve, flat_curve
from metaorder.domain.state import Intent, Reason, State, own_for, share_of
from metaorder.domain.units import SECOND, Lots, Nanos, to_share

MAX_PARTS = 10_000
FLAT = "no volume is left on the curve: evenly over time"
UNCAPPED = "no volume is expected of this market: no interval is capped by it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vwap:
    """A static curve: the market's history, or the one given here. Never the day that is being traded.

    `dynamic`: what should be done is the share of the window's volume that others have traded so far, of that and what is
    expected yet: the usual volume, scaled by how busy today is, or today's rate along the curve where no usual volume is known.
    It stays within `allow_deviation` of the static schedule. Without any volume it is the static schedule, and `fallback` says
    so.

    The static schedule is the one nearest to the curve under two caps: no interval has more than `max_bucket_share` of the
    order, nor more than `max_participation` of the volume that the market is expected to trade in it, where that is known. What
    an interval loses goes to the others in proportion to the curve; `capped` in the reason counts the intervals at their cap.
    Where the caps leave no room for the whole order, each interval has its share of what they allow.

    After a pause or a halt what is left is spread anew over the weights that are left.
    """

    reads: ClassVar[tuple[str, ...]] = (
        "the stated curve, else the profile's, else the market's",
        "volume expected until the end",
        "dynamic: others' volume since the open",
    )
    without: ClassVar[tuple[str, ...]] = (
        "no expected volume: the static curve, no interval capped by volume",
        "no volume left on the curve: evenly over time",
        "dynamic, no volume of today: the usual one; no usual volume: today's rate along the curve",
    )

    interval_s: int = field(
        default=60,
        metadata={"doc": "Time between two steps of the schedule", "unit": "seconds", "ge": 1, "mutable": True},
    )
    curve: tuple[int, ...] | None = field(
        default=None,
        metadata={
            "doc": "Relative volume of equal parts of the window [start_time, end_time); null = the market's usual curve",
            "unit": "count",
            "mutable": True,
        },
    )

    dynamic: bool = parameter(False, "Whether today's volume moves the schedule", "yes or no")
    allow_deviation: Decimal = parameter(
        Decimal("0.05"), "How far today's volume may move it from the static schedule", "share of the quantity"
    )
    max_bucket_share: Decimal | None = parameter(
        Decimal("0.5"), "The most of the order that one interval may have; what it loses goes to the others", "share of the order"
    )

    def __post_init__(self) -> None:
        if not 1 <= self.interval_s <= 86_400:
            raise Invalid("interval_s", "from 1 to 86400", self.interval_s)
        if self.curve is not None:
            if not 1 <= len(self.curve) <= MAX_PARTS:
                raise Invalid("curve", f"1 to {MAX_PARTS} weights", len(self.curve))
            if any(not 0 <= weight <= 10**12 for weight in self.curve) or not sum(self.curve):
                raise Invalid("curve", "weights from 0 to 10**12 with a positive sum", self.curve)

        if not 0 <= self.allow_deviation <= 1:
            raise Invalid("allow_deviation", "from 0 to 1", str(self.allow_deviation))
        if self.max_bucket_share is not None:
            to_share(self.max_bucket_share, field="max_bucket_share")

    def on_event(self, state: State) -> Intent:
        """Be where the curve will be at the end of the interval that has begun."""
        curve, capped = self._curve(state)
        plan = state.plan
        whole = plan.volume(curve, plan.origin, state.end)
        coming = plan.volume(state.market.curve, plan.origin, state.end)
        interval = self.interval_s * SECOND
        step = Nanos(plan.origin + (1 + (state.market.now - plan.origin) // interval) * interval)

        def over(time: Nanos) -> Lots:
            if whole == 0:  # the curve is flat zero from here on: spread what is left over time
                return part(plan, plan.worked(time), plan.window)
            return part(plan, plan.volume(curve, plan.origin, time), whole)

        def target(time: Nanos) -> Lots:
            return over(Nanos(min(plan.origin + (1 + (time - plan.origin) // interval) * interval, state.end)))

        found: Reason = {"curve": curve.source, "interval_s": self.interval_s, "capped": capped}
        reason = noted(found, None if whole else FLAT, None if plan.basis.ahead and coming else UNCAPPED)
        intent = follow(state, target=target, due=over, step=step, reason=reason)
        return self._moved(state, intent) if self.dynamic else intent

    def planned(self, state: State, time: Nanos) -> Lots:
        """Lots done by `time` on the curve."""
        (curve, _), plan = self._curve(state), state.plan
        whole = plan.volume(curve, plan.origin, state.end)
        if whole == 0:
            return part(plan, plan.worked(time), plan.window)
        return part(plan, plan.volume(curve, plan.origin, time), whole)

    def _moved(self, state: State, intent: Intent) -> Intent:
        """The static intent, moved to where today's volume says."""
        ahead = expected_ahead(state)
        if ahead is None:
            return replace(intent, reason=noted(intent.reason, "no volume is known: the static schedule"))
        seen, plan = state.market.others_since_plan, state.plan
        most = share_of(plan.lots, Fraction(self.allow_deviation))
        static = Lots(min(intent.due, state.lots))
        wanted = part(plan, seen, seen + ahead) if seen + ahead else static
        moved = max(-most, min(most, wanted - static))
        return replace(
            intent,
            target=Lots(max(plan.done, min(state.lots, intent.target + moved))),
            due=Lots(max(plan.done, min(state.lots, intent.due + moved))),
            pace=Lots(intent.pace + max(0, moved)),
            reason=noted({**intent.reason, "others": seen, "ahead": ahead, "moved": moved}, _less(state)),
        )

    def _curve(self, state: State) -> tuple[VolumeCurve, int]:
        """The curve that is followed, and how many intervals are at their cap."""
        curve, plan = self._stated(state), state.plan
        ahead = plan.basis.ahead or 0
        room = own_for(ahead, state.cap) if plan.lots and ahead else None
        return _known(curve, plan.origin, state.end, self.interval_s, self.max_bucket_share, state.market.curve, room, plan.lots)

    def _stated(self, state: State) -> VolumeCurve:
        if self.curve is None:
            return state.market.curve
        n = len(self.curve)
        window = state.end - state.start
        if window < n:  # parts shorter than the clock's step say nothing
            return flat_curve(state.start, state.end)
        edges = tuple(Nanos(state.start + window * i // n) for i in range(n + 1))
        return VolumeCurve(edges, self.curve, "given")


def _less(state: State) -> str | None:
    """What the forecast of today's volume goes without."""
    if state.market.flow.today is None or state.market.flow.open is None:
        return "today's volume is not known: what is usual is expected"
    return None if state.market.basis.adv else "no usual volume is known: today's rate along the curve is expected"


def expected_ahead(state: State) -> int | None:
    """Others' volume that is expected from now until the end, as busy as today has been; None where nothing says so [lots]."""
    market, flow, curve = state.market, state.market.flow, state.market.curve
    if flow.today is None or flow.open is None:
        return market.volume_ahead
    so_far = curve.between(flow.open, market.now)
    if not so_far:
        return market.volume_ahead
    rest = state.plan.volume(curve, market.now, state.end)
    usual, whole = market.basis.adv, curve.between(curve.edges[0], curve.edges[-1])
    if not usual:
        return flow.today * rest // so_far
    busy = min(Fraction(4), max(Fraction(1, 4), Fraction(flow.today * whole, usual * so_far)))
    return int(usual * busy * rest / whole)


@lru_cache(maxsize=1024)
def _known(
    curve: VolumeCurve,
    start: Nanos,
    end: Nanos,
    interval_s: int,
    most: Decimal | None,
    market: VolumeCurve,
    room: int | None,
    lots: int,
) -> tuple[VolumeCurve, int]:
    """`levelled`, reckoned once for a plan. most: None = no cap. room: lots that may be traded, of `lots`."""
    share = Fraction(1) if most is None else Fraction(most)
    return levelled(curve, start, end, interval_s, share, market, None if room is None else Fraction(room, lots))


def levelled(
    curve: VolumeCurve, start: Nanos, end: Nanos, interval_s: int, most: Fraction, market: VolumeCurve, room: Fraction | None
) -> tuple[VolumeCurve, int]:
    """The curve in intervals of the window under two caps, and how many intervals are at theirs; as it is where none binds.

    most: of the order in an interval. market: how the volume is expected to come. room: what may be traded of all of it, as a
    share of the order; None = unknown, no cap. What an interval loses goes to the others, which keep their proportions: it is the
    least sum of squared shares over weight under the caps. Where they leave no room for the whole order they are its shape.
    """
    interval = interval_s * SECOND
    edges = tuple(Nanos(min(start + k * interval, end)) for k in range(-(-(end - start) // interval) + 1))
    parts = [curve.between(a, b) for a, b in pairwise(edges)]
    coming = parts if market == curve else [market.between(a, b) for a, b in pairwise(edges)]
    if not sum(parts):
        return curve, 0
    caps, one = _caps(coming, most, room)
    if sum(caps) <= one:
        if len(parts) == 1:
            return curve, 1
        shape = caps if any(caps) else coming
        whole = one if max(caps) * 10**9 >= one else sum(shape)  # next to no room: the shape alone, or it would round to nothing
        return _shaped(edges, [Fraction(each, whole) for each in shape], curve.source), len(parts)
    full: set[int] = set()
    while True:
        free = sum(each for place, each in enumerate(parts) if place not in full)
        left = one - sum(caps[place] for place in sorted(full))
        over = [place for place, each in enumerate(parts) if place not in full and free and each * left > caps[place] * free]
        if not over:
            break
        full.update(over)
    if not full:
        return curve, 0
    rest = Fraction(left, one * free) if free else Fraction(0)
    shares = [Fraction(caps[place], one) if place in full else rest * each for place, each in enumerate(parts)]
    return _shaped(edges, shares, curve.source), len(full)


def _caps(coming: list[int], most: Fraction, room: Fraction | None) -> tuple[list[int], int]:
    """The cap of each interval in whole parts of the order, and how many such parts the order is: exact, and quick."""
    volume = sum(coming)
    if room is None or not volume:
        return [most.numerator] * len(coming), most.denominator
    by_order = most.numerator * room.denominator * volume
    by_volume = room.numerator * most.denominator
    return [min(by_order, by_volume * each) for each in coming], most.denominator * room.denominator * volume


def _shaped(edges: tuple[Nanos, ...], shares: list[Fraction], source: str) -> VolumeCurve:
    return VolumeCurve(edges, tuple(round(share * 10**12) for share in shares), source)
