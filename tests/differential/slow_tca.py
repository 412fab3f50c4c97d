"""The analysis in plain Python, slow and obviously right: documents and rows one by one, in ratios of dollars.

Written from the words of `docs/tca.md` alone. It knows no arrays, no grid and no 64 bits; of halts, only that they have no mid.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import msgspec

from metaorder.domain.units import to_nanos
from metaorder.sim.record import AUCTION, MarketRecord
from metaorder.usecases.analyse import Case

HORIZONS_S = (1, 5, 10, 30, 60, 300, 1_800)
SECOND = 10**9
Doc = dict[str, Any]


@dataclass(frozen=True)
class Fill:
    """A fill, the far touch and the mid before it, and the mid without the order."""

    ts: int
    lots: int
    price: Fraction
    maker: bool
    fee: Fraction
    touch: Fraction
    mid: Fraction
    without: Fraction


@dataclass(frozen=True)
class Trade:
    """A print of continuous trading. mine: of the order; account: of any order of its account."""

    ts: int
    price: Fraction
    lots: int
    mine: bool
    account: bool


class Mids:
    """The mid of a market at any time."""

    def __init__(self, record: MarketRecord, tick: Fraction) -> None:
        self.ts = record.quotes["ts"].tolist()
        self.mids: list[Fraction | None] = []
        for (bid, ask, bids, asks), halted in zip(record.quotes["live"].tolist(), record.quotes["halted"].tolist(), strict=True):
            there = bids > 0 and asks > 0 and bid < ask and not halted
            self.mids.append((bid + ask) * tick / 2 if there else None)

    def at(self, ts: int) -> Fraction | None:
        found = bisect_right(self.ts, ts) - 1
        return None if found < 0 else self.mids[found]

    def before(self, ts: int) -> Fraction | None:
        found = bisect_left(self.ts, ts) - 1
        return None if found < 0 else self.mids[found]


class SlowAnalysis:
    """One order's analysis, a method a line of the documentation. Money and prices in dollars, shares as ratios."""

    def __init__(self, case: Case) -> None:
        self.case, self.tick = case, Fraction(case.instrument.tick_size)
        self.sign = 1 if case.parent["side"] == "buy" else -1
        self.terms, self.facts = (msgspec.json.decode(case.parent[name]) for name in ("terms", "facts"))
        self.mids = Mids(case.record, self.tick)
        self.fills = self._fills()
        self.filled = sum(fill.lots for fill in self.fills)
        self.average = sum((fill.lots * fill.price for fill in self.fills), Fraction(0)) / self.filled
        self.arrived, self.ended = to_nanos(self.facts["arrival"]["ts"]), to_nanos(self.facts["end"]["ts"])
        self.start, self.stop = to_nanos(self.terms["start_time"]), to_nanos(self.terms["end_time"])
        self.trades = self._trades(case.record, case.record.prints)

    def _fills(self) -> list[Fill]:
        twin = None if self.case.twin is None else Mids(self.case.twin, self.tick)
        found = []
        for row in self.case.fills:
            doc = msgspec.json.decode(row["doc"])
            mid, without = mid_of(doc["quote"]), mid_of(doc["reference"]) if twin is None else twin.before(row["ts"])
            assert mid is not None
            assert without is not None
            price, touch = Fraction(doc["price"]), Fraction(doc["quote"]["ask" if self.sign > 0 else "bid"])
            maker, fee = doc["liquidity"] == "maker", Fraction(doc["fee"])
            found.append(Fill(row["ts"], doc["quantity"], price, maker, fee, touch, mid, without))
        return found

    def _trades(self, record: MarketRecord, rows: Any) -> list[Trade]:
        point, names = Fraction(self.case.instrument.point_size), record.parents
        found = []
        for ts, points, lots, parent, counterparty, flags, _ in rows.tolist():
            who = {names[parent], names[counterparty]}
            if not flags & AUCTION:
                found.append(Trade(ts, points * point, lots, self.case.parent["id"] in who, bool(who & self.case.mine)))
        return found

    def components(self) -> dict[str, Fraction]:
        """The six, and what the client closed, with the open lots of an amended order as one pool."""
        s, pool = self.sign, _Pool()
        spread = sum(s * f.lots * (judged(s, f) - f.mid) for f in self.fills)
        impact = sum(s * f.lots * (f.price - judged(s, f)) + s * f.lots * (f.mid - f.without) for f in self.fills)
        fees = sum(f.fee for f in self.fills)
        first = self.case.parent["quantity"] - sum(change["after"] - change["before"] for change in self.amendments)
        decision, arrival = mid_of(self.facts["decision"]), mid_of(self.facts["arrival"]["quote"])
        assert decision is not None
        assert arrival is not None
        pool.put(first, arrival)
        delay, timing, opportunity, canceled = s * first * (arrival - decision), Fraction(0), Fraction(0), Fraction(0)
        events = [(f.ts, 0, f) for f in self.fills] + [(to_nanos(change["ts"]), 1, change) for change in self.amendments]
        for _, _, event in sorted(events, key=lambda each: each[:2]):
            if isinstance(event, Fill):
                timing += s * (event.lots * event.without - pool.take(event.lots))
                continue
            lots, price = event["after"] - event["before"], mid_of(event["quote"])
            assert price is not None
            if lots > 0:
                pool.put(lots, price)
            else:
                canceled += s * (-lots * price - pool.take(-lots))
        end = mid_of(self.facts["end"]["quote"])
        assert end is not None
        opportunity = s * (pool.lots * end - pool.value)
        if self.case.parent["reason"] == "client_request":
            canceled += opportunity
            opportunity = Fraction(0)
        parts = {"delay": delay, "spread": spread, "impact": impact, "timing": timing, "opportunity": opportunity + canceled}
        return {name: Fraction(amount) for name, amount in {**parts, "fees": fees}.items()}

    def shifted(self) -> tuple[Fraction, Fraction, int]:
        """What the upper bound adds to impact and to the shortfall, and how many takes displaced."""
        moved, on_fills, takes = Fraction(0), Fraction(0), 0
        after = {f.ts: self.mids.at(f.ts) for f in self.fills}
        for k, f in enumerate(self.fills):
            on_fills += f.lots * moved
            later = self.fills[k + 1] if k + 1 < len(self.fills) else None
            same = later is not None and (later.ts, later.mid, later.touch, later.maker) == (f.ts, f.mid, f.touch, f.maker)
            if not f.maker and not same:
                left = later.mid if later is not None and later.ts == f.ts and not later.maker else after[f.ts]
                assert left is not None
                moved += max(Fraction(0), self.sign * (left - f.mid))
                takes += self.sign * (left - f.mid) > 0
        return on_fills, on_fills + (self.case.parent["quantity"] - self.filled) * moved, takes

    @property
    def amendments(self) -> list[Doc]:
        found: list[Doc] = self.facts.get("amendments", [])
        return found

    def benchmarks(self) -> dict[str, Fraction | None]:
        """What the average price is held against."""
        others = [trade for trade in self.trades if not trade.account]
        if self.case.twin is None:
            recorded = self._trades(self.case.record, self.case.record.reference)
        else:
            recorded = self._trades(self.case.twin, self.case.twin.prints)
        found = {}
        for name, start, end in (("interval", self.arrived, self.ended), ("window", self.start, self.stop)):
            found[f"{name}_vwap"] = vwap(others, start, end)
            found[f"{name}_vwap_incl_own"] = vwap(self.trades, start, end)
            found[f"{name}_vwap_recorded"] = vwap(recorded, start, end)
            found[f"{name}_twap"] = self.twap(start, end)
        for rate in (5, 10, 20):
            found[f"pwp_{rate}"] = self.pwp(others, Fraction(rate, 100))
        return found | {"open": others[0].price, "close": others[-1].price}

    def twap(self, start: int, end: int) -> Fraction:
        edges = [start, *(ts for ts in self.mids.ts if start < ts < end), end]
        total, time = Fraction(0), 0
        for begin, until in pairwise(edges):
            mid = self.mids.at(begin)
            if mid is not None:
                total, time = total + mid * (until - begin), time + until - begin
        return total / time

    def pwp(self, others: Sequence[Trade], rate: Fraction) -> Fraction | None:
        wanted = left = self.filled * (1 - rate) / rate
        value = Fraction(0)
        for trade in others:
            if trade.ts >= self.arrived:
                taken = min(left, Fraction(trade.lots))
                value, left = value + taken * trade.price, left - taken
        return None if left else value / wanted

    def participation(self) -> Fraction:
        """Own lots of all that traded while the order was there and not suspended."""
        own = everybody = 0
        for trade in self.trades:
            if self.arrived <= trade.ts <= self.ended and not self.paused(trade.ts):
                everybody += trade.lots
                own += trade.lots if trade.mine else 0
        return Fraction(own, everybody)

    def paused(self, ts: int) -> bool:
        state = "resumed"
        for kind, text in self.facts.get("pauses", []):
            state = kind if to_nanos(text) <= ts else state
        return state == "suspended"

    def measures(self) -> dict[str, dict[str, Fraction | None]]:
        """Spreads and markouts in basis points, by horizon."""
        s = self.sign
        found: dict[str, dict[str, Fraction | None]] = {"markouts_bps": {}, "realized_spread_bps": {}, "price_impact_bps": {}}
        for horizon in HORIZONS_S:
            covered = [(fill, self.later(fill, horizon)) for fill in self.fills]
            known = [(fill, later) for fill, later in covered if later is not None]
            name = str(horizon)
            found["markouts_bps"][name] = mean([(f.lots, s * (later - f.price) / f.mid) for f, later in known])
            found["realized_spread_bps"][name] = mean([(f.lots, 2 * s * (f.price - later) / f.mid) for f, later in known])
            found["price_impact_bps"][name] = mean([(f.lots, 2 * s * (later - f.mid) / f.mid) for f, later in known])
        return found

    def effective_spread(self) -> Fraction | None:
        return mean([(f.lots, 2 * self.sign * (f.price - f.mid) / f.mid) for f in self.fills])

    def later(self, fill: Fill, horizon_s: int) -> Fraction | None:
        close = to_nanos(msgspec.json.decode(self.case.market["detail"])["facts"]["close"])
        ts = fill.ts + horizon_s * SECOND
        return None if ts > min(close, self.case.record.clock) else self.mids.at(ts)


class _Pool:
    def __init__(self) -> None:
        self.lots, self.value = 0, Fraction(0)

    def put(self, lots: int, price: Fraction) -> None:
        self.lots, self.value = self.lots + lots, self.value + lots * price

    def take(self, lots: int) -> Fraction:
        part = self.value * lots / self.lots
        self.lots, self.value = self.lots - lots, self.value - part
        return part


def mid_of(quote: Doc) -> Fraction | None:
    """The mid of a quote in a document."""
    if quote["bid"] is None or quote["ask"] is None or Fraction(quote["bid"]) >= Fraction(quote["ask"]):
        return None
    return (Fraction(quote["bid"]) + Fraction(quote["ask"])) / 2


def judged(s: int, fill: Fill) -> Fraction:
    """r: the touch where we took at it or beyond, else the price of the fill."""
    beyond = fill.price >= fill.touch if s > 0 else fill.price <= fill.touch
    return fill.touch if beyond and not fill.maker else fill.price


def vwap(trades: Sequence[Trade], start: int, end: int) -> Fraction | None:
    """The average price of what traded, both ends included."""
    within = [trade for trade in trades if start <= trade.ts <= end]
    lots = sum(trade.lots for trade in within)
    return sum((trade.lots * trade.price for trade in within), Fraction(0)) / lots if lots else None


def mean(values: Sequence[tuple[int, Fraction]]) -> Fraction | None:
    """A mean over lots, in basis points."""
    lots = sum(count for count, _ in values)
    return sum((count * value for count, value in values), Fraction(0)) / lots * 10_000 if lots else None
