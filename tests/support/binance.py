"""Binance's lines, read plainly with the snapshot rule, and written for synthetic files."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MILLISECOND = 1_000_000


@dataclass
class Event:
    """Something that the file tells: levels that a difference sets, or a trade. number: of its line."""

    ts: int
    number: int
    sets: list[tuple[str, str, str]] = field(default_factory=list)  # side, price, quantity
    trade: tuple[str, str, bool] | None = None  # price, quantity, whether the buyer rested
    update: int = 0


@dataclass
class File:
    """What a file comes to. tickers: (update id, bid, bid quantity, ask, ask quantity), as they were sent."""

    opening: list[tuple[str, str, str]]
    events: list[Event]
    tickers: list[tuple[int, str, str, str, str]]


def read(path: Path) -> File:
    """A file by Binance's own recipe: buffer, snapshot, drop what is old, check that all follows, go on."""
    with gzip.open(path, "rt") as lines:
        rows = [json.loads(line.split(" ", 1)[1]) for line in lines]
    snapshot = next(row for row in rows if "lastUpdateId" in row)
    futures = "T" in snapshot
    last = snapshot["lastUpdateId"]
    first = True
    events: list[Event] = []
    tickers: list[tuple[int, str, str, str, str]] = []
    for number, row in enumerate(rows, 1):
        data = row.get("data", {})
        kind = data.get("e", "bookTicker" if "stream" in row else "")
        if kind == "bookTicker":
            tickers.append((data["u"], data["b"], data["B"], data["a"], data["A"]))
        elif kind == "trade":
            events.append(Event(data["T"] * MILLISECOND, number, trade=(data["p"], data["q"], data["m"])))
        elif kind == "depthUpdate":
            if data["u"] < last + (not futures):
                continue
            if first:
                assert data["U"] <= last + (not futures) <= data["u"]
            else:
                assert (data["pu"] if futures else data["U"] - 1) == last
            first, last = False, data["u"]
            sets = [(side, *pair) for side in "ba" for pair in data[side]]
            events.append(Event(data.get("T", data["E"]) * MILLISECOND, number, sets, update=last))
    opens = min(event.ts for event in events if event.trade is None)
    kept = [event for event in events if event.ts >= opens and (event.sets or event.trade)]
    kept.sort(key=lambda event: (event.ts, event.trade is None))
    opening = [(side, *pair) for side, name in (("b", "bids"), ("a", "asks")) for pair in snapshot[name]]
    return File(opening, kept, tickers)


def line(received: int, body: dict[str, Any]) -> str:
    return f"{received} {json.dumps(body, separators=(',', ':'))}\n"


@dataclass
class Feed:
    """A synthetic spot feed under construction: lines in the order in which they were received."""

    update: int = 100
    trades: int = 0
    text: str = ""
    received: int = 0

    def depth(self, ms: int, bids: list[list[str]], asks: list[list[str]], *, first: int | None = None) -> Feed:
        begins = self.update + 1 if first is None else first
        self.update = begins + 1
        data = {"e": "depthUpdate", "E": ms, "s": "BTCUSDT", "U": begins, "u": self.update, "b": bids, "a": asks}
        return self._say({"stream": "btcusdt@depth@100ms", "data": data})

    def trade(self, ms: int, price: str, quantity: str, *, buyer_rested: bool) -> Feed:
        self.trades += 1
        data = {"e": "trade", "E": ms, "s": "BTCUSDT", "t": self.trades, "p": price, "q": quantity, "T": ms, "m": buyer_rested}
        return self._say({"stream": "btcusdt@trade", "data": data})

    def snapshot(self, bids: list[list[str]], asks: list[list[str]]) -> Feed:
        return self._say({"lastUpdateId": self.update, "bids": bids, "asks": asks})

    def _say(self, body: dict[str, Any]) -> Feed:
        self.received += 1_000_000
        self.text += line(self.received, body)
        return self

    def write(self, path: Path) -> Path:
        path.write_bytes(gzip.compress(self.text.encode(), mtime=0))
        return path
