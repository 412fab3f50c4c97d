"""Trades and bars as tables: CSV and Parquet, read in batches.

Trades have the columns ts, price, quantity; bars ts (their beginning), open, high, low, close, volume. ts is RFC 3339 with an
offset, a Parquet timestamp with a time zone, or whole nanoseconds since 1970. Prices are decimals, or whole numbers; a float
that stands for a decimal is taken at its shortest text. A bar lasts as long as the commonest step between two.
A column `symbol`, where there is one, holds the market's alone. A file may hold several days: `date` says which. With a
calendar that is known (the instrument's mic) the session is the exchange's, and rows outside of it are dropped and counted;
otherwise it is from the first row to the last.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from metaorder.adapters.market_data import streams
from metaorder.adapters.market_data.instruments import instrument_for
from metaorder.adapters.market_data.streams import digest_of, opened
from metaorder.domain.calendar import TradingDay
from metaorder.domain.errors import Invalid
from metaorder.domain.instrument import Instrument
from metaorder.domain.units import Nanos, time_text, to_nanos
from metaorder.ports.calendars import Calendars
from metaorder.ports.market_data import RecordedDay, Wanted
from metaorder.sim.tape import DataError, PriceColumns, PriceTable, PrintTape, Tape

BATCH = 1 << 16
"""Rows of a Parquet file that are in memory as numbers and texts at a time; a CSV is read in streams.PIECE bytes."""
DAY = 86_400 * 1_000_000_000
Ints = npt.NDArray[np.int64]

TRADES = ("ts", "price", "quantity")
BARS = ("ts", "open", "high", "low", "close", "volume")


def load(path: Path, wanted: Wanted, calendars: Calendars, *, kind: str) -> RecordedDay:
    """One day of trades or bars. kind: csv or parquet.

    Raises:
        DataError: a column is missing, or a row breaks a rule.
    """
    instrument = instrument_for(path.name, wanted, None)
    reading: _Reading | None = None
    with closing(_batches(path, kind)) as batches:
        for batch in batches:
            names = _names(path.name, batch.schema.names)
            if reading is None:
                reading = _Reading(path.name, wanted, calendars, instrument, bars=names == BARS)
            columns = [_ints(path.name, reading.row, name, batch.column(name), instrument) for name in names]
            reading.take(columns, _symbols(batch))
    if reading is None or not reading.row:
        raise DataError(path.name, 0, "the file has rows")
    native, day = reading.finish()
    return RecordedDay(Tape(native, day), instrument, digest_of(path), {"outside_the_session": reading.row - native.rows})


csv = functools.partial(load, kind="csv")
parquet = functools.partial(load, kind="parquet")


class _Reading:
    """What is known of a table so far: rows of the day that is wanted, and enough of the others to say what they are."""

    def __init__(self, file: str, wanted: Wanted, calendars: Calendars, instrument: Instrument, *, bars: bool) -> None:
        self.row = 0
        self._file, self._wanted, self._calendars, self._instrument = file, wanted, calendars, instrument
        self._bars = bars
        self._table = PriceTable(file, instrument, bars=bars)
        self._date = wanted.date
        self._session: TradingDay | None = None
        self._span = (0, 0)  # what is kept, both ends included [ns]
        self._first = self._last = 0  # of what is kept
        self._before: int | None = None
        self._dates: set[int] = set()
        self._steps: Counter[int] = Counter()

    def take(self, columns: list[Ints], symbols: list[str] | None) -> None:
        """The next rows."""
        ts = columns[0]
        if not len(ts):
            return
        if (
            symbols is not None
            and (other := next((i for i, each in enumerate(symbols) if each != self._wanted.symbol), None)) is not None
        ):
            raise DataError(self._file, self.row + other + 1, f"symbol is {self._wanted.symbol}, not {symbols[other]}")
        self._in_order(ts)
        if self._date is None:
            self._date = time_text(int(ts[0]))[:10]
        if self._span == (0, 0):
            self._open(self._date)
        inside = (ts >= self._span[0]) & (ts <= self._span[1])
        if inside.any():
            at = int(np.argmax(inside))
            kept = [column[inside] for column in columns]
            self._first = self._first if self._table.rows else int(kept[0][0])
            self._last = int(kept[0][-1])
            prices = kept[1:5] if self._bars else [kept[1]] * 4
            rows = PriceColumns(start=kept[0], prices=(prices[0], prices[1], prices[2], prices[3]), lots=kept[-1])
            self._table.feed(self.row + at + 1, rows)
        self.row += len(ts)

    def finish(self) -> tuple[PrintTape, TradingDay]:
        """The tape and its session."""
        if self._wanted.date is None and len(self._dates) > 1:
            raise DataError(
                self._file, 0, f"the file is of one day, or the market says which by `date`; it holds {len(self._dates)}"
            )
        lasts = self._lasts() if self._bars else 0
        if not self._table.rows:
            raise DataError(self._file, 0, f"the file has rows in the session of {self._date}")
        day = self._session
        if day is None:
            day = TradingDay(date=self._date or "", open=Nanos(self._first), close=Nanos(self._last + max(lasts, 1)))
        return self._table.finish(day, lasts), day

    def _in_order(self, ts: Ints) -> None:
        steps = np.diff(ts, prepend=ts[0] if self._before is None else self._before)
        back = np.flatnonzero(steps < 0)
        if len(back):
            raise DataError(self._file, self.row + int(back[0]) + 1, "time does not run backwards")
        self._before = int(ts[-1])
        self._dates |= set(np.unique(ts // DAY).tolist())
        if self._bars:
            values, counts = np.unique(steps[steps > 0], return_counts=True)
            self._steps.update(dict(zip(values.tolist(), counts.tolist(), strict=True)))

    def _open(self, date: str) -> None:
        """The session that the exchange keeps on a date; the whole date where its calendar is not known."""
        try:
            self._session = self._calendars.day(self._instrument.mic, date)
            self._span = (self._session.open, self._session.close)
        except Invalid as wrong:
            if wrong.field == "date":
                raise DataError(self._file, 0, f"the file's day is {wrong.rule}: {date}") from None
            midnight = to_nanos(f"{date}T00:00:00Z")
            self._span = (midnight, midnight + DAY - 1)

    def _lasts(self) -> int:
        """How long a bar lasts: the commonest step; a minute where there is one bar alone."""
        return max(self._steps, key=lambda step: (self._steps[step], -step), default=60 * 1_000_000_000)


def _names(file: str, have: Sequence[str]) -> tuple[str, ...]:
    """The columns of the kind of table that this is."""
    found = next((each for each in (BARS, TRADES) if set(each) <= set(have)), None)
    if found is None:
        raise DataError(file, 0, f"the columns are {', '.join(TRADES)} or {', '.join(BARS)}")
    return found


def _symbols(batch: Any) -> list[str] | None:
    """The column `symbol`, where there is one."""
    return [str(each) for each in batch.column("symbol").to_pylist()] if "symbol" in batch.schema.names else None


def _batches(path: Path, kind: str) -> Generator[Any, None, None]:
    import pyarrow as pa
    from pyarrow import csv as comma_separated
    from pyarrow import parquet as columnar

    try:
        with path.open("rb") as raw, opened(raw) as file:
            if kind == "parquet":
                table = columnar.ParquetFile(raw, pre_buffer=False)
                columns = [name for name in table.schema_arrow.names if name in {*TRADES, *BARS, "symbol"}]
                yield from table.iter_batches(BATCH, columns=columns)
                return
            names = dict.fromkeys((*TRADES, *BARS, "symbol"), pa.string())
            convert = comma_separated.ConvertOptions(column_types=names, strings_can_be_null=False)
            options = comma_separated.ReadOptions(block_size=streams.PIECE, use_threads=False)
            yield from comma_separated.open_csv(file, read_options=options, convert_options=convert)
    except (pa.ArrowException, OSError, EOFError, UnicodeDecodeError) as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(path.name, 0, f"the file is {kind} that can be read whole ({text})") from None


def _ints(file: str, before: int, name: str, column: Any, instrument: Instrument) -> Ints:
    import pyarrow as pa

    if column.null_count:
        at = int(np.argmax(column.is_null().to_numpy(zero_copy_only=False)))
        raise DataError(file, before + at + 1, f"{name} is stated")
    if name == "ts" and pa.types.is_timestamp(column.type):
        if column.type.tz is None:
            raise DataError(file, 0, "ts has a time zone")
        found: Ints = column.cast(pa.timestamp("ns", "UTC")).cast(pa.int64()).to_numpy(zero_copy_only=False)
        return found
    texts = column.to_pylist()  # one batch
    return np.fromiter(
        (_value(file, before + i + 1, name, text, instrument) for i, text in enumerate(texts)), np.int64, len(texts)
    )


def _value(file: str, row: int, name: str, value: Any, instrument: Instrument) -> int:
    if name == "ts":
        return _nanos(file, row, value)
    try:
        exact = value if isinstance(value, Decimal) else Decimal(str(value).strip())
        step = instrument.unit_size * instrument.lot_size if name in {"quantity", "volume"} else instrument.point_size
        count = exact / step
        if exact.is_finite() and count == int(count) and int(count) * step == exact and abs(count) < 2**62:
            return int(count)
    except ArithmeticError:
        raise DataError(file, row, f"{name} is a number, not {value!r}") from None
    raise DataError(file, row, f"{name} is a multiple of {step.normalize():f}, not {value}")


def _nanos(file: str, row: int, value: Any) -> int:
    text = str(value).strip()
    if isinstance(value, int) or text.isdecimal():
        if int(text) < 2**63:
            return int(text)
        raise DataError(file, row, "ts is a time up to the year 2261")
    try:
        return to_nanos(text, field="ts")
    except Invalid as wrong:
        raise DataError(file, row, f"ts is {wrong.rule}") from None
