"""Twins of a simulated day, with a metaorder of market orders and without it, and what the formula says of the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from metaorder.domain.calendar import TradingDay
from metaorder.domain.units import SECOND, Nanos
from metaorder.sim.impact import Traded, impact
from metaorder.sim.record import OWN_TAKER
from metaorder.sim.scenario import Scenario, simulate

DAY_S = 23_400
DAY = TradingDay(date="2026-03-02", open=Nanos(0), close=Nanos(DAY_S * SECOND))
START_S = 5_400
"""Eleven o'clock."""

ALL, NEVER, CLOSED, LIMIT = 2**64 - 1, 2**63 - 1, 6, 0
FAR = 20_000
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Child:
    """A market order: seconds after the open, and lots, negative to sell."""

    t: float
    lots: int
    account: int = 1


@dataclass(frozen=True)
class Run:
    """A day up to some second: mids at each whole second, quotes, prints, and what was executed of ours by account."""

    mids: Floats
    quotes: npt.NDArray[np.void]
    prints: npt.NDArray[np.void]
    own: dict[int, list[Traded]]


def run(scenario: Scenario, seed: int, until_s: int, children: Sequence[Child] = ()) -> Run:
    """One day with children in it; each is sent at its time and arrives a nanosecond later."""
    session = simulate(scenario, seed, DAY, latency=Nanos(1), points_per_tick=2)
    accounts = {}
    for number, child in enumerate(sorted(children, key=lambda each: each.t), 1):
        _to(session, child.t)
        buy = child.lots > 0
        session.submit(
            parent=number,
            number=1,
            account=child.account,
            buy=buy,
            ioc=True,
            price=max(scenario.start + (FAR if buy else -FAR), 1),
            lots=abs(child.lots),
            good_till=NEVER,
        )
        accounts[number] = (child.account, 1 if buy else -1)
    _to(session, until_s)
    quotes, prints = session.quotes(0), session.prints(0)
    own: dict[int, list[Traded]] = {}
    for row in prints[(prints["flags"] & OWN_TAKER) > 0]:
        account, sign = accounts[int(row["parent"])]
        own.setdefault(account, []).append(Traded(int(row["ts"]) / SECOND, sign * int(row["lots"])))
    return Run(mids(quotes, until_s), quotes, prints, own)


def mids(quotes: npt.NDArray[np.void], until_s: int) -> Floats:
    """The mid at each whole second; while a side is empty, the last one that there was."""
    live = quotes["live"]
    known = quotes[(live["bid_lots"] > 0) & (live["ask_lots"] > 0)]
    seconds = np.arange(until_s, dtype=np.int64) * SECOND
    at = np.maximum(np.searchsorted(known["ts"], seconds, side="right") - 1, 0)
    found: Floats = (known["live"]["bid"][at] + known["live"]["ask"][at]) / 2
    return found


@lru_cache(maxsize=4)
def twin(scenario: Scenario, seed: int, until_s: int) -> Run:
    """The day without anything of ours."""
    return run(scenario, seed, until_s)


def volume(without: Run, start_s: float, end_s: float) -> int:
    """What the market traded in a window."""
    ts = without.prints["ts"]
    return int(without.prints["lots"][(ts >= start_s * SECOND) & (ts < end_s * SECOND)].sum())


def by_size(lots: int, sign: int, *, window_s: int = 3_600, start_s: float = START_S, every_s: int = 30) -> list[Child]:
    """So many lots in equal children, one every half minute."""
    count = window_s // every_s
    each, rest = divmod(lots, count)
    sizes = [each + (1 if i < rest else 0) for i in range(count)]
    return [Child(start_s + (i + 0.5) * every_s, sign * size) for i, size in enumerate(sizes) if size]


def by_count(lots: int, sign: int, *, size: int, window_s: int = 3_600, start_s: float = START_S) -> list[Child]:
    """So many lots in children of one size, evenly over the window."""
    count = max(1, round(lots / size))
    return [Child(start_s + (i + 0.5) * window_s / count, sign * size) for i in range(count)]


def moved(scenario: Scenario, seed: int, until_s: int, children: Sequence[Child]) -> tuple[Run, Floats]:
    """A run with children, and by how much its mid is above its twin's at each second [ticks]."""
    without = twin(scenario, seed, until_s)
    with_us = run(scenario, seed, until_s, children)
    return with_us, with_us.mids - without.mids


def around(path: Floats, second: int, half_s: int = 15) -> float:
    """The mean of a path around a second."""
    return float(path[second - half_s : second + half_s + 1].mean())


def formula(scenario: Scenario, own: dict[int, list[Traded]], second: int, half_s: int = 15) -> float:
    """What the formula says of the same mean."""
    seconds = range(second - half_s, second + half_s + 1)
    return float(np.mean([sum(impact(scenario, trades, t) for trades in own.values()) for t in seconds]))


def slope(x: Sequence[float], y: Sequence[float]) -> float:
    """The exponent of a power law, by least squares of the logarithms."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def left(end: Floats, later: Floats) -> tuple[Floats, Floats]:
    """What is left of the mean end value later, and the standard error of that ratio of means. A row a seed, at least two."""
    share = later.mean(axis=0) / end.mean(axis=0)
    error = (later - share * end).std(axis=0, ddof=1) / np.sqrt(len(end)) / np.abs(end.mean(axis=0))
    return share, error


def _to(session: Any, t: float) -> None:
    until = round(t * SECOND)
    while True:
        stop = session.advance(until, ALL, NEVER, False, ALL)
        session.take_reports()
        if stop in (LIMIT, CLOSED):
            return
