"""Every format of recorded days: what breaks a rule is a DataError by name, and a file is never held whole in memory."""

from __future__ import annotations

import tracemalloc
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet as columnar

from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.market_data import FORMATS, streams, tables
from metaorder.domain.instrument import Instrument
from metaorder.ports.market_data import RecordedDay, Wanted
from metaorder.sim.tape import DataError
from support.binance import Feed
from support.dbn import LAST, MBP10, NANO, OPEN, SECOND, SNAPSHOT, TRADES, Header, Mbo, Mbp, written
from support.lobster import file_name

SHARE = Instrument(symbol="", mic="XXXX", currency="USD", tick_size=Decimal("0.01"))
ES = 4_800 * NANO


@dataclass(frozen=True)
class Trade:
    """A row of a synthetic file: seconds after the first, ticks, lots."""

    second: float
    ticks: int = 10_000
    lots: int = 1


Write = Callable[[Path, Sequence[Trade]], Path]


def lobster(path: Path, rows: Sequence[Trade]) -> Path:
    """Hidden executions in an unchanging book of one level."""
    messages = "".join(f"{34_200 + row.second:.6f},5,0,{row.lots},{row.ticks * 100},1\n" for row in rows)
    books = "1001000,100,999000,100\n" * len(rows)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(file_name("message"), messages)
        archive.writestr(file_name("orderbook"), books)
    return path


def orders(path: Path, rows: Sequence[Trade]) -> Path:
    book = [
        Mbo(OPEN, OPEN, 1, ES - NANO, 5, "A", "B", SNAPSHOT),
        Mbo(OPEN, OPEN, 2, ES + 10**6 * NANO, 7, "A", "A", SNAPSHOT | LAST),
    ]
    more = [
        Mbo(_at(row), _at(row), i + 3, ES + (row.ticks - 10_000) * NANO, min(row.lots, 2**32 - 1), "A", "A", LAST)
        for i, row in enumerate(rows)
    ]
    return written(path, [*book, *more], packed=False)


def levels(path: Path, rows: Sequence[Trade]) -> Path:
    def record(row: Trade) -> Mbp:
        price = ES + (row.ticks - 10_000) * NANO
        return Mbp(_at(row), price, 1, "A", "B", [(price - NANO, price + NANO, 5, min(row.lots, 2**32 - 1))])

    return written(path, [record(row) for row in rows], Header(schema=MBP10), packed=False)


def trades(path: Path, rows: Sequence[Trade]) -> Path:
    records = [Mbp(_at(row), ES + (row.ticks - 10_000) * NANO, min(row.lots, 2**32 - 1), "T", "B") for row in rows]
    return written(path, records, Header(schema=TRADES), packed=False)


def _at(row: Trade) -> int:
    return OPEN + round(row.second * SECOND)


def binance(path: Path, rows: Sequence[Trade]) -> Path:
    feed = Feed().snapshot([["50.00", "1"]], [["10000000.00", "1"]])
    for row in rows:
        price = f"{row.ticks // 100}.{row.ticks % 100:02d}"
        feed.depth(1_000 + round(row.second * 1_000), [[price, f"{row.lots // 10**6}.{row.lots % 10**6:06d}"]], [])
    return feed.write(path)


def csv(path: Path, rows: Sequence[Trade]) -> Path:
    lines = (f"{OPEN + round(row.second * SECOND)},{row.ticks // 100}.{row.ticks % 100:02d},{row.lots}\n" for row in rows)
    path.write_text("ts,price,quantity\n" + "".join(lines))
    return path


def bars(path: Path, rows: Sequence[Trade]) -> Path:
    def line(row: Trade) -> str:
        price = f"{row.ticks // 100}.{row.ticks % 100:02d}"
        return f"{OPEN + round(row.second * SECOND)},{price},{price},{price},{price},{row.lots}\n"

    path.write_text("ts,open,high,low,close,volume\n" + "".join(map(line, rows)))
    return path


def parquet(path: Path, rows: Sequence[Trade]) -> Path:
    ts = pa.array([OPEN + round(row.second * SECOND) for row in rows], pa.timestamp("ns", "UTC"))
    prices = pa.array([Decimal(row.ticks).scaleb(-2) for row in rows], pa.decimal128(30, 2))
    table = pa.table({"ts": ts, "price": prices, "quantity": [row.lots for row in rows]})
    columnar.write_table(table, path, row_group_size=1_000)
    return path


WRITERS: dict[tuple[str, str], Write] = {
    ("lobster", "l3"): lobster,
    ("dbn", "mbo"): orders,
    ("dbn", "mbp-10"): levels,
    ("dbn", "trades"): trades,
    ("binance-spot", "l2"): binance,
    ("csv", "trades"): csv,
    ("csv", "bars"): bars,
    ("parquet", "trades"): parquet,
}
KINDS = [pytest.param(kind, id="-".join(kind)) for kind in WRITERS]
SYMBOLS = {"lobster": "TEST", "dbn": "ESH4", "binance-spot": "BTCUSDT", "csv": "ACME", "parquet": "ACME"}
STREAMS = {"binance-usdm"}
"""Read by the code of another one."""


def read(kind: tuple[str, str], path: Path, symbol: str | None = None) -> RecordedDay:
    stated = SHARE if kind[0] in {"csv", "parquet"} else None
    return FORMATS[kind[0]](path, Wanted(symbol=symbol or SYMBOLS[kind[0]], instrument=stated), ExchangeCalendars())


def refused(kind: tuple[str, str], path: Path, symbol: str | None = None) -> DataError:
    with pytest.raises(DataError) as caught:
        read(kind, path, symbol)
    return caught.value


def test_every_format_is_here() -> None:
    assert {name for name, _ in WRITERS} | STREAMS == set(FORMATS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_clock_that_runs_backwards_is_refused_with_its_row(kind: tuple[str, str], tmp_path: Path) -> None:
    good = [Trade(1), Trade(2, 10_001), Trade(3, 10_002)]
    assert read(kind, WRITERS[kind](tmp_path / "a.x", good)).tape.rows >= 3
    error = refused(kind, WRITERS[kind](tmp_path / "b.x", [good[0], good[2], good[1]]))
    assert "backwards" in error.rule
    assert error.row >= 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_anywhere_is_refused_or_a_shorter_file(kind: tuple[str, str], tmp_path: Path) -> None:
    rows = [Trade(1 + i, 10_000 + i) for i in range(4)]
    whole = WRITERS[kind](tmp_path / "a.x", rows).read_bytes()
    complete = {len(WRITERS[kind](tmp_path / "b.x", rows[:n]).read_bytes()) for n in range(1, 4)}
    path = tmp_path / "c.x"
    for length in {0, 1, len(whole) // 3, len(whole) // 2, len(whole) - 30, len(whole) - 1} - complete:
        path.write_bytes(whole[:length])
        if kind[0] == "csv":  # a table does not say how long it is: a cut number is another number
            continue
        assert refused(kind, path).file == "c.x"


@pytest.mark.parametrize("kind", KINDS)
def test_a_price_times_a_quantity_beyond_int64_is_refused(kind: tuple[str, str], tmp_path: Path) -> None:
    most = {"lobster": Trade(1, 99_999_999, 10**9), "binance-spot": Trade(1, 10**10, 10**12)}
    row = most.get(kind[0], Trade(1, 10_000 + 8 * 10**9, 10**9))
    if kind[0] in {"csv", "parquet"}:
        row = Trade(1, 10**13, 10**12)
    error = refused(kind, WRITERS[kind](tmp_path / "a.x", [row]))
    assert "2^63 - 1" in error.rule or "at most" in error.rule, error


@pytest.mark.parametrize("kind", KINDS)
def test_another_symbol_than_the_files_is_refused(kind: tuple[str, str], tmp_path: Path) -> None:
    path = WRITERS[kind](tmp_path / "a.x", [Trade(1), Trade(2, 10_001)])
    if kind[0] in {"csv", "parquet"}:
        table = pa.table({"ts": [OPEN], "price": ["100.00"], "quantity": ["1"], "symbol": ["ACME"]})
        columnar.write_table(table, path) if kind[0] == "parquet" else path.write_text(
            f"ts,price,quantity,symbol\n{OPEN},100.00,1,ACME\n"
        )
        assert read(kind, path).tape.rows == 1
    error = refused(kind, path, "OTHER")
    assert "OTHER" in error.rule or "maps the symbol" in error.rule or SYMBOLS[kind[0]] in error.rule or "stated" in error.rule


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_reader_holds_does_not_grow_with_its_file(
    kind: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "PIECE", 1 << 13)
    monkeypatch.setattr(tables, "BATCH", 200)
    peaks = []
    for rows in (2_000, 12_000):
        path = WRITERS[kind](tmp_path / f"{rows}.x", [Trade(1 + i / 10, 10_000 + i) for i in range(rows)])
        read(kind, path)
        tracemalloc.start()
        read(kind, path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 60_000, peaks
