"""The command line of calibrations: a table, JSON and a page from one run, and named refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from metaorder.cli.calibrate import Asked, calibrate
from metaorder.domain.errors import Invalid
from support.data import DATA

BITCOIN = DATA / "binance" / "usdm_btcusdt_20240808.gz"
TABLE = DATA / "volume" / "aapl_15min_volume_2019.csv"


def asked(kind: str, source: Path, data_format: str | None, symbol: str | None, out: Path | None = None) -> Asked:
    json_out, report = (None, None) if out is None else (out / "found.json", out / "found.html")
    return Asked(kind=kind, sources=[source], data_format=data_format, symbol=symbol, date=None, json_out=json_out, report=report)


def test_a_short_tape_gives_what_it_can_and_refuses_the_rest_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calibrate(asked("all", BITCOIN, "binance-usdm", "BTCUSDT", tmp_path))
    doc = json.loads((tmp_path / "found.json").read_text())
    found = {each["name"]: each for each in doc["parameters"]}
    assert found["lambda_1s"]["value"] > 2 * found["lambda_1s"]["standard_error"]
    assert found["half_spread_effective"]["reason"]["code"] == "quotes_late"
    assert found["lambda_300s"]["reason"]["code"] == "too_few_trades"
    assert found["volume_share_1"]["reason"]["code"] == "too_few_days"
    said = capsys.readouterr().out
    assert "lambda_1s" in said
    assert f"Refused: {doc['refused']} of {len(doc['parameters'])}" in said
    page = (tmp_path / "found.html").read_text()
    assert "quotes_late" in page
    assert "refused, or not asked for" in page


def test_a_table_of_volumes_gives_a_curve() -> None:
    calibrate(asked("volume", TABLE, "volume-table", None))


def test_what_the_command_line_does_not_say_is_asked_for() -> None:
    for wrong in (
        asked("all", TABLE.with_name("none.csv"), "csv", "A"),
        asked("all", BITCOIN, "binance-usdm", None),
        asked("all", BITCOIN, None, "BTCUSDT"),
    ):
        with pytest.raises(Invalid):
            calibrate(wrong)
