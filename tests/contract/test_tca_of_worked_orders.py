"""Orders that the engine itself worked on a recorded day: across a halt, and filled once."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from metaorder.api.order_shapes import TcaOut
from metaorder.domain.units import SECOND, Lots, Nanos, to_nanos
from metaorder.usecases.analyse import Case, analyse
from metaorder.usecases.tca_story import story
from support.journaled import replayed_from
from support.lobster import BUY, SELL, Day

OPENS = to_nanos("2012-06-21T13:30:00Z")
BEGINS, HALTED, RESUMED, ENDS = 600, 1_500, 2_100, 3_000
"""Seconds after the open: the order's window, and the halt in its midst."""


def day() -> Day:
    """9.99 bid and 10.01 offered; 200 trade every ten seconds. Halted for ten minutes, and ten cents higher after it."""
    made = Day(2).at(5 * SECOND).add(1, BUY, 999, 5_000).add(2, SELL, 1_001, 5_000)
    _trade(made, 1_000, 15, HALTED)
    made.at(HALTED * SECOND).halt(-1).delete(1).delete(2).add(3, BUY, 1_009, 5_000).add(4, SELL, 1_011, 5_000)
    made.at(RESUMED * SECOND).cross(101_000, 100).halt(1)
    _trade(made, 1_010, RESUMED + 5, 5_000)
    return made


def _trade(made: Day, middle: int, since: int, until: int) -> None:
    """Somebody quotes 200 in the middle and is taken at once, by turns."""
    for number, at in enumerate(range(since, until, 10)):
        made.at(at * SECOND).add(at, BUY if number % 2 else SELL, middle, 200).execute(at, 200)


def worked(folder: Path, **terms: Any) -> Case:
    """A TWAP across the halt, by the engine."""
    day().write(folder)
    window = {"start": Nanos(OPENS + BEGINS * SECOND), "end": Nanos(OPENS + ENDS * SECOND)}
    return replayed_from(folder, "TEST", "TEST_2.zip", **{**window, **terms})


def seconds(case: Case) -> list[int]:
    """When it was filled, in seconds after the open."""
    return [(int(row["ts"]) - OPENS) // SECOND for row in case.fills]


def test_an_order_across_a_halt_is_judged_on_what_stood_before_and_after_it(tmp_path: Path) -> None:
    made = worked(tmp_path, lots=Lots(1_200))
    found = analyse(made)
    TcaOut.model_validate(found)
    times = seconds(made)
    assert min(times) < HALTED
    assert max(times) >= RESUMED
    assert not [at for at in times if HALTED <= at < RESUMED], "nobody trades in a halt"
    assert (found["arrival_price"], found["filled_quantity"]) == ("10.0000", made.parent["filled"])
    assert sum(Decimal(text) for text in found["components_amount"].values()) == Decimal(found["is_amount"])
    assert found["filled_quantity"] > 1_000
    assert found["participation"] < 0.2
    assert found["benchmarks"]["window_twap"] == "10.0500", "a quarter of an hour at 10.00 and one at 10.10: no time is a halt's"
    assert found["components_bps"]["timing"] > 0, "what was left at the halt was bought ten cents higher"
    assert any("halt" in sentence for sentence in story(made))


def test_an_order_that_was_filled_once_is_judged_in_full(tmp_path: Path) -> None:
    """A lot at 10.01 over a mid of 10.00: 10 bps of spread, 3 bps of fees. Half an hour later the mid is 10.10."""
    made = worked(tmp_path, lots=Lots(1))
    found = analyse(made)
    TcaOut.model_validate(found)
    assert (found["fills"], found["filled_quantity"], found["status"], found["avg_price"]) == (1, 1, "filled", "10.0100")
    assert {name: bps for name, bps in found["components_bps"].items() if bps} == {"spread": 10.0, "fees": 3.0}
    assert (found["is_bps"], found["is_amount"], found["effective_spread_bps"]) == (13.0, "0.013", 20.0)
    assert [found["markouts_bps"][horizon] for horizon in ("1", "300", "1800")] == [-10.0, -10.0, 90.0]
    assert found["time_to_fill_s"]["mean"] == found["time_to_fill_s"]["median"]
    assert found["average_fill_quantity"] == 1
    assert (found["reversion"], found["forecast"], found["final"]) == (None, None, True)
    assert {"reversion", "forecast"} <= set(found["missing"])
