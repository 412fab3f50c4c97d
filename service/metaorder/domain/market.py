"""What can be seen of a market at an instant: quotes, volume, and the curve that volume usually follows."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate

from metaorder.domain.errors import Invalid
from metaorder.domain.order import Side
from metaorder.domain.units import Lots, Nanos, Ticks

CURVE_SCALE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Quote:
    """The touch: best bid and offer with the lots displayed there; None where a side is empty."""

    bid: Ticks | None
    ask: Ticks | None
    bid_size: Lots
    ask_size: Lots

    @property
    def two_sided(self) -> bool:
        """Whether a mid exists: both sides are there and do not lock or cross."""
        return self.bid is not None and self.ask is not None and self.bid < self.ask

    @property
    def mid2(self) -> Ticks | None:
        """Twice the mid, bid + ask; None where there is no mid."""
        return Ticks(self.bid + self.ask) if self.bid is not None and self.ask is not None and self.bid < self.ask else None

    def near(self, side: Side) -> Ticks | None:
        """The price at which a trader on `side` would join the queue."""
        return self.bid if side is Side.BUY else self.ask

    def far(self, side: Side) -> Ticks | None:
        """The price at which a trader on `side` would trade at once."""
        return self.ask if side is Side.BUY else self.bid

    def near_size(self, side: Side) -> Lots:
        """The lots displayed at the near touch."""
        return self.bid_size if side is Side.BUY else self.ask_size

    def far_size(self, side: Side) -> Lots:
        """The lots displayed at the far touch."""
        return self.ask_size if side is Side.BUY else self.bid_size


NO_QUOTE = Quote(None, None, Lots(0), Lots(0))


@dataclass(frozen=True, slots=True)
class Closing:
    """The closing auction of a day, as it is known before: continuous trading ends as its call begins.

    venue: that holds it. begins: its call. at: when all trade at one price. lots: expected to trade there, from other days.
    """

    venue: str
    begins: Nanos
    at: Nanos
    lots: Lots


@dataclass(frozen=True, slots=True)
class VolumeCurve:
    """How a day's volume is spread over the day: known before the day begins.

    edges: increasing times, length n + 1 [nanoseconds].
    weights: relative volume of each part, length n, >= 0, some > 0 [count].
    source: where the curve comes from; it stands in every reason that rests on it.
    """

    edges: tuple[Nanos, ...]
    weights: tuple[int, ...]
    source: str
    _before: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _mark: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.edges) != len(self.weights) + 1 or any(a >= b for a, b in zip(self.edges, self.edges[1:], strict=False)):
            raise Invalid("curve.edges", "increasing, one more than the weights", self.edges)
        if any(w < 0 for w in self.weights) or not sum(self.weights):
            raise Invalid("curve.weights", "non-negative with a positive sum", self.weights)
        object.__setattr__(self, "_before", tuple(accumulate(self.weights, initial=0)))
        mark = self.edges[0] ^ self.edges[-1] << 1 ^ self._before[-1] << 7 ^ len(self.weights)
        object.__setattr__(self, "_mark", mark)  # of numbers alone: alike in every process

    def __hash__(self) -> int:
        """Reckoned once: schedules are looked up by their curve in every decision."""
        return self._mark

    def until(self, time: Nanos) -> int:
        """Volume expected from the first edge until `time`, in units of a weight over CURVE_SCALE, rounded down."""
        edges = self.edges
        if time <= edges[0]:
            return 0
        if time >= edges[-1]:
            return self._before[-1] * CURVE_SCALE
        part = bisect_right(edges, time) - 1
        start = edges[part]
        return self._before[part] * CURVE_SCALE + self.weights[part] * CURVE_SCALE * (time - start) // (edges[part + 1] - start)

    def between(self, start: Nanos, end: Nanos) -> int:
        """Volume expected in [start, end), in the same units as `until`."""
        return self.until(end) - self.until(start)

    def cumulative(self) -> list[int]:
        """Weights summed up to each edge but the first."""
        return list(accumulate(self.weights))


def flat_curve(start: Nanos, end: Nanos) -> VolumeCurve:
    """A curve that says nothing: the same volume at every instant."""
    return VolumeCurve((start, end), (1,), "flat")
