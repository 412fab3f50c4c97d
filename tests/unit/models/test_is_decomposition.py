"""Implementation shortfall from plain numbers: exact, cut three ways, and what the service says of the same order."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.domain.errors import Invalid
from metaorder.models.is_decomposition import SIDES, average_price, decompose
from metaorder.tca.amounts import Amount
from metaorder.tca.benchmarks import vwap
from metaorder.tca.facts import Fills, Price, Tape, Tranche
from metaorder.tca.shortfall import shortfall
from support.examples import examples
from support.tca import order

CENTS = st.integers(1, 10**6)
ROWS = st.lists(st.tuples(st.integers(1, 10**4), CENTS, CENTS), max_size=6)
TOLD: dict[str, Any] = {"decision": 50.0, "arrival": 50.2, "final": 51.0, "fees": 35.5}
FILL = {"qty": 3000, "price": 50.25, "mid": 50.22}


def dollars(amount: Amount) -> Fraction:
    """Half points x lots, a point being a cent."""
    assert amount.value is not None
    return amount.value * Fraction(1, 200)


@settings(max_examples=examples(150))
@given(st.sampled_from(sorted(SIDES)), ROWS, st.integers(1, 10**4), CENTS, CENTS, CENTS, st.integers(-500, 500), st.booleans())
def test_the_service_says_the_same_of_the_same_order(
    side: str, rows: list[tuple[int, int, int]], left: int, decision: int, arrival: int, final: int, fees: int, maker: bool
) -> None:
    """It knows a book and not a mid alone: either our order rested, or the far touch stood at the mid."""
    fees = fees if rows else 0
    shares = left + sum(lots for lots, _, _ in rows)
    prices = {"decision": decision / 100, "arrival": arrival / 100, "final": final / 100, "fees": fees / 100}
    found = decompose(side, shares, fills=[{"qty": x, "price": p / 100, "mid": m / 100} for x, p, m in rows], **prices)
    lots, price, mid = (np.array([row[n] for row in rows], dtype=np.int64) for n in range(3))
    fee, flags = np.zeros(len(rows), dtype=np.int64), np.ones(len(rows), dtype=np.bool_)
    fee[:1] = fees
    at = np.arange(len(rows), dtype=np.int64)
    fills = Fills(at, lots, price, flags & maker, fee, flags, mid, 2 * mid, 2 * mid)
    asked = Tranche(0, shares, Price.known(decision), Price.known(arrival))
    service = shortfall(replace(order(sign=SIDES[side]), changes=(asked,), end=Price.known(final)), fills)
    assert dollars(service.total) == found.total
    assert dollars(service.notional) == found.notional
    for ours, theirs in ((found.kissell, service.kissell), (found.wagner_edwards, service.wagner_edwards)):
        assert {name: dollars(amount) for name, amount in theirs.items()} == {name: getattr(ours, name) for name in theirs}
    assert dollars(service.components["spread"] + service.walking) == found.instant
    assert dollars(service.components["timing"] + service.displaced) == found.timing


@settings(max_examples=examples(100))
@given(st.sampled_from(sorted(SIDES)), ROWS, st.integers(0, 10**4), CENTS, CENTS, CENTS, st.integers(-500, 500))
def test_each_cut_sums_to_the_whole_exactly(
    side: str, rows: list[tuple[int, int, int]], left: int, decision: int, arrival: int, final: int, fees: int
) -> None:
    shares = max(left + sum(lots for lots, _, _ in rows), 1)
    prices = {"decision": decision / 100, "arrival": arrival / 100, "final": final / 100, "fees": fees / 100}
    found = decompose(side, shares, fills=[{"qty": x, "price": p / 100, "mid": m / 100} for x, p, m in rows], **prices)
    for cut in (found.kissell, found.wagner_edwards):
        assert cut.delay + cut.trading + cut.opportunity + cut.fees == found.total
    assert found.instant + found.timing == found.kissell.trading
    assert found.paper - found.real == found.total


def test_a_buy_that_is_half_done() -> None:
    found = decompose("buy", 10_000, fills=[FILL], **TOLD)
    assert found.kissell.dollars() == {"delay": 2000.0, "trading": 150.0, "opportunity": 5600.0, "fees": 35.5}
    assert found.wagner_edwards.dollars() == {"delay": 600.0, "trading": 150.0, "opportunity": 7000.0, "fees": 35.5}
    assert found.bps == pytest.approx(155.71)
    assert found.slippage_bps(None) is None


def test_shares_may_be_parts_and_prices_as_fine_as_they_are_written() -> None:
    found = decompose(
        "sell", 0.3, decision=1e-7, arrival=2e-7, final=1e-7, fees=0, fills=[{"qty": 0.1, "price": 1e-7, "mid": 1e-7}]
    )
    assert found.kissell.trading == Fraction(1, 10) * Fraction(1, 10**7)


def test_fees_may_be_charged_on_nothing() -> None:
    assert decompose("buy", 1, fills=[], **TOLD).total == Fraction(1) + Fraction("35.5")


def test_an_average_without_volume_is_none() -> None:
    assert average_price([]) is None
    assert average_price([[10.0, 0]]) is None
    assert average_price([[10.0, 1], [0.1, 2]]) == Fraction("10.2") / 3
    tape = Tape(*(np.array(each, dtype=np.int64) for each in ([0, 1], [1000, 10], [1, 2])))
    assert vwap(tape, 0, 2).value == Fraction("10.2") / 3 * 100


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"side": "hold"}, "side"),
        ({"side": None}, "side"),
        ({"shares": 0}, "shares"),
        ({"shares": 2_999}, "shares"),
        ({"decision": -1.0}, "decision"),
        ({"arrival": None}, "arrival"),
        ({"final": float("nan")}, "final"),
        ({"fees": "3"}, "fees"),
        ({"fills": None}, "fills"),
        ({"fills": [None]}, "fills.0"),
        ({"fills": [FILL, {"qty": 1, "price": 1}]}, "fills.1.mid"),
        ({"fills": [FILL | {"qty": -1}]}, "fills.0.qty"),
        ({"fills": [FILL | {"price": 0}]}, "fills.0.price"),
    ],
)
def test_what_cannot_be_is_refused_by_name(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        decompose(**{"side": "buy", "shares": 10_000, "fills": [FILL], **TOLD, **changed})
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("trades", "field"),
    [
        (None, "trades"),
        ([None], "trades.0"),
        (["ab"], "trades.0.0"),
        ([[1.0]], "trades.0"),
        ([[0.0, 1]], "trades.0.0"),
        ([[1.0, -1]], "trades.0.1"),
    ],
)
def test_a_trade_that_cannot_be_is_refused_by_name(trades: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        average_price(trades)
    assert refused.value.field == field
