"""LOBSTER's zips: what a good one says, and that every bad one is refused by file, row and rule."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest

from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.market_data.lobster import load
from metaorder.domain.calendar import TradingDay
from metaorder.domain.units import Lots, Ticks, to_nanos
from metaorder.ports.market_data import RecordedDay, Wanted
from metaorder.sim.tape import DataError
from support.data import GOOG, real
from support.lobster import BUY, DATE, SECOND, SELL, Day, file_name, pack, random_day

CALENDARS = ExchangeCalendars()
MESSAGE, BOOK = file_name("message"), file_name("orderbook")


def morning() -> Day:
    day = Day(1).resting(1, BUY, 999, 100).resting(2, SELL, 1_001, 100)
    return day.at(SECOND).execute(2, 40).at(2 * SECOND).cut(1, 30).at(3 * SECOND).hidden(100_050, 5)


def texts() -> tuple[str, str]:
    return morning().message_file(), morning().book_file()


def pair(message: str = MESSAGE, book: str = BOOK) -> dict[str, str]:
    """The morning under other names."""
    return dict(zip((message, book), texts(), strict=True))


def read(folder: Path, content: bytes | dict[str, str], symbol: str = "TEST") -> RecordedDay:
    path = folder / "day.zip"
    path.write_bytes(content if isinstance(content, bytes) else pack(content))
    return load(path, Wanted(symbol=symbol), CALENDARS)


def refused(folder: Path, content: bytes | dict[str, str], symbol: str = "TEST") -> DataError:
    with pytest.raises(DataError) as caught:
        read(folder, content, symbol)
    return caught.value


def test_a_real_day_is_new_yorks_session_to_the_nanosecond() -> None:
    found = load(real(GOOG), Wanted(symbol="GOOG"), CALENDARS)
    opens, closes = to_nanos("2012-06-21T09:30:00-04:00"), to_nanos("2012-06-21T16:00:00-04:00")
    assert found.tape.day == TradingDay(date=DATE, open=opens, close=closes)
    assert (found.tape.rows, found.tape.levels) == (147_916, 10)
    assert found.digest == hashlib.sha256(real(GOOG).read_bytes()).hexdigest()


def test_an_instrument_of_nasdaq_in_cents_on_a_tape_of_hundredths_of_them(tmp_path: Path) -> None:
    found = read(tmp_path, morning().zip()).instrument
    assert (found.symbol, found.mic, found.currency) == ("TEST", "XNAS", "USD")
    assert (found.tick_size, found.point_size) == (Decimal("0.01"), Decimal("0.0001"))
    assert (found.fee(Ticks(1), Lots(1), maker=False), found.fee(Ticks(1), Lots(1), maker=True)) == (30, -20)


@pytest.mark.parametrize(("date", "open_utc"), [("2012-01-20", "14:30"), ("2012-06-21", "13:30")])
def test_a_session_follows_daylight_saving(tmp_path: Path, date: str, open_utc: str) -> None:
    day = read(tmp_path, pair(file_name("message", date=date), file_name("orderbook", date=date))).tape.day
    assert (day.date, day.open) == (date, to_nanos(f"{date}T{open_utc}:00Z"))


def test_the_digest_is_of_the_file_and_not_of_what_is_in_it(tmp_path: Path) -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as archive:
        for name, text in pair().items():
            archive.writestr(name, text)
    first, second = read(tmp_path, morning().zip()), read(tmp_path, stored.getvalue())
    assert first.tape.rows == second.tape.rows == 3
    assert first.digest != second.digest == hashlib.sha256(stored.getvalue()).hexdigest()


@pytest.mark.parametrize("levels", [1, 3, 10])
def test_random_days_are_read_at_every_depth(tmp_path: Path, levels: int) -> None:
    day = random_day(levels, rows=60, levels=levels)
    tape = read(tmp_path, day.zip()).tape
    assert (tape.rows, tape.levels) == (len(day.messages), levels)


def test_files_in_a_folder_of_the_zip_and_others_beside_them_are_no_harm(tmp_path: Path) -> None:
    inside = {f"lobster/{name}": text for name, text in reversed(pair().items())}
    assert read(tmp_path, {"readme.txt": "hello", **inside}).tape.rows == 3


def test_another_symbols_day_is_refused(tmp_path: Path) -> None:
    assert str(refused(tmp_path, morning().zip(), "GOOG")) == "day.zip: the file is a day of TEST, the market is GOOG"


@pytest.mark.parametrize(
    "files",
    [
        {},
        {MESSAGE: texts()[0]},
        {BOOK: texts()[1]},
        {**pair(), file_name("message", symbol="ALSO"): texts()[0]},
        pair("messages.csv", "book.csv"),
        pair(MESSAGE.lower(), BOOK),
        pair(MESSAGE.replace("34200000", "٣٤٢٠٠٠٠٠"), BOOK),
    ],
    ids=["none", "no book", "no messages", "three", "other names", "lower case", "digits of another script"],
)
def test_a_zip_without_one_such_pair_is_refused(tmp_path: Path, files: dict[str, str]) -> None:
    error = refused(tmp_path, files)
    assert str(error) == "day.zip: the zip holds one message file and one orderbook file by LOBSTER's names"


@pytest.mark.parametrize(
    "book", [file_name("orderbook", symbol="ALSO"), file_name("orderbook", date="2012-06-22"), file_name("orderbook", levels=2)]
)
def test_two_files_of_different_days_are_no_pair(tmp_path: Path, book: str) -> None:
    assert refused(tmp_path, pair(MESSAGE, book)).rule == "message and orderbook file are of one symbol, day, time and depth"


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (DATE, "2012-02-30", "the file's day is a date like 2026-03-02"),
        (DATE, "1601-01-01", "the file's day is from 1970 to 2261"),
        (DATE, "0000-00-00", "the file's day is from 1970 to 2261"),
        (DATE, "9999-12-31", "the file's day is from 1970 to 2261"),
        ("34200000", "57600000", "a session opens before it closes, within its day"),
        ("57600000", "86400001", "a session opens before it closes, within its day"),
        ("_1.csv", "_9999.csv", "a book has from 1 to 1000 levels"),
    ],
)
def test_a_name_that_states_no_session_is_refused(tmp_path: Path, old: str, new: str, rule: str) -> None:
    error = refused(tmp_path, pair(MESSAGE.replace(old, new), BOOK.replace(old, new)))
    assert (error.row, error.rule.partition(":")[0]) == (0, rule)


BROKEN: dict[str, tuple[Callable[[str, str], tuple[str, str]], str, int, str]] = {
    "a word": (lambda m, b: (m.replace(",30,", ",x,"), b), MESSAGE, 2, "every field is a number"),
    "a book that disagrees": (lambda m, b: (m, b.replace(",70\n", ",71\n")), BOOK, 2, "the book file agrees with the messages"),
    "a book cut by a row": (
        lambda m, b: (m, b[: b.rindex("\n", 0, -1) + 1]),
        BOOK,
        2,
        "the book file has a row for each message",
    ),
    "messages cut in a row": (lambda m, b: (m[:-4], b), MESSAGE, 3, "the row has all its columns"),
    "no last line end": (lambda m, b: (m[:-1], b), MESSAGE, 3, "the file ends with a complete row"),
    "nothing": (lambda m, b: ("", ""), MESSAGE, 0, "the file has rows"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_rows_are_refused_by_file_row_and_rule(tmp_path: Path, case: str) -> None:
    change, file, row, rule = BROKEN[case]
    error = refused(tmp_path, dict(zip((MESSAGE, BOOK), change(*texts()), strict=True)))
    assert (error.file, error.row, error.rule) == (file, row, rule)


@pytest.mark.parametrize(
    "content", [b"", b"no zip", b"PK\x03\x04", b"PK\x05\x06" + bytes(18)], ids=["empty", "text", "head", "end"]
)
def test_bytes_that_are_no_zip_are_refused(tmp_path: Path, content: bytes) -> None:
    assert refused(tmp_path, content).file == "day.zip"


def test_a_zip_that_is_cut_or_damaged_anywhere_is_read_right_or_refused(tmp_path: Path) -> None:
    whole = morning().zip()
    for length in range(0, len(whole), 3):
        refused(tmp_path, whole[:length])
    right = 0
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        with suppress(DataError):
            right += read(tmp_path, bytes(damaged)).tape.rows == 3
    assert 0 < right < len(whole) // 2, "what is damaged is a date, or something as idle"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_are_refused(tmp_path: Path, method: int) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, text in pair().items():
            archive.writestr(name, text)
    assert refused(tmp_path, packed.getvalue()).rule == f"{MESSAGE} is stored or deflated"


def test_a_file_too_large_to_be_read_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    largest = max(map(len, texts()))
    monkeypatch.setattr("metaorder.adapters.market_data.lobster.MOST_BYTES", largest)
    assert read(tmp_path, morning().zip()).tape.rows == 3
    monkeypatch.setattr("metaorder.adapters.market_data.lobster.MOST_BYTES", largest - 1)
    assert refused(tmp_path, morning().zip()).rule.endswith(f"is at most {largest - 1} bytes long")
