"""One market session in process, in the domain's words: a clock, a book, our orders in it, and what it remembers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from metaorder import _native
from metaorder.domain.calendar import TradingDay
from metaorder.domain.child import Child, Liquidity, TimeInForce
from metaorder.domain.errors import Invalid
from metaorder.domain.instrument import Instrument
from metaorder.domain.market import NO_QUOTE, Quote, VolumeCurve
from metaorder.domain.order import Account, ParentId, ParentOrder, Side
from metaorder.domain.state import FLOW_S, RECENT_S, Basis, Flow
from metaorder.domain.units import MICRO, Lots, Microticks, Nanos, Ticks
from metaorder.domain.venue import Latency, Report, ReportKind
from metaorder.sim.phase import Indication, Phase
from metaorder.sim.record import MarketRecord
from metaorder.sim.rules import ReplayRules
from metaorder.sim.scenario import Scenario, simulate
from metaorder.sim.tape import Tape
from metaorder.sim.views import View, read_view

NEVER = Nanos(2**63 - 1)
NO_INDEX = 2**64 - 1


class Stop(IntEnum):
    """Why an advance ended; the numbers are the native core's."""

    LIMIT = 0
    REPORT = 1
    WAKE = 2
    QUOTE = 3
    HALT = 4
    BUDGET = 5
    CLOSED = 6


_KINDS = (ReportKind.ACCEPTED, ReportKind.REJECTED, ReportKind.FILL, ReportKind.CANCELED, ReportKind.EXPIRED)
_REASONS = (
    "",
    "halted",
    "session_closed",
    "self_match",
    "invalid",
    "canceled",
    "good_till",
    "unmatched",
    "beyond_recorded_depth",
    "late",
    "market_deleted",
    "in_auction",
    "no_auction",
)
_AUCTIONS = {TimeInForce.OPG: 1, TimeInForce.CLS: 2}
_PPM = 1_000_000
_COUNTED = frozenset({"simulated", "l3"})
NO_MID = -(2**63)
LEAST_RETURNS = 60
"""Fewer returns than these say nothing of volatility."""

DEFAULT_RULES = ReplayRules()


@dataclass(frozen=True, slots=True)
class BookLevel:
    """One price of the book, with all that rests there. orders: None where the format does not say how many."""

    price: Ticks
    lots: Lots
    orders: int | None


class Market:
    """A replayed or simulated session. One thread owns it; only `interrupt` may be called from another.

    curve: the market's usual volume over the day, from other days. usual_volume: of a whole day; None where nothing says so.
    open: when the session began. tick_value: what one tick is worth on one lot [currency].
    latency: of messages and reports. recorded: a recorded market, without us, stands beside the live one.
    """

    def __init__(
        self,
        native: _native.Session,
        *,
        instrument: Instrument,
        venue: str,
        curve: VolumeCurve,
        usual_volume: Lots | None,
        latency: Latency,
        evidence: str,
        recorded: bool,
    ) -> None:
        self.instrument = instrument
        self.recorded = recorded
        self.venue = venue
        self.curve = curve
        self.usual_volume = usual_volume
        self.latency = latency
        self.open = Nanos(native.clock)
        self.tick_value = Fraction(instrument.tick_size) * instrument.lot_size * Fraction(instrument.unit_value)
        self._native = native
        self._evidence = evidence
        self._keys: dict[ParentId, int] = {}
        self._parents: list[ParentId] = []
        self._owners: dict[Account, int] = {}

    @property
    def clock(self) -> Nanos:
        """Now, in this market."""
        return Nanos(self._native.clock)

    @property
    def index(self) -> int:
        """How many market events have happened."""
        return self._native.index

    @property
    def closed(self) -> bool:
        """Whether the session is over."""
        return self._native.closed

    @property
    def halted(self) -> bool:
        """Whether nothing trades continuously: a halt, or an auction's call."""
        return self._native.halted

    @property
    def phase(self) -> Phase:
        """What the venue does now."""
        return Phase.CLOSED if self.closed else Phase(self._native.phase())

    def indication(self) -> Indication | None:
        """What the auction would end in now; None outside of one, or where nothing crosses."""
        found = self._native.indication()
        if found is None:
            return None
        price, lots, imbalance, buys = found
        return Indication(Ticks(price), Lots(lots), Lots(imbalance), Side.BUY if buys else Side.SELL)

    def advance(self, *, until: Nanos, index: int = NO_INDEX, wake: Nanos | None, on_quote: bool, budget: int) -> Stop:
        """Let the market go on, without the interpreter's lock, until the first thing that somebody must look at."""
        return Stop(
            self._native.advance(time=until, index=index, wake=NEVER if wake is None else wake, on_quote=on_quote, budget=budget)
        )

    def interrupt(self, *, on: bool) -> None:
        """Ask a running advance to come back soon; safe from any thread."""
        self._native.interrupt(on)

    def shut(self) -> None:
        """The market is deleted: what is ours in it ends."""
        self._native.shut()

    def quote(self) -> Quote:
        """The touch without our own orders."""
        return _quote(self._native.touch())

    def reference(self) -> Quote:
        """The touch of the recorded market; none where nothing is recorded beside the live one."""
        return _quote(self._native.reference()) if self.recorded else NO_QUOTE

    def watch(self, order: ParentOrder) -> None:
        """Know a parent order, in the order of acceptance, and open its meter of others' volume."""
        key = len(self._parents) + 1
        self._keys[order.id] = key
        self._parents.append(order.id)
        self._owners.setdefault(order.account, len(self._owners) + 1)
        buy, limit = order.side is Side.BUY, self._limit(order)
        self._native.open_meter(parent=key, buy=buy, limited=order.limit is not None, limit_points=limit)

    def set_meter(self, order: ParentOrder, *, active: bool) -> None:
        """Count others' volume for an order, or stop counting; within its limit."""
        self._native.set_meter(
            parent=self._keys[order.id], active=active, limited=order.limit is not None, limit_points=self._limit(order)
        )

    def unwatch(self, parent: ParentId) -> None:
        """Close the meter of an order that is done."""
        self._native.close_meter(parent=self._keys[parent])

    def metered(self, parent: ParentId, since: Nanos) -> Lots:
        """Others' volume that earned headroom for an order after `since`."""
        key = self._keys.get(parent)
        return Lots(0 if key is None else self._native.metered(parent=key, since=since))

    def submit(self, order: ParentOrder, child: Child) -> None:
        """Send a child order; it arrives a latency later."""
        self._native.submit(
            parent=self._keys[order.id],
            number=child.number,
            account=self._owners[order.account],
            buy=order.side is Side.BUY,
            ioc=child.time_in_force is TimeInForce.IOC,
            price=child.price,
            lots=child.lots,
            good_till=child.good_till,
            auction=_AUCTIONS.get(child.time_in_force, 0),
        )

    def cancel(self, parent: ParentId, number: int) -> None:
        """Call a child order back; the cancel arrives a latency later."""
        self._native.cancel(parent=self._keys[parent], number=number)

    def take_reports(self) -> list[Report]:
        """What the venue has said since the last call."""
        return [self._report(row) for row in self._native.take_reports()]

    def levels(self, side: Side, most: int) -> list[BookLevel]:
        """The live book, our own orders in it, best price first; depth that the recording shows only as a total is one order."""
        return _levels(self._native.levels(buy=side is Side.BUY, most=most), counted=self._evidence in _COUNTED)

    def recorded_levels(self, side: Side, most: int) -> list[BookLevel]:
        """The recorded book, untouched by us, best price first; empty where nothing is recorded."""
        return _levels(self._native.recorded_levels(buy=side is Side.BUY, most=most), counted=True)

    def statistics(self, *, depth_ticks: int) -> tuple[View, View]:
        """The market's statistics up to now: without our orders and prints, and with them.

        depth_ticks: how far behind the best prices depth is counted [ticks].
        """
        rows, sides = self._native.statistics(), (True, False)
        depths = [[self._native.depth(whole=whole, buy=buy, ticks=depth_ticks) for buy in sides] for whole in (False, True)]
        others, whole = (read_view(row, depth) for row, depth in zip(rows, depths, strict=True))
        return others, whole

    def basis(self, ahead: Lots | None) -> Basis:
        """What a plan that is drawn now may rest on. ahead: volume expected until the order's end."""
        mid2 = self.quote().mid2
        _, spread, short, long, shorts, longs = self._native.others()
        variance = long if longs >= LEAST_RETURNS else short if shorts >= LEAST_RETURNS else None
        return Basis(
            mid2=mid2,
            spread=None if math.isnan(spread) else Microticks(round(spread * MICRO / self.instrument.points_per_tick)),
            sigma=None if variance is None or mid2 is None else _sigma(variance, mid2),
            adv=self.usual_volume,
            ahead=ahead,
        )

    def flow(self) -> Flow:
        """How the market without us has moved of late."""
        imbalance, gross, _, ago, _, _ = self._native.recent(FLOW_S)
        _, _, volume, _, squares, returns = self._native.recent(RECENT_S)
        mid2 = self.quote().mid2
        known = mid2 is not None and returns >= LEAST_RETURNS
        return Flow(
            imbalance=imbalance,
            gross=gross,
            mid2=None if ago <= NO_MID else Ticks(ago),
            sigma=_sigma(squares / returns, mid2) if known and mid2 is not None else None,
            volume=Lots(volume),
            today=Lots(self._native.others()[0]),
            open=self.open,
        )

    def seconds(self) -> npt.NDArray[np.void]:
        """Bars of a second from the open up to now, the running one too; `native/include/lob/statistics.hpp` names the fields."""
        return np.concatenate([self._native.seconds(first=0), self._native.running_second()])

    def counters(self) -> dict[str, int]:
        """What the market's rules did, by name."""
        return dict(self._native.counters())

    def hash(self) -> int:
        """A number that two sessions share only if they are in the same state."""
        return self._native.hash()

    def record(self) -> MarketRecord:
        """Every quote and print so far, as arrays of their own."""
        return MarketRecord(
            clock=self.clock,
            closed=self.closed,
            quotes=self._native.quotes(first=0),
            prints=self._native.prints(first=0),
            reference=self._native.reference_prints(first=0),
            parents=("", *self._parents),
        )

    def _limit(self, order: ParentOrder) -> int:
        return 0 if order.limit is None else self.instrument.points(order.limit)

    def _report(self, row: _native.ReportRow) -> Report:
        kind, reason, parent, number, ts, lots, price, maker, certain, execution = row[:10]
        ahead, known, quote, reference = row[12], row[13], row[15], row[16]
        return Report(
            kind=_KINDS[kind],
            parent=self._parents[parent - 1],
            number=number,
            ts=Nanos(ts),
            lots=Lots(lots),
            price=Ticks(price),
            liquidity=Liquidity.MAKER if maker else Liquidity.TAKER,
            number_of_fill=execution,
            reason=_REASONS[reason],
            quote=_quote(quote),
            reference=_quote(reference) if self.recorded else NO_QUOTE,
            evidence=self._evidence,
            certain=certain,
            queue_ahead=None if ahead < 0 else Lots(ahead),
            queue_known_ppm=None if ahead < 0 else (_PPM if ahead == 0 else known * _PPM // ahead),
        )


def replayed(
    tape: Tape, instrument: Instrument, *, curve: VolumeCurve, latency: Latency, rules: ReplayRules = DEFAULT_RULES
) -> Market:
    """A recorded day, at its open."""
    recorded, delays = tape.native, _native_latency(latency)
    if isinstance(recorded, _native.Tape):
        native = _native.Session.replay(recorded, latency=delays, claim_hidden=rules.claim_hidden)
    elif isinstance(recorded, _native.LevelTape):
        native = _native.Session.by_level(recorded, latency=delays, queue=rules.queue)
    else:
        share = int(rules.volume_share * _PPM)
        native = _native.Session.by_price(recorded, latency=delays, spread=rules.spread, share_ppm=share)
    return Market(
        native,
        instrument=instrument,
        venue=instrument.mic,
        curve=curve,
        usual_volume=None,
        latency=latency,
        evidence=tape.evidence,
        recorded=True,
    )


def simulated(
    scenario: Scenario,
    seed: int,
    day: TradingDay,
    instrument: Instrument,
    *,
    curve: VolumeCurve,
    usual_volume: Lots,
    latency: Latency,
) -> Market:
    """A day of the simulated market, at its open.

    Raises:
        Invalid: a scenario of several venues.
    """
    if scenario.venues:
        raise Invalid(
            "parameters.venues", "empty: a session of orders trades at one venue", [venue.id for venue in scenario.venues]
        )
    native = simulate(scenario, seed, day, latency=_native_latency(latency), points_per_tick=instrument.points_per_tick)
    return Market(
        native,
        instrument=instrument,
        venue="SIM",
        curve=curve,
        usual_volume=usual_volume,
        latency=latency,
        evidence="simulated",
        recorded=False,
    )


def _native_latency(latency: Latency) -> _native.Latency:
    return _native.Latency(
        latency.entry,
        entry_jitter=latency.entry_jitter,
        report=latency.report,
        report_jitter=latency.report_jitter,
        seed=latency.seed,
    )


def _sigma(variance: float, mid2: int) -> Microticks:
    """Volatility of the log mid as one of the price, per square root of a second."""
    return Microticks(round(math.sqrt(variance) * mid2 / 2 * MICRO))


def _levels(rows: list[tuple[int, int, int]], *, counted: bool) -> list[BookLevel]:
    return [BookLevel(Ticks(price), Lots(lots), count if counted and count >= 0 else None) for price, lots, count in rows]


def _quote(touch: tuple[int, int, int, int]) -> Quote:
    bid, ask, bid_lots, ask_lots = touch
    return Quote(Ticks(bid) if bid_lots else None, Ticks(ask) if ask_lots else None, Lots(bid_lots), Lots(ask_lots))
