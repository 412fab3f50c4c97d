"""One market session in process, in the domain's words: a clock, a book, our orders in it, and what it remembers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from metaorder import _native
from metaorder.domain.child import Child, TimeInForce
from metaorder.domain.instrument import Instrument
from metaorder.domain.market import NO_QUOTE, Quote, VolumeCurve
from metaorder.domain.order import Account, ParentId, ParentOrder, Side
from metaorder.domain.state import RECENT_S, Basis, Flow
from metaorder.domain.units import SECOND, Lots, Nanos, Ticks
from metaorder.domain.venue import Latency, Report
from metaorder.sim.floors import Floor, Listing, Recorded, open_floors
from metaorder.sim.flow import basis, flow
from metaorder.sim.levels import BookLevel, added_up
from metaorder.sim.phase import Indication, Phase
from metaorder.sim.record import MarketRecord, merged
from metaorder.sim.reports import KINDS, Replaced, quote_of, replaced_of, report_of
from metaorder.sim.rules import ReplayRules
from metaorder.sim.tape import Tape
from metaorder.sim.terms import PLAIN, PRIMARY, Terms
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


_AUCTIONS = {TimeInForce.OPG: 1, TimeInForce.CLS: 2}
_COUNTED = frozenset({"simulated", "l3"})
DEFAULT_RULES = ReplayRules()


class Market:
    """A replayed or simulated session. One thread owns it; only `interrupt` may be called from another.

    listings: its symbols. What is asked without a symbol is asked of the first of them, the only one of most sessions.
    open: when the session began.
    """

    def __init__(self, native: _native.Session, listings: Sequence[Listing]) -> None:
        self.open = Nanos(native.clock)
        self.listings = tuple(listings)
        self._native = native
        self._by_symbol = {listing.symbol: listing for listing in self.listings}
        self._floors = {floor.index: (listing, floor) for listing in self.listings for floor in listing.floors}
        self._keys: dict[ParentId, int] = {}
        self._parents: list[ParentId] = []
        self._traded: list[Listing] = []
        self._owners: dict[Account, int] = {}
        self._replaced: list[Replaced] = []

    @property
    def instrument(self) -> Instrument:
        """What is traded, where that is one symbol."""
        return self.listings[0].instrument

    @property
    def venue(self) -> str:
        """Where, in a session with one floor."""
        return self.listings[0].floors[0].venue

    @property
    def recorded(self) -> bool:
        """Whether a recorded market stands beside the live one on every floor."""
        return all(listing.recorded for listing in self.listings)

    @property
    def symbols(self) -> tuple[str, ...]:
        """What is traded."""
        return tuple(self._by_symbol)

    @property
    def instruments(self) -> dict[str, Instrument]:
        """What is traded, by symbol, at the fees of the first venue of each."""
        return {listing.symbol: listing.instrument for listing in self.listings}

    def listing(self, symbol: str | None = None) -> Listing:
        """A symbol that is traded, and its floors."""
        return self.listings[0] if symbol is None else self._by_symbol[symbol]

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
        """Whether nothing trades continuously on any floor: a halt, or an auction's call."""
        return all(self.halted_in(symbol) for symbol in self.symbols)

    def halted_in(self, symbol: str | None = None) -> bool:
        """Whether nothing trades continuously in a symbol, on any of its lit floors."""
        return all(self._native.halted_on(floor.index) for floor in self.listing(symbol).lit)

    def halted_on(self, floor: Floor) -> bool:
        """Whether nothing trades continuously on a floor."""
        return self._native.halted_on(floor.index)

    def heard(self, symbol: str) -> dict[str, Nanos]:
        """When the feed of each lit floor of a symbol last said anything; at the open where it has not."""
        at = {floor.venue: self._native.heard(floor.index) for floor in self.listing(symbol).lit}
        return {venue: Nanos(max(self.open, time)) for venue, time in at.items()}

    def phase(self, floor: Floor | None = None) -> Phase:
        """What a venue does now; the first where none is named."""
        return Phase.CLOSED if self.closed else Phase(self._native.phase(floor=_index(floor)))

    def indication(self, floor: Floor | None = None) -> Indication | None:
        """What a venue's auction would end in now; None outside of one, or where nothing crosses."""
        found = self._native.indication(floor=_index(floor))
        if found is None:
            return None
        price, lots, imbalance, buys = found
        return Indication(Ticks(price), Lots(lots), Lots(imbalance), Side.BUY if buys else Side.SELL)

    def advance(self, *, until: Nanos, index: int = NO_INDEX, wake: Nanos | None, on_quote: Iterable[str], budget: int) -> Stop:
        """Let the market go on, without the interpreter's lock, until the first thing that somebody must look at.

        on_quote: symbols that somebody wants to see two-sided.
        """
        wanted = sum(1 << self._by_symbol[symbol].index for symbol in on_quote)
        return Stop(
            self._native.advance(time=until, index=index, wake=NEVER if wake is None else wake, on_quote=wanted, budget=budget)
        )

    def interrupt(self, *, on: bool) -> None:
        """Ask a running advance to come back soon; safe from any thread."""
        self._native.interrupt(on)

    def shut(self) -> None:
        """The market is deleted: what is ours in it ends."""
        self._native.shut()

    def quote(self, symbol: str | None = None) -> Quote:
        """The touch of a symbol without our own orders: the best prices of its floors, and the lots of all that show them."""
        listing = self.listing(symbol)
        if len(listing.lit) == 1:
            return self.quote_on(listing.floors[0])
        return quote_of(self._native.consolidated(listing.index))

    def quote_on(self, floor: Floor) -> Quote:
        """The touch of one floor without our own orders."""
        return quote_of(self._native.touch(floor.index))

    def reference(self, symbol: str | None = None) -> Quote:
        """The touch of the recorded markets; none where nothing is recorded beside the live ones."""
        listing = self.listing(symbol)
        if not listing.recorded:
            return NO_QUOTE
        if len(listing.lit) == 1:
            return quote_of(self._native.reference(listing.floors[0].index))
        return quote_of(self._native.consolidated_reference(listing.index))

    def watch(self, order: ParentOrder) -> None:
        """Know a parent order, in the order of acceptance, and open its meters of others' volume."""
        key, listing = len(self._parents) + 1, self._by_symbol[order.symbol]
        self._keys[order.id] = key
        self._parents.append(order.id)
        self._traded.append(listing)
        self._owners.setdefault(order.account, len(self._owners) + 1)
        buy, limit = order.side is Side.BUY, _limit(order, listing)
        for floor in listing.floors:
            self._native.open_meter(parent=key, buy=buy, limited=order.limit is not None, limit_points=limit, floor=floor.index)

    def set_meter(self, order: ParentOrder, *, active: bool) -> None:
        """Count others' volume for an order, or stop counting; within its limit."""
        key, listing = self._keys[order.id], self._by_symbol[order.symbol]
        limited, limit = order.limit is not None, _limit(order, listing)
        for floor in listing.floors:
            self._native.set_meter(parent=key, active=active, limited=limited, limit_points=limit, floor=floor.index)

    def unwatch(self, parent: ParentId) -> None:
        """Close the meters of an order that is done."""
        key = self._keys[parent]
        for floor in self._traded[key - 1].floors:
            self._native.close_meter(parent=key, floor=floor.index)

    def metered(self, parent: ParentId, since: Nanos) -> Lots:
        """Others' volume that earned headroom for an order after `since`, on all floors of its symbol."""
        return self.metered_since(parent, (since,))[0]

    def metered_since(self, parent: ParentId, times: Sequence[int]) -> list[Lots]:
        """Others' volume that earned headroom for an order after each of several times, on all floors of its symbol."""
        key, metered = self._keys.get(parent), self._native.metered
        if key is None:
            return [Lots(0)] * len(times)
        floors = self._traded[key - 1].floors
        if len(floors) == 1:
            at = floors[0].index
            return [Lots(metered(key, time, at)) for time in times]
        return [Lots(sum([metered(key, time, floor.index) for floor in floors])) for time in times]

    def submit(self, order: ParentOrder, child: Child, terms: Terms = PLAIN) -> None:
        """Send a child order to its venue; it arrives a latency later. terms: of the book; the core sends plain orders alone."""
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
            floor=self._by_symbol[order.symbol].floor(child.venue).index,
            least=child.least or 0,
            post_only=terms.post_only,
            hidden=terms.hidden,
            peg=PRIMARY if terms.pegged else 0,
            display=terms.display,
        )

    def cancel(self, parent: ParentId, number: int, venue: str | None = None) -> None:
        """Call a child order back; the cancel arrives a latency later. venue: that it was sent to, where there are several."""
        key, floor = self._sent_to(parent, venue)
        self._native.cancel(parent=key, number=number, floor=floor.index)

    def replace(self, parent: ParentId, number: int, *, price: Ticks, lots: Lots, venue: str | None = None) -> None:
        """Ask for another price or quantity of a child at work, in one message that arrives a latency later.

        lots: the whole of it, with what has filled, also on the way: never two quantities at work. The same price and no more
        lots keep its place. venue: as for `cancel`. The core does not send this: docs/decisions/0037.
        """
        key, floor = self._sent_to(parent, venue)
        self._native.replace(parent=key, number=number, price=price, lots=lots, floor=floor.index)

    def _sent_to(self, parent: ParentId, venue: str | None) -> tuple[int, Floor]:
        key = self._keys[parent]
        listing = self._traded[key - 1]
        return key, listing.floors[0] if venue is None else listing.floor(venue)

    def take_reports(self) -> list[Report]:
        """What the venue has said since the last call, but for answers to a replace."""
        said: list[Report] = []
        for row in self._native.take_reports():
            if row[0] < len(KINDS):
                said.append(report_of(row, self._parents, self._floors))
            else:
                self._replaced.append(replaced_of(row, self._parents, self._floors))
        return said

    def take_replaced(self) -> list[Replaced]:
        """Answers to a replace that `take_reports` has come by since the last call."""
        answers, self._replaced = self._replaced, []
        return answers

    def levels(self, side: Side, most: int, floors: Sequence[Floor] = ()) -> list[BookLevel]:
        """The live book, our own orders in it, best price first: of the floors that are given, or of the first.

        Depth that a recording shows only as a total is one order.
        """
        asked = floors or self.listings[0].floors[:1]
        rows = [self._native.levels(buy=side is Side.BUY, most=most, floor=floor.index) for floor in asked]
        return added_up(rows, side, most, counted=all(floor.evidence in _COUNTED for floor in asked))

    def recorded_levels(self, side: Side, most: int, floors: Sequence[Floor] = ()) -> list[BookLevel]:
        """The recorded book, untouched by us, best price first; empty where nothing is recorded."""
        asked = floors or self.listings[0].floors[:1]
        rows = [self._native.recorded_levels(buy=side is Side.BUY, most=most, floor=floor.index) for floor in asked]
        return added_up(rows, side, most, counted=True)

    def statistics(self, *, depth_ticks: int, floor: Floor | None = None) -> tuple[View, View]:
        """A floor's statistics up to now, without our orders and prints, and with them; of the first where none is given.

        depth_ticks: how far behind the best prices depth is counted [ticks].
        """
        at = _index(floor)
        rows, sides = self._native.statistics(floor=at), (True, False)
        depths = [
            [self._native.depth(whole=whole, buy=buy, ticks=depth_ticks, floor=at) for buy in sides] for whole in (False, True)
        ]
        others, whole = (read_view(row, depth) for row, depth in zip(rows, depths, strict=True))
        return others, whole

    def basis(self, ahead: Lots | None, symbol: str | None = None, quote: Quote | None = None) -> Basis:
        """What a plan in a symbol that is drawn now may rest on. ahead: volume expected until the order's end.

        quote: its touch as it is now, where it is known already.
        """
        return basis(self._native, self.listing(symbol), quote or self.quote(symbol), ahead)

    def flow(self, symbol: str | None = None, quote: Quote | None = None, recent_s: int = RECENT_S) -> Flow:
        """How a symbol's market without us has moved of late. quote: as for `basis`. recent_s: over how many seconds."""
        return flow(self._native, self.listing(symbol), quote or self.quote(symbol), self.open, recent_s)

    def volumes(self, symbol: str | None = None) -> npt.NDArray[np.int64]:
        """Others' volume in each second from the open up to now, on all floors of a symbol."""
        floors = [floor.index for floor in self.listing(symbol).floors]
        rows = [[self._native.seconds(first=0, floor=at), self._native.running_second(floor=at)] for at in floors]
        summed: npt.NDArray[np.int64] = np.sum([np.concatenate(each)["others"]["lots"] for each in rows], axis=0, dtype=np.int64)
        return summed

    def vwap_since(self, symbol: str, time: Nanos) -> float | None:
        """The mean price of others' volume since the second that a time lies in [points]; None where nothing traded."""
        first = max(0, (time - self.open) // SECOND)
        lots = notional = 0
        for floor in self.listing(symbol).floors:
            traded, worth = self._native.turnover(first=first, floor=floor.index)
            lots += traded
            notional += worth
        return notional / lots if lots else None

    def recent_seconds(self, floor: Floor, most: int) -> tuple[int, ...]:
        """Others' volume on a floor in each of the last seconds that are over, the oldest first, at most so many [lots]."""
        return self.second_volumes(floor, max(0, (self.clock - self.open) // SECOND - most))

    def second_volumes(self, floor: Floor, first: int = 0) -> tuple[int, ...]:
        """Others' volume on a floor in each second that is over, from the `first` after the open on [lots]."""
        return tuple(self._native.seconds(first=first, floor=floor.index)["others"]["lots"].tolist())

    def seconds(self) -> npt.NDArray[np.void]:
        """Bars of a second from the open up to now, the running one too; `native/include/lob/statistics.hpp` names the fields."""
        return np.concatenate([self._native.seconds(first=0), self._native.running_second()])

    def messages(self, floor: Floor) -> npt.NDArray[np.void]:
        """Messages of a simulated market's own orders on a lit floor, where it was made to keep them; else none."""
        return self._native.messages(venue=floor.index)

    def counters(self) -> dict[str, int]:
        """What the market's rules did, by name."""
        return dict(self._native.counters())

    def hash(self) -> int:
        """A number that two sessions share only if they are in the same state."""
        return self._native.hash()

    def record(self, symbol: str | None = None, venue: str | None = None) -> MarketRecord:
        """Every quote and print of a symbol so far, as arrays of their own: of all its floors together, or of one venue's."""
        listing = self.listing(symbol)
        floors = listing.floors if venue is None else (listing.floor(venue),)
        return merged([self._record(floor.index) for floor in floors])

    def _record(self, floor: int) -> MarketRecord:
        return MarketRecord(
            clock=self.clock,
            closed=self.closed,
            quotes=self._native.quotes(first=0, floor=floor),
            prints=self._native.prints(first=0, floor=floor),
            reference=self._native.reference_prints(first=0, floor=floor),
            parents=("", *self._parents),
        )


def replayed(
    tape: Tape, instrument: Instrument, *, curve: VolumeCurve, latency: Latency, rules: ReplayRules = DEFAULT_RULES
) -> Market:
    """A recorded day, at its open."""
    day = Recorded(tape=tape, venue=instrument.mic, instrument=instrument, curve=curve, latency=latency, rules=rules)
    return Market(*open_floors([day]))


def _limit(order: ParentOrder, listing: Listing) -> int:
    return 0 if order.limit is None else listing.instrument.points(order.limit)


def _index(floor: Floor | None) -> int:
    return 0 if floor is None else floor.index
