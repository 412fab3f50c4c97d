"""`metaorder calibrate market` and `metaorder realism` on a small day: the scenario and the page as said, and named refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from metaorder.adapters import scenarios
from metaorder.cli import markets
from metaorder.domain.errors import Invalid
from metaorder.sim import calibrate
from metaorder.sim.presets import PRESETS
from metaorder.sim.tape import DataError
from support.lobster import BUY, SECOND, SELL, Day, random_day


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_day(3, rows=2_000).write(tmp_path_factory.mktemp("day"))


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, however it was wrapped."""
    return "".join(capsys.readouterr().out.split())


def test_a_scenario_is_fitted_written_and_read_back(
    day: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(calibrate, "SEEDS", (101,))
    monkeypatch.setattr(markets, "fit", partial(calibrate.fit, rounds=1))
    out = tmp_path / "new" / "fitted.json"
    markets.calibrate(day, "thin", out)
    doc = json.loads(out.read_text())
    assert (doc["scenario"], set(doc)) == ("thin", {"scenario", "parameters", "fitted"})
    facts = doc["fitted"]
    assert (facts["source"], facts["symbol"], facts["date"]) == (day.name, "TEST", "2012-06-21")
    assert len(facts["digest"]) == 64
    name, scenario = scenarios.find(str(out))
    assert (name, scenario.start) == ("fitted", doc["parameters"]["start"])
    assert scenario.start == pytest.approx(1_000, abs=50), "the day's own price, not the preset's"
    assert scenario.adv != PRESETS["thin"].adv
    printed = said(capsys)
    assert "fittedbesideTEST2012-06-21" in printed
    assert printed.endswith(f"Scenario:{out}")


def test_a_page_holds_a_scenario_against_the_day(day: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "page.html"
    markets.realism(day, "thin", 2, out)
    page = out.read_text()
    assert "<h1>thin beside TEST 2012-06-21</h1>" in page
    assert "<script src=" not in page, "it needs no network"
    for statistic in ("market orders", "sign acf, lag 1", "placed inside %"):
        assert statistic in page
    printed = said(capsys)
    assert "thinbesideTEST2012-06-21" in printed
    assert printed.endswith(f"Page:{out}")


def test_what_is_no_file_preset_or_number_is_refused_by_name_and_nothing_is_written(day: Path, tmp_path: Path) -> None:
    out, none = tmp_path / "out", tmp_path / "none.zip"
    with pytest.raises(Invalid, match="source"):
        markets.calibrate(none, "thin", out)
    with pytest.raises(Invalid, match="scenario"):
        markets.calibrate(day, "no-such", out)
    with pytest.raises(Invalid, match="source"):
        markets.realism(none, "thin", 1, out)
    with pytest.raises(Invalid, match="scenario"):
        markets.realism(day, "no-such", 1, out)
    for seeds in (0, 51):
        with pytest.raises(Invalid, match="seeds"):
            markets.realism(day, "thin", seeds, out)
    assert not out.exists()


def test_a_file_that_is_no_lobster_day_is_refused_by_its_name(tmp_path: Path) -> None:
    broken, out = tmp_path / "day.zip", tmp_path / "out"
    broken.write_bytes(b"not a zip")
    with pytest.raises(DataError, match=r"day\.zip"):
        markets.calibrate(broken, "thin", out)
    with pytest.raises(DataError, match=r"day\.zip"):
        markets.realism(broken, "thin", 1, out)
    assert not out.exists()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("es.mbo.dbn.zst", "DBN's orders can be replayed"),
        ("ES.DBN", "DBN's orders can be replayed"),
        ("spot_btcusdt.gz", "levels, trades and bars do not say what order came"),
        ("bars.csv", "levels, trades and bars do not say what order came"),
        ("trades.parquet", "levels, trades and bars do not say what order came"),
    ],
)
def test_a_file_of_another_format_is_refused_with_what_it_lacks(name: str, why: str, tmp_path: Path) -> None:
    source, out = tmp_path / name, tmp_path / "out"
    source.write_bytes(b"whatever")
    for refused in (lambda: markets.calibrate(source, "thin", out), lambda: markets.realism(source, "thin", 1, out)):
        with pytest.raises(Invalid, match=why):
            refused()
    assert not out.exists()


def quiet() -> Day:
    return Day(1).resting(1, BUY, 999, 10_000).resting(2, SELL, 1_001, 10_000).at(SECOND)


def few() -> Day:
    return quiet().execute(1, 100).add(3, BUY, 1_000, 100)


def one_sided() -> Day:
    day = quiet()
    for k in range(300):
        day.at((k + 2) * SECOND).execute(1, 1)
    return day.at(1_000 * SECOND).add(3, BUY, 1_000, 100)


def still() -> Day:
    day = quiet()
    for k in range(300):
        day.at((k + 2) * SECOND).execute(1 + k % 2, 1)
    return day


@pytest.mark.parametrize("made", [few, one_sided, still])
def test_a_day_with_too_little_in_it_is_refused_by_what_it_lacks(made: Callable[[], Day], tmp_path: Path) -> None:
    source, out = made().write(tmp_path), tmp_path / "out"
    with pytest.raises(Invalid, match=r"source.*200 market orders or more, on both sides, and a mid that moves"):
        markets.calibrate(source, "thin", out)
    with pytest.raises(Invalid, match=r"source.*200 market orders or more, on both sides, and a mid that moves"):
        markets.realism(source, "thin", 1, out)
    assert not out.exists()


def test_a_day_without_an_order_is_refused_by_its_file(tmp_path: Path) -> None:
    source = quiet().halt(-1).write(tmp_path)
    with pytest.raises(DataError, match=r"TEST_1\.zip: the day has messages of orders"):
        markets.calibrate(source, "thin", tmp_path / "out")
