"""The gauntlet tells the truth of its lanes: what failed is named, what was not done is not counted."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from gauntlet import __main__ as runner
from gauntlet.figures import KEPT, README, block, written
from gauntlet.lanes import LANES, QUICK, Step

REPORT = """<testsuites><testsuite><testcase classname="a" name="b"/>
<testcase classname="a" name="c"><failure message="it
broke">long</failure></testcase><testcase classname="a" name="d"><skipped/></testcase>
<testcase classname="a" name="e"><error/></testcase></testsuite></testsuites>"""


def test_a_report_names_what_failed(tmp_path: Path) -> None:
    (tmp_path / "r.xml").write_text(REPORT)
    assert runner.read_report(tmp_path / "r.xml") == ({"tests passed": 1, "tests skipped": 1}, ["a::c: it broke", "a::e: "])


def test_a_lane_counts_what_was_done_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(runner, "_command", lambda step, report: [sys.executable, "-c", step.arguments[0]])
    good, bad = Step("x", ("pass",), counts={"things": 5}), Step("x", ("raise SystemExit(3)",), counts={"things": 7})
    entry = runner.run_lane((good, bad))
    assert entry["counts"] == {"things": 5}
    assert ["ended with 3" in each for each in entry["failures"]] == [True]
    assert entry["commit"]
    assert entry["started"].startswith("20")
    monkeypatch.setattr(runner, "LONGEST_S", 1)
    slow = runner.run_lane((Step("x", ("import time; time.sleep(60)",), counts={"things": 5}),))
    assert slow["counts"] == {}
    assert "not done" in slow["failures"][0]
    target = tmp_path / "r.json"
    runner.write("one", entry, target)
    runner.write("two", slow, target)
    assert list(json.loads(target.read_text())) == ["one", "two"]


def test_every_gauntlet_test_is_in_a_lane() -> None:
    """A lane that is added by path would leave others out: what is not in tests/e2e, and what is, are both taken whole."""
    said = [step.arguments for steps in LANES.values() for step in steps if step.program == "pytest"]
    assert any({"-m", "gauntlet", "--ignore=tests/e2e"} <= set(each) for each in said)
    assert any({"-m", "gauntlet", "tests/e2e"} <= set(each) for each in said)
    assert any("tests/e2e/test_contract.py" in each for each in said)
    assert not [each for each in said if "long" in " ".join(each)], "the whole has the longest too"
    assert QUICK["quick gauntlet"][0].arguments[-2:] == ("-m", "gauntlet and not long")


def test_the_readme_says_what_the_results_say() -> None:
    entries = json.loads(KEPT.read_text())
    assert README.read_text() == written(README.read_text(), entries), "run `make figures`"
    assert all(entry["commit"] and entry["seconds"] > 0 for entry in entries.values())
    assert block(entries).count("\n") == len(entries) + 1
