"""The filters of recorded data: each leaves out what it names, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np

from metaorder import _native
from metaorder.domain.units import Nanos
from metaorder.sim.quality import Filters, judge, usable_quotes, usable_trades
from metaorder.sim.record import AUCTION, MarketRecord
from support.lobster import BUY, SELL, Day
from support.replays import replay_of, rows_of_day

SECOND = 1_000_000_000


def shapes() -> tuple[np.dtype[Any], np.dtype[Any]]:
    """How the native core writes quotes and prints."""
    day = Day(1).resting(1, BUY, 10, 1).resting(2, SELL, 12, 1)
    session = replay_of(rows_of_day(day.add(3, BUY, 10, 1))).session
    assert isinstance(session, _native.Session)
    return session.quotes(0).dtype, session.prints(0).dtype


QUOTES, PRINTS = shapes()


def record(quotes: list[tuple[int, int, int, int, int]], prints: list[tuple[int, int, int]]) -> MarketRecord:
    """quotes: bid, ask, bid lots, ask lots, halted, one a second. prints: points, lots, flags."""
    touches, trades = np.zeros(len(quotes), QUOTES), np.zeros(len(prints), PRINTS)
    for i, (bid, ask, bid_lots, ask_lots, halted) in enumerate(quotes):
        touches[i] = (i * SECOND, (0, 0, 0, 0), (bid, ask, bid_lots, ask_lots), halted)
    for i, (points, lots, flags) in enumerate(prints):
        trades["ts"][i], trades["points"][i], trades["lots"][i], trades["flags"][i] = i * SECOND, points, lots, flags
    return MarketRecord(Nanos(0), True, touches, trades[:0], trades, ("",))


GOOD = (10_000, 10_003, 5, 5, 0)
TRADE = (1_000_000, 10, 0)


def broken(quotes: list[tuple[int, int, int, int, int]], prints: list[tuple[int, int, int]]) -> dict[str, int]:
    return {found.rule: found.count for found in judge(record(quotes, prints), len(quotes) * SECOND).findings}


def test_a_good_day_has_no_findings() -> None:
    quality = judge(record([GOOD] * 3, [TRADE] * 2), 3 * SECOND)
    assert (quality.findings, quality.usable, quality.usable_time_share) == ((), True, 1.0)
    assert (quality.usable_quotes, quality.usable_trades, quality.volume) == (3, 2, 20)


def test_each_filter_leaves_out_what_it_names() -> None:
    cases = {
        (10_000, 10_003, 5, 5, 1): "trading is not halted",
        (10_000, 0, 5, 0, 0): "both sides are quoted",
        (10_003, 10_003, 5, 5, 0): "the book is not locked or crossed",
        (50_000, 50_002, 5, 5, 0): "a spread is at least 1 bps, or a tick",
        (10_000, 10_102, 5, 5, 0): "a spread is at most 100 bps, or a tick",
        (10_300, 10_303, 5, 5, 0): "a mid moves by at most 2 % at once",
    }
    for quote, rule in cases.items():
        assert broken([GOOD, quote, GOOD], [TRADE]) == {rule: 1}, rule
        kept = usable_quotes(record([GOOD, quote, GOOD], [TRADE]), Filters())
        assert kept.tolist() == [True, False, True]


def test_a_spread_of_one_tick_is_never_at_fault() -> None:
    assert broken([(50_000, 50_001, 5, 5, 0)] * 2, [TRADE]) == {}
    assert broken([(10, 11, 5, 5, 0)] * 2, [TRADE]) == {}


def test_auctions_and_outliers_are_no_trades_to_learn_from() -> None:
    prints = [TRADE, (1_030_000, 10, 0), TRADE, (1_500_000, 10, AUCTION), TRADE]
    assert usable_trades(record([GOOD], prints), Filters()).tolist() == [True, False, True, False, True]


def test_a_new_level_is_one_jump_and_then_the_truth() -> None:
    assert broken([GOOD, *[(10_500, 10_503, 5, 5, 0)] * 4], [TRADE]) == {"a mid moves by at most 2 % at once": 1}


def test_a_day_without_volume_or_quotes_is_not_usable() -> None:
    assert not judge(record([GOOD], []), SECOND).usable
    assert not judge(record([(10_000, 0, 5, 0, 0)], [TRADE]), SECOND).usable
    assert "there is volume in continuous trading" in broken([GOOD], [])


def test_shares_are_of_time_and_of_volume() -> None:
    quality = judge(record([GOOD, (10_003, 10_003, 5, 5, 0)], [TRADE, (1_000_000, 30, AUCTION)]), 4 * SECOND)
    shares = {found.rule: found.share for found in quality.findings}
    assert shares == {"the book is not locked or crossed": 0.75, "a trade is not an auction's": 0.75}
    assert quality.usable_time_share == 0.25
