"""Trades and bars as tables: CSV and Parquet, read in batches.

Trades have the columns ts, price, quantity; bars ts (their beginning), open, high, low, close, volume. ts is RFC 3339 with an
offset, a Parquet timestamp with a time zone, or whole nanoseconds since 1970. Prices are decimals, or whole numbers; a float
that stands for a decimal is taken at its shortest text. A bar lasts as long as the commonest step between two.
A file may hold several days: `date` says which. With a calendar that is known (the instrument's mic) the session is the
exchange's, and rows outside of it are dropped and counted; otherwise it is from the first row to the last.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from metaorder.adapters.market_data.instruments import instrument_for
from metaorder.adapters.market_data.streams import digest_of, opened
from metaorder.domain.calendar import TradingDay
from metaorder.domain.errors import Invalid
from metaorder.domain.instrument import Instrument
from metaorder.domain.units import Nanos, time_text, to_nanos
from metaorder.ports.calendars import Calendars
from metaorder.ports.market_data import RecordedDay, Wanted
from metaorder.sim.tape import DataError, PriceColumns, Tape, price_tape

BATCH = 1 << 20
Ints = npt.NDArray[np.int64]

TRADES = ("ts", "price", "quantity")
BARS = ("ts", "open", "high", "low", "close", "volume")


def load(path: Path, wanted: Wanted, calendars: Calendars, *, kind: str) -> RecordedDay:
    """One day of trades or bars. kind: csv or parquet.

    Raises:
        DataError: a column is missing, or a row breaks a rule.
    """
    instrument = instrument_for(path.name, wanted, None)
    names, columns = _columns(path, instrument, kind)
    bars = names == BARS
    ts = columns[0]
    back = np.flatnonzero(np.diff(ts) < 0)
    if len(back):
        raise DataError(path.name, int(back[0]) + 2, "time does not run backwards")
    lasts = _step(ts) if bars else 0
    day = _day(path.name, wanted, calendars, instrument, ts, lasts)
    inside = (ts >= day.open) & (ts + lasts <= day.close)
    if not inside.any():
        raise DataError(path.name, 0, f"the file has rows in the session of {day.date}")
    first = int(np.argmax(inside))
    kept = [np.ascontiguousarray(column[inside]) for column in columns]
    ends = kept[0] + lasts
    prices = kept[1:5] if bars else [kept[1]] * 4
    native = price_tape(
        PriceColumns(
            name=path.name,
            start=kept[0],
            end=np.minimum(ends, np.append(kept[0][1:], day.close)) if bars else ends,
            prices=(prices[0], prices[1], prices[2], prices[3]),
            lots=kept[-1],
            bars=bars,
            first_row=first,
        ),
        instrument,
        day,
    )
    return RecordedDay(Tape(native, day), instrument, digest_of(path), {"outside_the_session": int((~inside).sum())})


csv = functools.partial(load, kind="csv")
parquet = functools.partial(load, kind="parquet")


def _day(file: str, wanted: Wanted, calendars: Calendars, instrument: Instrument, ts: Ints, lasts: int) -> TradingDay:
    dates = np.unique(ts // (86_400 * 1_000_000_000))
    if wanted.date is None and len(dates) > 1:
        raise DataError(file, 0, f"the file is of one day, or the market says which by `date`; it holds {len(dates)}")
    date = wanted.date or time_text(int(ts[0]))[:10]
    try:
        return calendars.day(instrument.mic, date)
    except Invalid as wrong:
        if wrong.field == "date":
            raise DataError(file, 0, f"the file's day is {wrong.rule}: {date}") from None
    mine = ts[(ts >= to_nanos(f"{date}T00:00:00Z")) & (ts < to_nanos(f"{date}T00:00:00Z") + 86_400 * 1_000_000_000)]
    if not len(mine):
        raise DataError(file, 0, f"the file has rows of {date}")
    return TradingDay(date=date, open=Nanos(int(mine[0])), close=Nanos(int(mine[-1]) + max(lasts, 1)))


def _step(ts: Ints) -> int:
    """How long a bar lasts: the commonest step; a minute where there is one bar alone."""
    steps = np.diff(ts)
    steps = steps[steps > 0]
    if not len(steps):
        return 60 * 1_000_000_000
    values, counts = np.unique(steps, return_counts=True)
    return int(values[np.argmax(counts)])


def _columns(path: Path, instrument: Instrument, kind: str) -> tuple[tuple[str, ...], list[Ints]]:
    """The names that the file has, and its columns in nanoseconds, points and lots."""
    names: tuple[str, ...] = ()
    parts: list[list[Ints]] = []
    row = 0
    for batch in _batches(path, kind):
        if not names:
            have = set(batch.schema.names)
            names = next((each for each in (BARS, TRADES) if set(each) <= have), ())
            if not names:
                raise DataError(path.name, 0, f"the columns are {', '.join(TRADES)} or {', '.join(BARS)}")
        parts.append([_ints(path.name, row, name, batch.column(batch.schema.names.index(name)), instrument) for name in names])
        row += batch.num_rows
    if not row:
        raise DataError(path.name, 0, "the file has rows")
    return names, [np.concatenate(column) for column in zip(*parts, strict=True)]


def _batches(path: Path, kind: str) -> Iterator[Any]:
    import pyarrow as pa
    from pyarrow import csv as comma_separated
    from pyarrow import parquet as columnar

    try:
        with path.open("rb") as raw, opened(raw) as file:
            if kind == "parquet":
                yield from columnar.ParquetFile(raw).iter_batches(BATCH)
                return
            names = dict.fromkeys((*TRADES, *BARS), pa.string())
            convert = comma_separated.ConvertOptions(column_types=names, strings_can_be_null=False)
            yield from comma_separated.open_csv(file, convert_options=convert)
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
