"""Implementation shortfall: each component by hand, the sum to the last unit, and nothing made up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaorder.tca.amounts import NOTHING, Amount
from metaorder.tca.facts import NO_PRICE, Change, Fills, Ints, OrderFacts, Price, TakenBack, Tranche
from metaorder.tca.shortfall import COMPONENTS, NO_REFERENCE, Shortfall, shortfall
from support.tca import Fill, Number, added, cut, fills, money, order, worked_example

SIDES = pytest.mark.parametrize("sign", [1, -1], ids=["buy", "sell"])


def judged(placed: OrderFacts, *done: Fill, **more: Any) -> Shortfall:
    return shortfall(placed, fills(placed.sign, *done, **more))


def dollars(amount: Number) -> Amount:
    return Amount(money(amount))


def at(sign: int, worse: str) -> Decimal:
    """A price so much worse than 50.00 for the trader."""
    return 50 + sign * Decimal(worse)


@pytest.mark.parametrize("mirrored", [False, True], ids=["buy", "mirror sell"])
def test_the_worked_example_of_the_documentation_computes(mirrored: bool) -> None:
    example = worked_example(mirrored=mirrored)
    cost = shortfall(example.order, example.fills)
    assert {"IS": cost.total, **cost.components} == {name: dollars(str(amount)) for name, amount in example.amounts.items()}
    assert cost.notional == dollars("500000")
    for name, amount in {"IS": cost.total, **cost.components}.items():
        assert amount.value is not None
        assert cost.notional.value is not None
        assert Fraction(amount.value, cost.notional.value) * 10_000 == Fraction(example.bps[name])
    assert example.order.sign == (-1 if mirrored else 1)
    assert (cost.walking, cost.displaced) == (dollars(10), dollars(60))


@SIDES
def test_delay_is_the_way_from_decision_to_arrival_on_every_lot_ordered(sign: int) -> None:
    worse = at(sign, "0.5")
    cost = judged(order(1_000, sign=sign, decision=50, arrival=worse, end=worse), Fill(400, worse, worse, worse + 1, maker=True))
    assert cost.components["delay"] == dollars(500)


@SIDES
def test_a_taker_at_the_touch_pays_the_half_spread_and_walks_nothing(sign: int) -> None:
    cost = judged(order(100, sign=sign), Fill(100, at(sign, "0.02"), "49.98", "50.02"))
    assert (cost.components["spread"], cost.walking) == (dollars(2), dollars(0))


@SIDES
def test_a_taker_beyond_the_touch_is_judged_on_the_touch_and_walks_the_rest(sign: int) -> None:
    cost = judged(order(100, sign=sign), Fill(100, at(sign, "0.05"), "49.98", "50.02"))
    assert (cost.components["spread"], cost.walking, cost.components["impact"]) == (dollars(2), dollars(3), dollars(3))


@SIDES
def test_a_taker_inside_the_spread_has_its_improvement_in_the_spread(sign: int) -> None:
    cost = judged(order(100, sign=sign), Fill(100, at(sign, "0.01"), "49.98", "50.02"))
    assert (cost.components["spread"], cost.walking) == (dollars(1), dollars(0))


@SIDES
def test_a_maker_earns_the_half_spread_and_walks_nothing(sign: int) -> None:
    cost = judged(order(100, sign=sign), Fill(100, at(sign, "-0.02"), "49.98", "50.02", maker=True))
    assert (cost.components["spread"], cost.walking) == (dollars(-2), dollars(0))


@SIDES
def test_a_maker_behind_a_touch_that_jumped_is_still_judged_on_its_own_price(sign: int) -> None:
    # it rests through the touch: a taker there would be said to walk the book
    cost = judged(order(100, sign=sign), Fill(100, at(sign, "0.05"), "49.98", "50.02", maker=True))
    assert (cost.components["spread"], cost.walking) == (dollars(5), dollars(0))


@SIDES
def test_displacement_is_impact_and_what_the_market_would_have_done_is_timing(sign: int) -> None:
    mid, cent = at(sign, "0.30"), Decimal("0.01")
    placed = order(100, sign=sign, arrival=50)
    cost = judged(placed, Fill(100, mid, mid - cent, mid + cent, maker=True, reference=at(sign, "0.10")))
    assert (cost.displaced, cost.components["impact"], cost.components["timing"]) == (dollars(20), dollars(20), dollars(10))
    assert cost.impact_and_timing == dollars(30)


@SIDES
@pytest.mark.parametrize("move", [0.25, -0.25], ids=["against", "in favour"])
def test_opportunity_is_signed_and_counts_from_arrival(sign: int, move: float) -> None:
    cost = judged(order(1_000, sign=sign, end=50 + sign * move), Fill(600, 50, "49.99", "50.01", maker=True))
    assert cost.components["opportunity"] == dollars(400 * move)
    assert cost.canceled_by_client == NOTHING


def test_fees_and_rebates_are_in_the_total() -> None:
    cost = judged(order(200), Fill(100, 50, "49.99", "50.01", fee="0.30"), Fill(100, 50, "49.99", "50.01", fee="-0.20"))
    assert (cost.components["fees"], cost.total) == (dollars("0.10"), dollars("0.10"))


@SIDES
def test_an_order_that_never_filled_cost_its_delay_and_its_opportunity(sign: int) -> None:
    cost = judged(order(1_000, sign=sign, decision=50, arrival=at(sign, "0.1"), end=at(sign, "0.3")))
    by_hand = {"delay": 100, "spread": 0, "impact": 0, "timing": 0, "opportunity": 200, "fees": 0}
    assert cost.components == {name: dollars(amount) for name, amount in by_hand.items()}
    assert cost.total == dollars(300)
    assert judged(order(1_000, sign=sign, end=50)).total == NOTHING


def test_a_client_that_cancels_closed_the_opportunity_itself() -> None:
    cost = judged(order(1_000, end="50.10", by_client=True), Fill(600, 50, "49.99", "50.01", maker=True))
    assert cost.canceled_by_client == cost.components["opportunity"] == dollars(40)


def test_a_reduction_closes_its_part_there_and_the_rest_goes_on_to_the_end() -> None:
    cost = judged(order(1_000, end="51", amended=(cut(20, 300, "50.10"),)), Fill(600, 50, "49.99", "50.01", maker=True))
    assert cost.canceled_by_client == dollars(30)
    assert cost.components["opportunity"] == dollars(130)
    both = judged(order(1_000, end="51", by_client=True, amended=(cut(20, 300, "50.10"),)))
    assert both.canceled_by_client == both.components["opportunity"] == dollars(730)


def test_an_addition_has_a_decision_and_an_arrival_of_its_own() -> None:
    placed = order(1_000, decision=50, arrival="50.10", end=60, amended=(added(30, 500, 60),))
    late = judged(
        placed, Fill(1_000, "50.10", "50.09", "50.11", maker=True, ts=20), Fill(500, 60, "59.99", "60.01", maker=True, ts=40)
    )
    assert late.components["delay"] == dollars(100)
    assert late.components["timing"] == late.components["opportunity"] == NOTHING
    assert (late.total, late.notional) == (dollars(100), dollars(1_000 * 50 + 500 * 60))


def test_wagner_and_edwards_cut_the_same_total_otherwise() -> None:
    example = worked_example()
    cost = shortfall(example.order, example.fills)
    by_hand = {"delay": 7_000 * 0.02, "trading": 190, "opportunity": 300, "fees": 1}
    assert cost.wagner_edwards == {name: dollars(amount) for name, amount in by_hand.items()}


def test_without_a_market_without_the_order_impact_and_timing_are_one() -> None:
    cost = judged(order(100, arrival=50), Fill(100, "50.05", "50.00", "50.04", reference=None), why_no_reference=NO_REFERENCE)
    assert cost.components["impact"] == cost.components["timing"] == cost.displaced == Amount.missing(NO_REFERENCE)
    assert (cost.walking, cost.impact_and_timing) == (dollars(1), dollars(3))
    assert cost.total == cost.components["spread"] + cost.impact_and_timing


def test_a_reference_with_a_gap_splits_nothing_either_and_says_how_often() -> None:
    cost = judged(order(100), Fill(60, 50, "49.99", "50.01"), Fill(40, 50, "49.99", "50.01", reference=None))
    why = "the market without the order had no mid at 1 of 2 fills"
    assert cost.components["impact"] == cost.components["timing"] == Amount.missing(why)
    assert cost.impact_and_timing == NOTHING


def test_an_order_without_fills_needs_no_reference() -> None:
    cost = judged(order(100, end="50.10"), why_no_reference=NO_REFERENCE)
    assert cost.components["impact"] == cost.components["timing"] == NOTHING
    assert cost.total == dollars(10)


@pytest.mark.parametrize(("bid", "ask"), [(None, "50.02"), ("49.98", None), ("50.02", "50.02"), ("50.03", "50.02")])
def test_a_fill_without_a_mid_leaves_spread_and_impact_unknown_but_not_the_total(bid: str | None, ask: str | None) -> None:
    blind = Fill(40, "50.05", bid, ask, reference="50.03")
    cost = judged(order(100, arrival=50), Fill(60, "50.02", "49.98", "50.02"), blind)
    missing = Amount.missing("the book had no mid at 1 of 2 fills")
    for amount in (cost.components["spread"], cost.components["impact"], cost.impact_and_timing, cost.walking, cost.displaced):
        assert amount == missing
    assert cost.components["timing"] == dollars("1.2")
    assert cost.wagner_edwards["trading"] == dollars(60 * 0.02 + 40 * 0.05)
    assert cost.total == dollars(60 * 0.02 + 40 * 0.05)


def test_a_fill_in_a_crossed_market_is_no_fill_in_an_open_one() -> None:
    crossed = judged(order(100, end=None), Fill(100, "50.05", "50.06", "50.04"))
    assert crossed.components["spread"].why == "the book had no mid at 1 of 1 fills"
    assert crossed.total == dollars(5)


def test_without_a_decision_there_is_no_total_and_no_notional() -> None:
    cost = judged(order(100, decision=None, arrival=50), Fill(100, "50.02", "49.98", "50.02"))
    missing = Amount.missing("no decision")
    assert cost.components["delay"] == cost.total == cost.notional == cost.wagner_edwards["delay"] == missing
    assert cost.components["spread"] == dollars(2)


def test_without_an_arrival_the_total_is_known_and_its_split_is_not() -> None:
    cost = judged(order(100, arrival=None, end="50.10"), Fill(60, "50.02", "49.98", "50.02"))
    missing = Amount.missing("no arrival")
    for name in ("delay", "timing", "opportunity"):
        assert cost.components[name] == missing
    assert cost.impact_and_timing == cost.wagner_edwards["trading"] == missing
    assert cost.total == dollars(60 * 0.02 + 40 * 0.10)


def test_without_an_end_mid_an_open_rest_leaves_opportunity_and_total_unknown() -> None:
    rest = judged(order(100, end=None), Fill(60, "50.02", "49.98", "50.02"))
    assert rest.components["opportunity"] == rest.total == rest.wagner_edwards["opportunity"] == Amount.missing("no end")
    done = judged(order(60, end=None), Fill(60, "50.02", "49.98", "50.02"))
    assert (done.components["opportunity"], done.total) == (NOTHING, dollars("1.2"))


def test_an_amendment_without_a_mid_leaves_what_rests_on_it_unknown() -> None:
    up = judged(order(100, amended=(added(20, 50, None),)), Fill(150, "50.02", "49.98", "50.02"))
    assert up.total == up.components["delay"] == Amount.missing("no mid then")
    down = judged(order(100, amended=(cut(20, 50, None),)), Fill(50, "50.02", "49.98", "50.02"))
    assert down.total == down.components["opportunity"] == down.canceled_by_client == Amount.missing("no mid then")


@SIDES
def test_a_notional_beyond_64_bits_is_exact(sign: int) -> None:
    lots = 10**12
    placed = order(2 * lots, sign=sign, decision="579.51", arrival="579.51", end="580.00")
    cost = judged(placed, Fill(lots, "579.51", "579.50", "579.52", maker=True), Fill(1, "579.5101", "579.50", "579.52"))
    assert cost.notional == dollars(2 * lots * 579 + 2 * lots * 51 // 100)
    assert cost.notional.value is not None
    assert cost.notional.value > 2**63
    rest, point = (lots - 1) * Decimal("0.49"), Decimal("0.0001")
    assert cost.total == dollars(sign * (rest + point))


MIDS = st.integers(2, 2 * 10**8)
LOTS = st.integers(1, 10**12)


def mids() -> st.SearchStrategy[Price]:
    """A mid, and now and then none."""
    known = MIDS.map(lambda twice: Price.known(Fraction(twice, 2)))
    return st.one_of(known, known, known, known, st.just(Price.missing("gone")))


@st.composite
def single_fills(draw: st.DrawFn, ts: int, lots: int) -> tuple[int, ...]:
    """ts, lots, price, maker, fee, touch, mid2, reference2; now and then without a mid or a reference."""
    touch, half = draw(st.integers(1, 10**8)), draw(st.integers(1, 1_000))
    mid2 = NO_PRICE if draw(st.integers(0, 9)) == 0 else 2 * touch - draw(st.sampled_from([1, -1])) * half
    reference2 = NO_PRICE if draw(st.integers(0, 9)) == 0 else draw(MIDS)
    price = max(1, touch + draw(st.integers(-500, 500)))
    return ts, lots, price, draw(st.integers(0, 1)), draw(st.integers(-(10**13), 10**13)), touch, mid2, reference2


@st.composite
def histories(draw: st.DrawFn, *, amended: bool = True) -> tuple[OrderFacts, Fills]:
    """An order of either side, filled, amended and ended in some order of events, with gaps in what is known of the market."""
    open_lots = draw(LOTS)
    changes: list[Change] = [Tranche(0, open_lots, draw(mids()), draw(mids()))]
    rows: list[tuple[int, ...]] = []
    for ts in range(1, draw(st.integers(1, 10))):
        kind = draw(st.sampled_from(["fill", "fill", "add", "cut"])) if amended else "fill"
        lots = draw(LOTS if kind == "add" else st.one_of(st.integers(0, open_lots), st.just(open_lots)))
        if not lots:
            continue
        open_lots += lots if kind == "add" else -lots
        if kind == "add":
            changes.append(Tranche(ts, lots, price := draw(mids()), price))
        elif kind == "cut":
            changes.append(TakenBack(ts, lots, draw(mids())))
        else:
            rows.append(draw(single_fills(ts, lots)))
    columns = np.array(rows, dtype=np.int64).reshape(-1, 8).T
    ts_, lots_, prices, maker, fee, touch, mid2, reference2 = columns
    done = Fills(ts_, lots_, prices, maker == 1, fee, maker == maker, touch, mid2, reference2)
    sign, by_client = draw(st.sampled_from([1, -1])), draw(st.booleans())
    return replace(order(), sign=sign, changes=tuple(changes), end=draw(mids()), by_client=by_client), done


def added_up(terms: Iterable[Fraction | int | None]) -> Fraction | None:
    """The sum, or None where a term is missing."""
    total = Fraction(0)
    for term in terms:
        if term is None:
            return None
        total += term
    return total


def times(lots: int, value: Fraction | None) -> Fraction | None:
    """Lots at a price; no lots need no price."""
    if not lots:
        return Fraction(0)
    return None if value is None else lots * value


def perold(placed: OrderFacts, done: Fills) -> Fraction | None:
    """The paper portfolio against the real one, in half points x lots, with nothing but ratios."""
    s = placed.sign
    paid = sum(x * p for x, p in zip(done.lots.tolist(), done.price.tolist(), strict=True))
    closed = [times(change.lots, change.price.value) for change in placed.taken_back]
    left = times(placed.left(done), placed.end.value)
    decided = added_up(times(tranche.lots, tranche.decision.value) for tranche in placed.tranches)
    total = added_up([paid, *closed, left, None if decided is None else -decided])
    return None if total is None else 2 * (s * total + sum(done.fee.tolist()))


@settings(max_examples=500)
@given(histories())
def test_the_components_sum_to_the_total_and_the_total_is_perolds(history: tuple[OrderFacts, Fills]) -> None:
    cost = shortfall(*history)
    assert cost.total.value == perold(*history)
    unsplit = [cost.components[name] for name in ("delay", "spread", "opportunity", "fees")]
    for parts in (cost.components.values(), cost.wagner_edwards.values(), [*unsplit, cost.impact_and_timing]):
        values = [amount.value for amount in parts]
        if None not in values:
            assert sum(value for value in values if value is not None) == cost.total.value


@given(histories())
def test_whatever_is_missing_has_a_reason_and_whatever_is_not_has_none(history: tuple[OrderFacts, Fills]) -> None:
    cost = shortfall(*history)
    amounts = [cost.total, cost.notional, cost.walking, cost.displaced, cost.impact_and_timing, cost.canceled_by_client]
    for amount in [*amounts, *cost.components.values(), *cost.wagner_edwards.values()]:
        assert (amount.value is None) == bool(amount.why)


def slow_components(placed: OrderFacts, done: Fills) -> dict[str, Fraction | None]:
    """The definitions, fill by fill, for an order that was not amended."""
    s, decision, arrival, end = placed.sign, placed.decision.value, placed.arrival.value, placed.end.value
    spread: list[Fraction | None] = []
    impact: list[Fraction | None] = []
    timing: list[Fraction | None] = []
    for j in range(len(done.lots)):
        x, p, q = int(done.lots[j]), int(done.price[j]), int(done.touch[j])
        m, without = (None if each == NO_PRICE else Fraction(int(each), 2) for each in (done.mid2[j], done.reference2[j]))
        r = q if not done.maker[j] and (p >= q if s > 0 else p <= q) else p
        spread.append(None if m is None else s * x * (r - m))
        impact.append(None if m is None or without is None else s * x * (p - r) + s * x * (m - without))
        timing.append(None if without is None or arrival is None else s * x * (without - arrival))
    left = placed.left(done)
    found = {
        "delay": None if arrival is None or decision is None else s * placed.lots * (arrival - decision),
        "spread": added_up(spread),
        "impact": added_up(impact),
        "timing": added_up(timing),
        "opportunity": times(left, None if end is None or arrival is None else s * (end - arrival)),
        "fees": Fraction(sum(done.fee.tolist())),
    }
    return {name: None if amount is None else 2 * amount for name, amount in found.items()}


@given(histories(amended=False))
def test_each_component_is_its_definition_fill_by_fill(history: tuple[OrderFacts, Fills]) -> None:
    cost = shortfall(*history)
    assert {name: amount.value for name, amount in cost.components.items()} == slow_components(*history)
    assert tuple(cost.components) == COMPONENTS


@given(histories())
def test_a_sell_in_the_mirror_costs_the_same(history: tuple[OrderFacts, Fills]) -> None:
    placed, done = history
    around = 10**9  # a price p becomes around - p

    def turned(price: Price) -> Price:
        return price if price.value is None else Price.known(around - price.value)

    changes: list[Change] = []
    for change in placed.changes:
        if isinstance(change, Tranche):
            changes.append(replace(change, decision=turned(change.decision), arrival=turned(change.arrival)))
        else:
            changes.append(replace(change, price=turned(change.price)))

    def flipped(mid2: Ints) -> Ints:
        return np.where(mid2 == NO_PRICE, NO_PRICE, 2 * around - mid2)

    mirror = replace(placed, sign=-placed.sign, changes=tuple(changes), end=turned(placed.end))
    mirrored = replace(
        done, price=around - done.price, touch=around - done.touch, mid2=flipped(done.mid2), reference2=flipped(done.reference2)
    )
    here, there = shortfall(placed, done), shortfall(mirror, mirrored)
    assert (here.total, here.impact_and_timing, here.walking) == (there.total, there.impact_and_timing, there.walking)
    for name in ("delay", "spread", "impact", "fees"):
        assert here.components[name] == there.components[name]
    for name in ("timing", "opportunity"):  # an amended order's parts of one unit round to the other side
        close(here.components[name], there.components[name], within=len(done.lots) + len(changes))


def close(one: Amount, other: Amount, *, within: int) -> None:
    assert (one.value is None) == (other.value is None)
    if one.value is not None and other.value is not None:
        assert abs(one.value - other.value) <= within
