"""A tape from bytes: what it knows of its day, and that every broken file is refused by its name, row and rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from metaorder import _native
from metaorder.domain.calendar import TradingDay
from metaorder.domain.units import Nanos
from metaorder.sim.tape import DataError, LobsterFiles, Tape, read_lobster
from support.data import GOOG
from support.lobster import BUY, CLOSE, DATE, OPEN, SECOND, SELL, TICK, Day
from support.replays import ALL, NEVER, real_rows

MIDNIGHT = 1_340_251_200 * SECOND
"""2012-06-21T04:00:00Z, where New York's day begins."""
WHOLE_DAY = TradingDay(date=DATE, open=Nanos(MIDNIGHT + OPEN), close=Nanos(MIDNIGHT + CLOSE))


def morning() -> Day:
    day = Day(2).resting(1, BUY, 999, 100).resting(2, SELL, 1_001, 100)
    return day.at(SECOND).add(3, BUY, 998, 50).at(2 * SECOND).execute(2, 40).at(3 * SECOND).hidden(100_050, 5)


def files(messages: str | None = None, book: str | None = None, **changes: Any) -> LobsterFiles:
    """The morning, or other rows."""
    given = LobsterFiles(
        messages=[(morning().message_file() if messages is None else messages).encode()],
        book=[(morning().book_file() if book is None else book).encode()],
        message_name="day_message.csv",
        book_name="day_orderbook.csv",
        levels=2,
        points_per_tick=TICK,
        midnight=Nanos(MIDNIGHT),
        day=WHOLE_DAY,
    )
    return replace(given, **changes)


def refused(given: LobsterFiles) -> DataError:
    with pytest.raises(DataError) as caught:
        read_lobster(given)
    return caught.value


def test_a_tape_knows_its_rows_its_depth_and_its_day() -> None:
    tape = read_lobster(files())
    assert isinstance(tape, Tape)
    assert (tape.rows, tape.levels, tape.day) == (3, 2, WHOLE_DAY)
    assert (tape.native.open, tape.native.close) == (WHOLE_DAY.open, WHOLE_DAY.close)


def test_times_are_counted_from_the_exchanges_midnight() -> None:
    session = _native.Session.replay(read_lobster(files()).native, latency=1, claim_hidden=True)
    session.advance(time=WHOLE_DAY.close, index=ALL, wake=NEVER, on_quote=False, budget=2)
    assert session.clock == MIDNIGHT + OPEN + 2 * SECOND


def test_prices_are_on_the_grid_that_is_stated() -> None:
    coarse = refused(files(points_per_tick=1_000))
    assert (coarse.row, coarse.rule) == (1, "the price of a displayed order is a multiple of the tick size")
    session = _native.Session.replay(read_lobster(files(points_per_tick=50)).native, latency=1, claim_hidden=True)
    assert session.touch()[:2] == (2 * 999, 2 * 1_001)


def test_an_error_names_file_row_and_rule() -> None:
    error = DataError("day.csv", 7, "time does not run backwards")
    assert (error.file, error.row, error.rule) == ("day.csv", 7, "time does not run backwards")
    assert str(error) == "day.csv, row 7: time does not run backwards"
    assert str(DataError("day.zip", 0, "it is a zip")) == "day.zip: it is a zip"
    assert str(DataError("day.csv", 1, "the row ends")) == "day.csv, row 1: the row ends"
    assert isinstance(error, ValueError)


def edited(text: str, row: int, old: str, new: str) -> str:
    rows = text.splitlines(keepends=True)
    assert old in rows[row - 1]
    rows[row - 1] = rows[row - 1].replace(old, new, 1)
    return "".join(rows)


@pytest.mark.parametrize(
    ("row", "old", "new", "rule"),
    [
        (1, "34201", "34199", "a time is within the session"),
        (2, "34202", "57601", "a time is within the session"),
        (3, "34203", "34201", "time does not run backwards"),
        (2, ",4,2", ",9,2", "a type is 1 to 7"),
        (2, ",40,", ",0,", "a size is from 1 to 1000000000"),
        (2, ",40,", ",forty,", "every field is a number"),
        (2, "100100,", "100150,", "the price of a displayed order is a multiple of the tick size"),
        (3, ",5,100050", ",100050", "the row has all its columns"),
        (3, "5,100050,1", "5,100050,1,1", "the row ends with its last column"),
    ],
)
def test_a_broken_message_is_refused_by_its_row(row: int, old: str, new: str, rule: str) -> None:
    error = refused(files(edited(morning().message_file(), row, old, new)))
    assert (error.file, error.row, error.rule) == ("day_message.csv", row, rule)


@pytest.mark.parametrize(
    ("row", "old", "new", "rule"),
    [
        (2, "100100,60", "100100,100", "the book file agrees with the messages"),
        (3, "99900,", "99950,", "a level's price is a multiple of the tick size"),
        (3, "9999999999,0", "9999999999,1", "an empty level holds nothing"),
        (1, "99800,50", "99900,50", "levels are in order, the best one first"),
    ],
)
def test_a_broken_book_is_refused_by_its_row(row: int, old: str, new: str, rule: str) -> None:
    error = refused(files(book=edited(morning().book_file(), row, old, new)))
    assert (error.file, error.row, error.rule) == ("day_orderbook.csv", row, rule)


@pytest.mark.parametrize("levels", [0, 1_001])
def test_a_depth_that_no_book_has_is_a_fault_of_the_whole_file(levels: int) -> None:
    assert str(refused(files(levels=levels))) == "day_orderbook.csv: a book has from 1 to 1000 levels"


def test_a_depth_that_the_rows_do_not_have_is_refused() -> None:
    assert refused(files(levels=1)).rule == "the row ends with its last column"
    assert refused(files(levels=3)).rule == "the row has all its columns"


def test_empty_files_are_no_day() -> None:
    assert str(refused(files("", ""))) == "day_message.csv: the file has rows"


@pytest.mark.parametrize("which", ["messages", "book"])
def test_a_file_that_is_cut_short_anywhere_is_refused(which: str) -> None:
    whole = files()
    text: bytes = getattr(whole, which)
    for length in range(len(text)):
        cut: dict[str, Any] = {which: text[:length]}
        error = refused(replace(whole, **cut))
        assert error.file in {"day_message.csv", "day_orderbook.csv"}
        assert 0 <= error.row <= 3


@pytest.mark.parametrize("rubbish", [b"\0" * 99, b"\xff\xfe\n", b"\n\n\n", b"PK\x03\x04", b'"34201",1,3,50,99800,1\n'])
def test_bytes_that_are_no_rows_are_refused_by_their_first_row(rubbish: bytes) -> None:
    error = refused(replace(files(), messages=[rubbish]))
    assert (error.file, error.row) == ("day_message.csv", 1)


def test_one_changed_lot_deep_in_a_real_book_is_found_at_its_row() -> None:
    rows = real_rows(GOOG).first(2_000)
    size = rows.books.splitlines()[1_499].split(",")[1]
    broken = edited(rows.books, 1_500, f",{size},", f",{int(size) + 1},")
    given = files(rows.messages, broken, levels=rows.levels)
    error = refused(given)
    assert (error.file, error.row, error.rule) == ("day_orderbook.csv", 1_500, "the book file agrees with the messages")
    assert read_lobster(replace(given, book=[rows.books.encode()])).rows == 2_000
