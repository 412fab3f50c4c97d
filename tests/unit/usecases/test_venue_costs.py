"""The fills of an order venue by venue add up to the order."""

from __future__ import annotations

from typing import Any

import msgspec

from metaorder.usecases.venue_costs import by_venue
from support.core import INSTRUMENT


def fill(venue: str, quantity: int, price: str, fee: str, liquidity: str) -> dict[str, Any]:
    doc = {"venue": venue, "quantity": quantity, "price": price, "fee": fee, "liquidity": liquidity, "more": 1}
    return {"doc": msgspec.json.encode(doc).decode()}


def test_each_venue_has_its_quantity_price_and_fees() -> None:
    rows = [
        fill("B", 100, "10.00", "0.30", "taker"),
        fill("A", 50, "10.01", "-0.10", "maker"),
        fill("B", 300, "10.02", "-0.6001", "maker"),
    ]
    assert by_venue(rows, INSTRUMENT) == {
        "B": {"fills": 2, "quantity": 400, "avg_price": "10.015000", "fees": "-0.3001", "passive_share": 0.75},
        "A": {"fills": 1, "quantity": 50, "avg_price": "10.010000", "fees": "-0.10", "passive_share": 1.0},
    }


def test_an_order_without_fills_was_nowhere() -> None:
    assert by_venue([], INSTRUMENT) == {}
