"""Recorded days under the data roots: what is found, by which format, and that nothing outside the roots exists."""

from __future__ import annotations

from pathlib import Path

import pytest

from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.market_data.files import Files
from metaorder.domain.errors import Invalid
from metaorder.ports.market_data import SourceNotFound, Wanted
from metaorder.sim.tape import DataError
from support.data import AAPL, DATA, real
from support.lobster import BUY, SECOND, SELL, Day


def day(symbol: str = "TEST", rows: int = 1) -> Day:
    made = Day(1, symbol).resting(1, BUY, 999, 10).resting(2, SELL, 1_001, 10).at(SECOND)
    for _ in range(rows):
        made.hidden(100_000, 5)
    return made


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The data root, with a day in it and a day in the folder above it."""
    (tmp_path / "data" / "deep").mkdir(parents=True)
    day().write(tmp_path)
    day().write(tmp_path / "data")
    day().write(tmp_path / "data" / "deep")
    return tmp_path / "data"


def files(*roots: Path) -> Files:
    return Files(roots, ExchangeCalendars())


def missing(found: Files, source: str) -> None:
    with pytest.raises(SourceNotFound, match="under the data roots") as caught:
        found.load("lobster", source, Wanted(symbol="TEST"))
    assert repr(source) in str(caught.value)


@pytest.mark.parametrize("source", ["TEST_1.zip", "deep/TEST_1.zip", "./deep/../TEST_1.zip", "TEST_1.zip/"])
def test_a_day_is_found_by_its_path_under_the_root(root: Path, source: str) -> None:
    assert files(root).load("lobster", source, Wanted(symbol="TEST")).tape.rows == 1


@pytest.mark.parametrize(
    "source",
    [
        "../TEST_1.zip",
        "deep/../../TEST_1.zip",
        "../data/../TEST_1.zip",
        "../../../../../../../etc/passwd",
        "/etc/passwd",
        "~/TEST_1.zip",
        "..\\TEST_1.zip",
        "%2e%2e/TEST_1.zip",
    ],
)
def test_what_lies_outside_the_roots_does_not_exist(root: Path, source: str) -> None:
    missing(files(root), source)


def test_an_absolute_path_exists_only_within_a_root(root: Path) -> None:
    missing(files(root), str(root.parent / "TEST_1.zip"))
    assert files(root).load("lobster", str(root / "TEST_1.zip"), Wanted(symbol="TEST")).tape.rows == 1


def test_a_folder_beside_the_root_whose_name_begins_alike_is_outside(root: Path) -> None:
    beside = root.parent / "data-of-others"
    beside.mkdir()
    day().write(beside)
    missing(files(root), "../data-of-others/TEST_1.zip")


def test_a_link_that_leads_out_of_the_root_is_not_followed(root: Path) -> None:
    (root / "out.zip").symlink_to(root.parent / "TEST_1.zip")
    (root / "up").symlink_to(root.parent)
    (root / "within.zip").symlink_to(root / "deep" / "TEST_1.zip")
    missing(files(root), "out.zip")
    missing(files(root), "up/TEST_1.zip")
    assert files(root).load("lobster", "within.zip", Wanted(symbol="TEST")).tape.rows == 1


def test_a_root_may_itself_be_a_link(root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to(root)
    assert files(link).load("lobster", "TEST_1.zip", Wanted(symbol="TEST")).tape.rows == 1


def test_links_in_a_circle_and_into_nothing_are_no_files(root: Path) -> None:
    (root / "a").symlink_to(root / "b")
    (root / "b").symlink_to(root / "a")
    (root / "c").symlink_to(root / "nowhere")
    for source in ("a", "b/TEST_1.zip", "c"):
        missing(files(root), source)


@pytest.mark.parametrize("source", ["", ".", "deep", "nothing.zip", "TEST_1.zip/x", "a\0b", "\ud800", "x" * 5_000])
def test_what_is_no_file_or_no_name_of_one_is_not_found(root: Path, source: str) -> None:
    missing(files(root), source)


def test_roots_are_searched_in_their_order(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    day(rows=2).write(other)
    day("ALSO", rows=3).write(other)
    assert files(root, other).load("lobster", "TEST_1.zip", Wanted(symbol="TEST")).tape.rows == 1
    assert files(other, root).load("lobster", "TEST_1.zip", Wanted(symbol="TEST")).tape.rows == 2
    assert files(root, other).load("lobster", "ALSO_1.zip", Wanted(symbol="ALSO")).tape.rows == 3


def test_a_root_that_does_not_exist_holds_nothing_and_harms_nothing(root: Path) -> None:
    missing(files(root / "absent"), "TEST_1.zip")
    assert files(root / "absent", root).load("lobster", "TEST_1.zip", Wanted(symbol="TEST")).tape.rows == 1
    missing(files(), "TEST_1.zip")


def test_a_format_that_nobody_reads_is_refused_with_those_that_are_read(root: Path) -> None:
    with pytest.raises(Invalid, match=r"format must be one of lobster, dbn, .*, was 'itch'") as caught:
        files(root).load("itch", "TEST_1.zip", Wanted(symbol="TEST"))
    assert caught.value.field == "format"
    assert files(root).formats() == ["lobster", "dbn", "binance-spot", "binance-usdm", "csv", "parquet"]


def test_a_broken_file_is_named_without_its_folder(root: Path) -> None:
    (root / "deep" / "broken.zip").write_bytes(b"no zip")
    with pytest.raises(DataError, match=r"^broken\.zip: the file is a zip") as caught:
        files(root).load("lobster", "deep/broken.zip", Wanted(symbol="TEST"))
    assert str(root) not in str(caught.value)


def test_a_real_day_is_found_and_read_whole() -> None:
    real(AAPL)
    found = files(DATA).load("lobster", AAPL, Wanted(symbol="AAPL"))
    assert (found.tape.rows, found.tape.levels, found.instrument.symbol) == (118_497, 1, "AAPL")
