"""Bars: what a session's prints come to, interval by interval."""

from __future__ import annotations

from typing import Any

import numpy as np

from metaorder.domain.instrument import Instrument
from metaorder.domain.units import SECOND, Nanos, price_text, time_text
from metaorder.sim.record import AUCTION, MarketRecord


def bars(record: MarketRecord, start: Nanos, interval_s: int, instrument: Instrument) -> list[dict[str, Any]]:
    """Open, high, low, close, volume and own volume of each interval in which something traded; auctions left out."""
    prints = record.prints[(record.prints["flags"] & AUCTION) == 0]
    if not len(prints):
        return []
    number = (prints["ts"] - start) // (interval_s * SECOND)
    first = np.flatnonzero(np.diff(number, prepend=-1))
    step, lot = instrument.point_size, instrument.lot_size
    price, lots = prints["points"], prints["lots"]
    own = np.where(prints["parent"] > 0, lots, 0)
    highs, lows = np.maximum.reduceat(price, first), np.minimum.reduceat(price, first)
    volumes, owns = np.add.reduceat(lots, first), np.add.reduceat(own, first)
    last = np.append(first[1:], len(prints)) - 1
    return [
        {
            "ts": time_text(start + int(number[i]) * interval_s * SECOND),
            "open": price_text(int(price[i]), step),
            "high": price_text(int(highs[k]), step),
            "low": price_text(int(lows[k]), step),
            "close": price_text(int(price[last[k]]), step),
            "volume": int(volumes[k]) * lot,
            "own_volume": int(owns[k]) * lot,
        }
        for k, i in enumerate(first)
    ]
