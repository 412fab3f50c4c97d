"""How an order that works is doing: held against sums over its fills and prints, and against what came of it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import msgspec
import pytest

from metaorder.core.commands import Pause
from metaorder.domain.order import Side
from metaorder.domain.units import SECOND, Lots, Nanos
from metaorder.runtime.hosted import Hosted
from metaorder.runtime.reporter import _underway
from metaorder.sim.record import AUCTION
from metaorder.usecases.progress import NOT_WORKED, NOTHING_FILLED, progress
from support.sessions import DAY, accept, order, simulated

START = Nanos(DAY.open + 600 * SECOND)
END = Nanos(START + 1_800 * SECOND)


def running(until: Nanos, **changes: object) -> Hosted:
    """A market with an order, up to a time."""
    hosted = simulated()
    hosted.live.apply(accept(order("a", start=START, end=END, **changes)))
    hosted.live.run(until=until)
    return hosted


def silent(hosted: Hosted) -> bool:
    """Whether nothing is said of its only order."""
    (parent,) = hosted.live.engine.executions
    return _underway(hosted.live, hosted.spec, parent, {}) is None


def said(hosted: Hosted) -> dict[str, Any]:
    """What is said of its only order."""
    (parent,) = hosted.live.engine.executions
    found = _underway(hosted.live, hosted.spec, parent, {})
    assert found is not None
    return progress(found)


@pytest.mark.parametrize("side", list(Side))
def test_it_is_the_sum_of_fills_and_prints(side: Side) -> None:
    hosted = running(Nanos(START + 900 * SECOND), side=side, lots=Lots(20_000))
    doc = said(hosted)
    fills = [msgspec.json.decode(entry.payload) for entry in hosted.live.take() if entry.type == "fill"]
    filled = sum(fill["quantity"] for fill in fills)
    average = sum(fill["quantity"] * Fraction(fill["price"]) for fill in fills) / filled
    assert (doc["filled_quantity"], doc["filled_quantity"] + doc["leaves_quantity"]) == (filled, doc["quantity"])
    assert Fraction(doc["avg_price"]) == pytest.approx(average, abs=1e-6)
    assert doc["least_quantity"] <= doc["target_quantity"] <= doc["most_quantity"]
    assert doc["target_quantity"] == pytest.approx(doc["quantity"] / 2, rel=0.1), "a twap, half of the way, a slice ahead"

    (execution,) = hosted.live.engine.executions.values()
    instrument, record = hosted.live.market.instrument, hosted.live.market.record()
    arrival = execution.arrival2 / 2 * float(instrument.tick_size)  # type: ignore[operator]
    assert doc["slippage_bps"]["arrival"] == pytest.approx(side.sign * (float(average) / arrival - 1) * 1e4, abs=1e-3)
    assert execution.started is not None
    since = execution.started // SECOND * SECOND
    others = record.prints[
        (record.prints["ts"] >= since)
        & (record.prints["flags"] & AUCTION == 0)
        & (record.prints["parent"] == 0)
        & (record.prints["counterparty"] == 0)
    ]
    vwap = float((others["lots"] * others["points"]).sum() / others["lots"].sum() * float(instrument.point_size))
    assert doc["slippage_bps"]["interval_vwap"] == pytest.approx(side.sign * (float(average) / vwap - 1) * 1e4, abs=1e-3)
    after = others[others["ts"] > execution.started]
    assert doc["participation"] == pytest.approx(filled / (filled + int(after["lots"].sum())), rel=1e-3)
    assert doc["missing"] == {}


def test_before_the_first_fill_what_rests_on_fills_is_missing() -> None:
    hosted = running(Nanos(START + SECOND // 100), lots=Lots(2_000))
    doc = said(hosted)
    assert (doc["filled_quantity"], doc["avg_price"], doc["slippage_bps"]["arrival"]) == (0, None, None)
    assert doc["missing"]["avg_price"] == doc["missing"]["slippage_bps.arrival"] == NOTHING_FILLED


def test_an_order_that_has_not_arrived_or_is_over_is_not_told_of() -> None:
    assert silent(running(Nanos(START - SECOND)))
    assert silent(running(Nanos(END + 60 * SECOND), lots=Lots(100)))


def test_a_small_order_will_be_done_and_one_beyond_the_cap_will_not() -> None:
    small = said(running(Nanos(START + 300 * SECOND), lots=Lots(5_000)))
    large = said(running(Nanos(START + 300 * SECOND), lots=Lots(3_000_000)))
    assert small["completion_probability"] == 1.0
    assert large["completion_probability"] == 0.0


def test_what_is_behind_by_more_than_the_cap_leaves_is_less_likely_the_later_it_is() -> None:
    chances = []
    for seconds in (60, 900, 1_500):
        hosted = running(Nanos(START + seconds * SECOND), lots=Lots(40_000), cap=Fraction(1, 10))
        doc = said(hosted)
        chances.append((doc["filled_quantity"], doc["completion_probability"]))
    assert all(0 <= chance <= 1 for _, chance in chances)
    assert chances[0][0] < chances[1][0] < chances[2][0]


def test_a_paused_order_says_why_nothing_is_expected_of_it() -> None:
    hosted = running(Nanos(START + 300 * SECOND), lots=Lots(20_000))
    (parent,) = hosted.live.engine.executions
    hosted.live.apply(Pause(parent=parent))
    doc = said(hosted)
    assert (doc["status"], doc["target_quantity"], doc["completion_probability"]) == ("suspended", None, None)
    assert doc["missing"]["target_quantity"] == NOT_WORKED
    assert "suspended" in doc["missing"]["completion_probability"]


def test_an_order_that_follows_the_market_is_expected_to_do_its_share_of_what_is_to_come() -> None:
    enough = said(running(Nanos(START + 300 * SECOND), algo="pov", params={"target": "0.1"}, lots=Lots(12_000)))
    too_much = said(running(Nanos(START + 300 * SECOND), algo="pov", params={"target": "0.1"}, lots=Lots(10**6)))
    assert enough["completion_probability"] > 0.9
    assert too_much["completion_probability"] == 0.0
