"""Binance files: the snapshot rule holds, or the line that breaks it is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.market_data.binance import spot
from metaorder.domain.market import flat_curve
from metaorder.domain.order import Side
from metaorder.domain.units import Nanos
from metaorder.domain.venue import Latency
from metaorder.ports.market_data import RecordedDay, Wanted
from metaorder.sim.market import replayed
from metaorder.sim.tape import DataError
from support.binance import Feed

SNAPSHOT = ([["100.00", "1.5"], ["99.99", "2"]], [["100.01", "1"]])

SOON = Latency(entry=Nanos(1))


def read(feed: Feed, tmp_path: Path) -> RecordedDay:
    return spot(feed.write(tmp_path / "feed.gz"), Wanted(symbol="BTCUSDT"), ExchangeCalendars())


def started() -> Feed:
    return Feed().snapshot(*SNAPSHOT).depth(1_000, [["99.98", "3"]], [])


def test_the_book_is_the_snapshot_and_what_followed(tmp_path: Path) -> None:
    feed = Feed().depth(500, [["50.00", "1"]], []).snapshot(*SNAPSHOT).depth(1_000, [["99.98", "3"]], [])
    feed.trade(1_050, "100.00", "0.5", buyer_rested=True).depth(1_100, [["100.00", "1"]], [["100.01", "0"], ["100.02", "0.25"]])
    day = read(feed, tmp_path)
    assert (day.tape.evidence, day.dropped) == ("l2", {"before_the_session": 1})
    made = replayed(
        day.tape, day.instrument, curve=flat_curve(day.tape.day.open, day.tape.day.close), latency=Latency(entry=Nanos(1))
    )
    made.advance(until=Nanos(day.tape.day.close - 1), wake=None, on_quote=(), budget=100)
    for levels in (made.levels, made.recorded_levels):
        assert [(x.price, x.lots) for x in levels(Side.BUY, 9)] == [(10_000, 1_000_000), (9_999, 2_000_000), (9_998, 3_000_000)]
        assert [(x.price, x.lots) for x in levels(Side.SELL, 9)] == [(10_002, 250_000)]
    assert made.record().reference["lots"].tolist() == [500_000]


def test_trades_of_an_instant_come_before_its_difference(tmp_path: Path) -> None:
    feed = started().depth(1_100, [["100.00", "1"]], []).trade(1_100, "100.00", "0.5", buyer_rested=True)
    day = read(feed, tmp_path)
    made = replayed(
        day.tape, day.instrument, curve=flat_curve(day.tape.day.open, day.tape.day.close), latency=Latency(entry=Nanos(1))
    )
    made.advance(until=day.tape.day.close, index=2, wake=None, on_quote=(), budget=100)
    assert [(x.price, x.lots) for x in made.levels(Side.BUY, 1)] == [(10_000, 1_000_000)]
    assert [(x.price, x.lots) for x in made.recorded_levels(Side.BUY, 1)] == [(10_000, 1_500_000)]


@pytest.mark.parametrize(
    ("feed", "row", "rule"),
    [
        (started().depth(1_100, [], [["100.01", "2"]], first=105), 3, "follows the one before"),
        (Feed().snapshot(*SNAPSHOT).depth(1_000, [["99.98", "3"]], [], first=105), 2, "contains its lastUpdateId"),
        (started().depth(900, [["99.98", "1"]], []), 3, "backwards"),
        (started().depth(1_100, [["99.985", "1"]], []), 3, "tick size"),
        (started().depth(1_100, [["99.98", "0.0000001"]], []), 3, "lot size"),
        (started().depth(1_100, [["99.98", "9999999999"]], []), 3, "at most"),
        (started().depth(1_100, [["-1", "1"]], []), 3, "tick size"),
        (started().trade(1_100, "100.001", "1", buyer_rested=True), 3, "tick size"),
        (started().trade(1_100, "100.00", "0", buyer_rested=True), 3, "lot size"),
        (Feed().depth(1_000, [["99.98", "3"]], []), 0, "snapshot"),
        (Feed().snapshot(*SNAPSHOT), 0, "follows the snapshot"),
        (Feed(), 0, "has lines"),
    ],
)
def test_a_line_that_breaks_a_rule_is_named(tmp_path: Path, feed: Feed, row: int, rule: str) -> None:
    with pytest.raises(DataError, match=rule) as raised:
        read(feed, tmp_path)
    assert (raised.value.file, raised.value.row) == ("feed.gz", row)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("x {}\n", "receive time"),
        ("1 {\n", "JSON"),
        ("1 []\n", "JSON"),
        ("1 {}", "complete line"),
        ("1 {} {}\n", "JSON"),
        ('9 {"s":"ETHUSDT"}\n', "is of BTCUSDT"),
        ("9 {}\n8 {}\n", "order in which they were received"),
        ("1 " + '{"a":' * 100 + "1" + "}" * 100 + "\n", "JSON"),
    ],
)
def test_lines_that_are_none_are_refused(tmp_path: Path, text: str, rule: str) -> None:
    feed = Feed()
    feed.text = text
    with pytest.raises(DataError, match=rule):
        read(feed, tmp_path)


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    path = started().write(tmp_path / "feed.gz")
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(DataError, match="read whole"):
        spot(path, Wanted(symbol="BTCUSDT"), ExchangeCalendars())
