"""Market statistics equal pandas on every real source: depth and microprice of LOBSTER's days, all that others support."""

from __future__ import annotations

import itertools
from collections import Counter
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from differential.slow_mbo import SlowMbo
from differential.test_replay_binance import FILES, Book, plain, steps
from differential.test_replay_binance import day as binance_day
from differential.test_replay_binance import replay as binance
from differential.test_replay_mbo import TICK as ES_TICK
from differential.test_replay_mbo import day as es_day
from differential.test_replay_mbo import groups
from differential.test_replay_mbo import replay as es
from differential.test_statistics import NO_MID, OTHERS, record
from support.data import AAPL, ES_SESSION, GOOG
from support.lobster import EMPTY, SECOND, TICK
from support.replays import CLOSED, Replay, real_rows, replay_of

WITHIN = (0, 1, 5, 20, 200)
"""Distances from the best price within which depth is counted [ticks]."""


class Source(NamedTuple):
    """A day as pandas sees it: the touch from each `ts` on, trades of continuous trading, prices in points and ticks.

    quotes: bid, ask [ticks], bid_lots, ask_lots, by ts; the first is the opening book. begins: of continuous trading.
    """

    open: int
    close: int
    begins: int
    per_tick: int
    quotes: pd.DataFrame
    trades: pd.DataFrame


COLUMNS = ("bid", "ask", "bid_lots", "ask_lots")


def touch_of(bids: list[tuple[int, int]], asks: list[tuple[int, int]]) -> tuple[int, int, int, int]:
    (bid, bid_lots), (ask, ask_lots) = (bids or [(0, 0)])[0], (asks or [(0, 0)])[0]
    return bid, ask, bid_lots, ask_lots


@cache
def es_source() -> Source:
    """Record by record, as the encoding's rules say; trading begins with the first trade after which nothing crosses."""
    tape, slow = es_day(ES_SESSION).tape, SlowMbo()
    opening, *rest = groups(ES_SESSION)
    for row in opening:
        slow.apply(row)

    def touch() -> tuple[int, int, int, int]:
        levels = [[(price // ES_TICK, lots) for price, lots in slow.levels(side, 1)] for side in "BA"]
        return touch_of(*levels)

    rows, trades, begins, now = [(tape.day.open, *touch())], [], 0, tape.day.open
    for group in rest:
        for row in group:
            now = max(now, row.ts)
            slow.apply(row)
            if row.action in "ACMR":
                rows.append((now, *touch()))
            if row.action == "T" and row.side != "N" and begins:
                trades.append((now, row.price, row.size))
        if not begins and not slow.crossed and any(row.action == "T" for row in group):
            begins = now
    frame = pd.DataFrame(trades, columns=["ts", "points", "lots"])
    per_tick = es_day(ES_SESSION).instrument.points_per_tick
    frame["points"] = frame["points"] // (ES_TICK // per_tick)
    quotes = pd.DataFrame(rows, columns=["ts", *COLUMNS])
    return Source(tape.day.open, tape.day.close, begins, per_tick, quotes, frame)


@cache
def binance_source(kind: str) -> Source:
    """The snapshot rule's book; between two differences what trades is gone from it, and all that was better."""
    recorded, book, file = binance_day(kind), Book(kind), plain(kind)
    instrument = recorded.instrument
    for each in file.opening:
        book.set(*each)
    gone: dict[str, Counter[int]] = {"b": Counter(), "a": Counter()}

    def best(side: str) -> list[tuple[int, int]]:
        prices = reversed(book.prices[side]) if side == "b" else iter(book.prices[side])
        left = ((price, book.depth[side][price] - gone[side][price]) for price in prices)
        return list(itertools.islice((each for each in left if each[1] > 0), 1))

    rows, trades = [(recorded.tape.day.open, *touch_of(best("b"), best("a")))], []
    for event in file.events:
        if event.trade is None:
            for each in event.sets:
                book.set(*each)
            gone = {"b": Counter(), "a": Counter()}
        else:
            price, lots = steps(event.trade[0], book.tick), steps(event.trade[1], book.unit)
            trades.append((event.ts, price * instrument.points_per_tick, lots))
            side = "b" if event.trade[2] else "a"
            while (first := best(side)) and (first[0][0] > price if side == "b" else first[0][0] < price):
                gone[side][first[0][0]] += first[0][1]
            if first and first[0][0] == price:
                gone[side][price] += min(lots, first[0][1])
        rows.append((event.ts, *touch_of(best("b"), best("a"))))
    quotes, frame = pd.DataFrame(rows, columns=["ts", *COLUMNS]), pd.DataFrame(trades, columns=["ts", "points", "lots"])
    day = recorded.tape.day
    return Source(day.open, day.close, day.open, instrument.points_per_tick, quotes, frame)


SOURCES = ["es", *FILES]


def source(name: str) -> Source:
    return es_source() if name == "es" else binance_source(name)


@cache
def done(name: str) -> Replay:
    replay = es(ES_SESSION) if name == "es" else binance(name)
    assert replay.advance(until=source(name).close) == CLOSED
    return replay


def there(quotes: pd.DataFrame) -> pd.Series[bool]:
    return (quotes["bid_lots"] > 0) & (quotes["ask_lots"] > 0) & (quotes["bid"] < quotes["ask"])


def flow(quotes: pd.DataFrame) -> pd.Series[int]:
    """Order-flow imbalance of each row; Cont, Kukanov and Stoikov."""
    bid = quotes["bid"].where(quotes["bid_lots"] > 0, -(10**12))
    ask = quotes["ask"].where(quotes["ask_lots"] > 0, 10**12)
    bid_was, ask_was, was = bid.shift(), ask.shift(), quotes.shift()
    found = quotes["bid_lots"] * (bid >= bid_was) - was["bid_lots"] * (bid <= bid_was)
    return found - quotes["ask_lots"] * (ask <= ask_was) + was["ask_lots"] * (ask >= ask_was)


@pytest.mark.parametrize("name", SOURCES)
def test_volume_and_vwap_are_those_of_pandas(name: str) -> None:
    found, trades = record(done(name), OTHERS), source(name).trades
    assert len(trades) > 100
    assert found["volume"] == trades["lots"].sum()
    assert found["notional"] == sum(a * b for a, b in zip(trades["points"].tolist(), trades["lots"].tolist(), strict=True))
    assert found["vwap"] == pytest.approx(np.average(trades["points"], weights=trades["lots"]), rel=1e-12)
    assert (found["last_points"], found["last_ts"]) == (trades["points"].iloc[-1], trades["ts"].iloc[-1])
    if name != "es":  # there a print is a fill, and the file's trade may be several
        assert found["trades"] == len(trades)


@pytest.mark.parametrize("name", SOURCES)
def test_the_time_weighted_spread_and_order_flow_are_those_of_pandas(name: str) -> None:
    found, day = record(done(name), OTHERS), source(name)
    quotes = day.quotes.assign(ts=day.quotes["ts"].clip(lower=day.begins))
    held = np.diff(np.append(quotes["ts"], day.close))
    quoted = there(quotes).to_numpy()
    spread = ((quotes["ask"] - quotes["bid"]) * day.per_tick).to_numpy()
    assert found["quoted_ns"] == held[quoted].sum() > 60 * SECOND
    assert found["spread"] == pytest.approx((spread * held)[quoted].sum() / held[quoted].sum(), rel=1e-9)
    if name != "es":
        assert found["imbalance"] == flow(day.quotes)[1:].sum()
        return
    counted = flow(day.quotes)[1:][
        (day.quotes["ts"] > day.begins)[1:]
    ]  # a fill is off the book at F, its C may come events later
    assert found["imbalance"] == pytest.approx(counted.sum(), abs=counted.abs().sum() / 1_000)


@pytest.mark.parametrize("name", SOURCES)
def test_one_second_bars_are_those_of_pandas(name: str) -> None:
    bars, day = done(name).session.seconds(0), source(name)
    starts = range(day.open, day.close - SECOND + 1, SECOND)
    assert bars["ts"].tolist() == list(starts)
    trades = day.trades.assign(second=(day.trades["ts"] - day.open) // SECOND)
    trades["notional"] = trades["points"].astype(object) * trades["lots"]
    grouped = trades.groupby("second")
    wanted = grouped["points"].agg(open="first", high="max", low="min", close="last")
    wanted = wanted.assign(lots=grouped["lots"].sum(), notional=grouped["notional"].sum(), trades=grouped.size())
    whole = wanted.reindex(range(len(bars)), fill_value=0)
    for column in whole:
        if column == "trades" and name == "es":
            continue
        assert bars["others"][column].tolist() == whole[column].tolist(), column
    quotes = day.quotes.assign(ts=day.quotes["ts"].clip(lower=day.begins))
    mid2 = (quotes["bid"] + quotes["ask"]).where(there(quotes), NO_MID)
    seen = mid2.groupby((quotes["ts"] - day.open) // SECOND).last().reindex(range(len(bars))).ffill().fillna(NO_MID)
    assert bars["others_mid2"].tolist() == seen.astype(np.int64).tolist()


@pytest.mark.parametrize("name", [GOOG, AAPL])
def test_depth_and_microprice_of_a_lobster_day_are_those_of_its_book_file(name: str) -> None:
    files = real_rows(name)
    book = np.asarray(files.book)
    ask, ask_lots, bid, bid_lots = (pd.DataFrame(book[:, first::4]) for first in range(4))
    sides = {True: (bid // TICK, bid_lots, bid.abs() < EMPTY), False: (ask // TICK, ask_lots, ask.abs() < EMPTY)}
    depths = {}
    for buy, (price, lots, known) in sides.items():
        away = price.sub(price[0], axis=0).abs()
        for within in WITHIN:
            depths[buy, within] = lots.where(known & (away <= within), 0).sum(axis=1)
    mid = pd.Series(bid_lots[0] * (ask[0] // TICK) + ask_lots[0] * (bid[0] // TICK)) / (bid_lots[0] + ask_lots[0])
    two_sided = sides[True][2][0] & sides[False][2][0]
    replay = replay_of(files)
    asked = 0
    for row in range(97, len(book), 211):
        replay.advance(row + 1)
        assert replay.session.index == row + 1
        found: dict[str, Any] = record(replay, OTHERS)
        assert found["microprice"] == (pytest.approx(mid[row], rel=1e-12) if two_sided[row] else None)
        for (buy, within), wanted in depths.items():
            for whole in (False, True):
                assert replay.session.depth(whole=whole, buy=buy, ticks=within) == wanted[row], (row, buy, within)
        asked += 1
    assert asked > 500


@pytest.mark.parametrize("name", SOURCES)
def test_depth_and_microprice_are_those_of_the_book(name: str) -> None:
    """At moments at which nothing but the file's own book says what the market shows: after a difference, or a whole event."""
    asked = 0
    for replay, bids, asks in es_books() if name == "es" else binance_books(name):
        (bid, bid_lots), (ask, ask_lots) = bids[0], asks[0]
        found = record(replay, OTHERS)
        assert found["microprice"] == pytest.approx((bid * ask_lots + ask * bid_lots) / (bid_lots + ask_lots), rel=1e-12)
        for buy, levels in ((True, bids), (False, asks)):
            prices, lots = (np.array(each) for each in zip(*levels, strict=True))
            for within in WITHIN:
                wanted = lots[np.abs(prices - prices[0]) <= within].sum()
                assert replay.session.depth(whole=True, buy=buy, ticks=within) == wanted, (buy, within)
        asked += 1
    assert asked > 50


def es_books() -> Any:
    tape, slow, replay = es_day(ES_SESSION).tape.native, SlowMbo(), es(ES_SESSION)
    opening, *rest = groups(ES_SESSION)
    for row in opening:
        slow.apply(row)
    ends, begins = tape.ends.tolist(), es_source().begins  # type: ignore[union-attr]
    for number, (group, end) in enumerate(zip(rest, ends, strict=True)):
        for row in group:
            slow.apply(row)
        if number % 331 or group[-1].ts <= begins:
            continue
        replay.advance(end - tape.opening, until=group[-1].ts)  # type: ignore[union-attr]
        yield replay, *([(price // ES_TICK, lots) for price, lots in slow.levels(side, 400)] for side in "BA")


def binance_books(kind: str) -> Any:
    replay, book, file = binance(kind), Book(kind), plain(kind)
    for each in file.opening:
        book.set(*each)
    for index, event in enumerate(file.events, 1):
        for each in event.sets:
            book.set(*each)
        if event.trade is None and index % 61 == 0:
            replay.advance(index, until=event.ts)
            yield replay, book.levels("b", 2_000), book.levels("a", 2_000)
