"""Placement styles in simulated markets: each stands where it says, and none goes past limit, cap or quantity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import msgspec
import pytest

from metaorder.core import pool
from metaorder.domain.order import ChildSizes, Placement, Side
from metaorder.domain.units import SECOND, Lots, Nanos, Ticks
from metaorder.runtime.build import build
from metaorder.runtime.hosted import Hosted
from support.sessions import DAY, FixedCalendar, NoFiles, accept, order, spec

POOL = {
    "venues": [{"id": "XA", "share": 0.6}, {"id": "XB", "share": 0.4}, {"id": "POOL", "share": 2.0, "dark": True}],
}
WINDOW_S = 300


def market(parameters: dict[str, Any] | None = None, seed: int = 7) -> Hosted:
    plain = spec(seed=seed)
    return build(replace(plain, options={**plain.options, "parameters": parameters or {}}), NoFiles(), FixedCalendar())


def terms(**changes: Any) -> dict[str, Any]:
    return {"lots": Lots(3_000), "end": Nanos(DAY.open + WINDOW_S * SECOND), **changes}


def documents(hosted: Hosted, kind: str) -> Iterator[dict[str, Any]]:
    for entry in hosted.live.take():
        if entry.type == kind or kind == "*":
            yield msgspec.json.decode(entry.payload)


def worked(hosted: Hosted, *orders: Any) -> list[dict[str, Any]]:
    """Every event of orders that are worked to their end."""
    for each in orders:
        hosted.live.apply(accept(each))
    hosted.live.run(until=Nanos(DAY.open + (WINDOW_S + 2) * SECOND))
    return list(documents(hosted, "*"))


@pytest.mark.parametrize("style", Placement)
def test_a_style_keeps_limit_and_quantity_and_says_where_it_stands(style: Placement) -> None:
    hosted = market()
    mid2 = hosted.live.market.quote().mid2
    assert mid2 is not None
    limit = Ticks(mid2 // 2 + 4)
    found = worked(hosted, order("a", placement=style, limit=limit, **terms()))
    sent = [each for each in found if each["type"] == "child.submitted"]
    fills = [each for each in found if each["type"] == "fill"]
    assert fills
    assert sent
    assert all(float(each["price"]) <= limit / 100 + 1e-9 for each in [*sent, *fills])
    assert sum(each["quantity"] for each in fills) <= 3_000
    if style in (Placement.CROSS, Placement.SWEEP):
        assert {each["time_in_force"] for each in sent} == {"ioc"}
    if style is Placement.IMPROVE:
        assert any(each["reason"]["placement"] == "improving the touch by a tick" for each in sent)
    for each in sent:
        if each["reason"]["placement"] == "improving the touch by a tick":
            assert float(each["quote"]["bid"]) < float(each["price"]) < float(each["quote"]["ask"])
        if each["reason"]["placement"] == "pegged to the touch":
            assert each["price"] == each["quote"]["bid"]


def test_what_is_at_the_midpoint_trades_there_and_nowhere_else() -> None:
    found = worked(market(POOL), order("a", placement=Placement.MIDPOINT, **terms(behind=1)))
    sent = [each for each in found if each["type"] == "child.submitted"]
    fills = [each for each in found if each["type"] == "fill"]
    assert {(each["venue"], each["order_type"]) for each in sent} == {("POOL", "midpoint")}
    assert fills
    for each in fills:
        mid2 = float(each["quote"]["bid"]) + float(each["quote"]["ask"])
        assert abs(2 * float(each["price"]) - mid2) < 0.0101, "half a tick goes to the one who waited"


@pytest.mark.parametrize("style", [Placement.IMPROVE, Placement.PEG, Placement.MIDPOINT])
def test_two_orders_of_an_account_against_each_other_never_trade_with_each_other(style: Placement) -> None:
    hosted = market(POOL)
    worked(hosted, *(order(str(side), side=side, placement=style, **terms()) for side in Side))
    prints = hosted.live.market.record().prints
    both = prints[(prints["parent"] != 0) & (prints["counterparty"] != 0)]
    assert len(both) == 0


def resting(hosted: Hosted) -> tuple[int, int, int]:
    """Lots filled, out in all, and at rest in the pool."""
    (execution,) = hosted.live.engine.executions.values()
    return execution.filled, execution.working, execution.pooled


@pytest.mark.parametrize("algo", ["twap", "pov", "myopic"])
def test_a_share_of_what_remains_rests_in_the_pool_and_what_fills_there_counts(algo: str) -> None:
    hosted = market(POOL)
    dark = {"dark_fraction": Fraction(1, 4), "dark_least": Lots(40)}
    hosted.live.apply(accept(order("a", algo=algo, **terms(**dark))))
    stretch = pool.last_stretch(WINDOW_S * SECOND)
    seen = 0
    for second in range(1, WINDOW_S + 2):
        hosted.live.run(until=Nanos(DAY.open + second * SECOND))
        filled, working, pooled = resting(hosted)
        assert filled + working <= 3_000, "quantity"
        (execution,) = hosted.live.engine.executions.values()
        assert execution.pool_filled + pooled <= 750, "no more than its share of the order is ever met there"
        seen = max(seen, pooled)
        if second * SECOND > WINDOW_S * SECOND - stretch:
            assert pooled == 0, "near the end nothing rests in the pool"
    found = list(documents(hosted, "*"))
    sent = [each for each in found if each["type"] == "child.submitted" and each["venue"] == "POOL"]
    fills = [each for each in found if each["type"] == "fill"]
    there = [each for each in fills if each["venue"] == "POOL"]
    assert seen > 0
    assert there
    assert {each["order_type"] for each in sent} == {"midpoint"}
    assert all(each["quantity"] <= each["reason"]["remaining"] // 4 for each in sent)
    assert all(each["min_quantity"] == 40 for each in sent)
    ends = {}
    for each in there:
        left = next(child["quantity"] for child in sent if child["child_id"] == each["child_id"]) - ends.get(each["child_id"], 0)
        assert each["quantity"] >= min(40, left), "nobody who offers less is met"
        ends[each["child_id"]] = ends.get(each["child_id"], 0) + each["quantity"]
    assert {each["venue"] for each in fills} > {"POOL"}, "the schedule goes on at lit venues"
    (execution,) = hosted.live.engine.executions.values()
    assert execution.filled == sum(each["quantity"] for each in fills)
    assert execution.pool_filled == sum(each["quantity"] for each in there)


def test_an_order_that_asks_for_a_pool_says_so_where_there_is_none() -> None:
    found = worked(market(), order("a", **terms(dark_fraction=Fraction(1, 4))))
    said = {each["reason"].get("dark") for each in found if each["type"] == "child.submitted"}
    assert said == {"no dark pool can be reached"}


def test_drawn_sizes_do_not_show_the_order_and_lose_nothing_of_it() -> None:
    lots = {}
    for sizes in ChildSizes:
        found = worked(market(), order("a", sizes=sizes, **terms(lots=Lots(9_000), cap=Fraction(1, 2))))
        sent = [each for each in found if each["type"] == "child.submitted"]
        rested = [each for each in sent if each["time_in_force"] == "gtd"]
        lots[sizes] = [each["quantity"] for each in rested]
        done = sum(each["quantity"] for each in found if each["type"] == "fill")
        assert done <= 9_000
        if sizes is ChildSizes.DRAWN:
            assert all(each["quantity"] <= 2.6 * max(each["quote"]["bid_size"], 10) for each in rested)
            assert len(set(lots[sizes])) > 5
    assert max(lots[ChildSizes.WHOLE]) > max(lots[ChildSizes.DRAWN])


def test_the_same_order_draws_the_same_sizes_and_another_order_others() -> None:
    first, again, other = (
        [each["quantity"] for each in worked(market(), order("a", sizes=ChildSizes.DRAWN, seed=seed, **terms()))
         if each["type"] == "child.submitted"]
        for seed in (1, 1, 2)
    )  # fmt: skip
    assert first == again != other
