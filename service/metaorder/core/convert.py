"""How each type leaves, and how it comes back: a function for every type of a field, made once for an instrument."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, dataclass, fields
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from metaorder.core.commands import Rejection
from metaorder.domain.adaptation import PriceAdaptation
from metaorder.domain.child import ChildType
from metaorder.domain.instrument import Instrument
from metaorder.domain.market import Quote
from metaorder.domain.order import ParentOrder
from metaorder.domain.outcome import Outcome, VenueHistory
from metaorder.domain.profile import Profile
from metaorder.domain.state import Basis
from metaorder.domain.units import (
    MICRO,
    Lots,
    Microticks,
    Nanos,
    Points,
    Ticks,
    price_text,
    share_text,
    time_text,
    to_lots,
    to_nanos,
    to_ticks,
)
from metaorder.domain.venue_rule import VenueRule

Doc = dict[str, Any]
Function = Callable[[Any], Any]

WIRE_NAMES: Mapping[str, str] = {
    "lots": "quantity",
    "filled": "filled_quantity",
    "leaves": "leaves_quantity",
    "limit": "limit_price",
    "start": "start_time",
    "end": "end_time",
    "cap": "max_participation",
    "min_child": "min_child_quantity",
    "max_child": "max_child_quantity",
    "i_would": "i_would_price",
    "i_would_share": "i_would_max_share",
    "discretion": "price_discretion_ticks",
    "display": "display_quantity",
    "least": "min_quantity",
    "held": "held_quantity",
    "disputed": "disputed_quantity",
    "traded": "traded_quantity",
    "released": "released_quantity",
    "sizes": "child_sizes",
    "dark_fraction": "dark_max_fraction",
    "dark_least": "dark_min_quantity",
    "at_close": "auction_close",
    "auction_share": "auction_max_share",
    "behind": "band_behind",
    "ahead": "band_ahead",
    "basket": "basket_id",
    "adaptation": "price_adaptation",
    "expected": "expected_quantity",
    "rested": "rested_quantity",
    "took": "took_quantity",
    "history": "venue_history",
}
"""Names that differ outside: inside they are short because their unit is their type."""

TERMS_LEFT_OUT: Mapping[str, str | None] = {
    "price_adaptation": None,
    "venues": None,
    "venue_history": None,
    "auction_close": "none",
    "auction_max_share": "0.1",
}
"""Terms of an order that a document leaves out where they are so: journals from before there were any read alike."""

MORE = ("rested_more", "took_more")
"""What lots at a venue cost beyond what was expected: written in the currency."""


def money_text(amount: int, instrument: Instrument) -> str:
    """Money counted in points times lots as a decimal string, exact, with two digits at least."""
    text = price_text(amount, instrument.money_size)
    whole, point, digits = text.partition(".")
    if not point:
        return f"{whole}.00"
    return f"{whole}.{digits.rstrip('0').ljust(2, '0')}"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a dataclass: its name inside and outside, and the way out and in.

    optional: it has a default; a document from before there was the field lacks it.
    """

    name: str
    wire: str
    out: Function
    into: Function
    optional: bool


class Converters:
    """The conversions on one instrument's grid."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self._tick, self._point, self._lot = instrument.tick_size, instrument.point_size, instrument.lot_size
        self._known: dict[Any, tuple[Function, Function]] = self._simple()
        self._plans: dict[Any, tuple[Field, ...]] = {}

    def plan(self, kind: type[Any]) -> tuple[Field, ...]:
        """The fields of a dataclass, in order, with their conversions."""
        key: Any = kind
        made = self._plans.get(key)
        if made is None:
            optional = defaults_of(kind)
            pairs = [(name, self._pair(hint)) for name, hint in hints_of(kind)]
            made = self._plans[key] = tuple(
                Field(name, wire_name(kind, name), out, into, name in optional) for name, (out, into) in pairs
            )
        return made

    def write(self, value: Any) -> Doc:
        """A dataclass as a document."""
        return {each.wire: each.out(getattr(value, each.name)) for each in self.plan(type(value))}

    def read(self, kind: type[Any], doc: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a dataclass that a document holds; what it lacks from an earlier day has its default."""
        return {each.name: each.into(doc[each.wire]) for each in self.plan(kind) if each.wire in doc or not each.optional}

    def quote(self, quote: Quote) -> Doc:
        """A touch as a document; null where a side is empty."""
        tick, lot = self._tick, self._lot
        return {
            "bid": None if quote.bid is None else price_text(quote.bid, tick),
            "ask": None if quote.ask is None else price_text(quote.ask, tick),
            "bid_size": quote.bid_size * lot,
            "ask_size": quote.ask_size * lot,
        }

    def order(self, order: ParentOrder) -> Doc:
        """The terms of an order as a document; what orders of before did not have is left out where it says nothing."""
        doc = self.write(order)
        plain = {name for name, value in TERMS_LEFT_OUT.items() if doc[name] == value}
        return {name: value for name, value in doc.items() if name not in plain}

    def read_order(self, doc: Mapping[str, Any]) -> ParentOrder:
        """The order whose terms a document holds."""
        return ParentOrder(**self.read(ParentOrder, doc))

    def _simple(self) -> dict[Any, tuple[Function, Function]]:
        tick, point, lot, micro = self._tick, self._point, self._lot, self._tick / MICRO
        return {
            Ticks: (lambda v: price_text(v, tick), lambda v: to_ticks(Decimal(v), tick_size=tick)),
            Points: (lambda v: price_text(v, point), lambda v: Points(to_ticks(Decimal(v), tick_size=point))),
            Lots: (lambda v: v * lot, lambda v: to_lots(v, lot_size=lot)),
            Nanos: (time_text, to_nanos),
            Fraction: (share_text, Fraction),
            Microticks: (lambda v: price_text(v, micro), lambda v: Microticks(to_ticks(Decimal(v), tick_size=micro))),
            Profile: (self.write, lambda v: Profile(**self.read(Profile, v))),
            PriceAdaptation: (self.write, lambda v: PriceAdaptation(**self.read(PriceAdaptation, v))),
            VenueRule: (lambda v: {v.name: list(v.named)}, lambda v: VenueRule(**{name: tuple(v[name]) for name in v})),
            VenueHistory: (self._history, self._read_history),
            Basis: (self.write, lambda v: Basis(**self.read(Basis, v))),
            Quote: (self.quote, self._read_quote),
            ParentOrder: (self.order, self.read_order),
            Rejection: (_rejection_doc, lambda v: Rejection(**v)),
        }

    def _history(self, history: VenueHistory) -> Doc:
        venues = [{"venue": venue, **self.write(outcome)} for venue, outcome in history.venues]
        for each in venues:
            for name in MORE:
                each[name] = money_text(each[name], self._instrument)
        return {"days": history.days, "venues": venues, "missing": history.missing}

    def _read_history(self, doc: Mapping[str, Any]) -> VenueHistory:
        size = Fraction(self._instrument.money_size)
        venues = []
        for each in doc["venues"]:
            money = {name: int(Fraction(each[name]) / size) for name in MORE}
            venues.append((each["venue"], Outcome(**self.read(Outcome, {**each, **money}))))
        return VenueHistory(days=doc["days"], venues=tuple(venues), missing=doc["missing"])

    def _pair(self, hint: Any) -> tuple[Function, Function]:
        """The way out and the way in of a type."""
        known = self._known.get(hint)
        if known is not None:
            return known
        inner = optional(hint)
        if inner is not None:
            return _or_none(*self._pair(inner))
        if get_origin(hint) is tuple:
            return self._tuple(get_args(hint))
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            return str, hint
        return (dict, _same) if _is_mapping(hint) else (_same, _same)

    def _tuple(self, args: tuple[Any, ...]) -> tuple[Function, Function]:
        if len(args) == 2 and args[1] is Ellipsis:
            out, into = self._pair(args[0])
            return (lambda values: [out(v) for v in values]), (lambda values: tuple([into(v) for v in values]))
        pairs = [self._pair(arg) for arg in args]
        outs, intos = [out for out, _ in pairs], [into for _, into in pairs]
        return (
            lambda values: [f(v) for f, v in zip(outs, values, strict=True)],
            lambda values: tuple([f(v) for f, v in zip(intos, values, strict=True)]),
        )

    def _read_quote(self, doc: Mapping[str, Any]) -> Quote:
        tick, lot = self._tick, self._lot
        bid, ask = (None if doc[s] is None else to_ticks(Decimal(doc[s]), tick_size=tick) for s in ("bid", "ask"))
        return Quote(bid, ask, Lots(doc["bid_size"] // lot), Lots(doc["ask_size"] // lot))


def hints_of(kind: type[Any]) -> tuple[tuple[str, Any], ...]:
    """The fields of a dataclass with their types, in order."""
    key: Any = kind
    return _fields(key)


def defaults_of(kind: type[Any]) -> frozenset[str]:
    """The fields of a dataclass that have a default."""
    key: Any = kind
    return _defaults(key)


@cache
def _defaults(kind: Any) -> frozenset[str]:
    return frozenset(f.name for f in fields(kind) if f.default is not MISSING or f.default_factory is not MISSING)


@cache
def _fields(kind: Hashable) -> tuple[tuple[str, Any], ...]:
    assert isinstance(kind, type), "a dataclass is asked for"
    hints = get_type_hints(kind)
    return tuple((each.name, hints[each.name]) for each in fields(kind))


def optional(hint: Any) -> Any:
    """What is inside `X | None`; None for other types."""
    if get_origin(hint) in {Union, UnionType}:
        inner = [each for each in get_args(hint) if each is not NoneType]
        return inner[0] if len(inner) == 1 else None
    return None


def wire_name(kind: type[Any], name: str) -> str:
    """What a field is called outside."""
    hint = dict(hints_of(kind))[name]
    if name == "end" and hint is Quote:
        return "quote"
    if name == "limit" and optional(hint) is str:
        return "limit"
    if hint is ChildType:  # `type` says what the document tells of
        return "order_type"
    return WIRE_NAMES.get(name, name)


def _or_none(out: Function, into: Function) -> tuple[Function, Function]:
    return (lambda v: None if v is None else out(v)), (lambda v: None if v is None else into(v))


def _same(value: Any) -> Any:
    return value


def _is_mapping(hint: Any) -> bool:
    origin = get_origin(hint)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _rejection_doc(rejection: Rejection) -> Doc:
    return {"code": rejection.code, "detail": rejection.detail, "limit": rejection.limit, "observed": rejection.observed}
