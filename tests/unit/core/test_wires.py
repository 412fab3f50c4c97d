"""The codecs of several instruments: each order's prices are on its own grid, an amendment's too, which names no symbol."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from metaorder.core.commands import Accept, AcceptBasket, Amend, Kill, Stamp
from metaorder.core.events import Happened
from metaorder.core.execution import Step
from metaorder.core.wires import Wires
from metaorder.domain.instrument import Instrument
from metaorder.domain.order import ParentId
from metaorder.domain.units import Lots, Nanos, Ticks
from support.core import INSTRUMENT, OPEN, parent_order, started, submitted, touch

COIN = Instrument(symbol="COIN", mic="XXXX", currency="USD", tick_size=Decimal("0.5"), lot_size=10)
STAMP = Stamp(OPEN, 3)


def accept(symbol: str, name: str) -> Accept:
    order = parent_order(id=ParentId(name), symbol=symbol, limit=Ticks(9))
    return Accept(order=order, rejection=None, body_hash="-", received_at=Nanos(1))


def amend(name: str) -> Amend:
    return Amend(parent=ParentId(name), expected_version=1, body_hash="-", lots=Lots(7), limit=Ticks(11), limit_given=True)


@pytest.mark.parametrize("reads", [False, True])
def test_an_amendment_is_on_the_grid_of_the_order_that_was_accepted(reads: bool) -> None:
    """The one that wrote the accept knows, and so does the one that read it."""
    wrote = Wires([INSTRUMENT, COIN])
    docs = [wrote.command(each, STAMP) for each in (accept("ACME", "a"), accept("COIN", "c"))]
    wires = Wires([INSTRUMENT, COIN]) if reads else wrote
    assert not reads or [wires.read_command(doc)[0] for doc in docs] == [accept("ACME", "a"), accept("COIN", "c")]
    for name, price, quantity in (("a", "0.11", 7), ("c", "5.5", 70)):
        doc = wires.command(amend(name), STAMP)
        assert (doc["limit_price"], doc["quantity"]) == (price, quantity)
        assert wires.read_command(doc) == (amend(name), STAMP)
    assert wires.read_command(wires.command(Kill(reason="-"), STAMP)) == (Kill(reason="-"), STAMP)


def test_the_legs_of_a_basket_are_each_on_their_own_grid() -> None:
    basket = AcceptBasket(basket="B", legs=(accept("ACME", "a"), accept("COIN", "c")))
    doc = Wires([INSTRUMENT, COIN]).command(basket, STAMP)
    assert [leg["order"]["limit_price"] for leg in doc["legs"]] == ["0.09", "4.5"]
    wires = Wires([INSTRUMENT, COIN])
    assert wires.read_command(doc) == (basket, STAMP)
    assert wires.command(amend("c"), STAMP)["limit_price"] == "5.5", "the one that read it knows the grid of each leg"


def test_events_are_on_the_grid_of_their_order() -> None:
    wires = Wires([INSTRUMENT, COIN])
    before = started(symbol="COIN")
    event = replace(submitted(price=Ticks(9)), venue_quote=touch(8, 9))
    doc = wires.event(Step(Happened(before.order.id, OPEN, event), before, before))
    assert (doc["price"], doc["venue_quote"]["ask"], doc["quantity"]) == ("4.5", "4.5", event.lots * 10)
    assert wires.read_event(doc) == Happened(before.order.id, OPEN, event)
    assert wires.quote("COIN", touch(8, 9))["bid"] == "4.0"
    assert wires.read_order(wires.order(before.order)) == before.order


def test_a_quote_of_a_venue_that_is_not_there_is_not_said() -> None:
    wires, before = Wires([INSTRUMENT]), started()
    doc = wires.event(Step(Happened(before.order.id, OPEN, submitted()), before, before))
    assert "venue_quote" not in doc, "documents of a symbol at one venue are what they were"
    assert wires.read_event(doc) == Happened(before.order.id, OPEN, submitted())
