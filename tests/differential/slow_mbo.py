"""A book of a market-by-order file, kept as the encoding's own rules say: A, C, M and R change it, T and F do not."""

from __future__ import annotations

from bisect import insort
from collections import Counter

from support.dbn import Mbo


class SlowMbo:
    """orders: side, price, lots by id, oldest first among those of a price. Prices are those of the file."""

    def __init__(self) -> None:
        self.orders: dict[int, tuple[str, int, int]] = {}
        self.depth: dict[str, Counter[int]] = {"B": Counter(), "A": Counter()}
        self.prices: dict[str, list[int]] = {"B": [], "A": []}

    def apply(self, record: Mbo) -> None:
        if record.action == "R":
            for order in list(self.orders):
                self._leave(order, None)
        elif record.action == "A":
            assert record.order not in self.orders
            self._enter(record)
        elif record.action == "C":
            self._leave(record.order, record.size)
        elif record.action == "M":
            before = self.orders.get(record.order)
            if before is not None and before[1] == record.price and record.size <= before[2]:
                self._leave(record.order, before[2] - record.size)
            else:
                if before is not None:
                    self._leave(record.order, None)
                self._enter(record)

    def levels(self, side: str, most: int) -> list[tuple[int, int]]:
        prices = self.prices[side]
        best = prices[: -most - 1 : -1] if side == "B" else prices[:most]
        return [(price, self.depth[side][price]) for price in best]

    def queue(self, side: str, price: int) -> list[tuple[int, int]]:
        return [(order, lots) for order, (of, at, lots) in self.orders.items() if of == side and at == price]

    @property
    def crossed(self) -> bool:
        bids, asks = self.prices["B"], self.prices["A"]
        return bool(bids and asks and bids[-1] >= asks[0])

    def _enter(self, record: Mbo) -> None:
        self.orders.pop(record.order, None)
        self.orders[record.order] = (record.side, record.price, record.size)
        if not self.depth[record.side][record.price]:
            insort(self.prices[record.side], record.price)
        self.depth[record.side][record.price] += record.size

    def _leave(self, order: int, lots: int | None) -> None:
        side, price, there = self.orders[order]
        gone = there if lots is None else lots
        assert gone <= there
        self.depth[side][price] -= gone
        if gone == there:
            del self.orders[order]
        else:
            self.orders[order] = (side, price, there - gone)
        if not self.depth[side][price]:
            self.prices[side].remove(price)
