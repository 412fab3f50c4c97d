"""What is said to have left a queue is what a child that rested there got: held against every child of a day."""

from __future__ import annotations

from typing import Any

import pytest

from metaorder.cli.compare import Design, Task, work
from metaorder.domain.order import Side
from metaorder.domain.units import Lots
from metaorder.runtime import routed
from metaorder.usecases.regret import Decided, Outflow, held_against


def test_a_child_that_rests_fills_by_the_outflow_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[Decided, dict[str, Lots]]] = []

    def listen(found: list[Decided], outflow: Outflow) -> Any:
        seen.extend((each, {venue: outflow(venue, each) for venue in each.venues}) for each in found)
        return held_against(found, outflow)

    monkeypatch.setattr(routed, "held_against", listen)
    children: list[dict[str, Any]] = []
    inner = routed.decided

    def keep(rows: Any, *rest: Any) -> Any:
        children.extend(rows)
        return inner(rows, *rest)

    monkeypatch.setattr(routed, "decided", keep)
    design = Design(
        algos=("traditional",),
        markets=("thin",),
        seeds=1,
        side=Side.BUY,
        start_s=600,
        duration_s=900,
        quantity=None,
        participation=0.1,
        sizes=(),
        cap=0.25,
        must_complete=False,
        drift_bps=0.0,
        venues=2,
        regret=True,
    )
    (run,) = work(Task("thin", 2, design))
    assert "error" not in run
    held = 0
    for each, came in seen:
        for row in children:
            over = row["filled"] == row["quantity"] or (row["ended"] or 0) >= each.until
            if int(row["ts"]) != each.ts or row["time_in_force"] != "gtd" or not over:
                continue
            room = max(0, came[row["venue"]] - int(each.terms.ahead[each.venues.index(row["venue"])]))
            assert row["filled"] == min(room, row["quantity"])
            held += 1
    assert held > 5
