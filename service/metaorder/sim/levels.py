"""The prices of a book, of one floor or of several together."""

from __future__ import annotations

from dataclasses import dataclass

from metaorder.domain.order import Side
from metaorder.domain.units import Lots, Ticks


@dataclass(frozen=True, slots=True)
class BookLevel:
    """One price of the book, with all that rests there. orders: None where the format does not say how many."""

    price: Ticks
    lots: Lots
    orders: int | None


def added_up(books: list[list[tuple[int, int, int]]], side: Side, most: int, *, counted: bool) -> list[BookLevel]:
    """The books of several floors as one: what stands at a price is added up. Not counted on one: not counted at all."""
    sums: dict[int, tuple[int, int | None]] = {}
    for price, lots, count in (row for book in books for row in book):
        before, orders = sums.get(price, (0, 0))
        sums[price] = before + lots, orders + count if counted and count >= 0 and orders is not None else None
    best_first = sorted(sums.items(), key=lambda each: -side.sign * each[0])[:most]
    return [BookLevel(Ticks(price), Lots(lots), orders) for price, (lots, orders) in best_first]
