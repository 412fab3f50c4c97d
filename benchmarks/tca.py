"""Analysis of one order over a full day's market, from its documents to its report."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
import numpy as np

from metaorder import _native
from metaorder.domain.instrument import Instrument
from metaorder.domain.units import Nanos, price_text, time_text
from metaorder.sim.record import HIDDEN, OWN_MAKER, OWN_TAKER, MarketRecord, from_bytes
from metaorder.usecases.analyse import Case, analyse

SECOND = 10**9
OPEN, DAY_S = 1_772_461_800 * SECOND, 23_400
START, END, CLOSE = OPEN + 600 * SECOND, OPEN + 22_800 * SECOND, OPEN + DAY_S * SECOND
QUOTES, PRINTS = 150_000, 15_000
TICK = Decimal("0.01")
INSTRUMENT = Instrument(symbol="ACME", mic="XNAS", currency="USD", tick_size=TICK)
POINTS = INSTRUMENT.points_per_tick

FLOOR = {"venue": "XNAS", "instrument": {"taker_fee": "0.0030", "maker_fee": "-0.0020"}}

WAYS = ("join", "improve", "cross")
CHILD = {
    "reason": {
        "target": 3_400,
        "due": 3_000,
        "filled": 2_900,
        "working": 100,
        "want": 400,
        "behind_by": 0,
        "room": 300,
        "bound": "cap",
        "placement": "joining the touch",
        "horizon_s": 60,
        "candidates": [{"way": way, "price": 10_000, "fill_probability": "0.9782", "cost_ticks": "-8.578"} for way in WAYS],
    },
    "expected_cost": "-1.748",
    "quote": {"bid": "100.00", "ask": "100.02", "bid_size": 300, "ask_size": 400},
    "venue_quote": None,
}
"""A child's document, but for the queue that it joined."""

Entry = dict[str, Any]
Rows = np.ndarray[Any, np.dtype[Any]]


def measure() -> dict[str, Entry]:
    """Seconds of the processor that `analyse` takes, with its parsing of the fills' documents.

    The reference is the least that can be done: each document decoded as JSON, and one numpy pass over the arrays.
    """
    entries = {}
    for count in (1_000, 100_000):
        case = day(count)
        value, reference = seconds(analyse, case), seconds(bare, case)
        ratio = round(value / reference, 4)
        entries[f"tca.{count}_fills"] = {"value": round(value, 6), "unit": "s", "reference": round(reference, 6), "ratio": ratio}
    return entries


def seconds(work: Callable[[Case], object], case: Case, budget_s: float = 3.0) -> float:
    """The least processor time of the runs that `budget_s` holds, at least five: who else works on the machine does not count."""
    work(case)
    times: list[float] = []
    while len(times) < 5 or sum(times) < budget_s:
        began = time.process_time()
        work(case)
        times.append(time.process_time() - began)
    return min(times)


def bare(case: Case) -> float:
    """Every document decoded, every quote and print read once."""
    quantity: int = sum(msgspec.json.decode(row["doc"])["quantity"] for row in case.fills)
    quotes, prints = case.record.quotes["live"], case.record.prints
    return float(np.mean(quotes["bid"] + quotes["ask"])) + float(np.average(prints["points"], weights=prints["lots"])) + quantity


@dataclass(frozen=True)
class Path:
    """The touch over a day: a random walk in ticks with a spread of one to four."""

    ts: Rows
    bid: Rows
    ask: Rows

    def at(self, times: Rows) -> tuple[Rows, Rows]:
        """Bid and ask at some times."""
        index = np.searchsorted(self.ts, times, side="right") - 1
        return self.bid[index], self.ask[index]


def walk(rng: np.random.Generator) -> Path:
    """One day of the touch."""
    ts = np.sort(rng.integers(OPEN, CLOSE, QUOTES))
    ts[0] = OPEN
    bid = 10_000 + np.cumsum(rng.choice([-1, 0, 1], size=QUOTES, p=[0.2, 0.6, 0.2]))
    return Path(ts, bid, bid + rng.integers(1, 5, QUOTES))


def day(count: int) -> Case:
    """A replayed day in which an order had `count` fills, half of them passive."""
    rng = np.random.default_rng(7)
    path = walk(rng)
    times = np.sort(rng.integers(START + SECOND, END, count))
    lots, maker = rng.integers(1, 500, count), rng.random(count) < 0.5
    bid, ask = path.at(times)
    price = np.where(maker, bid, ask)
    fills = documents(times, lots, maker, price, bid, ask, rng)
    return Case(
        parent=parent(int(lots.sum()), path),
        fills=fills,
        record=record(path, rng, times, lots, maker, price),
        twin=None,
        why_no_twin=None,
        mine=frozenset({"P"}),
        market={
            "spec": text({"kind": "replay", "options": {"latency_ms": 1.0, "hidden": "central"}}),
            "detail": text({"facts": {"open": time_text(OPEN), "close": time_text(CLOSE), **FLOOR}}),
        },
        instrument=INSTRUMENT,
        children=children(times, lots, maker),
    )


def children(times: Rows, lots: Rows, maker: Rows) -> list[Entry]:
    """A child for each fill: sent a minute before it where it rested."""
    rows = []
    for number, (ts, quantity, passive) in enumerate(zip(times.tolist(), lots.tolist(), maker.tolist(), strict=True)):
        row = {"id": f"P-{number}", "number": number, "ts": ts - 60 * SECOND * passive, "ended": ts, "status": "filled"}
        row["doc"] = text({**CHILD, "queue_ahead": 300 if passive else None, "queue_known_ppm": 900_000 if passive else None})
        rows.append(row | {"time_in_force": "gtd" if passive else "ioc", "quantity": quantity, "filled": quantity})
    return rows


def record(path: Path, rng: np.random.Generator, times: Rows, lots: Rows, maker: Rows, price: Rows) -> MarketRecord:
    """What the session remembers, as it is read back: the touch, the market's prints and ours, and the recorded tape."""
    market = _native.MarketConfig()
    market.open, market.close = 0, SECOND
    empty = _native.Session.simulated(market, latency=1, points_per_tick=POINTS)
    quotes, tape, own = (np.zeros(size, dtype=rows.dtype) for size, rows in sizes(empty, len(times)))
    quotes["ts"] = path.ts
    for side, prices in (("bid", path.bid), ("ask", path.ask)):
        quotes["live"][side], quotes["live"][f"{side}_lots"] = prices, rng.integers(1, 1_000, QUOTES)
    tape["ts"] = np.sort(rng.integers(OPEN, CLOSE, PRINTS))
    at_bid, at_ask = path.at(tape["ts"])
    tape["points"] = np.where(rng.random(PRINTS) < 0.5, at_bid, at_ask) * POINTS
    tape["lots"] = rng.integers(1, 500, PRINTS)
    tape["flags"] = np.where(rng.random(PRINTS) < 0.1, HIDDEN, 0)
    own["ts"], own["points"], own["lots"], own["parent"] = times, price * POINTS, lots, 1
    own["flags"] = np.where(maker, OWN_MAKER, OWN_TAKER)
    prints = np.concatenate([tape, own])
    prints = prints[np.argsort(prints["ts"], kind="stable")]
    kept = MarketRecord(Nanos(CLOSE), True, quotes, prints, tape, ("", "P")).to_bytes()
    return from_bytes(kept)


def sizes(session: _native.Session, count: int) -> list[tuple[int, Rows]]:
    """How many rows of which kind there are: quotes, the market's prints, and our own."""
    return [(QUOTES, session.quotes(0)), (PRINTS, session.prints(0)), (count, session.prints(0))]


def documents(times: Rows, lots: Rows, maker: Rows, price: Rows, bid: Rows, ask: Rows, rng: np.random.Generator) -> list[Entry]:
    """The fills as the journal has them."""
    filled = np.cumsum(lots)
    apart = rng.integers(-2, 3, len(times))
    rows = []
    for number, (ts, quantity, passive, at, low, high) in enumerate(zip(times, lots, maker, price, bid, ask, strict=True)):
        shift = int(apart[number])
        document = {
            "type": "fill",
            "ts": time_text(int(ts)),
            "parent_id": "P",
            "client_order_id": "a-1",
            "symbol": "ACME",
            "side": "buy",
            "status": "partially_filled",
            "child_id": f"P-{number}",
            "execution_id": f"lab-XNAS-{number}",
            "venue": "XNAS",
            "price": price_text(int(at), TICK),
            "quantity": int(quantity),
            "liquidity": "maker" if passive else "taker",
            "fee": price_text(int(quantity) * (-20 if passive else 30), INSTRUMENT.money_size),
            "quote": touch(int(low), int(high)),
            "reference": touch(int(low) + shift, int(high) + shift),
            "evidence": "l3",
            "certain": True,
            "after_end": False,
            "filled_quantity": int(filled[number]),
            "leaves_quantity": int(filled[-1] - filled[number]),
            "child_status": "filled",
            "child_filled_quantity": int(quantity),
        }
        rows.append({"ts": int(ts), "doc": text(document)})
    return rows


def parent(filled: int, path: Path) -> Entry:
    """The order's row: amended once up and once down, paused twice, ended by the clock with a rest."""
    quotes = {at: touch(*(int(side[0]) for side in path.at(np.array([at])))) for at in (START, END)}
    ordered = filled + 10_000
    changes = [(20_000, 30_000), (30_000, 25_000)]
    facts = {
        "accepted_ts": time_text(START),
        "decision": quotes[START],
        "arrival": {"ts": time_text(START), "quote": quotes[START], "reference": quotes[START]},
        "end": {"ts": time_text(END), "quote": quotes[END]},
        "amendments": [
            {
                "ts": time_text(START + (5_000 + 5_000 * number) * SECOND),
                "quote": quotes[START],
                "before": ordered - 25_000 + before,
                "after": ordered - 25_000 + after,
            }
            for number, (before, after) in enumerate(changes)
        ],
        "pauses": [[kind, time_text(START + at * SECOND)] for kind, at in (("suspended", 3_000), ("resumed", 3_300))],
    }
    terms = {
        "algo": "pov",
        "params": {"target": "0.10"},
        "start_time": time_text(START),
        "end_time": time_text(END),
        "max_participation": "0.2",
        "decision_price": None,
        "decision_time": None,
    }
    row = {
        "id": "P",
        "symbol": "ACME",
        "side": "buy",
        "status": "expired",
        "reason": "window_ended",
        "quantity": ordered,
        "filled": filled,
    }
    return row | {"started": START, "ended": END, "terms": text(terms), "facts": text(facts)}


def touch(bid: int, ask: int) -> Entry:
    """A quote as documents write it."""
    return {"bid": price_text(bid, TICK), "ask": price_text(ask, TICK), "bid_size": 300, "ask_size": 400}


def text(document: Entry) -> str:
    """A document as the journal has it."""
    return msgspec.json.encode(document).decode()


if __name__ == "__main__":
    for name, found in measure().items():
        print(name, found)
