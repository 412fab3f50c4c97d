"""`metaorder check data`: what it says of good, thin and broken files, and its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from metaorder.cli.check_data import Question, check_data
from support.lobster import BUY, SELL, Day

MILLISECOND = 1_000_000


def question(file: Path, **changes: str) -> Question:
    plain = {"data_format": None, "symbol": None, "date": None, "tick_size": None, "unit_size": "1", "mic": "XXXX"}
    return Question(file=file, **{**plain, **changes})  # type: ignore[arg-type]


def day() -> Day:
    made = Day(2).resting(1, BUY, 1_000, 10).resting(2, SELL, 1_002, 10)
    made.at(MILLISECOND).add(3, BUY, 999, 5).at(2 * MILLISECOND).execute(2, 4)
    return made.at(3 * MILLISECOND).cross(100_000, 50)


def test_a_good_file_is_usable_and_says_what_was_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = day().write(tmp_path)
    assert check_data(question(path), as_json=True) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["symbol"], said["format"], said["evidence"], said["events"]) == ("TEST", "lobster", "l3", 3)
    assert (said["trades"], said["usable_trades"], said["volume"], said["error"]) == (2, 1, 4, None)
    assert [found["rule"] for found in said["findings"]] == ["a trade is not an auction's"]
    assert check_data(question(path), as_json=False) == 0
    assert "auction" in capsys.readouterr().out


def test_a_broken_file_names_its_row_and_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("ts,price,quantity\n2026-03-02T14:30:00Z,1.005,1\n")
    assert check_data(question(path, tick_size="0.1"), as_json=True) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["file"], error["row"]) == ("bad.csv", 1)
    assert check_data(question(path, tick_size="0.1"), as_json=False) == 1
    assert "nothing was loaded" in capsys.readouterr().out


def test_a_file_without_a_market_is_not_usable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = Day(1).resting(1, BUY, 1_000, 10).add(2, BUY, 1_000, 5).write(tmp_path)
    assert check_data(question(path), as_json=False) == 1
    assert "not usable" in capsys.readouterr().out


@pytest.mark.parametrize("changes", [{"data_format": "tape"}, {"tick_size": "cheap"}, {"tick_size": "0"}])
def test_a_command_that_says_too_little_is_told_what_it_needs(
    tmp_path: Path, changes: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_data(question(tmp_path / "file", **changes), as_json=False) == 2
    assert "must be" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_data(question(tmp_path / "none.zip"), as_json=True) == 1
    assert "No such file" in json.loads(capsys.readouterr().out)["error"]["rule"]
