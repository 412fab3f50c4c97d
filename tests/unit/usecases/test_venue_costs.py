"""The fills of an order venue by venue add up to the order."""

from __future__ import annotations

from typing import Any

from metaorder.domain.order import Side
from metaorder.usecases.fill_facts import fill_facts, read_fills
from metaorder.usecases.venue_costs import by_venue
from support.cases import INSTRUMENT, case, fill


def venues(*docs: dict[str, Any]) -> dict[str, dict[str, Any]]:
    made = case(*docs)
    read = read_fills(made.fills, made.parent["filled"])
    return by_venue(read, fill_facts(read, made.fills, Side.BUY, INSTRUMENT, None, None), INSTRUMENT)


def test_each_venue_has_its_quantity_price_and_fees() -> None:
    found = venues(
        fill(20, 100, "10.00", venue="B", fee="0.30"),
        fill(21, 50, "10.01", venue="A", fee="-0.10", liquidity="maker"),
        fill(22, 300, "10.02", venue="B", fee="-0.6001", liquidity="maker"),
    )
    assert found == {
        "B": {"fills": 2, "quantity": 400, "avg_price": "10.015000", "fees": "-0.3001", "passive_share": 0.75},
        "A": {"fills": 1, "quantity": 50, "avg_price": "10.010000", "fees": "-0.10", "passive_share": 1.0},
    }
    assert list(found) == ["B", "A"]


def test_an_order_without_fills_was_nowhere() -> None:
    assert venues() == {}
