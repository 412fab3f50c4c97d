"""DBN files: read in any version, and refused by a rule that names file and row."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.market_data.dbn import load
from metaorder.domain.market import flat_curve
from metaorder.domain.order import Side
from metaorder.domain.units import Nanos
from metaorder.domain.venue import Latency
from metaorder.ports.market_data import RecordedDay, Wanted
from metaorder.sim.market import Market, Stop, replayed
from metaorder.sim.tape import DataError
from support.dbn import LAST, MBP10, NANO, OPEN, SECOND, SNAPSHOT, TRADES, Header, Mbo, Mbp, written

PRICE = 4_800 * NANO
TICK = NANO // 4

SOON = Latency(entry=Nanos(1))


def mbo(second: int, order: int, ticks: int, size: int, action: str, side: str, flags: int = LAST) -> Mbo:
    ts = OPEN + second * SECOND
    return Mbo(ts, ts, order, PRICE + ticks * TICK, size, action, side, flags)


BOOK = [
    mbo(0, 1, -1, 5, "A", "B", SNAPSHOT),
    mbo(0, 2, 1, 7, "A", "A", SNAPSHOT | LAST),
]
TRADE = [mbo(1, 99, 1, 2, "T", "B", 0), mbo(1, 2, 1, 2, "F", "A", 0), mbo(1, 2, 1, 5, "M", "A")]


def read(path: Path, symbol: str | None = "ESH4") -> RecordedDay:
    return load(path, Wanted(symbol=symbol), ExchangeCalendars())


def market(day: RecordedDay) -> Market:
    made = replayed(
        day.tape, day.instrument, curve=flat_curve(day.tape.day.open, day.tape.day.close), latency=Latency(entry=Nanos(1))
    )
    while made.advance(until=Nanos(day.tape.day.close - 1), wake=None, on_quote=(), budget=10**9) is not Stop.LIMIT:
        pass
    return made


def levels(made: Market) -> list[list[tuple[int, int]]]:
    middle = PRICE // TICK
    return [[(each.price - middle, each.lots) for each in made.recorded_levels(side, 9)] for side in (Side.BUY, Side.SELL)]


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("packed", [True, False])
def test_every_version_is_read_packed_or_not(tmp_path: Path, version: int, packed: bool) -> None:
    day = read(written(tmp_path / "a.dbn", [*BOOK, *TRADE], Header(version=version), packed=packed), None)
    assert (day.instrument.symbol, day.instrument.mic, day.instrument.multiplier) == ("ESH4", "XCME", 50)
    assert (day.instrument.tick_size, day.tape.evidence, day.tape.day.date) == (Decimal("0.25"), "l3", "2023-12-25")
    made = market(day)
    assert levels(made) == [[(-1, 5)], [(1, 5)]]
    assert not made.halted


@pytest.mark.parametrize(
    ("messages", "bids", "asks"),
    [
        ([mbo(2, 2, 1, 3, "M", "A")], [(-1, 5)], [(1, 3)]),
        ([mbo(2, 2, 3, 7, "M", "A")], [(-1, 5)], [(3, 7)]),
        ([mbo(2, 2, 1, 9, "M", "A")], [(-1, 5)], [(1, 9)]),
        ([mbo(2, 2, 1, 4, "C", "A")], [(-1, 5)], [(1, 3)]),
        ([mbo(2, 2, 1, 7, "C", "A")], [(-1, 5)], []),
        ([mbo(2, 0, 0, 0, "R", "N")], [], []),
        ([mbo(2, 0, 0, 0, "N", "N")], [(-1, 5)], [(1, 7)]),
        ([mbo(2, 9, 1, 7, "T", "B", 0), mbo(2, 2, 1, 7, "F", "A", 0), mbo(2, 2, 1, 6, "M", "A")], [(-1, 5)], [(1, 6)]),
        ([mbo(2, 9, 1, 9, "T", "B", 0), mbo(2, 2, 1, 9, "F", "A", 0), mbo(2, 2, 1, 4, "M", "A")], [(-1, 5)], [(1, 4)]),
        ([mbo(2, 1, 1, 7, "T", "B", 0), mbo(2, 1, 1, 7, "F", "B", 0), mbo(2, 2, 1, 7, "F", "A", 0), mbo(2, 2, 1, 7, "C", "A", 0),
          mbo(2, 1, -1, 5, "C", "B")], [], []),
    ],
    ids=["less", "moved", "more", "partly", "gone", "clear", "none", "refreshed", "iceberg", "aggressor"],
)  # fmt: skip
def test_each_action_changes_the_book_as_it_says(
    tmp_path: Path, messages: list[Mbo], bids: list[tuple[int, int]], asks: list[tuple[int, int]]
) -> None:
    assert levels(market(read(written(tmp_path / "a.dbn", [*BOOK, *messages])))) == [bids, asks]


def test_trading_begins_with_the_trade_that_uncrosses_and_stops_while_the_book_is_crossed(tmp_path: Path) -> None:
    cross = [mbo(2, 3, 2, 4, "A", "B")]
    auction = [
        mbo(3, 0, 1, 4, "T", "N", 0),
        mbo(3, 3, 1, 4, "F", "N", 0),
        mbo(3, 2, 1, 4, "F", "N", 0),
        mbo(3, 3, 2, 4, "C", "B", 0),
    ]
    auction += [mbo(3, 2, 1, 3, "M", "A")]
    assert market(read(written(tmp_path / "a.dbn", [*BOOK, *cross]))).halted
    made = market(read(written(tmp_path / "b.dbn", [*BOOK, *cross, *auction])))
    assert not made.halted
    assert levels(made) == [[(-1, 5)], [(1, 3)]]
    assert made.record().reference[["lots", "flags"]].tolist() == [(4, 2)]
    again = [mbo(4, 4, 1, 4, "A", "B")]
    assert market(read(written(tmp_path / "c.dbn", [*BOOK, *cross, *auction, *again]))).halted


@pytest.mark.parametrize(
    ("records", "row", "rule"),
    [
        ([*BOOK, mbo(1, 1, 0, 5, "A", "B")], 3, "once while it rests"),
        ([*BOOK, mbo(1, 8, 0, 5, "C", "B")], 3, "is in the book"),
        ([*BOOK, mbo(1, 1, -1, 6, "C", "B")], 3, "at least the lots"),
        ([*BOOK, mbo(1, 8, 0, 5, "M", "B")], 3, "was there"),
        ([*BOOK, mbo(1, 1, -1, 5, "M", "A")], 3, "keeps its side"),
        ([*BOOK, mbo(1, 8, 0, 0, "A", "B")], 3, "a size"),
        ([*BOOK, mbo(1, 8, 0, 5, "X", "B")], 3, "an action"),
        ([*BOOK, mbo(1, 8, 0, 5, "A", "N")], 3, "side of an order"),
        ([*BOOK, mbo(1, 8, 0, 5, "A", "B")._replace(price=PRICE + 1)], 3, "price step"),
        ([*BOOK, mbo(1, 8, 0, 5, "A", "B")._replace(price=PRICE + TICK // 2)], 3, "tick size"),
        ([*BOOK, mbo(1, 8, 0, 5, "A", "B")._replace(price=2**63 - 1)], 3, "is stated"),
        ([*BOOK, mbo(2, 8, 0, 5, "A", "B"), mbo(1, 9, 0, 5, "A", "B")], 4, "backwards"),
        ([*BOOK, mbo(90_000, 8, 0, 5, "A", "B")], 3, "within the span"),
        ([*BOOK, mbo(1, 9, 2, 2, "T", "B", 0), mbo(1, 2, 2, 2, "F", "A")], 4, "at its side and price"),
        ([*BOOK, mbo(1, 8, 0, 5, "A", "B", 0)], 3, "last event is complete"),
        ([], 0, "has records"),
    ],
)
def test_a_record_that_breaks_a_rule_is_named(tmp_path: Path, records: list[Mbo], row: int, rule: str) -> None:
    with pytest.raises(DataError, match=rule) as raised:
        read(written(tmp_path / "bad.dbn", records))
    assert (raised.value.file, raised.value.row) == ("bad.dbn", row)


@pytest.mark.parametrize("cut", [3, 60, 200, 260, -20])
def test_a_truncated_file_is_refused(tmp_path: Path, cut: int) -> None:
    for packed in (True, False):
        path = written(tmp_path / "cut.dbn", [*BOOK, *TRADE], packed=packed)
        data = path.read_bytes()
        path.write_bytes(data[:cut] if abs(cut) < len(data) else data[: len(data) // 2])
        with pytest.raises(DataError):
            read(path)


@pytest.mark.parametrize(
    ("header", "symbol", "rule"),
    [
        (Header(schema=6), "ESH4", "schema"),
        (Header(schema=2**16 - 1), "ESH4", "schema"),
        (Header(), "NQH4", "maps the symbol"),
        (Header(symbols=(("ZZH4", 1),)), "ZZH4", "stated with the market"),
        (Header(schema=MBP10), "ESH4", "mbp-10 schema"),
        (Header(schema=TRADES), "ESH4", "has records"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(tmp_path: Path, header: Header, symbol: str, rule: str) -> None:
    with pytest.raises(DataError, match=rule):
        read(written(tmp_path / "a.dbn", BOOK, header), symbol)


def test_trades_alone_are_prices(tmp_path: Path) -> None:
    rows = [Mbp(OPEN + i * SECOND, PRICE + i * TICK, 3, "T", "B") for i in range(3)]
    day = read(written(tmp_path / "t.dbn", rows, Header(schema=TRADES)))
    assert (day.tape.evidence, day.tape.rows) == ("trades", 3)
    assert market(day).record().reference["lots"].tolist() == [3, 3, 3]


def test_ten_levels_are_levels_and_a_torn_window_is_refused(tmp_path: Path) -> None:
    window = [(PRICE - i * TICK, PRICE + (i + 1) * TICK, 5, 6) for i in range(10)]
    rows = [Mbp(OPEN, PRICE, 1, "A", "B", window), Mbp(OPEN + 1, PRICE, 1, "A", "B", window[:3])]
    day = read(written(tmp_path / "m.dbn", rows, Header(schema=MBP10)))
    assert day.tape.evidence == "l2"
    assert len(market(day).recorded_levels(Side.BUY, 20)) == 3
    torn = [*window[:2], (2**63 - 1, PRICE + 3 * TICK, 0, 6), *window[3:]]
    with pytest.raises(DataError, match="behind all others"):
        read(written(tmp_path / "m.dbn", [Mbp(OPEN, PRICE, 1, "A", "B", torn)], Header(schema=MBP10)))
