"""What a market comes to between its open and now, as one structured record: without our own orders and trades, or with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from metaorder.domain.market import Quote
from metaorder.domain.units import Lots, Nanos, Points, Ticks


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One view of a market. `native/include/lob/statistics.hpp` states each formula. None: there was nothing to divide by.

    microprice: [ticks]. vwap, spread, quoted_spread, effective_spread: [points].
    imbalance: order-flow imbalance of the touch since the open [lots]. trades: prints of continuous trading [count].
    last: price of the last of them; last_ts: its time. quoted: time with a mid.
    variance_1s, variance_60s: of the log mid [1/second], over so many returns.
    bid_depth, ask_depth: lots at the best price and so many ticks behind it as were asked for.
    """

    quote: Quote
    microprice: float | None
    bid_depth: Lots
    ask_depth: Lots
    last: Points | None
    last_ts: Nanos | None
    volume: Lots
    trades: int
    vwap: float | None
    imbalance: int
    quoted: Nanos
    spread: float | None
    quoted_spread: float | None
    effective_spread: float | None
    variance_1s: float | None
    variance_60s: float | None
    returns_1s: int
    returns_60s: int


def read_view(row: Any, depth: Sequence[int]) -> View:
    """A view from the native core's record. depth: of bids and of asks [lots]."""
    bid, ask, bid_lots, ask_lots = row["touch"].tolist()
    traded = bool(row["last_lots"])
    return View(
        quote=Quote(Ticks(bid) if bid_lots else None, Ticks(ask) if ask_lots else None, Lots(bid_lots), Lots(ask_lots)),
        microprice=_known(row["microprice"]),
        bid_depth=Lots(depth[0]),
        ask_depth=Lots(depth[1]),
        last=Points(int(row["last_points"])) if traded else None,
        last_ts=Nanos(int(row["last_ts"])) if traded else None,
        volume=Lots(int(row["volume"])),
        trades=int(row["trades"]),
        vwap=_known(row["vwap"]),
        imbalance=int(row["imbalance"]),
        quoted=Nanos(int(row["quoted_ns"])),
        spread=_known(row["spread"]),
        quoted_spread=_known(row["quoted_spread"]),
        effective_spread=_known(row["effective_spread"]),
        variance_1s=_known(row["variance_1"]),
        variance_60s=_known(row["variance_60"]),
        returns_1s=int(row["returns_1"]),
        returns_60s=int(row["returns_60"]),
    )


def _known(value: Any) -> float | None:
    number = float(value)
    return None if math.isnan(number) else number
