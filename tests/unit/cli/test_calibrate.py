"""The command line of calibrations: a table, JSON and a page from one run, and named refusals."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from metaorder.cli.calibrate import Asked, calibrate
from metaorder.domain.errors import Invalid
from support.data import AAPL, DATA, GOOG, real
from support.flows import metaorders

BITCOIN = DATA / "binance" / "usdm_btcusdt_20240808.gz"
TABLE = DATA / "volume" / "aapl_15min_volume_2019.csv"


def asked(kind: str, source: Path, data_format: str | None, symbol: str | None, out: Path | None = None) -> Asked:
    json_out, report = (None, None) if out is None else (out / "found.json", out / "found.html")
    symbols = [] if symbol is None else [symbol]
    return Asked(
        kind=kind,
        sources=[source],
        data_format=data_format,
        symbols=symbols,
        date=None,
        bar_s=60,
        json_out=json_out,
        report=report,
    )


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


def test_a_table_of_metaorders_gives_the_square_root_law(tmp_path: Path) -> None:
    orders, out = tmp_path / "orders.csv", tmp_path / "out"
    orders.write_text(metaorders(200, y=0.8))
    calibrate(asked("square-root", orders, "metaorder-table", None, out))
    doc = json.loads((out / "found.json").read_text())
    y, power = doc["parameters"]
    assert y["low"] <= 0.8 <= y["high"]
    assert (y["n"], doc["sources"][0]["orders"], doc["as_of"], doc["refused"]) == (200, 200, "2026-03-28", 0)
    assert power["low"] <= 0.5 <= power["high"]
    assert "square_root_Y" in (out / "found.html").read_text()
    for kind, source, form in (("square-root", TABLE, "volume-table"), ("all", orders, "metaorder-table")):
        with pytest.raises(Invalid):
            calibrate(asked(kind, source, form, "A"))


def test_days_of_two_symbols_give_their_correlation(tmp_path: Path) -> None:
    pair = replace(asked("covariance", real(AAPL), "lobster", "AAPL", tmp_path), sources=[real(AAPL), real(GOOG)])
    with pytest.raises(Invalid, match="symbol must be given for each source"):
        calibrate(pair)
    calibrate(replace(pair, symbols=["AAPL", "GOOG"]))
    doc = json.loads((tmp_path / "found.json").read_text())
    found = {each["name"]: each for each in doc["parameters"]}
    assert (found["correlation_AAPL_GOOG"]["n"], doc["matrix"]["bars"]) == (389, 389)
    assert 0.2 < found["correlation_AAPL_GOOG"]["low"] < found["correlation_AAPL_GOOG"]["high"] < 0.7
    assert doc["matrix"]["symbols"] == ["AAPL", "GOOG"]
    assert [each["symbol"] for each in doc["sources"]] == ["AAPL", "GOOG"]


def test_what_the_command_line_does_not_say_is_asked_for() -> None:
    for wrong in (
        asked("all", TABLE.with_name("none.csv"), "csv", "A"),
        asked("all", BITCOIN, "binance-usdm", None),
        asked("all", BITCOIN, None, "BTCUSDT"),
    ):
        with pytest.raises(Invalid):
            calibrate(wrong)
