"""A recorded day, read from bytes, checked row by row and made compact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from metaorder import _native
from metaorder.domain.calendar import TradingDay
from metaorder.domain.instrument import Instrument
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

    native: NativeTape
    day: TradingDay

    @property
    def rows(self) -> int:
        """How many events it holds."""
        return self.native.rows

    @property
    def levels(self) -> int | None:
        """How deep the recorded window is, in levels a side; None where there is no window."""
        whole = 2**32 - 1
        return self.native.levels if isinstance(self.native, _native.Tape) and self.native.levels != whole else None

    @property
    def evidence(self) -> str:
        """What a fill in it rests on: l3 order by order, l2 levels, trades, bars."""
        if isinstance(self.native, _native.Tape):
            return "l3"
        if isinstance(self.native, _native.LevelTape):
            return "l2"
        return "bars" if self.native.bars else "trades"


NANO = 1_000_000_000
NEVER = 2**63 - 1

PrintTape = _native.PrintTape
NativeTape = _native.Tape | _native.LevelTape | _native.PrintTape

Made = TypeVar("Made", covariant=True)


class Reader(Protocol[Made]):
    """Takes a file's bytes in pieces, and makes a tape of them."""

    def feed(self, data: bytes, /) -> None:
        """The next piece."""
        ...

    def finish(self) -> Made:
        """That was all."""
        ...


_READERS: Mapping[str, Callable[..., Reader[NativeTape]]] = {
    "mbo": _native.MboReader,
    "mbp-10": _native.MbpReader,
    "trades": _native.TradesReader,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DbnFile:
    """The records of a DBN file, its header left off. open and close: the span that it states; no close: its last record."""

    name: str
    schema: str
    instrument_id: int
    open: Nanos
    close: Nanos | None
    pieces: Iterable[bytes]


def read_dbn(file: DbnFile, instrument: Instrument) -> NativeTape:
    """The tape of one instrument's records.

    Raises:
        DataError: a record that breaks a rule; nothing is half read.
    """
    point = instrument.point_size * NANO
    if point != int(point):
        raise DataError(file.name, 0, f"a point of price ({instrument.point_size}) is a multiple of 1e-9")
    reader = _READERS[file.schema](
        name=file.name,
        instrument=file.instrument_id,
        point_nanos=int(point),
        points_per_tick=instrument.points_per_tick,
        open=file.open,
        close=NEVER if file.close is None else file.close,
    )
    return read_through(reader, file.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class BinanceFile:
    """A file of Binance's lines. point_size and lot_size: in 1e-8 of the price's and the quantity's unit."""

    name: str
    symbol: str
    futures: bool
    point_size: int
    points_per_tick: int
    lot_size: int
    pieces: Iterable[bytes]


def read_binance(file: BinanceFile) -> tuple[_native.LevelTape, int]:
    """The tape of a file, and how many messages lay before its session.

    Raises:
        DataError: a line that breaks a rule; nothing is half read.
    """
    reader = _native.BinanceReader(
        name=file.name,
        symbol=file.symbol,
        futures=file.futures,
        point_size=file.point_size,
        points_per_tick=file.points_per_tick,
        lot_size=file.lot_size,
    )
    tape = read_through(reader, file.pieces)
    return tape, reader.dropped


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceColumns:
    """Some trades or bars as columns: nanoseconds, points and lots. prices: open, high, low, close."""

    start: npt.NDArray[np.int64]
    prices: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]
    lots: npt.NDArray[np.int64]


class PriceTable:
    """Takes a table batch by batch; what it is a day of is known at its end."""

    def __init__(self, file: str, instrument: Instrument, *, bars: bool) -> None:
        self._native = _native.PriceReader(name=file, bars=bars, points_per_tick=instrument.points_per_tick)

    @property
    def rows(self) -> int:
        """How many have been taken."""
        return self._native.rows

    def feed(self, row: int, columns: PriceColumns) -> None:
        """The next rows, which follow the last ones in the file. row: number of the first of them, from 1."""
        opens, highs, lows, closes = (np.ascontiguousarray(each) for each in columns.prices)
        start, lots = np.ascontiguousarray(columns.start), np.ascontiguousarray(columns.lots)
        self._native.feed(row, start=start, end=start, open=opens, high=highs, low=lows, close=closes, lots=lots)

    def finish(self, day: TradingDay, lasts: int) -> _native.PrintTape:
        """The tape. lasts: how long a bar does [ns]; those that would end after the close are left out; 0 for trades.

        Raises:
            DataError: a row that breaks a rule, or none is in the session.
        """
        try:
            return self._native.finish(open=day.open, close=day.close, lasts=lasts)
        except _native.DataError as error:
            raise DataError(error.file, error.row, error.rule) from None


def read_through(reader: Reader[Made], pieces: Iterable[bytes]) -> Made:
    """What a reader makes of a file.

    Raises:
        DataError: a row that breaks a rule.
    """
    try:
        for piece in pieces:
            reader.feed(piece)
        return reader.finish()
    except _native.DataError as error:
        raise DataError(error.file, error.row, error.rule) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class LobsterFiles:
    """The two files of a LOBSTER day, in pieces, with their names for error messages.

    levels: depth of the book file. midnight: the exchange's, of that day. points_per_tick: LOBSTER counts dollars / 10,000.
    """

    messages: Iterable[bytes]
    book: Iterable[bytes]
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
        reader = _native.LobsterReader(
            message_name=files.message_name,
            book_name=files.book_name,
            levels=files.levels,
            points_per_tick=files.points_per_tick,
            midnight=files.midnight,
            open=files.day.open,
            close=files.day.close,
        )
        _in_step(reader, iter(files.messages), iter(files.book))
        return Tape(reader.finish(), files.day)
    except _native.DataError as error:
        raise DataError(error.file, error.row, error.rule) from None


def _in_step(reader: _native.LobsterReader, messages: Iterator[bytes], books: Iterator[bytes]) -> None:
    """Feed two files so that neither runs ahead of the other by more than a piece."""
    more_messages = more_books = True
    while more_messages or more_books:
        wants_messages, wants_books = reader.wants_messages, reader.wants_books
        if (not wants_messages and not more_books) or (not wants_books and not more_messages):
            return  # one is over, and a row of the other is left
        if more_messages and (wants_messages or not more_books):
            piece = next(messages, None)
            more_messages = piece is not None
            reader.feed_messages(piece or b"")
        else:
            piece = next(books, None)
            more_books = piece is not None
            reader.feed_books(piece or b"")
