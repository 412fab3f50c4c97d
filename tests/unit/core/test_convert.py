"""How types leave and come back: names outside, units outside, and what cannot be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from metaorder.core.commands import Rejection
from metaorder.core.convert import TERMS_LEFT_OUT, WIRE_NAMES, Converters, hints_of, optional, wire_name
from metaorder.core.events import ChildAccepted, ChildSubmitted, ParentFilled, RiskBlocked
from metaorder.domain.adaptation import AdaptationMode, PriceAdaptation
from metaorder.domain.child import ChildType
from metaorder.domain.errors import OffLot, OffTick
from metaorder.domain.instrument import Instrument
from metaorder.domain.market import NO_QUOTE, Quote
from metaorder.domain.order import AtClose, ParentOrder, Side
from metaorder.domain.outcome import VenueHistory
from metaorder.domain.units import Lots, Nanos, Points, Ticks
from metaorder.domain.venue_rule import VenueRule
from support.core import INSTRUMENT, OPEN, parent_order, touch

FUTURE = Instrument(
    symbol="FUT", mic="XEUR", currency="EUR", tick_size=Decimal("0.005"), lot_size=10, points_per_tick=4, multiplier=25
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A field of every kind that is converted."""

    limit: Ticks | None
    fee: Points
    lots: Lots
    end: Nanos
    cap: Fraction
    side: Side
    points: tuple[tuple[Nanos, Lots], ...]
    params: dict[str, Any]
    rejection: Rejection | None


SAMPLE = Sample(
    limit=Ticks(20_001),
    fee=Points(-3),
    lots=Lots(7),
    end=OPEN,
    cap=Fraction(1, 8),
    side=Side.SELL,
    points=((OPEN, Lots(0)), (Nanos(OPEN + 1), Lots(7))),
    params={"slices": 4},
    rejection=Rejection(code="limit", detail="too large", limit="5", observed="6"),
)


def document(value: Any, grid: Instrument = FUTURE) -> dict[str, Any]:
    return {each.wire: each.out(getattr(value, each.name)) for each in Converters(grid).plan(type(value))}


def test_each_type_leaves_in_units_that_the_outside_knows() -> None:
    assert document(SAMPLE) == {
        "limit_price": "100.005",
        "fee": "-0.00375",
        "quantity": 70,
        "end_time": "2026-03-02T14:30:00.000000000Z",
        "max_participation": "0.125",
        "side": "sell",
        "points": [["2026-03-02T14:30:00.000000000Z", 0], ["2026-03-02T14:30:00.000000001Z", 70]],
        "params": {"slices": 4},
        "rejection": {"code": "limit", "detail": "too large", "limit": "5", "observed": "6"},
    }


@pytest.mark.parametrize("sample", [SAMPLE, replace(SAMPLE, limit=None, rejection=None, points=())])
def test_each_type_comes_back(sample: Sample) -> None:
    doc = document(sample)
    assert Sample(**{each.name: each.into(doc[each.wire]) for each in Converters(FUTURE).plan(Sample)}) == sample


@pytest.mark.parametrize("quote", [touch(), touch(bid=None), touch(ask=None), NO_QUOTE])
def test_a_touch_comes_back_with_its_empty_side(quote: Quote) -> None:
    outs = {each.name: each for each in Converters(FUTURE).plan(ParentFilled)}
    assert outs["end"].into(Converters(FUTURE).quote(quote)) == quote


def test_an_order_comes_back_and_has_the_names_of_the_outside() -> None:
    adaptation = PriceAdaptation(mode=AdaptationMode.PASSIVE, slope_per_bp=Fraction(1, 200), max_shift=Fraction(1, 10))
    placed = parent_order(
        adaptation=adaptation,
        history=VenueHistory(days=1),
        at_close=AtClose.MARKET,
        auction_share=Fraction(1, 4),
        venues=VenueRule(allow=("XA",)),
    )
    doc = Converters(INSTRUMENT).order(placed)
    assert doc["price_adaptation"] == {"mode": "passive_in_the_money", "slope_per_bp": "0.005", "max_shift": "0.1"}
    of_others = {"filled_quantity", "leaves_quantity", "min_quantity"}  # of executions and children
    of_others |= {"held_quantity", "disputed_quantity", "traded_quantity", "released_quantity"}
    of_others |= {"expected_quantity", "rested_quantity", "took_quantity"}  # of its history
    assert set(WIRE_NAMES.values()) - of_others <= set(doc)
    assert Converters(INSTRUMENT).read_order(doc) == placed


def test_a_term_that_orders_of_before_did_not_have_is_left_out_where_there_is_none() -> None:
    doc = Converters(INSTRUMENT).order(parent_order())
    assert not set(TERMS_LEFT_OUT) & set(doc)
    assert Converters(INSTRUMENT).read_order(doc) == parent_order()


@pytest.mark.parametrize(("field", "value", "error"), [("limit_price", "100.0051", OffTick), ("quantity", 75, OffLot)])
def test_what_is_off_the_grid_is_not_read(field: str, value: Any, error: type[Exception]) -> None:
    into = {each.wire: each.into for each in Converters(FUTURE).plan(Sample)}
    with pytest.raises(error):
        into[field](value)


def test_a_plan_is_made_once() -> None:
    converters = Converters(FUTURE)
    assert converters.plan(Sample) is converters.plan(Sample)


def test_names_that_mean_two_things_inside_are_told_apart_outside() -> None:
    assert wire_name(ParentFilled, "end") == "quote"
    assert wire_name(ParentOrder, "end") == "end_time"
    assert wire_name(ParentOrder, "limit") == "limit_price"
    assert wire_name(Rejection, "limit") == "limit"
    assert wire_name(ChildSubmitted, "type") == "order_type"
    assert wire_name(RiskBlocked, "code") == "code"


def test_the_fields_of_a_type_are_in_order_and_resolved() -> None:
    assert [name for name, _ in hints_of(ChildAccepted)] == ["number", "queue_ahead", "queue_known_ppm"]
    assert dict(hints_of(ChildSubmitted))["type"] is ChildType


@pytest.mark.parametrize(("hint", "inner"), [(int | None, int), (None | str, str), (int, None), (int | str | None, None)])
def test_an_optional_type_is_known_by_what_is_in_it(hint: Any, inner: Any) -> None:
    assert optional(hint) is inner
