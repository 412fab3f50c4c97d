"""One order over a simulated day at two venues and a dark pool, and why some of its children are what they are.

python examples/reasons.py [SEED [PRESET [QUANTITY [NUMBER ...]]]]
"""

from __future__ import annotations

import json
import sys
from typing import Any

from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.market_data.files import Files
from metaorder.adapters.memory import MemoryJournal
from metaorder.domain.order import Benchmark, ParticipationMode, Side
from metaorder.domain.units import SECOND, Nanos, time_text
from metaorder.runtime.build import build
from metaorder.runtime.hosted import MarketSpec
from metaorder.runtime.trial import Setting, Tables, trial, untouched
from metaorder.usecases.orders import NewOrder

VENUES = [
    {"id": "NEAR", "share": 0.6, "maker_fee": "-0.0020", "taker_fee": "0.0030", "latency_ms": 0.5},
    {"id": "FAR", "share": 0.4, "maker_fee": "-0.0025", "taker_fee": "0.0028", "latency_ms": 8},
    {"id": "POOL", "share": 0.15, "dark": True},
]
EDGE = Nanos(600 * SECOND)
"""The order starts so long after the open and ends so long before the close."""


def main(seed: str = "4", preset: str = "liquid-small-tick", quantity: str = "100000", *numbers: str) -> None:
    """Work the order by `traditional` with a fifth of it in the dark; print the children of these numbers with their reasons."""
    calendars, data = ExchangeCalendars(), Files([], ExchangeCalendars())
    options: dict[str, Any] = {"seed": int(seed), "date": "2026-03-02", "latency_ms": 1.0, "scenario": preset}
    plain: dict[str, Any] = {"id": "lab", "name": "lab", "speed": "max", "rolling": False, "digest": None, "engine": "example"}
    spec = MarketSpec(kind="simulated", symbol="ACME", options={**options, "parameters": {"venues": VENUES}}, **plain)
    day = build(spec, data, calendars).live.day
    start, end = Nanos(day.open + EDGE), Nanos(day.close - EDGE)
    setting, journal = Setting(spec, start, end, day.close), MemoryJournal()
    tables = Tables(journal=journal, rows=journal.tables)
    order = asked(int(quantity), time_text(start), time_text(end))
    said = trial(setting, order, untouched(setting, data, calendars), tables, data, calendars)
    rows = {int(row["number"]): row for row in journal.tables["children"].values()}
    print(f"{said['filled_quantity']} of {said['quantity']} filled, {len(rows)} children")
    for number in [int(each) for each in numbers] or [1]:
        row = rows[number]
        sent = f"{row['quantity']} at {row['price']} to {row['venue']}, {row['type']} {row['time_in_force']}"
        print(f"\n{number}, {time_text(row['ts'])}: {sent}; {row['filled']} filled, {row['status']}")
        print(json.dumps(json.loads(row["doc"])["reason"], indent=1))


def asked(quantity: int, start: str, end: str) -> NewOrder:
    """The order as a client would post it."""
    unused = ("urgency", "band_behind", "band_ahead", "decision_time", "decision_price", "limit_price", "max_child_quantity")
    return NewOrder(
        client_order_id="a day",
        market="lab",
        symbol="ACME",
        side=Side.BUY,
        quantity=quantity,
        algo="traditional",
        params={"order_freq_s": 300},
        start_time=start,
        end_time=end,
        duration_s=None,
        max_participation="0.2",
        participation_mode=ParticipationMode.HARD,
        min_child_quantity=100,
        must_complete=True,
        benchmark=Benchmark.ARRIVAL,
        tags={},
        dark_max_fraction="0.2",
        dark_min_quantity=200,
        **dict.fromkeys(unused),  # type: ignore[arg-type]
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
