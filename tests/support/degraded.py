"""A synthetic order-by-order day, cut down to what coarser formats show of it: ten levels, Binance's streams, trades, bars."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from metaorder import _native
from support.binance import Feed
from support.dbn import LAST, NO_PRICE, Mbp
from support.lobster import BUY, CLOSE, EMPTY, EXECUTE, HIDDEN, OPEN, SECOND, SELL, TICK, Day, Message, random_day

POINTS = 2
"""Points in a tick: what levels-only files need."""

TICK_NANOS = 10_000_000
MILLISECOND = 1_000_000
Levels = list[tuple[int, int]]
Row = tuple[int, int, int, int, bool]  # side, price in ticks, lots, into view
Traded = tuple[int | None, int, int]  # side of the resting orders, points, lots


@dataclass(frozen=True)
class Coarse:
    """A coarser day: the native tape, and what it holds read from the same bytes' source without the code under test.

    opening: (side, price, lots) at the open. events: (time, trades, levels). levels: (bids, asks) after each event, the best ten.
    """

    tape: _native.LevelTape
    opening: list[Row]
    events: list[tuple[int, list[Traded], list[Row]]]
    touches: list[tuple[int, int]]

    @property
    def times(self) -> list[int]:
        return [ts for ts, _, _ in self.events]

    @property
    def book(self) -> list[tuple[int, int, int, int]]:
        """The touch at each event as a row of LOBSTER's book file: what `random_actions` reads."""
        return [(ask * TICK if ask else EMPTY, 1, bid * TICK if bid else -EMPTY, 1) for bid, ask in self.touches]


def half_ticks(points: int) -> int:
    """LOBSTER's points, hundredths of a tick, on the grid of half ticks."""
    return points * POINTS // TICK


def trade_of(message: Message, dice: random.Random) -> Traded | None:
    """What a trade of the day looks like to a subscriber: a hidden one may have no side."""
    if message.type == EXECUTE:
        return message.direction, half_ticks(message.points), message.lots
    if message.type == HIDDEN:
        return dice.choice((message.direction, None)), max(1, half_ticks(message.points)), message.lots
    return None


def ten_levels(seed: int, *, rows: int = 150) -> Coarse:
    """As mbp-10: a trade with the levels before it, then the levels after it; several messages may be one event."""
    dice = random.Random(seed)
    day = random_day(seed, rows=rows, levels=10)
    records: list[Mbp] = []
    opening: list[Row] = []
    events: list[tuple[int, list[Traded], list[Row]]] = []
    touches: list[tuple[int, int]] = []
    before: dict[int, Levels] = {BUY: [], SELL: []}
    trades: list[Traded] = []
    ready = False
    for message, row in zip(day.messages, day.rows, strict=True):
        now = _levels(row)
        trade = trade_of(message, dice)
        if trade is not None and ready:
            trades.append(trade)
        if not ready and not (now[BUY] and now[SELL]):
            continue
        if ready and dice.random() < 0.15:
            continue  # what follows is one event with it
        told = [each for side in (BUY, SELL) for each in _compared(side, before[side], now[side])]
        told += [(side, at // POINTS, dict(now[side])[at // POINTS], False) for side, at in _refilled(trades, now)]
        for side, points, lots in trades:
            letter = {BUY: "A", SELL: "B", None: "N"}[side]
            records.append(Mbp(message.ts, points * TICK_NANOS // POINTS, lots, "T", letter, _shown(before), 0))
        records.append(Mbp(message.ts, TICK_NANOS, 1, "A", "B", _shown(now), LAST))
        if not ready:
            opening, ready = told, True
        elif told or trades:
            events.append((message.ts, trades, told))
            touches.append((now[BUY][0][0] if now[BUY] else 0, now[SELL][0][0] if now[SELL] else 0))
        trades, before = [], now
    grid = {"point_nanos": TICK_NANOS // POINTS, "points_per_tick": POINTS}
    reader = _native.MbpReader(name="levels", instrument=1, open=OPEN, close=CLOSE, **grid)
    reader.feed(b"".join(record.encoded() for record in records))
    return Coarse(reader.finish(), opening, events, touches)


def _refilled(trades: Sequence[Traded], now: dict[int, Levels]) -> list[tuple[int, int]]:
    """Levels that traded and are still there: that they hold what they hold is news."""
    traded = [(side or SELL, points) for side, points, _ in trades if points % POINTS == 0]
    return [(side, points) for side, points in traded if points // POINTS in dict(now[side])]


def _levels(row: Sequence[int]) -> dict[int, Levels]:
    asks, bids = zip(row[0::4], row[1::4], strict=True), zip(row[2::4], row[3::4], strict=True)
    return {side: [(price // TICK, lots) for price, lots in each if lots] for side, each in ((BUY, bids), (SELL, asks))}


def _shown(levels: dict[int, Levels]) -> list[tuple[int, int, int, int]]:
    rows = []
    for k in range(max(len(levels[BUY]), len(levels[SELL]))):
        bid, ask = (levels[side][k] if k < len(levels[side]) else None for side in (BUY, SELL))
        prices = (level[0] * TICK_NANOS if level else NO_PRICE for level in (bid, ask))
        rows.append((*prices, *(level[1] if level else 0 for level in (bid, ask))))
    return rows


def _compared(side: int, before: Levels, now: Levels) -> list[Row]:
    """What a new picture of ten levels says of each: gone, out of view, changed, new, or come into view."""
    old, new = dict(before), dict(now)
    told: list[Row] = [(side, price, 0, False) for price in old if price not in new]
    for price, lots in now:
        if old.get(price) != lots:
            beyond = len(before) == 10 and price not in old and (before[-1][0] - price) * side > 0
            told.append((side, price, lots, beyond))
    return told


def streams(seed: int, *, rows: int = 150) -> Coarse:
    """As Binance's spot streams: trades as they come, differences of the whole book every few messages, in milliseconds."""
    dice = random.Random(seed)
    day = random_day(seed, rows=rows, levels=10)
    whole = _whole_books(day)
    feed = Feed()
    first = _text(whole[0], {BUY: {}, SELL: {}})
    feed.snapshot(first[BUY], first[SELL])
    shown, last = whole[0], 0
    happened: list[tuple[int, bool, list[Traded], list[Row]]] = []
    for k, (message, book) in enumerate(zip(day.messages, whole, strict=True)):
        ms = max(message.ts // MILLISECOND, last)
        trade = trade_of(message, dice)
        if trade is not None and k:
            price = trade[1] // POINTS  # a coin's prices are on the grid
            side = trade[0] or BUY
            feed.trade(ms, _price(price), f"{trade[2]}", buyer_rested=side == BUY)
            happened.append((ms, True, [(side, price * POINTS, trade[2])], []))
        if dice.random() < 0.5 and k:
            changed = _text(book, shown)
            told = [(side, price, lots, False) for side in (BUY, SELL) for price, lots in _changes(book[side], shown[side])]
            feed.depth(ms, changed[BUY], changed[SELL])
            happened.append((ms, False, [], told))
            shown, last = book, ms
    happened.append((ms + 1, False, [], []))
    feed.depth(ms + 1, [], [])
    opens = next(ms for ms, trade, _, _ in happened if not trade)
    happened = sorted((each for each in happened if each[0] >= opens), key=lambda each: (each[0], not each[1]))
    events = [(ms * MILLISECOND, trades, told) for ms, _, trades, told in happened if trades or told]
    reader = _native.BinanceReader(
        name="streams", symbol="BTCUSDT", futures=False, point_size=500_000, points_per_tick=POINTS, lot_size=100_000_000
    )
    reader.feed(feed.text.encode())
    opening = [(side, price, lots, False) for side in (BUY, SELL) for price, lots in whole[0][side].items()]
    return Coarse(reader.finish(), opening, events, _touches(opening, events))


def _whole_books(day: Day) -> list[dict[int, dict[int, int]]]:
    """The levels after each message that the file shows; of a synthetic exchange, not of its window."""
    return [{side: dict(levels) for side, levels in _levels(row).items()} for row in day.rows]


def _changes(now: dict[int, int], before: dict[int, int]) -> list[tuple[int, int]]:
    gone = [(price, 0) for price in before if price not in now]
    return gone + [(price, lots) for price, lots in now.items() if before.get(price) != lots]


def _text(now: dict[int, dict[int, int]], before: dict[int, dict[int, int]]) -> dict[int, list[list[str]]]:
    return {side: [[_price(p), f"{n}"] for p, n in _changes(now[side], before[side])] for side in (BUY, SELL)}


def _price(ticks: int) -> str:
    return f"{ticks // 100}.{ticks % 100:02d}"


def _touches(opening: Sequence[Row], events: Sequence[tuple[int, list[Traded], list[Row]]]) -> list[tuple[int, int]]:
    book: dict[int, dict[int, int]] = {BUY: {}, SELL: {}}
    found = []
    for told in [opening, *(rows for _, _, rows in events)]:
        for side, price, lots, _ in told:
            book[side][price] = lots
        bids, asks = ([price for price, lots in book[side].items() if lots] for side in (BUY, SELL))
        found.append((max(bids, default=0), min(asks, default=0)))
    return found[1:]


def prices(seed: int, *, rows: int, bars: bool) -> list[tuple[int, int, int, int, int, int, int]]:
    """Trades, or bars of a second with some missing: (begin, end, open, high, low, close in points, lots)."""
    dice = random.Random(seed)
    ts, at = OPEN + dice.randrange(SECOND), 2_000
    found = []
    for _ in range(rows):
        path = [at]
        for _ in range(dice.randrange(1, 6) if bars else 1):
            path.append(max(20, path[-1] + dice.choice((-5, -3, -2, -1, -1, 0, 0, 1, 1, 2, 3, 5))))
        end = ts + SECOND if bars else ts
        trade = path[-1:] if not bars else path
        lots = dice.choice((0, 10, 100, 1_000, 5_000) if bars else (1, 10, 100, 900))
        found.append((ts, end, trade[0], max(trade), min(trade), trade[-1], lots))
        ts, at = end + dice.choice((0, 0, 1, 1_000_000, 3 * SECOND)), path[-1]
    assert all(a[1] <= b[0] for a, b in pairwise(found))
    return found
