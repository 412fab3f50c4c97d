"""The facts that an analysis rests on: the order's own, and those of its market. Prices in points, so that mids are exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from metaorder.models.propagator import Kernel
from metaorder.tca.sums import weighted

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NO_PRICE = -1
"""Stands where a touch had no mid. No price is negative."""


@dataclass(frozen=True, slots=True)
class Price:
    """A price that is known, or why it is not. value: [points]."""

    value: Fraction | None
    why: str | None = None

    @classmethod
    def known(cls, value: int | Fraction) -> Price:
        """A price."""
        return cls(Fraction(value))

    @classmethod
    def missing(cls, why: str) -> Price:
        """No price, and why."""
        return cls(None, why)


@dataclass(frozen=True, slots=True)
class Fills:
    """The fills of an order, oldest first; arrays of one length n.

    ts [ns], lots, price [points], maker, fee [points x lots], certain. evidence: what each rests on, such as l3.
    touch: the far touch just before the event that caused the fill; mid2, reference2: twice the mid then, without our own orders
    and without this order altogether. NO_PRICE where there was none. why_no_reference: why there is no market without the order.
    crossed: fills that met venues whose quotes crossed each other: there is no mid. reference_crossed: at how many that was so in
    the market without the order; reference2 has the side there that makes our own cost the larger.
    """

    ts: Ints
    lots: Ints
    price: Ints
    maker: Bools
    fee: Ints
    certain: Bools
    touch: Ints
    mid2: Ints
    reference2: Ints
    evidence: tuple[str, ...] = ()
    why_no_reference: str | None = None
    crossed: Bools | None = None
    reference_crossed: int = 0

    @property
    def judged2(self) -> Ints:
        """What costs are counted from: twice the mid; where venues crossed each other the far touch, the worse for us."""
        return self.mid2 if self.crossed is None else np.where(self.crossed, 2 * self.touch, self.mid2)

    @property
    def total(self) -> int:
        """Lots filled."""
        return int(self.lots.sum())

    def until(self, ts: int) -> int:
        """Lots filled up to a time, that instant included."""
        return int(self.lots[self.ts <= ts].sum())


@dataclass(frozen=True, slots=True)
class Tranche:
    """Lots that the client asked for at one time: the order itself, or what an amendment added.

    decision, arrival: the prices that these lots are judged from, on the grid of half points.
    """

    ts: int
    lots: int
    decision: Price
    arrival: Price


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Lots that an amendment took back, and the mid then: it closes their opportunity."""

    ts: int
    lots: int
    price: Price


Change = Tranche | TakenBack


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """An order as analysis sees it.

    sign: +1 buy, -1 sell. changes: the order itself and its amended quantities, in the order of time.
    decided_by: where the decision price comes from: client_price, client_time, or the quote at receipt.
    end: the mid at the terminal event; by_client: the client asked for that end.
    arrived, ended: when [ns]; None while that has not happened. waited: from being due to start until the arrival [ns].
    start, stop: the window. pwp_rate: the stated target, or the cap. cap: of the participation; None: the same.
    pauses: (from, to) in which the order was suspended.
    """

    sign: int
    changes: tuple[Change, ...]
    decided_by: str
    end: Price
    by_client: bool
    arrived: int | None
    waited: int | None
    ended: int | None
    start: int
    stop: int
    pwp_rate: Fraction
    pauses: tuple[tuple[int, int], ...]
    terminal: bool
    cap: Fraction | None = None

    @property
    def tranches(self) -> tuple[Tranche, ...]:
        """What was asked for, time by time."""
        return tuple(change for change in self.changes if isinstance(change, Tranche))

    @property
    def taken_back(self) -> tuple[TakenBack, ...]:
        """What was taken back, time by time."""
        return tuple(change for change in self.changes if isinstance(change, TakenBack))

    @property
    def lots(self) -> int:
        """Lots ordered: with what was added, and with what was taken back later."""
        return sum(tranche.lots for tranche in self.tranches)

    def left(self, fills: Fills) -> int:
        """Lots that were neither filled nor taken back by an amendment."""
        return self.lots - sum(change.lots for change in self.taken_back) - fills.total

    @property
    def decision(self) -> Price:
        """The decision price, weighted over what was ordered."""
        return _mean([(tranche.lots, tranche.decision) for tranche in self.tranches])

    @property
    def arrival(self) -> Price:
        """The arrival price, weighted over what was ordered."""
        return _mean([(tranche.lots, tranche.arrival) for tranche in self.tranches])


def _mean(prices: list[tuple[int, Price]]) -> Price:
    total = Fraction(0)
    for lots, price in prices:
        if price.value is None:
            return price
        total += lots * price.value
    return Price.known(total / sum(lots for lots, _ in prices))


@dataclass(frozen=True, slots=True)
class Tape:
    """Prints in the order of time: ts [ns], points, lots."""

    ts: Ints
    points: Ints
    lots: Ints

    def between(self, start: int, end: int) -> Tape:
        """Prints of [start, end], both ends included: what trades at an instant trades at that instant."""
        first, last = np.searchsorted(self.ts, start, side="left"), np.searchsorted(self.ts, end, side="right")
        cut = slice(int(first), int(last))
        return Tape(self.ts[cut], self.points[cut], self.lots[cut])

    @property
    def volume(self) -> int:
        """Lots printed."""
        return int(self.lots.sum())

    @property
    def value(self) -> int:
        """Sum of price times lots."""
        return weighted(self.points, self.lots)


@dataclass(frozen=True, slots=True)
class Quotes:
    """Changes of the touch in the order of time; each holds until the next. mid2: twice the mid, NO_PRICE where there is none."""

    ts: Ints
    mid2: Ints

    def at(self, times: Ints) -> Ints:
        """Twice the mid at each time, that instant's changes included; NO_PRICE where there is none."""
        return self._value(np.searchsorted(self.ts, times, side="right") - 1)

    def before(self, times: Ints) -> Ints:
        """Twice the mid just before each time."""
        return self._value(np.searchsorted(self.ts, times, side="left") - 1)

    def _value(self, index: npt.NDArray[np.intp]) -> Ints:
        if not len(self.ts):
            return np.full(len(index), NO_PRICE, dtype=np.int64)
        return np.where(index >= 0, self.mid2[np.maximum(index, 0)], NO_PRICE)


@dataclass(frozen=True, slots=True)
class Decay:
    """How a displacement by our takes fades, as it was stated. kernel: over seconds. stated: its parameters and their source."""

    kernel: Kernel
    stated: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketFacts:
    """The market of an order, up to `clock`. Tapes hold eligible prints: continuous trading, hidden executions included.

    opened, closes: of the session. closed: it is over; before `closes` only where the market was deleted.
    tape: others' prints, without our account. whole: every print. recorded: of the market without us; None where it is not known.
    own: the order's own prints. auctions: prints of crosses. quotes: without our own orders.
    basis: what stands behind the reference prices: replay, simulated or external.
    decay: of what our takes displace, where it is stated. untouched: quotes of the market without the order, where it was run.
    previous_close: of the session before, where it is stated with the market [points].
    """

    clock: int
    opened: int
    closes: int
    closed: bool
    tape: Tape
    whole: Tape
    recorded: Tape | None
    own: Tape
    auctions: Tape
    quotes: Quotes
    basis: str
    assumptions: Mapping[str, object]
    decay: Decay | None = None
    untouched: Quotes | None = None
    previous_close: Fraction | None = None
