"""Tables of trades and bars: read exactly or refused by a rule that names the row."""

from __future__ import annotations

import gzip
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet as columnar

from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.market_data.tables import csv, parquet
from metaorder.domain.instrument import Instrument
from metaorder.domain.market import flat_curve
from metaorder.domain.units import Nanos
from metaorder.domain.venue import Latency
from metaorder.ports.market_data import RecordedDay, Wanted
from metaorder.sim.market import replayed
from metaorder.sim.tape import DataError
from support.data import SPY, real

SHARE = Instrument(symbol="", mic="XXXX", currency="USD", tick_size=Decimal("0.01"))
TRADES = "ts,price,quantity\n"
BARS = "ts,open,high,low,close,volume\n"
AT = "2026-03-02T14:30:00Z"

SOON = Latency(entry=Nanos(1))


def wanted(mic: str = "XXXX", date: str | None = None) -> Wanted:
    return Wanted(symbol="ACME", date=date, instrument=replace(SHARE, mic=mic))


def read(tmp_path: Path, text: str, like: Wanted | None = None) -> RecordedDay:
    path = tmp_path / "a.csv"
    path.write_text(text)
    return csv(path, like or wanted(), ExchangeCalendars())


def volume(day: RecordedDay) -> list[tuple[int, int]]:
    made = replayed(day.tape, day.instrument, curve=flat_curve(day.tape.day.open, day.tape.day.close), latency=SOON)
    made.advance(until=day.tape.day.close, wake=None, on_quote=(), budget=10**9)
    return made.record().reference[["points", "lots"]].tolist()  # type: ignore[no-any-return]


def test_trades_are_read_to_the_last_digit(tmp_path: Path) -> None:
    day = read(tmp_path, f"{TRADES}{AT},100.01,300\n1772461801000000000,100.015,1\n")
    assert (day.tape.evidence, day.instrument.symbol) == ("trades", "ACME")
    assert volume(day) == [(1_000_100, 300), (1_000_150, 1)]


def test_bars_last_as_long_as_their_step(tmp_path: Path) -> None:
    rows = "".join(f"2026-03-02T14:{minute}:00Z,100,101,99,100.5,{minute}\n" for minute in (30, 31, 32, 40))
    day = read(tmp_path, BARS + rows)
    assert (day.tape.evidence, day.tape.rows) == ("bars", 4)
    assert (day.tape.day.close - day.tape.day.open) // 60_000_000_000 == 11
    assert volume(day) == [(1_005_000, lots) for lots in (30, 31, 32, 40)]


@pytest.mark.parametrize("price", ["100.01", Decimal("100.01"), 100.01])
def test_parquet_says_the_same_in_text_decimals_or_floats(tmp_path: Path, price: object) -> None:
    path = tmp_path / "a.parquet"
    ts = pa.array([1_772_461_800_000_000_000], pa.timestamp("ns", "UTC"))
    columnar.write_table(pa.table({"ts": ts, "price": [price], "quantity": [300], "venue": ["x"]}), path)
    assert volume(parquet(path, wanted(), ExchangeCalendars())) == [(1_000_100, 300)]


def test_the_exchanges_session_holds_and_what_lies_outside_is_counted(tmp_path: Path) -> None:
    text = TRADES + "".join(
        f"2026-03-0{day}T{time}Z,100,1\n" for day in (2, 3) for time in ("14:29:59", "14:30:00", "21:00:00", "21:00:01")
    )
    day = read(tmp_path, text, wanted("XNYS", "2026-03-03"))
    assert (day.tape.rows, day.dropped) == (2, {"outside_the_session": 6})
    with pytest.raises(DataError, match="which by `date`; it holds 2"):
        read(tmp_path, text, wanted("XNYS"))
    with pytest.raises(DataError, match="trading day"):
        read(tmp_path, text, wanted("XNYS", "2026-03-01"))
    with pytest.raises(DataError, match="has rows"):
        read(tmp_path, text, wanted("XNYS", "2026-03-04"))


@pytest.mark.parametrize(
    ("text", "row", "rule"),
    [
        (f"{TRADES}{AT},100.01,300\n{AT},100.00001,1\n", 2, "price is a multiple of"),
        (f"{TRADES}{AT},100.01,0\n", 1, "volume"),
        (f"{TRADES}{AT},0,1\n", 1, "greater than 0"),
        (f"{TRADES}{AT},100.01,1.5\n", 1, "quantity is a multiple of 1, not 1.5"),
        (f"{TRADES}{AT},cheap,1\n", 1, "price is a number"),
        (f"{TRADES}{AT},NaN,1\n", 1, "price is a"),
        (f"{TRADES}yesterday,100,1\n", 1, "RFC 3339"),
        (f"{TRADES}2026-03-02T14:30:00,100,1\n", 1, "RFC 3339"),
        (f"{TRADES}{AT},100,1\n2026-03-02T14:29:59Z,100,1\n", 2, "backwards"),
        (f"{BARS}{AT},100,99,98,100,5\n", 1, "between its low and its high"),
        (f"{BARS}{AT},100,101,99,100,-5\n", 1, "volume"),
        (f"ts,price\n{AT},100\n", 0, "the columns are"),
        (f"{TRADES}{AT},100\n", 0, "read whole"),
        (TRADES, 0, "has rows"),
        ("", 0, "read whole"),
    ],
)
def test_a_row_that_breaks_a_rule_is_named(tmp_path: Path, text: str, row: int, rule: str) -> None:
    with pytest.raises(DataError, match=rule) as raised:
        read(tmp_path, text)
    assert (raised.value.file, raised.value.row) == ("a.csv", row)


def test_a_table_without_a_grid_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="instrument"):
        read(tmp_path, f"{TRADES}{AT},100,1\n", Wanted(symbol="ACME"))


def test_damaged_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 and nothing more PAR1")
    with pytest.raises(DataError, match="read whole"):
        parquet(path, wanted(), ExchangeCalendars())


def test_a_real_month_of_minutes_is_read_a_day_at_a_time(tmp_path: Path) -> None:
    """Its minutes are named by their end, so each begins a minute before."""
    rows = gzip.decompress(real(SPY).read_bytes()).decode().splitlines()
    texts, total = [BARS], 0
    for row in rows:
        stamp, *prices, lots = row.split(";")
        minute = int(stamp[9:11]) * 60 + int(stamp[11:13]) - 1
        if minute < 0:
            continue
        texts.append(
            f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}T{minute // 60:02d}:{minute % 60:02d}:00Z,{','.join(prices)},{lots}\n"
        )
        if stamp.startswith("20110104") and 14 * 60 + 30 <= minute < 21 * 60:
            total += int(lots)
    day = read(tmp_path, "".join(texts), wanted("XNYS", "2011-01-04"))
    assert sum(lots for _, lots in volume(day)) == total > 50_000_000
    assert 380 <= day.tape.rows <= 390
