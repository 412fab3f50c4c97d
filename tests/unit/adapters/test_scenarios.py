"""Scenarios in files: what is written is read back, and what is no scenario is refused by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from metaorder.adapters.scenarios import find, read, write
from metaorder.domain.errors import Invalid
from metaorder.sim.presets import PRESETS, preset


def test_a_scenario_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    scenario = preset("thin", {"gap": 4.5, "rates": [1, 2, 3, 4], "tick_size": "0.05"})
    path = tmp_path / "new" / "mine.json"
    write(path, "thin", scenario, {"source": "a file"})
    assert read(path) == scenario
    assert find(str(path)) == ("mine", scenario)
    kept = json.loads(path.read_text())
    assert set(kept["parameters"]) == {"gap", "rates", "tick_size"}, "what differs from the base alone"
    assert preset(kept["scenario"], kept["parameters"]) == scenario, "as POST /v1/markets takes it"


def test_a_name_is_a_preset_first() -> None:
    assert find("volatile") == ("volatile", PRESETS["volatile"])
    with pytest.raises(Invalid, match=r"scenario must be a file, or one of liquid-small-tick"):
        find("quiet")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("{", "a file of JSON"),
        ("[]", "an object with"),
        ('{"scenario": "thin"}', "an object with"),
        ('{"scenario": 3, "parameters": {}}', "an object with"),
        ('{"scenario": "calm", "parameters": {}}', "one of liquid"),
        ('{"scenario": "thin", "parameters": {"gap": -1}}', r"in \[0, 100000\] ticks"),
        ('{"scenario": "thin", "parameters": {"speed": 1}}', "a parameter of a scenario"),
    ],
)
def test_what_is_no_scenario_is_refused(tmp_path: Path, text: str, rule: str) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(text)
    with pytest.raises(Invalid, match=rule):
        read(path)
