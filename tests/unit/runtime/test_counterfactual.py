"""The same market again: the same algorithm does the same, another does not, and without the order nothing moved it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metaorder.adapters.memory import MemoryJournal
from metaorder.domain.errors import Invalid
from metaorder.domain.order import Side
from metaorder.domain.units import SECOND, Lots, Nanos
from metaorder.runtime import counterfactual
from metaorder.runtime.counterfactual import World, change, impact_path, over_seeds, untouched, worked_otherwise, would_have_been
from metaorder.runtime.trial import Tables
from metaorder.runtime.twin import NoTwin
from metaorder.usecases.analyse import analyse
from support.cases import Market, Touch, case, fill
from support.journaled import folded
from support.sessions import DAY, ENGINE, FixedCalendar, NoFiles, accept, order, simulated, spec


def tables() -> Tables:
    journal = MemoryJournal()
    return Tables(journal=journal, rows=journal.tables)


@pytest.fixture(scope="module")
def world() -> World:
    """A buy of 20,000 in half an hour, and the market until half an hour after it."""
    hosted = simulated()
    placed = order("a", side=Side.BUY, lots=Lots(20_000), end=Nanos(DAY.open + 1_800 * SECOND))
    hosted.live.apply(accept(placed))
    hosted.live.run(until=Nanos(DAY.open + 3_700 * SECOND))
    entries = hosted.live.take()
    commands = [entry.payload for entry in entries if entry.type.startswith("command.")]
    return World(
        spec=spec(), commands=commands, case=folded(hosted, entries), tables=tables, data=NoFiles(), calendars=FixedCalendar()
    )


def test_the_same_algorithm_does_the_very_same(world: World) -> None:
    found = worked_otherwise(world, change("twap", {}))
    assert found["reproduced"] is True
    assert found["difference_bps"] == 0
    assert found["original"] == found["counterfactual"]
    assert found["original"]["fills"] > 10


def test_on_a_replay_the_same_differs_by_nothing_and_without_the_order_impact_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bounds were those of two strangers, the best of one against the worst of the other."""
    took = fill(100, 500, "50.01"), fill(200, 500, "50.02")
    touches = (Touch(0, "49.99", "50.01"), Touch(100, "50.00", "50.02"), Touch(200, "50.01", "50.03"))
    made = case(*took, market=Market(touches=touches))
    recorded = World(
        spec=replace(spec(), kind="replay"), commands=(), case=made, tables=tables, data=NoFiles(), calendars=FixedCalendar()
    )
    bare = untouched(recorded)
    assert bare["impact_bounds"] == analyse(made)["impact_bounds"]
    assert bare["impact_bounds"]["upper_bps"] > bare["impact_bounds"]["lower_bps"]
    assert (bare["impact_path"], set(bare["missing"])) == (None, {"impact_path"})
    monkeypatch.setattr(counterfactual, "played", lambda world, instead: made)
    same, other = (worked_otherwise(recorded, change(algo, {})) for algo in ("twap", "vwap"))
    assert (same["reproduced"], same["difference_bps"], same["difference_bounds_bps"]) == (True, 0, {"low": 0, "high": 0})
    assert other["difference_bounds_bps"]["low"] < 0 < other["difference_bounds_bps"]["high"]


def test_another_algorithm_costs_something_else(world: World) -> None:
    found = worked_otherwise(world, change("pov", {"target": "0.15"}))
    assert found["reproduced"] is None
    assert found["counterfactual"]["algo"] == "pov"
    assert found["difference_bps"] == pytest.approx(found["counterfactual"]["is_bps"] - found["original"]["is_bps"], abs=1e-6)
    assert found["difference_bps"] != 0
    assert found["difference_bounds_bps"] is None


def test_the_market_without_the_order_shows_how_far_it_was_moved(world: World) -> None:
    path = impact_path(world)
    assert untouched(world)["impact_path"] == path
    assert (len(path), path[0]["seconds"], path[0]["displacement_bps"]) == (61, 0.0, 0.0)
    moved = [each["displacement_bps"] for each in path if each["displacement_bps"] is not None]
    assert max(moved) > 0
    assert sum(moved) > 0, "a buy moves the market up"


def test_a_job_runs_its_own_market_without_the_order_and_says_how_far_it_is(world: World) -> None:
    said: list[tuple[str, float]] = []
    bare = replace(world, case=replace(world.case, twin=None))
    found = would_have_been(bare, change("twap", {}), 0, ENGINE, lambda step, share: said.append((step, share)))
    assert (found["reproduced"], found["difference_bps"], found["paired"], found["missing"]) == (True, 0, None, {})
    assert found["original"] == worked_otherwise(world, change("twap", {}))["original"]
    assert said == [("the market without the order", 0.0), ("the same day", 0.5)]
    with pytest.raises(NoTwin):
        would_have_been(bare, change("twap", {}), 0, "another build", lambda step, share: None)


@pytest.mark.gauntlet
def test_other_days_give_a_paired_difference(world: World) -> None:
    same, pairs = over_seeds(world, change("twap", {}), 1)
    assert same is not None
    assert (pairs, same.t.n, same.t.mean) == (1, 1, 0)
    other, _ = over_seeds(world, change("pov", {"target": "0.15"}), 1)
    assert other is not None
    assert other.t.mean != 0


def test_what_cannot_run_is_refused() -> None:
    with pytest.raises(Invalid):
        change("pov", {"colour": "blue"})
