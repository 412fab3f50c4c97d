"""The `is_decomposition` vectors, through the service's own arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from metaorder.tca.amounts import Amount
from metaorder.tca.benchmarks import slippage, vwap
from metaorder.tca.facts import Fills, Ints, OrderFacts, Price, Tape, Tranche
from metaorder.tca.shortfall import Shortfall, shortfall
from support.tca import order
from support.vectors import vectors

POINT = Fraction(1, 10**12)
"""A grid so fine that the vectors' decimals lie on it."""


@dataclass(frozen=True)
class Judged:
    """A vector's order as the service sees it. average: of its fills [points]."""

    order: OrderFacts
    average: Fraction | None
    cost: Shortfall


def points(value: float) -> int:
    ratio = Fraction(Decimal(str(value))) / POINT
    assert ratio.denominator == 1
    return int(ratio)


def dollars(amount: Amount) -> float:
    assert amount.value is not None
    return float(amount.value * POINT / 2)


def ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def judge(inputs: Mapping[str, Any], *, maker: bool) -> Judged:
    """A vector knows a mid at each fill and no book: either our order rested, or the far touch stood at the mid.

    Its mid is also the mid without the order. Then `trading_instant` is spread + walking, and `trading_timing` is timing.
    """
    rows = inputs["fills"]
    mids, lots, prices = (
        ints([of(row) for row in rows]) for of in (_mid, lambda row: row["qty"], lambda row: points(row["price"]))
    )
    assert rows or not inputs["fees"], "fees come with fills"
    fills = Fills(
        ts=ints(list(range(len(rows)))),
        lots=lots,
        price=prices,
        maker=np.full(len(rows), maker, dtype=np.bool_),
        fee=ints([points(inputs["fees"]) if number == 0 else 0 for number in range(len(rows))]),
        certain=np.ones(len(rows), dtype=np.bool_),
        touch=mids,
        mid2=2 * mids,
        reference2=2 * mids,
    )
    decision, arrival, end = (Price.known(points(inputs[name])) for name in ("decision", "arrival", "final"))
    sign = {"buy": 1, "sell": -1}[inputs["side"]]
    placed = replace(order(sign=sign), changes=(Tranche(0, inputs["X"], decision, arrival),), end=end)
    value = sum(x * p for x, p in zip(lots.tolist(), prices.tolist(), strict=True))
    return Judged(placed, Fraction(value, fills.total) if rows else None, shortfall(placed, fills))


def _mid(row: Mapping[str, Any]) -> int:
    return points(row["mid"])


def bps(amount: Amount, notional: Amount) -> float:
    assert amount.value is not None
    assert notional.value is not None
    return float(Fraction(amount.value, notional.value) * 10_000)


@pytest.mark.parametrize("maker", [True, False], ids=["rested", "took"])
def test_the_decompositions_of_the_vectors_come_out(maker: bool) -> None:
    for case in vectors("is_decomposition"):
        expected, tol = case["expected"], case["tol"]
        cost = judge(case["inputs"], maker=maker).cost
        part = cost.components
        trading = part["spread"] + part["impact"] + part["timing"]
        found = {
            "is_total": dollars(cost.total),
            "kissell": {
                "delay": dollars(part["delay"]),
                "trading": dollars(trading),
                "opportunity": dollars(part["opportunity"]),
                "fees": dollars(part["fees"]),
            },
            "wagner_edwards": {name: dollars(amount) for name, amount in cost.wagner_edwards.items()},
            "trading_instant": dollars(part["spread"] + cost.walking),
            "trading_timing": dollars(cost.displaced + part["timing"]),
        }
        for name, value in found.items():
            assert value == pytest.approx(expected[name], abs=tol["abs_money"], rel=tol["rel"]), (case["id"], name)
        in_bps = {name: bps(amount, cost.notional) for name, amount in {**part, "trading": trading}.items()}
        assert bps(cost.total, cost.notional) == pytest.approx(expected["is_bps"], abs=tol["abs_bps"], rel=tol["rel"]), case["id"]
        for name, value in expected["kissell_bps"].items():
            assert in_bps[name] == pytest.approx(value, abs=tol["abs_bps"], rel=tol["rel"]), (case["id"], name)


def test_the_paper_portfolio_less_the_shortfall_is_the_real_one() -> None:
    for case in vectors("is_decomposition"):
        inputs, expected = case["inputs"], case["expected"]
        sign = 1 if inputs["side"] == "buy" else -1
        paper = sign * inputs["X"] * float((points(inputs["final"]) - points(inputs["decision"])) * POINT)
        assert paper == pytest.approx(expected["paper_return"], abs=case["tol"]["abs_money"])
        real = paper - dollars(judge(inputs, maker=True).cost.total)
        assert real == pytest.approx(expected["real_return"], abs=case["tol"]["abs_money"]), case["id"]


def test_averages_and_slippages_of_the_vectors_come_out() -> None:
    for case in vectors("is_decomposition"):
        inputs, expected, tol = case["inputs"], case["expected"], case["tol"]
        judged = judge(inputs, maker=True)
        tape = Tape(
            ints(list(range(len(inputs["market_trades"])))),
            ints([points(price) for price, _ in inputs["market_trades"]]),
            ints([lots for _, lots in inputs["market_trades"]]),
        )
        market = vwap(tape, 0, len(tape.ts)).value
        assert market is not None
        assert float(market * POINT) == pytest.approx(expected["market_vwap"], rel=tol["rel"]), case["id"]
        if judged.average is None:
            assert (expected["avg_price"], expected["vwap_slippage_bps"]) == (None, None)
            continue
        assert float(judged.average * POINT) == pytest.approx(expected["avg_price"], rel=tol["rel"]), case["id"]
        arrival = judged.order.arrival.value
        assert arrival is not None
        for name, benchmark in (("arrival_slippage_bps", arrival), ("vwap_slippage_bps", market)):
            found = float(slippage(judged.order.sign, judged.average, benchmark) * 10_000)
            assert found == pytest.approx(expected[name], abs=tol["abs_bps"], rel=tol["rel"]), (case["id"], name)
