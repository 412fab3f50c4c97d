"""The ladder at admission: rule after rule, in one order. Each refusal names its rule, its limit and what was seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import sqrt

from metaorder.domain.instrument import Instrument
from metaorder.domain.market import Quote
from metaorder.domain.order import ParentOrder, Side
from metaorder.domain.units import Lots, ratio_text
from metaorder.risk.limits import Limits

IMPACT_SCALE = 1.0
"""Y of the square-root law, impact = Y sigma sqrt(Q / V): Almgren et al. (2005) and Toth et al. (2011) find about one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A rule that an order breaks."""

    code: str
    detail: str
    limit: str
    observed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an account has going when it asks for an order, that order left out. None: not known, or no limit asks for it.

    open_orders: parents that are not terminal [count]. gross: open at the worst price and filled [currency].
    position: filled in the symbol of the market session, sells negative [units].
    open_same: open in it on the order's side [units].
    twins: orders like it within the window of duplicates [count].
    adv: volume of a usual day [lots]. sigma: volatility of a day, as a share of the price.
    """

    open_orders: int = 0
    gross: Fraction | None = None
    position: int | None = None
    open_same: int | None = None
    twins: int | None = None
    adv: Lots | None = None
    sigma: float | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """An order at the ladder, with all that a rule may look at."""

    order: ParentOrder
    instrument: Instrument
    quote: Quote
    standing: Standing
    limits: Limits

    @property
    def quantity(self) -> int:
        """In units."""
        return self.order.lots * self.instrument.lot_size


def admit(order: ParentOrder, instrument: Instrument, quote: Quote, standing: Standing, limits: Limits) -> Refused | None:
    """The first rule that an order breaks, or None."""
    asked = Asked(order, instrument, quote, standing, limits)
    for rule in RULES:
        refused = rule(asked)
        if refused is not None:
            return refused
    return None


def worst_notional(order: ParentOrder, instrument: Instrument, quote: Quote, lots: Lots | None = None) -> Fraction | None:
    """The value of an order, or of so many lots of it, at its worst price; None where that is unknown.

    A buyer pays the limit at most; a seller may come to trade at the touch however low the limit is.
    """
    prices = [price for price in (order.limit, quote.bid, quote.ask) if price is not None]
    if order.side is Side.BUY and order.limit is not None:
        prices = [order.limit]
    if not prices:
        return None
    unit = Fraction(instrument.tick_size) * instrument.lot_size * Fraction(instrument.unit_value)
    return max(prices) * (order.lots if lots is None else lots) * unit


def _symbol(asked: Asked) -> Refused | None:
    symbol, limits = asked.order.symbol, asked.limits
    if symbol in limits.restricted_symbols:
        return _named("restricted_symbol", f"{symbol} is restricted", ", ".join(limits.restricted_symbols), symbol)
    permitted = limits.permitted_symbols
    if permitted is not None and symbol not in permitted:
        return _named("symbol_not_permitted", f"{symbol} is not among the permitted symbols", ", ".join(permitted), symbol)
    return None


def _quantity(asked: Asked) -> Refused | None:
    if asked.quantity > asked.limits.max_quantity:
        return _over("max_quantity", "the quantity", str(asked.limits.max_quantity), str(asked.quantity))
    return None


def _notional(asked: Asked) -> Refused | None:
    worst = worst_notional(asked.order, asked.instrument, asked.quote)
    if worst is not None and worst > asked.limits.max_notional:
        return _over("max_notional", "the value at the worst price", _text(asked.limits.max_notional), ratio_text(worst, 2))
    return None


def _adv(asked: Asked) -> Refused | None:
    limit, adv = asked.limits.max_adv_share, asked.standing.adv
    if limit is None:
        return None
    if adv is None:
        return _unknown("max_adv_share", "the volume of a usual day", _text(limit))
    if asked.order.lots > Fraction(limit) * adv:
        share = ratio_text(Fraction(asked.order.lots, max(1, adv)), 4)
        return _over("max_adv_share", "the share of a usual day's volume", _text(limit), share)
    return None


def _collar(asked: Asked) -> Refused | None:
    limit, order = asked.limits.price_collar, asked.order
    if limit is None or order.limit is None:
        return None
    if asked.quote.mid2 is None:
        return _unknown("price_collar", "the mid", _text(limit))
    past = order.side.sign * (Fraction(2 * order.limit, asked.quote.mid2) - 1)
    if past > Fraction(limit):
        return _over("price_collar", "the limit price's distance past the mid", _text(limit), ratio_text(past, 4))
    return None


def _impact(asked: Asked) -> Refused | None:
    limit, standing = asked.limits.max_impact_bps, asked.standing
    if limit is None:
        return None
    if not standing.adv or standing.sigma is None:
        return _unknown("max_impact_bps", "volatility or the volume of a usual day", _text(limit))
    impact = 10_000 * IMPACT_SCALE * standing.sigma * sqrt(asked.order.lots / standing.adv)
    if impact > limit:
        return _over("max_impact_bps", "own impact by the square-root law", _text(limit), f"{impact:.2f}")
    return None


def _gross(asked: Asked) -> Refused | None:
    limit = asked.limits.max_gross_notional
    if limit is None:
        return None
    worst = worst_notional(asked.order, asked.instrument, asked.quote)
    if worst is None or asked.standing.gross is None:
        return _unknown("max_gross_notional", "a price", _text(limit))
    total = asked.standing.gross + worst
    if total > limit:
        return _over("max_gross_notional", "open and filled value with it", _text(limit), ratio_text(total, 2))
    return None


def _position(asked: Asked) -> Refused | None:
    limit, standing = asked.limits.max_position, asked.standing
    if limit is None:
        return None
    if standing.position is None or standing.open_same is None:
        return _unknown("max_position", "the position", str(limit))
    worst = asked.order.side.sign * standing.position + standing.open_same + asked.quantity
    if worst > limit:
        return _over("max_position", "the position with all of it filled", str(limit), str(worst))
    return None


def _duplicates(asked: Asked) -> Refused | None:
    limit, twins = asked.limits.max_duplicates, asked.standing.twins
    if limit is None:
        return None
    if twins is None:
        return _unknown("duplicate_order", "the orders before it", str(limit))
    if twins + 1 > limit:
        window = asked.limits.duplicate_window_s
        return _over("duplicate_order", f"orders like this one within {window} s", str(limit), str(twins + 1))
    return None


def _count(asked: Asked) -> Refused | None:
    count, limit = asked.standing.open_orders, asked.limits.max_open_orders
    if count >= limit:
        return _over("max_open_orders", "the number of open orders", str(limit), str(count))
    return None


RULES: tuple[Callable[[Asked], Refused | None], ...] = (
    _symbol,
    _quantity,
    _notional,
    _adv,
    _collar,
    _impact,
    _gross,
    _position,
    _duplicates,
    _count,
)
"""In the order in which they are asked; the first that is broken answers."""


def _over(code: str, what: str, limit: str, observed: str) -> Refused:
    return _named(code, f"{what} is {observed}, the limit is {limit}", limit, observed)


def _unknown(code: str, what: str, limit: str) -> Refused:
    return _named(code, f"{what} is not known, and the limit of {limit} needs it", limit, "unknown")


def _named(code: str, detail: str, limit: str, observed: str) -> Refused:
    return Refused(code=code, detail=detail, limit=limit, observed=observed)


def _text(value: Decimal) -> str:
    return format(value, "f")
