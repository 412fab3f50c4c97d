"""An amended order as a pool: its open lots share one average price, whoever asked for them when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from metaorder.tca.amounts import NOTHING, Amount
from metaorder.tca.facts import Fills, OrderFacts, Price, TakenBack, Tranche


@dataclass(frozen=True, slots=True)
class Shares:
    """What the tranches' prices come to on the lots that ended each way: filled, taken back by amendments, left at the end.

    The three sum to what all that was ordered comes to, exactly.
    """

    filled: Amount
    taken_back: Amount
    left: Amount

    @property
    def unfilled(self) -> Amount:
        """What the lots come to that were never filled."""
        return self.taken_back + self.left

    @property
    def ordered(self) -> Amount:
        """What all lots come to."""
        return self.filled + self.unfilled


def shares(order: OrderFacts, price_of: Callable[[Tranche], Price], fills: Fills) -> Shares:
    """Divide the tranches' prices among the lots.

    A fill, and an amendment that takes lots back, draw on all that is open at that time alike: what is asked for later changes
    nothing of what has happened.
    """
    why = next((price.why or "" for price in map(price_of, order.tranches) if price.value is None), None)
    if why is not None:
        ended = (fills.total, sum(change.lots for change in order.taken_back), order.left(fills))
        return Shares(*(Amount.missing(why) if lots else NOTHING for lots in ended))
    pool = _Pool()
    filled = taken_back = done = 0
    for change in order.changes:
        before = min(fills.until(change.ts) - done, pool.lots)  # of one instant, what was open filled first
        filled += pool.take(before)
        done += before
        match change:
            case Tranche():
                pool.put(change.lots, price_of(change))
            case TakenBack():
                taken_back += pool.take(change.lots)
            case _:
                assert_never(change)
    filled += pool.take(fills.total - done)
    return Shares(Amount(filled), Amount(taken_back), Amount(pool.value))


def worth(lots: int, price: Price) -> Amount:
    """What lots come to at a price; no lots need none."""
    if not lots:
        return NOTHING
    if price.value is None:
        return Amount.missing(price.why or "")
    value = 2 * price.value * lots
    assert value.denominator == 1, "mids, and prices that clients state, are on the grid of half points"
    return Amount(value.numerator)


class _Pool:
    """Open lots, and what their price comes to [half points x lots]."""

    def __init__(self) -> None:
        self.lots = 0
        self.value = 0

    def put(self, lots: int, price: Price) -> None:
        value = worth(lots, price).value
        assert value is not None, "a price that is missing is not pooled"
        self.lots += lots
        self.value += value

    def take(self, lots: int) -> int:
        """The value of some of the lots: their part of the whole, rounded half-even. What stays keeps the rest."""
        assert lots <= self.lots, "no more ends than was open"
        part = round(Fraction(self.value * lots, self.lots)) if lots else 0
        self.lots -= lots
        self.value -= part
        return part
