"""Plots hold what the analysis says, name their units, and say why where there is nothing to draw."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from plotly.graph_objects import Figure

from metaorder.usecases.analyse import analyse
from metaorder.usecases.page_frame import Panel
from metaorder.usecases.tca_drawn import series
from metaorder.usecases.tca_figures import figures
from support.cases import stamp
from support.reports import CASES


def drawn(name: str, **changes: Any) -> dict[str, Panel]:
    made = CASES[name]
    return {each.name: each for each in figures({**analyse(made), **changes}, series(made))}


@pytest.mark.parametrize("name", CASES)
def test_plotly_takes_every_figure_and_its_axes_have_units(name: str) -> None:
    for panel in drawn(name).values():
        assert panel.title
        assert panel.note
        if panel.figure is None:
            continue
        Figure(panel.figure)
        axes = panel.figure["layout"]
        titles = [axes[axis]["title"]["text"] for axis in ("xaxis", "yaxis")]
        assert all(titles) or (panel.name == "waterfall" and titles[0])


def test_a_waterfall_ends_at_the_total_and_closes_where_parts_are_known_only_together() -> None:
    for name in ("filled", "without a reference"):
        panel, doc = drawn(name)["waterfall"], analyse(CASES[name])
        assert panel.figure is not None
        (trace,) = panel.figure["data"]
        assert trace["x"][-1] == doc["is_bps"]
        assert sum(trace["x"][:-1]) == pytest.approx(doc["is_bps"], abs=1e-5)
        assert trace["measure"] == ["relative"] * (len(trace["x"]) - 1) + ["total"]


def test_the_figures_of_a_waterfall_have_room_beside_its_bars_on_paper_too() -> None:
    parts = {"delay": -70.0, "spread": -26.0, "impact": 0.0, "timing": 0.0, "opportunity": 0.0, "fees": 0.0}
    panel = drawn("filled", is_bps=-96.0, components_bps=parts)["waterfall"]
    assert panel.figure is not None
    low, high = panel.figure["layout"]["xaxis"]["range"]
    assert low < -96 - 0.3 * 96, "to the left of the axis stand the names of the parts"
    assert high > 0


def test_the_schedule_is_drawn_over_what_was_done_in_every_stretch() -> None:
    made = CASES["paused"]
    points = [[[stamp(since), 0], [stamp(2_000), 1_000]] for since in (10, 365)]
    plans = [{"ts": known[0][0], "cause": "drawn", "points": known} for known in points]
    panels = figures(analyse(made), series(replace(made, schedules=plans)))
    (panel,) = (each for each in panels if each.name == "trajectory")
    assert panel.figure is not None
    traces = panel.figure["data"]
    assert [trace["name"] for trace in traces if "name" in trace] == ["band", "band", "done", "schedule", "schedule", "ordered"]
    assert [trace["x"][-1] for trace in traces if trace.get("name") == "schedule"] == [stamp(300), stamp(2_000)]
    assert [trace["showlegend"] for trace in traces if trace.get("name") == "schedule"] == [True, False]


def test_where_there_is_nothing_to_draw_it_says_why() -> None:
    nothing = drawn("never filled")
    assert nothing["markouts"].figure is None
    assert "Nothing was filled" in nothing["markouts"].note
    assert "Nothing was filled" in nothing["price"].note
    assert drawn("without a decision price")["waterfall"].figure is None
    assert "not known" in drawn("without a decision price")["waterfall"].note


def test_markouts_say_that_plus_is_good_and_how_many_lots_they_cover() -> None:
    panel = drawn("filled", markouts_covered={str(each): 0.5 for each in (1, 5, 10, 30, 60, 300, 1800)})["markouts"]
    assert panel.note.startswith("Plus is good")
    assert "1800 s: 50%" in panel.note


def test_a_limit_far_from_the_market_does_not_flatten_the_price() -> None:
    made = CASES["filled"]
    doc, near = analyse(made), series(made)
    for limit, there in ((50.015, True), (900.0, False)):
        price = figures(doc, type(near)(**{**{name: getattr(near, name) for name in near.__slots__}, "limit": limit}))[0]
        assert price.figure is not None
        assert any(trace.get("name") == "limit" for trace in price.figure["data"]) == there


def test_sizes_count_every_fill() -> None:
    panel = drawn("across a halt")["sizes"]
    assert panel.figure is not None
    assert [sum(trace["y"]) for trace in panel.figure["data"]] == [0, 2]
