"""The `is_decomposition` and `spreads` vectors, through the service's own analysis."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from metaorder.domain.errors import Invalid
from metaorder.models.glosten_harris import glosten_harris
from metaorder.models.huang_stoll import huang_stoll
from metaorder.models.roll import roll_spread
from metaorder.tca.amounts import Amount
from metaorder.tca.benchmarks import slippage, vwap
from metaorder.tca.facts import Fills, Ints, OrderFacts, Price, Quotes, Tape, Tranche
from metaorder.tca.markouts import SECOND, markouts
from metaorder.tca.shortfall import Shortfall, shortfall
from support.tca import market, order

HORIZON_S = 1


@dataclass(frozen=True)
class Grid:
    """Prices and money as whole points. point: so fine that every decimal of a case lies on it [dollars]."""

    point: Fraction

    @classmethod
    def of(cls, values: Iterable[float]) -> Grid:
        places = max((-int(Decimal(str(value)).as_tuple().exponent) for value in values), default=0)
        return cls(Fraction(1, 10 ** max(places, 0)))

    def points(self, value: float) -> int:
        ratio = Fraction(str(value)) / self.point
        assert ratio.denominator == 1
        return int(ratio)

    def ints(self, values: Iterable[float]) -> Ints:
        return whole(self.points(value) for value in values)

    def dollars(self, amount: Amount) -> float:
        assert amount.value is not None
        return float(amount.value * self.point / 2)


def whole(values: Iterable[float]) -> Ints:
    return np.array([int(value) for value in values], dtype=np.int64)


@dataclass(frozen=True)
class Judged:
    """A vector's order as the service sees it. average: of its fills [points]."""

    order: OrderFacts
    average: Fraction | None
    cost: Shortfall


def judge(inputs: Mapping[str, Any], grid: Grid, *, maker: bool) -> Judged:
    """A vector knows a mid at each fill and no book: either our order rested, or the far touch stood at the mid.

    Its mid is also the mid without the order. Then `trading_instant` is spread + walking, and `trading_timing` is timing.
    """
    rows = inputs["fills"]
    lots, price, mid = whole(row["qty"] for row in rows), *(grid.ints(row[name] for row in rows) for name in ("price", "mid"))
    if inputs["X"] % 1 or inputs["X"] < lots.sum():
        raise Invalid("X", "whole, and no less than was filled", inputs["X"])
    assert rows or not inputs["fees"], "fees come with fills"
    fills = Fills(
        ts=whole(range(len(rows))),
        lots=lots,
        price=price,
        maker=np.full(len(rows), maker, dtype=np.bool_),
        fee=whole(grid.points(inputs["fees"]) if number == 0 else 0 for number in range(len(rows))),
        certain=np.ones(len(rows), dtype=np.bool_),
        touch=mid,
        mid2=2 * mid,
        reference2=2 * mid,
    )
    decision, arrival, end = (Price.known(grid.points(inputs[name])) for name in ("decision", "arrival", "final"))
    sign = {"buy": 1, "sell": -1}[inputs["side"]]
    placed = replace(order(sign=sign), changes=(Tranche(0, int(inputs["X"]), decision, arrival),), end=end)
    value = sum(x * p for x, p in zip(lots.tolist(), price.tolist(), strict=True))
    return Judged(placed, Fraction(value, fills.total) if rows else None, shortfall(placed, fills))


def decomposition(inputs: Mapping[str, Any], grid: Grid, *, maker: bool) -> dict[str, Any]:
    """The parts of the shortfall in money and in basis points, and what the real portfolio made."""
    judged = judge(inputs, grid, maker=maker)
    cost, part = judged.cost, judged.cost.components
    kissell = {
        "delay": part["delay"],
        "trading": part["spread"] + part["impact"] + part["timing"],
        "opportunity": part["opportunity"],
        "fees": part["fees"],
    }
    paper = judged.order.sign * int(inputs["X"]) * float(Fraction(str(inputs["final"])) - Fraction(str(inputs["decision"])))
    total = grid.dollars(cost.total)
    return {
        "filled": sum(row["qty"] for row in inputs["fills"]),
        "is_total": total,
        "is_bps": bps(cost.total, cost.notional),
        "kissell": {name: grid.dollars(amount) for name, amount in kissell.items()},
        "kissell_bps": {name: bps(amount, cost.notional) for name, amount in kissell.items()},
        "wagner_edwards": {name: grid.dollars(amount) for name, amount in cost.wagner_edwards.items()},
        "trading_instant": grid.dollars(part["spread"] + cost.walking),
        "trading_timing": grid.dollars(cost.displaced + part["timing"]),
        "paper_return": paper,
        "real_return": paper - total,
        **averages(inputs, grid, judged),
    }


def bps(amount: Amount, notional: Amount) -> float:
    assert amount.value is not None
    assert notional.value is not None
    return float(Fraction(amount.value, notional.value) * 10_000)


def averages(inputs: Mapping[str, Any], grid: Grid, judged: Judged) -> dict[str, float | None]:
    """Our average and the market's, and the distance between them and from the arrival; None without fills."""
    trades = inputs["market_trades"]
    tape = Tape(whole(range(len(trades))), grid.ints(price for price, _ in trades), whole(lots for _, lots in trades))
    average, arrival, traded = judged.average, judged.order.arrival.value, vwap(tape, 0, len(tape.ts)).value
    assert arrival is not None
    found: dict[str, float | None] = {
        "market_vwap": None if traded is None else float(traded * grid.point),
        "avg_price": None if average is None else float(average * grid.point),
    }
    for name, benchmark in (("arrival_slippage_bps", arrival), ("vwap_slippage_bps", traded)):
        absent = average is None or benchmark is None
        found[name] = None if absent else float(slippage(judged.order.sign, average, benchmark) * 10_000)
    return found


def is_decomposition(inputs: dict[str, Any]) -> dict[str, Any]:
    prices = [inputs[name] for name in ("decision", "arrival", "final", "fees")]
    prices += [row[name] for row in inputs["fills"] for name in ("price", "mid")]
    grid = Grid.of(prices + [price for price, _ in inputs["market_trades"]])
    rested, took = (decomposition(inputs, grid, maker=maker) for maker in (True, False))
    assert rested == took, "where the far touch stood at the mid, to rest and to take cost the same"
    return took


def measured(inputs: Mapping[str, Any], sign: int) -> tuple[dict[str, float], int]:
    """The trades of one sign as fills that are an hour apart, each followed by its later mid; and their lots."""
    chosen = [number for number, side in enumerate(inputs["D"]) if side == sign]
    if not chosen:
        return dict.fromkeys(("effective_bps", "realized_bps", "impact_bps"), 0.0), 0
    grid = Grid.of(value for name in ("mid", "mid_future", "price") for value in inputs[name])
    mid, later, price = (grid.ints(inputs[name][number] for number in chosen) for name in ("mid", "mid_future", "price"))
    ts = np.arange(len(chosen), dtype=np.int64) * 3_600 * SECOND
    truth = np.ones(len(chosen), dtype=np.bool_)
    fills = Fills(ts, whole(inputs["volume"][n] for n in chosen), price, ~truth, 0 * ts, truth, price, 2 * mid, 2 * mid)
    end = int(ts[-1]) + 3_600 * SECOND
    found = markouts(sign, fills, market(quotes=Quotes(ts + HORIZON_S * SECOND, 2 * later), clock=end, closes=end))
    means = {"effective_bps": found.effective, "realized_bps": found.realized[HORIZON_S], "impact_bps": found.impact[HORIZON_S]}
    return {name: value * 10_000 for name, value in means.items() if value is not None}, fills.total


def spreads(inputs: dict[str, Any]) -> dict[str, Any]:
    (bought, buys), (sold, sells) = (measured(inputs, sign) for sign in (1, -1))
    paid = {name: (value * buys + sold[name] * sells) / (buys + sells) for name, value in bought.items()}
    return {**paid, **estimated(inputs["price"], inputs["D"], inputs["volume"])}


def estimated(prices: list[float], sides: list[float], volumes: list[float]) -> dict[str, Any]:
    """The spread from trades alone; None where they do not identify it."""
    found: dict[str, Any] = {"roll": None, "gh": None, "hs": None}
    with suppress(Invalid):
        found["roll"] = roll_spread(prices)
    with suppress(Invalid):
        parts = glosten_harris(prices, sides, volumes)
        found["gh"] = {"c0": parts.c0, "c1": parts.c1, "z0": parts.z0, "z1": parts.z1}
    with suppress(Invalid):
        split = huang_stoll(prices, sides)
        found["hs"] = {"S": split.spread, "lam": split.lam}
    return found


ADAPTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {"is_decomposition": is_decomposition, "spreads": spreads}
