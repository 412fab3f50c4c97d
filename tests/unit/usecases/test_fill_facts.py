"""Fill documents as arrays: exact on any grid, and only those that the order's row knows of."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaorder.core.wire import money_text
from metaorder.domain.instrument import Instrument
from metaorder.domain.order import Side
from metaorder.domain.units import price_text
from metaorder.tca.facts import NO_PRICE, Fills, Quotes
from metaorder.usecases.fill_facts import Grid, Twin, fill_facts, read_fills
from support.cases import INSTRUMENT, case, fill, nanos, touch
from support.tca import quotes, whole

STEPS = st.sampled_from(["0.01", "0.0001", "0.00005", "0.25", "1", "5", "100", "1E-8"])


def read(
    *docs: dict[str, Any], side: Side = Side.BUY, filled: int | None = None, on: Instrument = INSTRUMENT, **more: Any
) -> Fills:
    made = case(*docs)
    docs = read_fills(made.fills, made.parent["filled"] if filled is None else filled)
    return fill_facts(docs, made.fills, side, on, more.get("twin"), None)


@given(STEPS, st.integers(0, 10**15))
def test_a_grid_reads_what_a_price_was_written_as(step: str, steps: int) -> None:
    grid = Grid(Decimal(step))
    assert grid[price_text(steps, Decimal(step))] == steps


@given(STEPS, st.integers(-(10**15), 10**15), st.sampled_from([1, 100]), st.sampled_from([1, 10, 50]))
def test_a_grid_reads_what_money_was_written_as(tick: str, amount: int, lot: int, multiplier: int) -> None:
    instrument = replace(INSTRUMENT, tick_size=Decimal(tick), lot_size=lot, multiplier=multiplier)
    assert Grid(instrument.money_size)[money_text(amount, instrument)] == amount


def test_a_price_off_the_grid_is_a_bug_and_nothing_to_round() -> None:
    with pytest.raises(AssertionError, match="is on the grid"):
        Grid(Decimal("0.25"))["10.10"]


def test_an_empty_side_is_no_price() -> None:
    assert Grid(Decimal("0.01"))[None] == NO_PRICE


@pytest.mark.parametrize(("side", "far"), [(Side.BUY, "50.03"), (Side.SELL, "49.99")])
def test_a_fill_is_read_field_by_field(side: Side, far: str) -> None:
    doc = fill(
        100,
        300,
        "50.01",
        liquidity="maker",
        fee="-0.60",
        certain=False,
        quote=touch("49.99", "50.03"),
        reference=touch("49.98", "50.01"),
    )
    found = read(doc, fill(101, 200, "50.02"), side=side)
    assert found.ts.tolist() == [nanos(100), nanos(101)]
    assert found.lots.tolist() == [300, 200]
    assert found.price.tolist() == [500_100, 500_200]
    assert found.maker.tolist() == [True, False]
    assert found.fee.tolist() == [-6_000, 0]
    assert found.certain.tolist() == [False, True]
    assert found.touch[0] == whole(far)
    assert (found.mid2[0], found.reference2[0]) == (1_000_200, 999_900)


def test_quantities_are_lots() -> None:
    hundreds = replace(INSTRUMENT, lot_size=100)
    assert read(fill(100, 300, "50.01", fee="0.90"), on=hundreds).lots.tolist() == [3]
    assert read(fill(100, 300, "50.01", fee="0.90"), on=hundreds).fee.tolist() == [90]


@pytest.mark.parametrize("quote", [touch(None, "50.01"), touch("50.01", None), touch("50.02", "50.01")])
def test_a_book_that_is_one_sided_or_crossed_has_no_mid(quote: dict[str, Any]) -> None:
    found = read(fill(100, 300, "50.01", quote=quote, reference=quote))
    assert (found.mid2[0], found.reference2[0]) == (NO_PRICE, NO_PRICE)


def test_a_locked_book_has_its_price_for_a_mid() -> None:
    locked = touch("50.01", "50.01")
    found = read(fill(100, 300, "50.01", quote=locked, reference=locked))
    assert (found.mid2[0], found.reference2[0]) == (1_000_200, 1_000_200)


BETWEEN, OPEN, AUCTION = touch("50.02", "50.00"), touch("49.98", "50.00"), touch("50.02", "50.00")


@pytest.mark.parametrize(("side", "worse"), [(Side.BUY, "50.00"), (Side.SELL, "50.02")])
def test_where_venues_cross_each_other_the_side_that_is_worse_for_us_stands_in_the_costs(side: Side, worse: str) -> None:
    crossed = fill(100, 300, "50.01", quote=BETWEEN, reference=BETWEEN, venue_quote=OPEN)
    found = read(crossed, fill(101, 100, "50.01", venue_quote=OPEN), side=side)
    assert (found.mid2[0], found.judged2[0], found.reference2[0]) == (NO_PRICE, 2 * whole(worse), 2 * whole(worse))
    assert found.judged2[1] == found.mid2[1] == found.reference2[1] != NO_PRICE
    assert found.crossed is not None
    assert (found.crossed.tolist(), found.reference_crossed) == ([True, False], 1)


@pytest.mark.parametrize("more", [{}, {"venue_quote": AUCTION}], ids=["one venue", "crossed at the fill's own venue"])
def test_a_book_that_is_crossed_within_a_venue_is_an_auction_and_has_nothing_in_its_place(more: dict[str, Any]) -> None:
    found = read(fill(100, 300, "50.01", quote=BETWEEN, reference=BETWEEN, **more))
    assert (found.judged2[0], found.reference2[0], found.reference_crossed) == (NO_PRICE, NO_PRICE, 0)


def test_a_twin_whose_venues_cross_is_read_again_with_the_worse_side() -> None:
    start = nanos(0)
    usual, worse = quotes((0, "50.00"), (100.5, None)), quotes((0, "50.00"), (100.5, "50.07"))
    twin = Twin(Quotes(usual.ts + start, usual.mid2), lambda: Quotes(worse.ts + start, worse.mid2))
    found = read(*(fill(ts, 300, "50.01", venue_quote=OPEN) for ts in (100, 101)), twin=twin)
    assert (found.reference2.tolist(), found.reference_crossed) == ([1_000_000, 1_001_400], 1)


def test_fills_that_the_row_does_not_know_of_are_left_for_the_next_look() -> None:
    found = read(fill(100, 300, "50.01"), fill(101, 200, "50.02"), fill(102, 100, "50.03"), filled=500)
    assert (found.total, found.ts.tolist()) == (500, [nanos(100), nanos(101)])
    assert read(fill(100, 300, "50.01"), filled=0).total == 0


def test_the_twin_is_read_just_before_the_fill() -> None:
    start = nanos(0)
    moved = quotes((0, "50.00"), (100, "51.00"))
    twin = Quotes(moved.ts + start, moved.mid2)
    both = Twin(twin, lambda: twin)
    assert read(fill(100, 300, "50.01"), fill(101, 300, "50.01"), twin=both).reference2.tolist() == [1_000_000, 1_020_000]


def test_no_fills_are_empty_arrays() -> None:
    found = read()
    assert (found.total, len(found.ts), found.mid2.dtype.kind) == (0, 0, "i")
