"""`metaorder compare`: the service's own sessions, the same market for all, and failures told by name."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from metaorder.cli import compare
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


def dies(task: Task) -> list[dict[str, Any]]:
    """The second day kills the process that works it."""
    if task.seed == 2:
        os._exit(1)
    return [{"market": task.market, "seed": task.seed, "size": None, "algo": "twap", "error": "none was worked"}]


@pytest.mark.gauntlet
def test_a_process_that_dies_takes_no_other_pair_with_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(compare, "work", dies)
    run_compare(replace(SMALL, algos=("twap",), seeds=4), tmp_path / "c.json", None, workers=2)
    failed = json.loads((tmp_path / "c.json").read_text())["failed"]
    assert [each["seed"] for each in failed] == [1, 2, 3, 4]
    assert [each["error"] for each in failed] == [
        "the process that worked it died" if each["seed"] == 2 else "none was worked" for each in failed
    ]


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


def test_a_preset_trades_at_as_many_venues_as_are_asked_for(tmp_path: Path) -> None:
    several = replace(SMALL, algos=("traditional", "myopic@beta*2"), venues=3, seeds=1)
    report = tmp_path / "c.md"
    assert run_compare(several, tmp_path / "c.json", None, workers=1, report=report) == 0
    runs = json.loads((tmp_path / "c.json").read_text())["runs"]
    assert [run.get("error") for run in runs] == [None, None]
    (alone,) = work(Task("thin", 1, replace(SMALL, algos=("traditional",))))
    assert alone["session_hash"] != runs[0]["session_hash"], "three venues are another market than one"
    said = report.read_text()
    assert "not enough data to say (1 pairs)" in said
    assert "## Sensitivity" in said
    with pytest.raises(Invalid, match="venues"):
        run_compare(replace(SMALL, venues=9), tmp_path / "c.json", None, workers=1)


def test_each_factor_of_lambda_and_of_beta_gives_another_row(tmp_path: Path) -> None:
    scaled = [f"myopic@{what}*{factor}" for what in ("lambda", "beta") for factor in ("0.25", "4")]
    design = replace(SMALL, algos=("myopic@forecast", *scaled), markets=("liquid-small-tick",), venues=2, seeds=1)
    report = tmp_path / "c.md"
    assert run_compare(design, tmp_path / "c.json", None, workers=1, report=report) == 0
    runs = {run["algo"]: run for run in json.loads((tmp_path / "c.json").read_text())["runs"]}
    base = runs["myopic@forecast"]
    assert base["oracle_bps"] < base["worst_bps"], "the cheapest five minutes of two, and the dearest"
    assert len({run["session_hash"] for run in runs.values()}) == len({run["is_bps"] for run in runs.values()}) == 5
    for what in ("lambda", "beta"):
        for factor in ("0.25", "4"):
            assert runs[f"myopic@{what}*{factor}"][what] == pytest.approx(base[what] * float(factor), rel=1e-4)
    rows = report.read_text().partition("## Sensitivity")[2].partition("##")[0]
    assert rows.count("| liquid-small-tick | lambda |") == rows.count("| liquid-small-tick | beta |") == 2
    assert f"{base['own_cost_bps']:.2f}" in rows, "beside what it is unscaled"


def test_the_splits_of_a_run_are_held_against_the_outflows_that_came(tmp_path: Path) -> None:
    design = replace(SMALL, algos=("traditional", "twap"), venues=2, seeds=1, markets=("liquid-small-tick",), regret=True)
    split, plain = work(Task("liquid-small-tick", 1, replace(design, duration_s=300)))
    assert plain["router"] is None, "nothing of a twap is split"
    costs = split["router"]["bps"]
    assert split["router"]["decisions"] > 1
    assert all(costs[way] > costs["oracle"] for way in ("split", "market", "venue", "score"))
    (blind,) = work(Task("liquid-small-tick", 1, replace(design, algos=("traditional",), duration_s=300, regret=False)))
    assert blind["session_hash"] == split["session_hash"], "messages that are kept change nothing"
    recorded = replace(design, markets=(str(tmp_path / "a.csv"),))
    (tmp_path / "a.csv").touch()
    with pytest.raises(Invalid, match="regret"):
        run_compare(recorded, tmp_path / "c.json", None, workers=1)


@pytest.mark.parametrize("outflow", ["empirical", "walk", "poisson"])
def test_splits_on_every_outflow_are_held_against_what_came(outflow: str) -> None:
    design = replace(SMALL, algos=(f"traditional:outflow={outflow}",), venues=2, seeds=1, regret=True)
    (run,) = work(Task("thin", 2, design))
    routed = run["router"]
    assert (routed["unknown"], routed["decisions"] > 5) == (0, True)
    assert all(routed["bps"][way] > routed["bps"]["oracle"] for way in ("split", "market", "venue", "score"))


def test_orders_at_several_venues_have_an_own_cost_and_all_that_is_compared(tmp_path: Path) -> None:
    several = replace(SMALL, algos=("traditional", "myopic:split_s=60"), markets=("liquid-small-tick",), venues=3, seeds=1)
    page = tmp_path / "c.html"
    assert run_compare(replace(several, duration_s=300), tmp_path / "c.json", page, workers=1, report=tmp_path / "c.md") == 0
    doc = json.loads((tmp_path / "c.json").read_text())
    for run in doc["runs"]:
        assert run["own_cost_bps"] is not None
        assert run["cost_per_share"] * run["filled_quantity"] == pytest.approx(_without_opportunity(run), rel=1e-3)
        assert -1 <= run["timing_quality"] <= 1
    for name in (
        "a share",
        "timing quality",
        "sd of IS",
        "drawdown",
        "Sharpe",
        "decisions",
        "efficiency",
        "of the range",
        "lambda",
        "beta",
    ):
        assert f"| {name} " in (tmp_path / "c.md").read_text()
        assert f"<th>{name}</th>" in page.read_text()


def _without_opportunity(run: dict[str, Any]) -> float:
    """The shortfall of what was done, by its bps and the notional of the order [currency]."""
    price = run["decision_price"]
    parts = [value for name, value in run["components_bps"].items() if name != "opportunity"]
    return float(sum(parts)) / 1e4 * price * run["quantity"]
