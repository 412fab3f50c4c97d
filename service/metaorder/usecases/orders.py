"""Parent orders: what a person asks, checked and made into a command."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from metaorder.algos import build, plain
from metaorder.algos.presets import PRESETS
from metaorder.algos.ways import check_one
from metaorder.core.apply import check_terms
from metaorder.core.commands import Accept, Amend
from metaorder.domain.adaptation import AdaptationMode, PriceAdaptation
from metaorder.domain.calendar import TradingDay
from metaorder.domain.errors import Invalid
from metaorder.domain.instrument import Instrument
from metaorder.domain.order import (
    AtClose,
    Benchmark,
    ChildSizes,
    ParentId,
    ParentOrder,
    ParticipationMode,
    Placement,
    SessionId,
    Side,
)
from metaorder.domain.principal import Principal
from metaorder.domain.units import SECOND, Lots, Nanos, Points, Ticks, to_decimal, to_lots, to_nanos, to_share, to_ticks
from metaorder.domain.venue_rule import VenueRule
from metaorder.ports.queries import VenueMet
from metaorder.usecases.carried import carried
from metaorder.usecases.errors import Unprocessable
from metaorder.usecases.order_venues import check_venues
from metaorder.usecases.venue_history import begins_with

DEFAULT_CAP = Decimal("0.20")
"""The participation cap of an account that has not said otherwise."""


@dataclass(frozen=True, slots=True)
class MarketFacts:
    """What an order must fit: the session, its instruments and lit and dark venues by symbol, and its day; and the seed of
    what is drawn in it.
    """

    session: SessionId
    name: str
    instruments: Mapping[str, Instrument]
    day: TradingDay
    seed: int = 0
    lit: Mapping[str, Sequence[str]] = field(default_factory=dict)
    dark: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """A parent order as a client states it: text at the doors, nothing converted yet."""

    client_order_id: str
    market: str
    symbol: str
    side: Side
    quantity: int
    algo: str
    params: Mapping[str, Any]
    start_time: str | None
    end_time: str | None
    duration_s: int | None
    limit_price: str | None
    max_participation: str | None
    participation_mode: ParticipationMode
    min_child_quantity: int | None
    max_child_quantity: int | None
    must_complete: bool
    benchmark: Benchmark
    urgency: str | None
    band_behind: str | None
    band_ahead: str | None
    decision_time: str | None
    decision_price: str | None
    tags: Mapping[str, str]
    estimate_id: str | None = None
    preset: str | None = None
    stated: frozenset[str] = frozenset()
    i_would_price: str | None = None
    i_would_max_share: str = "1"
    price_discretion_ticks: int = 0
    min_participation: str | None = None
    blackouts: tuple[tuple[str, str], ...] = ()
    display_quantity: int | None = None
    placement: Placement = Placement.AUTO
    child_sizes: ChildSizes = ChildSizes.WHOLE
    dark_max_fraction: str | None = None
    dark_min_quantity: int | None = None
    auction_close: AtClose = AtClose.NONE
    auction_max_share: str = "0.10"
    profile_version: int | None = None
    profile: Mapping[str, Any] | None = None
    basket_id: str | None = None
    price_adaptation: Mapping[str, str] | None = None
    venues: Mapping[str, Sequence[str]] | None = None
    venue_history_days: int | None = None
    met: Sequence[VenueMet] = ()


def accept(facts: MarketFacts, principal: Principal, new: NewOrder, parent: ParentId, now: Nanos, body_hash: str) -> Accept:
    """The command that starts a parent order.

    Raises:
        Unprocessable: a field that breaks a rule, named with the rule and the value.
    """
    try:
        return _accept(facts, principal, new, parent, now, body_hash)
    except Invalid as wrong:
        raise unprocessable(wrong) from None


def amend(instrument: Instrument, parent: ParentId, changes: Mapping[str, Any], version: int, body_hash: str) -> Amend:
    """The command that changes a parent order. `changes` holds the fields that the client gave: null removes the limit.

    Raises:
        Unprocessable: nothing to change, or a field that breaks a rule.
    """
    if not changes:
        raise Unprocessable("validation", "an amendment changes something", errors=[("/", "holds at least one field")])
    for name in ("quantity", "end_time", "params"):
        if name in changes and not changes[name]:
            raise Unprocessable("validation", f"{name} says nothing", errors=[(f"/{name}", "must hold a value, or be left out")])
    try:
        quantity, limit, end = changes.get("quantity"), changes.get("limit_price"), changes.get("end_time")
        return Amend(
            parent=parent,
            expected_version=version,
            body_hash=body_hash,
            lots=None if quantity is None else to_lots(quantity, lot_size=instrument.lot_size),
            end=None if end is None else to_nanos(end, field="end_time"),
            params=changes.get("params"),
            limit=None if limit is None else _price(limit, instrument, "limit_price"),
            limit_given="limit_price" in changes,
            urgency=None if changes.get("urgency") is None else Fraction(to_decimal(changes["urgency"], field="urgency")),
            i_would=_i_would(changes, instrument),
            i_would_given="i_would_price" in changes,
            discretion=changes.get("price_discretion_ticks"),
            adaptation=_adaptation(changes.get("price_adaptation")),
            adaptation_given=True if "price_adaptation" in changes else None,
        )
    except Invalid as wrong:
        raise unprocessable(wrong) from None


def unprocessable(wrong: Invalid) -> Unprocessable:
    """A broken rule as a refusal that points at the field."""
    pointer = "/" + wrong.field.replace(".", "/")
    return Unprocessable("validation", str(wrong), errors=[(pointer, f"must be {wrong.rule}, was {wrong.value!r}")])


def _accept(facts: MarketFacts, principal: Principal, new: NewOrder, parent: ParentId, now: Nanos, body_hash: str) -> Accept:
    instrument = facts.instruments.get(new.symbol)
    if instrument is None:
        raise Invalid("symbol", f"one that the market trades: {', '.join(facts.instruments)}", new.symbol)
    if new.quantity <= 0:
        raise Invalid("quantity", "greater than 0", new.quantity)
    start, end = _window(new, facts.day)
    algorithm = build(new.algo, new.params)
    check_one(new.algo, new.params, urgency="urgency" in new.stated and new.urgency is not None)
    new = with_preset(new)
    smallest = new.min_child_quantity
    largest = new.max_child_quantity
    order = ParentOrder(
        id=parent,
        account=principal.account,
        client_order_id=new.client_order_id,
        session=facts.session,
        market=new.market,
        symbol=new.symbol,
        currency=instrument.currency,
        side=new.side,
        lots=to_lots(new.quantity, lot_size=instrument.lot_size),
        algo=new.algo,
        params=plain(algorithm),
        start=facts.day.open if start is None else start,
        end=facts.day.close if end is None else end,
        cap=to_share(_decimal(new.max_participation, DEFAULT_CAP, "max_participation"), field="max_participation"),
        min_child=instrument.min_child if smallest is None else _lots(smallest, instrument, "min_child_quantity"),
        max_child=None if largest is None else _lots(largest, instrument, "max_child_quantity"),
        limit=None if new.limit_price is None else _price(new.limit_price, instrument, "limit_price"),
        participation_mode=new.participation_mode,
        must_complete=new.must_complete,
        benchmark=new.benchmark,
        urgency=Fraction(_decimal(new.urgency, Decimal("0.5"), "urgency")),
        behind=Fraction(_decimal(new.band_behind, Decimal("0.02"), "schedule_band.behind")),
        ahead=Fraction(_decimal(new.band_ahead, Decimal("0.02"), "schedule_band.ahead")),
        decision_time=None if new.decision_time is None else to_nanos(new.decision_time, field="decision_time"),
        decision_price=_decision_price(new, instrument),
        seed=seed_of(facts.seed, principal.account, new.client_order_id),
        preset=new.preset,
        i_would=None if new.i_would_price is None else _price(new.i_would_price, instrument, "i_would_price"),
        i_would_share=Fraction(to_decimal(new.i_would_max_share, field="i_would_max_share")),
        discretion=new.price_discretion_ticks,
        min_participation=_share(new.min_participation, "min_participation"),
        blackouts=tuple((to_nanos(a, field="blackouts"), to_nanos(b, field="blackouts")) for a, b in new.blackouts),
        display=None if new.display_quantity is None else _lots(new.display_quantity, instrument, "display_quantity"),
        placement=new.placement,
        sizes=new.child_sizes,
        dark_fraction=_fraction(new.dark_max_fraction, "dark.max_fraction"),
        dark_least=None if new.dark_min_quantity is None else _lots(new.dark_min_quantity, instrument, "dark.min_quantity"),
        at_close=new.auction_close,
        auction_share=Fraction(to_decimal(new.auction_max_share, field="auction.max_share")),
        tags=dict(new.tags),
        estimate_id=new.estimate_id,
        profile_version=new.profile_version,
        profile=None if new.profile is None else carried(new.profile, instrument),
        basket=new.basket_id,
        adaptation=_adaptation(new.price_adaptation),
        venues=None if new.venues is None else VenueRule(**{name: tuple(each) for name, each in new.venues.items()}),
    )
    check_terms(order)
    check_venues(order, facts.lit.get(order.symbol, ()), facts.dark.get(order.symbol, ()))
    return Accept(
        order=_with_history(order, new, instrument),
        rejection=None,
        body_hash=body_hash,
        received_at=now,
        start_now=start is None,
        duration_ns=new.duration_s * SECOND if start is None and new.duration_s is not None else None,
    )


def _with_history(order: ParentOrder, new: NewOrder, instrument: Instrument) -> ParentOrder:
    """The order with what it begins with of its venues, where it asks for that."""
    days = new.venue_history_days
    return order if days is None else replace(order, history=begins_with(new.met, instrument, days, order.lots))


def seed_of(session: int, account: str, client_order_id: str) -> int:
    """The seed of what an order draws: from its session's seed and who it is, never from the server's id."""
    digest = hashlib.sha256(f"{session}\x00{account}\x00{client_order_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def with_preset(new: NewOrder) -> NewOrder:
    """The order with the terms of its preset, where the client has not stated them.

    Raises:
        Invalid: no such preset.
    """
    if new.preset is None:
        return new
    found = PRESETS.get(new.preset)
    if found is None:
        raise Invalid("preset", f"one of {', '.join(PRESETS)}", new.preset)
    terms: dict[str, Any] = {}
    if "urgency" not in new.stated:
        terms["urgency"] = found.urgency
    if "schedule_band" not in new.stated:
        terms |= {"band_behind": found.behind, "band_ahead": found.ahead}
    if "price_discretion_ticks" not in new.stated:
        terms["price_discretion_ticks"] = found.price_discretion_ticks
    if "placement" not in new.stated:
        terms["placement"] = Placement(found.placement)
    return replace(new, **terms)


def _share(text: str | None, field: str) -> Fraction | None:
    return None if text is None else to_share(to_decimal(text, field=field), field=field)


def _fraction(text: str | None, field: str) -> Fraction | None:
    return None if text is None else Fraction(to_decimal(text, field=field))


def _window(new: NewOrder, day: TradingDay) -> tuple[Nanos | None, Nanos | None]:
    """The window that the client states; None for a start that is now, and for an end that follows from it."""
    if (new.end_time is None) == (new.duration_s is None):
        raise Invalid("end_time", "given, or duration_s in its place, and not both", new.end_time)
    if new.duration_s is not None and new.duration_s <= 0:
        raise Invalid("duration_s", "greater than 0", new.duration_s)
    start = None if new.start_time is None else to_nanos(new.start_time, field="start_time")
    if new.end_time is not None:
        end: Nanos | None = to_nanos(new.end_time, field="end_time")
    else:
        assert new.duration_s is not None
        end = None if start is None else Nanos(start + new.duration_s * SECOND)
    if start is not None and end is not None and end <= start:
        raise Invalid("end_time", "after start_time", new.end_time)
    for name, time in (("start_time", start), ("end_time", end)):
        if time is not None and not day.open <= time <= day.close:
            raise Invalid(name, f"within the session of {day.date}", getattr(new, name))
    return start, end


def _price(text: str, instrument: Instrument, field: str) -> Ticks:
    return to_ticks(to_decimal(text, field=field), tick_size=instrument.tick_size, field=field)


def _i_would(changes: Mapping[str, Any], instrument: Instrument) -> Ticks | None:
    text = changes.get("i_would_price")
    return None if text is None else _price(text, instrument, "i_would_price")


def _adaptation(stated: Mapping[str, str] | None) -> PriceAdaptation | None:
    if stated is None:
        return None
    shares = {
        name: Fraction(to_decimal(stated[name], field=f"price_adaptation.{name}")) for name in ("slope_per_bp", "max_shift")
    }
    return PriceAdaptation(mode=AdaptationMode(stated["mode"]), **shares)


def _lots(quantity: int, instrument: Instrument, field: str) -> Lots:
    return to_lots(quantity, lot_size=instrument.lot_size, field=field)


def _decimal(text: str | None, default: Decimal, field: str) -> Decimal:
    return default if text is None else to_decimal(text, field=field)


def _decision_price(new: NewOrder, instrument: Instrument) -> Points | None:
    """The client's own decision price, on the tape's grid: a mid is welcome."""
    if new.decision_price is None:
        return None
    price = to_decimal(new.decision_price, field="decision_price")
    if price <= 0:
        raise Invalid("decision_price", "greater than 0", new.decision_price)
    return Points(to_ticks(price, tick_size=instrument.point_size, field="decision_price"))
