"""A day's order messages as arrays: of a recorded day and of a simulated one alike, so that one code judges both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from metaorder.domain.calendar import TradingDay
from metaorder.domain.units import SECOND, Nanos
from metaorder.sim.scenario import Scenario, simulate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DEPTHS = (5, 10, 20, 50)
"""Distances from the touch within which depth is counted [ticks]."""

SAMPLE_S = 60


class Kind(IntEnum):
    """What happened to an order."""

    ADDED = 0
    WITHDRAWN = 1
    EXECUTED = 2
    HIDDEN = 3


@dataclass(frozen=True)
class Messages:
    """One row a message, in order.

    t: after the open [s]. kind: see Kind. side: of the order that rests, 1 buy, -1 sell. price, bid, ask [ticks]; lots, bid_lots,
    ask_lots: bid and ask are the touch after the message, NaN where a side is empty. id: of the order, 0 where unknown.
    depth: mean lots on a side within DEPTHS ticks of its own touch, sampled once a minute; NaN where the data ends before.
    levels: how many price levels of each side the source shows; None: all. Messages behind them are not in it.
    level: of the message's price on its side, 1 the best, 0 of a hidden order; None where a source does not say.
    """

    session_s: float
    t: Floats
    kind: npt.NDArray[np.int8]
    side: npt.NDArray[np.int8]
    price: Floats
    lots: Floats
    id: Ints
    bid: Floats
    ask: Floats
    bid_lots: Floats
    ask_lots: Floats
    depth: tuple[float, ...]
    levels: int | None = None
    level: npt.NDArray[np.uint8] | None = None


def as_seen(day: Messages, levels: int | None) -> Messages:
    """The day as a source of so many levels shows it: what happens behind them is left out. None: the day.

    Raises:
        ValueError: the day does not know the levels of its messages.
    """
    if levels is None:
        return day
    if day.level is None:
        raise ValueError("level must be known of every message to leave some out")
    seen = day.level <= levels
    cut = {name: getattr(day, name)[seen] for name in _ROWS}
    return replace(day, levels=levels, level=day.level[seen], **cut)


_ROWS = ("t", "kind", "side", "price", "lots", "id", "bid", "ask", "bid_lots", "ask_lots")


def simulated_messages(scenario: Scenario, seed: int, session_s: int = 23_400, levels: int | None = None) -> Messages:
    """A day of a scenario without anybody of ours in it. levels: as a source of so many shows it; None: all of it."""
    day = TradingDay(date="1970-01-01", open=Nanos(0), close=Nanos(session_s * SECOND))
    session = simulate(scenario, seed, day, latency=Nanos(1), points_per_tick=2, keep_messages=True)
    depth = []
    for second in range(SAMPLE_S, session_s + 1, SAMPLE_S):
        session.advance(second * SECOND - 1, 2**64 - 1, 2**63 - 1, False, 2**64 - 1)
        for buy in (True, False):
            ladder = np.array([row[:2] for row in session.levels(buy=buy, most=400)], dtype=np.float64).reshape(-1, 2)
            if len(ladder):
                away = np.abs(ladder[:, 0] - ladder[0, 0])
                depth.append([ladder[away <= within, 1].sum() for within in DEPTHS])
    rows = session.messages()
    after = rows["after"]
    bid, ask = (np.where(after[f"{side}_lots"] > 0, after[side], np.nan) for side in ("bid", "ask"))
    whole = Messages(
        session_s=session_s,
        t=rows["ts"] / SECOND,
        kind=rows["kind"].astype(np.int8),
        side=np.where(rows["side"] == 0, 1, -1).astype(np.int8),
        price=rows["price"].astype(np.float64),
        lots=rows["lots"].astype(np.float64),
        id=rows["id"].astype(np.int64),
        bid=bid,
        ask=ask,
        bid_lots=after["bid_lots"].astype(np.float64),
        ask_lots=after["ask_lots"].astype(np.float64),
        depth=tuple(float(each) for each in np.mean(depth, axis=0)) if depth else (np.nan,) * len(DEPTHS),
        level=rows["level"].astype(np.uint8),
    )
    return as_seen(whole, levels)
