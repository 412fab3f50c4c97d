"""The codec: whatever can be said comes back exactly as it was, through JSON, on every grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.core.commands import COMMAND_TYPES, Rejection, Resume, Stamp
from metaorder.core.events import EVENT_TYPES, Happened, ParentFilled
from metaorder.core.execution import Execution, Step
from metaorder.core.wire import Wire, money_text, read_stamp, stamp_doc
from metaorder.domain.adaptation import AdaptationMode, PriceAdaptation
from metaorder.domain.child import ChildStatus
from metaorder.domain.errors import OffLot
from metaorder.domain.instrument import Instrument
from metaorder.domain.market import Quote
from metaorder.domain.order import MAX_CLIENT_ID, MAX_LOTS, Account, AtClose, ParentId, ParentOrder, SessionId, Side
from metaorder.domain.outcome import Outcome, VenueHistory
from metaorder.domain.profile import Profile
from metaorder.domain.state import Basis
from metaorder.domain.units import Lots, Microticks, Nanos, Points, Ticks, to_nanos
from metaorder.domain.venue_rule import VenueRule
from support.core import INSTRUMENT, OPEN, PARENT, child, fill, parent_order, started, submitted, touch
from support.examples import examples

FUTURE = Instrument(
    symbol="FUT", mic="XEUR", currency="EUR", tick_size=Decimal("0.005"), lot_size=10, points_per_tick=4, multiplier=25
)
GRIDS = st.sampled_from([INSTRUMENT, FUTURE, replace(FUTURE, lot_size=100, tick_size=Decimal(5))])
TIMES = st.integers(to_nanos("0001-01-01T00:00:00Z"), to_nanos("9999-12-31T23:59:59.999999999Z"))
PRICES = st.integers(-(10**9), 10**9)
QUANTITIES = st.integers(0, MAX_LOTS)
MONEY = st.integers(-(10**15), 10**15)
SHARES = st.integers(0, 10**9).map(lambda billionths: Fraction(billionths, 10**9))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


@st.composite
def any_order(draw: st.DrawFn) -> ParentOrder:
    """Terms that hold, every field drawn."""
    start, smallest = draw(TIMES.filter(lambda time: time < 10**18)), draw(st.integers(1, 10**6))
    plain = {each.name: draw(of(get_type_hints(ParentOrder)[each.name])) for each in fields(ParentOrder)}
    bounded: dict[str, Any] = {
        "client_order_id": draw(st.text(min_size=1, max_size=MAX_CLIENT_ID)),
        "lots": draw(st.integers(1, MAX_LOTS)),
        "start": start,
        "end": start + draw(st.integers(1, 10**15)),
        "cap": draw(SHARES.filter(lambda share: 0 < share < 1)),
        "limit": draw(st.none() | st.integers(1, 10**9)),
        "min_child": smallest,
        "max_child": draw(st.none() | st.integers(smallest, 10**9)),
        "algo": "twap",
        "side": Side.BUY,
        "i_would": None,
        "i_would_share": draw(SHARES.filter(lambda share: 0 < share <= 1)),
        "discretion": draw(st.integers(0, 1_000)),
        "min_participation": None,
        "blackouts": tuple((start + 3 * n, start + 3 * n + 1) for n in range(1, draw(st.integers(1, 3)))),
        "display": draw(st.none() | st.integers(smallest, 10**9)),
        "dark_fraction": None,
        "dark_least": None,
        "adaptation": plain["adaptation"] if plain["basket"] is None else None,
        "auction_share": draw(SHARES.filter(lambda share: 0 < share <= 1)),
    }
    bounded["at_close"] = draw(st.sampled_from([AtClose.NONE, AtClose.MARKET if bounded["limit"] is None else AtClose.LIMIT]))
    return ParentOrder(**{**plain, **bounded})


_VENUES = st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=3, unique=True).map(tuple)

PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    Lots: QUANTITIES,
    Ticks: PRICES,
    Points: PRICES,
    Nanos: TIMES,
    Fraction: SHARES,
    ParentId: st.text(max_size=12).map(ParentId),
    Account: st.text(max_size=12).map(Account),
    SessionId: st.text(max_size=12).map(SessionId),
    int: st.integers(-(2**62), 2**62),
    bool: st.booleans(),
    str: st.text(max_size=12),
    Any: JSON,
    Microticks: PRICES,
    Profile: st.builds(
        Profile,
        source=st.text(max_size=12),
        adv=st.none() | st.integers(1, MAX_LOTS),
        sigma=st.none() | st.text(max_size=5),
        spread=st.none() | PRICES,
        curve=st.none() | st.lists(st.integers(1, 10**12), min_size=1, max_size=3).map(tuple),
        impact=st.none() | st.tuples(st.text(max_size=5), st.text(max_size=5), st.text(max_size=5)),
    ),
    PriceAdaptation: st.builds(
        PriceAdaptation,
        mode=st.sampled_from(AdaptationMode),
        slope_per_bp=SHARES.filter(lambda share: share > 0),
        max_shift=SHARES.filter(lambda share: share > 0),
    ),
    Basis: st.builds(
        Basis,
        impact=st.none() | st.tuples(st.text(max_size=5), st.text(max_size=5), st.text(max_size=5)),
        stated=st.none() | st.text(max_size=5),
        mid2=st.none() | PRICES,
        spread=st.none() | PRICES,
        sigma=st.none() | PRICES,
        adv=st.none() | QUANTITIES,
        ahead=st.none() | QUANTITIES,
    ),
    Quote: st.builds(Quote, st.none() | PRICES, st.none() | PRICES, QUANTITIES, QUANTITIES),
    VenueRule: st.builds(VenueRule, allow=_VENUES) | st.builds(VenueRule, deny=_VENUES),
    VenueHistory: st.builds(
        VenueHistory,
        days=st.integers(1, 90),
        venues=st.lists(st.tuples(st.text(max_size=5), st.builds(Outcome, *[QUANTITIES] * 3, MONEY, QUANTITIES, MONEY))).map(
            tuple
        ),
        missing=st.none() | st.text(max_size=5),
    ),
    ParentOrder: any_order(),
    Rejection: st.builds(
        Rejection, code=st.text(), detail=st.text(), limit=st.none() | st.text(), observed=st.none() | st.text()
    ),
}


def of(hint: Any) -> st.SearchStrategy[Any]:
    """Every value that a hint allows."""
    if hint in PLAIN:
        return PLAIN[hint]
    if hint is NoneType:
        return st.none()
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return st.one_of([of(each) for each in args])
    if origin is tuple:
        return st.lists(of(args[0]), max_size=4).map(tuple) if args[-1] is Ellipsis else st.tuples(*map(of, args))
    if origin is list:
        return st.lists(of(args[0]), max_size=3)
    assert issubclass(origin, Mapping), f"the test knows how to draw {hint}"
    return st.dictionaries(of(args[0]), of(args[1]), max_size=3)


def drawn(kind: type[Any], **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Instances of a dataclass, every field drawn by its type."""
    hints = get_type_hints(kind)
    return st.builds(kind, **{each.name: of(hints[each.name]) for each in fields(kind)}, **fixed)


def through_json(doc: Mapping[str, Any]) -> Any:
    return msgspec.json.decode(msgspec.json.encode(doc))


def event_of(kind: type[Any]) -> st.SearchStrategy[Any]:
    names = {each.name for each in fields(kind)}
    numbered = drawn(kind)
    return numbered.map(lambda event: replace(event, number=1 + abs(event.number))) if "number" in names else numbered


@pytest.mark.parametrize("name", EVENT_TYPES)
@settings(max_examples=examples(25))
@given(data=st.data(), grid=GRIDS)
def test_every_event_comes_back_as_it_was(name: str, data: st.DataObject, grid: Instrument) -> None:
    event = data.draw(event_of(EVENT_TYPES[name]))
    happened = Happened(data.draw(PLAIN[ParentId]), Nanos(data.draw(TIMES)), event)
    number = getattr(event, "number", 1)
    state = Execution(order=parent_order(), algo=started().algo, status=started().status, open={number: child(number)})
    doc = Wire(grid).event(Step(happened, state, state))
    assert doc["type"] == name
    assert Wire(grid).read_event(through_json(doc)) == happened


@pytest.mark.parametrize("name", [name for name in COMMAND_TYPES if name != "command.basket"])
@settings(max_examples=examples(25))
@given(data=st.data(), grid=GRIDS)
def test_every_command_comes_back_as_it_was_with_its_stamp(name: str, data: st.DataObject, grid: Instrument) -> None:
    command = data.draw(drawn(COMMAND_TYPES[name]))
    stamp = Stamp(Nanos(data.draw(TIMES)), data.draw(st.integers(0, 2**62)))
    doc = Wire(grid).command(command, stamp)
    assert doc["type"] == name
    assert Wire(grid).read_command(through_json(doc)) == (command, stamp)


@settings(max_examples=examples(100))
@given(any_order(), GRIDS)
def test_the_terms_of_an_order_come_back_as_they_were(order: ParentOrder, grid: Instrument) -> None:
    assert Wire(grid).read_order(through_json(Wire(grid).order(order))) == order


def document(event: Any, before: Execution, after: Execution, grid: Instrument = FUTURE) -> dict[str, Any]:
    return Wire(grid).event(Step(Happened(ParentId("p-1"), OPEN, event), before, after))


def with_child(**changes: Any) -> Execution:
    return replace(started(), open={1: child(**changes)})


def test_outside_prices_are_decimals_and_quantities_are_units() -> None:
    sent = submitted(lots=Lots(7), price=Ticks(20_001))
    doc = document(sent, started(), with_child())
    assert (doc["price"], doc["quantity"], doc["child_id"], doc["order_type"]) == ("100.005", 70, "p-1-1", "limit")
    assert doc["quote"] == {"bid": "50.000", "ask": "50.005", "bid_size": 5_000, "ask_size": 5_000}
    assert doc["good_till"] == "2026-03-02T14:40:00.000000000Z"


def test_every_document_says_what_when_of_which_order_and_in_which_state() -> None:
    doc = document(submitted(), started(), with_child())
    expected = {"type": "child.submitted", "ts": "2026-03-02T14:30:00.000000000Z", "parent_id": "p-1", "client_order_id": "c-1"}
    expected |= {"symbol": "ACME", "side": "buy", "status": "new"}
    assert doc.items() >= expected.items()


def test_a_fill_tells_what_its_child_has_done_and_money_is_exact() -> None:
    partial = document(fill(lots=40, fee=-3), with_child(), with_child(filled=Lots(40), status=ChildStatus.PARTIALLY_FILLED))
    assert (partial["child_status"], partial["child_filled_quantity"]) == ("partially_filled", 400)
    assert partial["fee"] == "-0.9375"  # three points of 0.00125 on a lot of 10 and a multiplier of 25
    last = document(fill(lots=60), with_child(filled=Lots(40)), started())
    assert (last["child_status"], last["child_filled_quantity"]) == ("filled", 1_000)


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "0.00"), (1, "0.0001"), (-1, "-0.0001"), (100, "0.01"), (12_345_600, "1234.56"), (-50_000, "-5.00")]
)
def test_money_has_two_digits_at_least_and_all_that_it_needs(amount: int, text: str) -> None:
    assert money_text(amount, INSTRUMENT) == text


def test_whole_money_has_two_digits_too() -> None:
    whole = replace(INSTRUMENT, tick_size=Decimal(2), points_per_tick=2)
    assert money_text(7, whole) == "7.00"


def test_the_touch_at_an_end_does_not_hide_the_end_of_the_window() -> None:
    done = ParentFilled(reason="completed", end=touch())
    doc = document(done, started(), started())
    assert "end_time" not in doc
    assert doc["quote"]["bid"] == "50.000"
    assert Wire(FUTURE).order(parent_order())["end_time"] == "2026-03-02T14:40:00.000000000Z"


def test_a_quantity_off_the_grid_is_not_read() -> None:
    doc = {**document(submitted(), started(), with_child()), "quantity": 1_005}
    with pytest.raises(OffLot):
        Wire(FUTURE).read_event(doc)


def test_a_stamp_comes_back() -> None:
    stamp = Stamp(OPEN, 7)
    assert stamp_doc(stamp) == {"market_time": "2026-03-02T14:30:00.000000000Z", "event_index": 7}
    assert read_stamp(stamp_doc(stamp)) == stamp


def test_who_resumed_an_order_is_written_down_where_it_is_known() -> None:
    wire, stamp = Wire(INSTRUMENT), Stamp(OPEN, 1)
    by = Resume(parent=PARENT, actor="k-1", risk=True)
    doc = through_json(wire.command(by, stamp))
    assert (doc["actor"], doc["risk"]) == ("k-1", True)
    assert wire.read_command(doc) == (by, stamp)
    assert wire.command(Resume(parent=PARENT), stamp).keys() == {"type", "stamp", "parent"}, "as journals had it before"


def test_the_venues_of_an_order_are_written_down_where_it_has_a_rule() -> None:
    wire = Wire(INSTRUMENT)
    for rule, doc in ((VenueRule(allow=("XA",)), {"allow": ["XA"]}), (VenueRule(deny=("XA", "XB")), {"deny": ["XA", "XB"]})):
        order = parent_order(venues=rule)
        assert wire.order(order)["venues"] == doc
        assert wire.read_order(through_json(wire.order(order))) == order
    assert "venues" not in wire.order(parent_order()), "as journals had it before"
