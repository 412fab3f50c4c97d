"""A recorded day, read from bytes, checked row by row and made compact."""

from __future__ import annotations

from dataclasses import dataclass

from metaorder import _native
from metaorder.domain.calendar import TradingDay
from metaorder.domain.units import Nanos


class DataError(ValueError):
    """A file is not what it says it is: which file, which row (counted from 1; 0 = the whole file), which rule."""

    def __init__(self, file: str, row: int, rule: str) -> None:
        super().__init__(f"{file}, row {row}: {rule}" if row else f"{file}: {rule}")
        self.file = file
        self.row = row
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Tape:
    """What happened on one day in one symbol, in order; nothing of it changes any more."""

    native: _native.Tape
    day: TradingDay

    @property
    def rows(self) -> int:
        """How many events it holds."""
        return self.native.rows

    @property
    def levels(self) -> int:
        """How deep the recorded window is, in levels a side."""
        return self.native.levels


@dataclass(frozen=True, slots=True, kw_only=True)
class LobsterFiles:
    """The two files of a LOBSTER day, as bytes, with their names for error messages.

    levels: depth of the book file. midnight: the exchange's, of that day. points_per_tick: LOBSTER counts dollars / 10,000.
    """

    messages: bytes
    book: bytes
    message_name: str
    book_name: str
    levels: int
    points_per_tick: int
    midnight: Nanos
    day: TradingDay


def read_lobster(files: LobsterFiles) -> Tape:
    """The tape of a LOBSTER day; every row of its two files must agree.

    Raises:
        DataError: a row that breaks a rule; nothing is half read.
    """
    try:
        native = _native.read_lobster(
            messages=files.messages,
            books=files.book,
            message_name=files.message_name,
            book_name=files.book_name,
            levels=files.levels,
            points_per_tick=files.points_per_tick,
            midnight=files.midnight,
            open=files.day.open,
            close=files.day.close,
        )
    except _native.DataError as error:
        raise DataError(error.file, error.row, error.rule) from None
    return Tape(native, files.day)
