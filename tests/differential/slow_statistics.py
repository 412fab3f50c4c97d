"""A market's statistics by their definitions: everything is kept, and every number is counted anew from all of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from differential.slow_records import IS_AUCTION, TICK, Own, Resting, Touch, touch_of
from differential.slow_replay import SlowReplay
from support.lobster import SECOND

SPAN = 60


class State(NamedTuple):
    """What was to be seen from `ts` on. counts: whether the change that led here is one of order flow."""

    ts: int
    touches: tuple[Touch, Touch]
    halted: bool
    counts: bool

    def mid2(self, view: int) -> int | None:
        touch = self.touches[view]
        return touch.bid + touch.ask if touch.two_sided and not self.halted else None


class Trade(NamedTuple):
    ts: int
    points: int
    lots: int
    own: bool
    before: tuple[Touch, Touch]


@dataclass
class SlowStatistics:
    """Listens to the venue of a slow replay. Views: 0 is the market without us, 1 with us."""

    replay: SlowReplay
    states: list[State] = field(default_factory=list)
    trades: list[Trade] = field(default_factory=list)
    before: tuple[Touch, Touch] = (Touch(0, 0, 0, 0), Touch(0, 0, 0, 0))

    def __post_init__(self) -> None:
        venue: Any = self.replay.venue
        begin, say, tell, halt = venue.begin, venue.say, venue.print, venue.halt
        self.open = venue.clock
        self.states.append(State(venue.clock, self._touches(), venue.halted, False))
        venue.begin = lambda ts: (begin(ts), self._begun())
        venue.say = lambda reference: (say(reference), self._see(self._touches(), counts=not venue.halted))
        venue.print = lambda points, lots, **more: (tell(points, lots, **more), self._traded(points, lots, **more))
        venue.halt = lambda halted: (halt(halted), self._see(self.states[-1].touches, counts=False))

    def _touches(self) -> tuple[Touch, Touch]:
        venue = self.replay.venue
        locked = venue.reference.bid_lots > 0 and venue.reference.ask_lots > 0 and venue.reference.bid >= venue.reference.ask
        return venue.touch, venue.touch if locked else touch_of(venue.live)

    def _begun(self) -> None:
        self.before = self.states[-1].touches

    def _see(self, touches: tuple[Touch, Touch], *, counts: bool) -> None:
        self.states.append(State(self.replay.venue.clock, touches, self.replay.venue.halted, counts))

    def _traded(self, points: int, lots: int, parent: int = 0, counterparty: int = 0, flags: int = 0) -> None:
        if not self.replay.venue.halted and not flags & IS_AUCTION:
            self.trades.append(Trade(self.replay.venue.clock, points, lots, bool(parent or counterparty), self.before))

    # --- what it all comes to ----------------------------------------------------------------------------------------------

    def expected(self, view: int, now: int) -> dict[str, Any]:
        """Every field of the native record of one view, at `now`."""
        trades = self._of(view)
        volume, notional = sum(t.lots for t in trades), sum(t.points * t.lots for t in trades)
        quoted, area = self._spread(view, now)
        with_mid = [t for t in trades if t.before[view].two_sided]
        lots = sum(t.lots for t in with_mid)
        wide = sum((t.before[view].ask - t.before[view].bid) * TICK * t.lots for t in with_mid)
        away = sum(abs(2 * t.points - (t.before[view].ask + t.before[view].bid) * TICK) * t.lots for t in with_mid)
        touch = self.states[-1].touches[view]
        sizes = touch.bid_lots + touch.ask_lots
        one, sixty = self._returns(view, now, 1), self._returns(view, now, SPAN)
        last = trades[-1] if trades else Trade(0, 0, 0, False, self.before)
        return {
            "touch": touch,
            "microprice": None
            if self.states[-1].mid2(view) is None
            else (touch.bid * touch.ask_lots + touch.ask * touch.bid_lots) / sizes,
            "last_points": last.points,
            "last_lots": last.lots,
            "last_ts": last.ts,
            "volume": volume,
            "notional": notional,
            "trades": len(trades),
            "vwap": _mean(notional, volume),
            "imbalance": self.imbalance(view),
            "quoted_ns": quoted,
            "spread": _mean(area * TICK, quoted),
            "spread_lots": lots,
            "quoted_spread": _mean(wide, lots),
            "effective_spread": _mean(away, lots),
            "variance_1": _mean(sum(r * r for r in one), len(one)),
            "variance_60": _mean(sum(r * r for r in sixty), len(sixty) * SPAN),
            "returns_1": len(one),
            "returns_60": len(sixty),
        }

    def imbalance(self, view: int, start: int = 0, end: int = 2**63) -> int:
        """Order-flow imbalance of the changes in [start, end)."""
        pairs = zip(self.states, self.states[1:], strict=False)
        return sum(flow(was.touches[view], now.touches[view]) for was, now in pairs if now.counts and start <= now.ts < end)

    def second(self, view: int, start: int) -> tuple[tuple[int, ...], int, int | None]:
        """The candle of [start, start + 1 s), its order-flow imbalance, and twice the mid at its end."""
        end = start + SECOND
        trades = [t for t in self._of(view) if start <= t.ts < end]
        prices = [t.points for t in trades]
        edges = (prices[0], max(prices), min(prices), prices[-1]) if prices else (0, 0, 0, 0)
        sums = (sum(t.lots for t in trades), sum(t.points * t.lots for t in trades), len(trades))
        return (*edges, *sums), self.imbalance(view, start, end), self._mid_before(view, end)

    def _of(self, view: int) -> list[Trade]:
        return [t for t in self.trades if view or not t.own]

    def _spread(self, view: int, now: int) -> tuple[int, int]:
        """Time with a mid, and the spread's integral over it."""
        ends = [state.ts for state in self.states[1:]] + [now]
        held = [(state, end - state.ts) for state, end in zip(self.states, ends, strict=True) if state.mid2(view) is not None]
        return sum(span for _, span in held), sum((s.touches[view].ask - s.touches[view].bid) * span for s, span in held)

    def _mid_before(self, view: int, time: int) -> int | None:
        seen = [state for state in self.states if state.ts < time]
        return seen[-1].mid2(view) if seen else self.states[0].mid2(view)

    def _returns(self, view: int, now: int, span: int) -> list[float]:
        mids: list[int | None] = []
        at = 0
        for end in range(self.open + SECOND, now + 1, SECOND):
            while at + 1 < len(self.states) and self.states[at + 1].ts < end:
                at += 1
            mids.append(self.states[at].mid2(view))
        return [math.log(b) - math.log(a) for a, b in zip(mids, mids[span:], strict=False) if a is not None and b is not None]


def flow(was: Touch, now: Touch) -> int:
    """What a change of the touch says of supply and demand; Cont, Kukanov and Stoikov."""
    none = 10**12
    bids = [touch.bid if touch.bid_lots else -none for touch in (was, now)]
    asks = [touch.ask if touch.ask_lots else none for touch in (was, now)]
    bought = now.bid_lots * (bids[1] >= bids[0]) - was.bid_lots * (bids[1] <= bids[0])
    return bought - now.ask_lots * (asks[1] <= asks[0]) + was.ask_lots * (asks[1] >= asks[0])


def depth_of(book: Sequence[Resting], side: int, ticks: int, best: int, counts: Callable[[Own | None], bool]) -> int:
    """Lots of a side within so many ticks of a price."""
    near = [order for order in book if order.side == side and (best - order.price) * side <= ticks]
    return sum(order.lots for order in near if counts(order.own))


def _mean(total: float, count: int) -> float | None:
    return total / count if count else None
