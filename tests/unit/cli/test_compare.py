"""`metaorder compare`: the service's own sessions, the same market for all, and failures told by name."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from metaorder.cli.compare import Design, Task, run_compare, work
from metaorder.domain.errors import Invalid
from metaorder.domain.order import Side

SMALL = Design(
    algos=("twap", "vwap"),
    markets=("thin",),
    seeds=2,
    side=Side.BUY,
    start_s=600,
    duration_s=600,
    quantity=None,
    participation=0.1,
    sizes=(),
    cap=0.25,
    must_complete=False,
    drift_bps=0.0,
)


def test_a_comparison_writes_every_run_a_table_and_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, page = tmp_path / "c.json", tmp_path / "c.html"
    assert run_compare(SMALL, out, page, workers=1) == 0
    doc = json.loads(out.read_text())
    assert [(run["seed"], run["algo"]) for run in doc["runs"]] == [(1, "twap"), (1, "vwap"), (2, "twap"), (2, "vwap")]
    for run in doc["runs"]:
        parts = run["components_bps"]
        assert run["own_cost_bps"] == pytest.approx(parts["spread"] + parts["impact"] + parts["fees"])
        own, apart = run["vwap_own_bps"], run["vwap_tracking_bps"]
        assert own + apart == pytest.approx(run["vwap_bps"])
        assert own == pytest.approx((parts["spread"] + parts["impact"]) / run["fill_rate"], rel=0.01)
    assert {each["measure"] for each in doc["differences"]} == {"is_bps", "own_cost_bps"}
    assert "vwap - twap" in capsys.readouterr().out
    assert "plotly" in page.read_text()


def test_yes_and_no_are_said_in_words() -> None:
    (run,) = work(Task("thin", 1, replace(SMALL, algos=("vwap:dynamic=true",), duration_s=60)))
    assert "error" not in run


def test_the_same_task_again_is_the_same_to_the_last_event() -> None:
    task = Task("thin", 1, SMALL)
    first, second = work(task), work(task)
    assert [run["session_hash"] for run in first] == [run["session_hash"] for run in second]
    assert first[0]["volume"] == first[1]["volume"], "both saw the same market"


def test_a_pair_that_fails_is_told_by_name_and_the_others_go_on() -> None:
    runs = work(Task("thin", 1, replace(SMALL, algos=("twap:slices=0", "twap"))))
    assert "slices" in runs[0]["error"]
    assert runs[1]["status"] in {"filled", "expired"}


def test_a_published_drift_moves_the_market_that_all_see() -> None:
    (still,), (pushed,) = (
        work(Task("liquid-large-tick", 3, replace(SMALL, algos=("twap",), drift_bps=drift))) for drift in (0.0, 3_000.0)
    )
    assert pushed["components_bps"]["timing"] > still["components_bps"]["timing"] + 10


def test_what_cannot_be_compared_is_refused_by_name(tmp_path: Path) -> None:
    for changes, field in (
        ({"algos": ("none",)}, "algos"),
        ({"markets": ("nowhere",)}, "markets"),
        ({"seeds": 0}, "seeds"),
        ({"cap": 1.5}, "participation"),
        ({"duration_s": 1}, "duration"),
    ):
        with pytest.raises(Invalid, match=field):
            run_compare(replace(SMALL, **changes), tmp_path / "c.json", None, workers=1)  # type: ignore[arg-type]


@pytest.mark.gauntlet
def test_processes_say_what_one_process_says(tmp_path: Path) -> None:
    design = replace(SMALL, algos=("twap", "pov"), sizes=(0.01, 0.02))
    for workers in (1, 2):
        run_compare(design, tmp_path / f"{workers}.json", None, workers=workers)
    first, second = (json.loads((tmp_path / f"{workers}.json").read_text())["runs"] for workers in (1, 2))
    timing = {"schedule_ms", "decision_ms"}
    assert [{k: v for k, v in run.items() if k not in timing} for run in first] == [
        {k: v for k, v in run.items() if k not in timing} for run in second
    ]


def test_a_placement_is_compared_like_a_parameter_and_one_that_there_is_not_is_named(tmp_path: Path) -> None:
    markets = ("liquid-small-tick",)
    styled = replace(SMALL, algos=("twap", "twap:placement=cross"), markets=markets, seeds=1, duration_s=300)
    joined, crossed = work(Task("liquid-small-tick", 1, styled))
    assert "error" not in joined
    assert crossed["own_cost_bps"] > joined["own_cost_bps"], "who only takes pays the spread"
    with pytest.raises(Invalid, match="with a placement of auto, join"):
        run_compare(replace(styled, algos=("twap:placement=nowhere",)), tmp_path / "c.json", None, workers=1)
