"""Every measure that an analysis promises stands in it under its name: a value, or null with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from benchmarks.tca import day

from metaorder.tca.report import report
from metaorder.usecases.analyse import analyse
from support.tca import UNITS, Fill, fills, market, order, quotes

HORIZONS = ("1", "5", "10", "30", "60", "300", "1800")
SIX = ("delay", "spread", "impact", "timing", "opportunity", "fees")
VWAPS = tuple(f"{span}_vwap{which}" for span in ("interval", "window") for which in ("", "_incl_own", "_recorded"))
AT = ("open", "close", "previous_close")
BENCHMARKS = ("arrival", "decision", *VWAPS, "interval_twap", "window_twap", *AT, "pwp", "pwp_5", "pwp_10", "pwp_20")

NESTED = {
    "benchmarks": BENCHMARKS,
    "slippage_bps": BENCHMARKS,
    "components_bps": SIX,
    "components_amount": SIX,
    "perold_bps": ("execution", "opportunity", "fees"),
    "kissell_bps": ("delay", "trading", "opportunity", "fees"),
    "wagner_edwards_bps": ("delay", "trading", "opportunity", "fees"),
    "markouts_bps": HORIZONS,
    "realized_spread_bps": HORIZONS,
    "price_impact_bps": HORIZONS,
}
MONEY = ("is_amount", "is_bps", "opportunity_canceled_by_client_bps", "impact_split_bps", "impact_bounds")
SPREADS = ("quoted_spread_bps", "effective_spread_bps", "price_improvement_bps", "spread_capture", "reversion")
SHARES = ("participation", "participation_mean", "participation_peak", "participation_buckets", "passive_share", "fill_rate")
CHILDREN = ("time_to_fill_s", "cancel_ratio", "average_child_quantity", "average_fill_quantity", "duration_s", "assumed_share")
JUDGED = ("forecast", "risk", "robustness_vwap", "robustness_arrival")
USED = ("decision_efficiency", "queue_known_share", "impact_used", "reduced_quantity", "crossed_fills")
FIELDS = (*MONEY, *SPREADS, *SHARES, *CHILDREN, *JUDGED, *USED)

TOOK = Fill(600, "50.02", "49.98", "50.02")
RESTED = Fill(300, "49.98", "49.98", "50.02", maker=True, ts=200)
CROSSED = Fill(100, "50.05", "50.06", "50.04", reference=None)
ORDERS: dict[str, tuple[dict[str, Any], tuple[Fill, ...], dict[str, Any]]] = {
    "took and rested": ({}, (TOOK, RESTED), {}),
    "a sell": ({"sign": -1}, (TOOK, RESTED), {}),
    "never filled": ({}, (), {}),
    "a single fill": ({}, (TOOK,), {}),
    "canceled by the client": ({"by_client": True}, (TOOK,), {}),
    "across a halt": ({}, (TOOK,), {"quotes": quotes((0, "50.00"), (105, None), (400, "50.01"))}),
    "in a crossed market": ({}, (CROSSED,), {"quotes": quotes()}),
}


@pytest.mark.parametrize("name", ORDERS)
def test_every_measure_is_there_by_name_and_a_null_says_why(name: str) -> None:
    placed, done, there = ORDERS[name]
    ordered = order(**placed)
    found = report(ordered, fills(ordered.sign, *done), market(**there), UNITS)
    absent = [field for field in FIELDS if field not in found]
    absent += [f"{field}.{part}" for field, parts in NESTED.items() for part in parts if part not in found[field]]
    assert absent == []
    silent = [part for part in BENCHMARKS if found["benchmarks"][part] is None and not found["missing"].get(part)]
    silent += [h for h in HORIZONS if found["markouts_bps"][h] is None and not found["missing"].get(f"markout_{h}")]
    assert silent == []
    if None not in found["components_bps"].values():
        assert round(sum(found["components_bps"].values()), 6) == found["is_bps"]


def test_what_is_timed_is_a_whole_analysis() -> None:
    found = analyse(day(60))
    assert found["fills"] == 60
    assert found["queue_known_share"] == 0.9
    assert set(found["missing"]) <= {
        "previous_close",
        "pwp_5",
        "reversion",
        "impact_split_bps",
        "forecast",
        "impact_used",
        "decay",
    } | {f"{name}central_bps" for name in ("", "is_")}
