"""Bars: which prints they count, where one ends and the next begins, and that nothing is lost between them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from metaorder.domain.instrument import Instrument
from metaorder.sim.bars import bars
from metaorder.sim.record import AUCTION, HIDDEN
from support.cases import BEGIN, INSTRUMENT, Market, Print, nanos, stamp


def drawn(*prints: Print, interval_s: int = 60, instrument: Instrument = INSTRUMENT) -> list[dict[str, Any]]:
    return bars(Market(prints=prints).record(), nanos(0), interval_s, instrument)


def test_a_bar_is_the_first_highest_lowest_and_last_price_and_the_volume() -> None:
    prints = (Print(1, "50.00", 10), Print(2, "50.02", 20), Print(2, "49.99", 5), Print(59, "50.01", 1))
    expected = {"ts": stamp(0), "open": "50.0000", "high": "50.0200", "low": "49.9900", "close": "50.0100"}
    assert drawn(*prints) == [{**expected, "volume": 36, "own_volume": 0}]


def test_prices_of_one_bar_say_nothing_of_the_next() -> None:
    found = drawn(Print(1, "50.05", 1), Print(2, "49.95", 1), Print(61, "50.00", 1), Print(62, "50.01", 1))
    assert [(bar["open"], bar["high"], bar["low"], bar["close"]) for bar in found] == [
        ("50.0500", "50.0500", "49.9500", "49.9500"),
        ("50.0000", "50.0100", "50.0000", "50.0100"),
    ]


def test_a_print_at_the_end_of_an_interval_belongs_to_the_next() -> None:
    found = drawn(Print(0, "50", 1), Print(60 - 1e-6, "50", 2), Print(60, "50", 4), Print(119, "50", 8))
    assert [(bar["ts"], bar["volume"]) for bar in found] == [(stamp(0), 3), (stamp(60), 12)]


def test_intervals_are_counted_from_the_start_that_is_asked_for() -> None:
    found = bars(Market(prints=(Print(20, "50", 1), Print(75, "50", 2))).record(), nanos(15), 60, INSTRUMENT)
    assert [(bar["ts"], bar["volume"]) for bar in found] == [(stamp(15), 1), (stamp(75), 2)]


def test_an_interval_without_trades_has_no_bar() -> None:
    assert [bar["ts"] for bar in drawn(Print(130, "50", 1), Print(310, "50", 1))] == [stamp(120), stamp(300)]


def test_auctions_are_left_out_and_hidden_executions_are_not() -> None:
    found = drawn(
        Print(1, "60.00", 500, flags=AUCTION), Print(2, "50.00", 3, flags=HIDDEN), Print(3, "40.00", 500, flags=AUCTION)
    )
    assert [(bar["open"], bar["high"], bar["low"], bar["close"], bar["volume"]) for bar in found] == [("50.0000",) * 4 + (3,)]


@pytest.mark.parametrize("prints", [(), (Print(1, "50", 5, flags=AUCTION),)], ids=["no prints", "auctions alone"])
def test_where_nothing_traded_there_are_no_bars(prints: tuple[Print, ...]) -> None:
    assert drawn(*prints) == []


def test_own_volume_is_what_orders_of_ours_took_part_in_counted_once() -> None:
    found = drawn(
        Print(1, "50", 1), Print(2, "50", 2, parent="P"), Print(3, "50", 4, parent="Q", counterparty="P"), Print(61, "50", 8)
    )
    assert [(bar["volume"], bar["own_volume"]) for bar in found] == [(7, 6), (8, 0)]


def test_volumes_are_in_units_and_prices_exact_to_the_step_of_the_tape() -> None:
    in_tens = replace(INSTRUMENT, lot_size=10)
    (bar,) = drawn(Print(1, "50.0049", 3, parent="P"), instrument=in_tens)
    assert (bar["volume"], bar["own_volume"], bar["close"]) == (30, 30, "50.0049")
    coarse = replace(INSTRUMENT, tick_size=Decimal("0.5"), points_per_tick=2)
    (bar,) = drawn(Print(1, "0.0003", 1), instrument=coarse)  # three steps of 0.25
    assert bar["close"] == "0.75"


@pytest.mark.parametrize("interval_s", [1, 7, 60, 10_000])
def test_no_interval_loses_volume_or_counts_it_twice(interval_s: int) -> None:
    prints = [Print(each * 1.37, "50.00", each % 11 + 1, parent="P" if each % 3 == 0 else "") for each in range(500)]
    found = drawn(*prints, interval_s=interval_s)
    assert sum(bar["volume"] for bar in found) == sum(each.lots for each in prints)
    assert sum(bar["own_volume"] for bar in found) == sum(each.lots for each in prints if each.parent)
    starts = {BEGIN + (nanos(each.ts) - BEGIN) // (interval_s * 10**9) * interval_s * 10**9 for each in prints}
    assert len(found) == len(starts)
    assert [bar["ts"] for bar in found] == sorted(bar["ts"] for bar in found)
