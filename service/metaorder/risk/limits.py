"""The ladder at admission: what an account may ask for at all. Each refusal names its rule, its limit and what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from metaorder.domain.instrument import Instrument
from metaorder.domain.market import Quote
from metaorder.domain.order import ParentOrder, Side
from metaorder.domain.units import ratio_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an account may do.

    max_quantity: of a parent [units]. max_notional: of a parent at its worst price [currency].
    max_open_orders: parents that are not terminal [count].
    """

    max_quantity: int = 10_000_000
    max_notional: Decimal = Decimal(1_000_000_000)
    max_open_orders: int = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A rule that an order breaks."""

    code: str
    detail: str
    limit: str
    observed: str


def admit(order: ParentOrder, instrument: Instrument, quote: Quote, open_orders: int, limits: Limits) -> Refused | None:
    """The first rule that an order breaks, or None. open_orders: of the account, this one left out."""
    quantity = order.lots * instrument.lot_size
    if quantity > limits.max_quantity:
        return _refused("max_quantity", "the quantity", str(limits.max_quantity), str(quantity))
    worst = worst_notional(order, instrument, quote)
    if worst is not None and worst > limits.max_notional:
        return _refused("max_notional", "the value at the worst price", str(limits.max_notional), ratio_text(worst, 2))
    if open_orders >= limits.max_open_orders:
        return _refused("max_open_orders", "the number of open orders", str(limits.max_open_orders), str(open_orders))
    return None


def worst_notional(order: ParentOrder, instrument: Instrument, quote: Quote) -> Fraction | None:
    """The order's value at its worst price; None where that is unknown.

    A buyer pays the limit at most; a seller may come to trade at the touch however low the limit is.
    """
    prices = [price for price in (order.limit, quote.bid, quote.ask) if price is not None]
    if order.side is Side.BUY and order.limit is not None:
        prices = [order.limit]
    if not prices:
        return None
    unit = Fraction(instrument.tick_size) * instrument.lot_size * Fraction(instrument.unit_value)
    return max(prices) * order.lots * unit


def _refused(code: str, what: str, limit: str, observed: str) -> Refused:
    return Refused(code=code, detail=f"{what} is {observed}, the limit is {limit}", limit=limit, observed=observed)
